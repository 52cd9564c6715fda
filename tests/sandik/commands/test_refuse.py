"""sandik refuse: what is refused; whole decisions are in tests/live/test_desk.py."""

import argparse

import pytest

from sandik import desk
from sandik.commands import refuse
from tests.sandik.evenings import Evening


def typed(name: str) -> argparse.Namespace:
    """As a person types it."""
    parser = argparse.ArgumentParser()
    refuse.arguments(parser)
    return parser.parse_args([name, "--by", "Ayşe", "--because", "too early"])


def test_a_refusal_names_the_proposal() -> None:
    """And the version that was shown."""
    evening = Evening()
    wish = refuse.wish([evening.case()], typed(evening.proposal.id))
    expected = {"proposal": evening.proposal.id, "version": evening.proposal.version}
    assert ("call-refused", expected, None) == (wish.kind, wish.data, wish.at)


def test_what_does_not_wait_is_refused_with_what_does() -> None:
    """Nothing waits here."""
    evening = Evening(records=[])
    with pytest.raises(desk.RefusedError, match="waiting now: none"):
        refuse.wish([evening.case()], typed("0123456789abcdef"))
