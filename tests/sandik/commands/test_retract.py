"""sandik retract: what is taken back; whole decisions are in tests/live/test_desk.py."""

import argparse

import pytest

from sandik import desk
from sandik.commands import retract
from tests.sandik.evenings import Evening


def typed(name: str) -> argparse.Namespace:
    """As a person types it."""
    parser = argparse.ArgumentParser()
    retract.arguments(parser)
    return parser.parse_args([name, "--by", "Ayşe", "--because", "figures in doubt"])


def test_a_retraction_names_the_call() -> None:
    """And the version of the totals at which it was decided."""
    evening = Evening(people=0)
    case = evening.case()
    wish = retract.wish([case], typed(evening.call.id))
    assert ("call-retracted", {"call": evening.call.id, "version": case.version}) == (wish.kind, wish.data)


def test_a_proposal_is_not_retracted() -> None:
    """It is refused; the sentence says what it is."""
    evening = Evening()
    with pytest.raises(desk.RefusedError, match="is no call: it is what was told as call-proposed"):
        retract.wish([evening.case()], typed(evening.proposal.id))
