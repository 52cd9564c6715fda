"""sandik approve: what is signed; whole decisions are in tests/live/test_desk.py."""

import argparse

import pytest

from sandik import desk
from sandik.commands import approve
from tests.sandik.evenings import Evening


def typed(*words: str) -> argparse.Namespace:
    """As a person types it."""
    parser = argparse.ArgumentParser()
    approve.arguments(parser)
    return parser.parse_args([*words, "--by", "Ayşe", "--because", "checked"])


def test_an_approval_names_the_proposal_and_the_version_it_saw() -> None:
    """By default the version it was proposed at; an older one is refused later."""
    evening = Evening()
    proposal = evening.proposal
    wish = approve.wish([evening.case()], typed(proposal.id))
    assert ("call-approved", {"proposal": proposal.id, "version": proposal.version}) == (wish.kind, wish.data)
    assert 3 == approve.wish([evening.case()], typed(proposal.id, "--version", "3")).data["version"]


@pytest.mark.parametrize("word", ["two", "0", "-1", "9" * 5000, "²"])
def test_a_version_that_is_none_is_wrong_use(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With where the right one stands."""
    with pytest.raises(SystemExit):
        typed("x", f"--version={word}")
    assert "is no version: it is a number, as sandik calls shows it" in capsys.readouterr().err


def test_the_id_of_a_call_cannot_be_approved() -> None:
    """It says what it is."""
    evening = Evening(people=0)
    with pytest.raises(desk.RefusedError, match="is no proposal"):
        approve.wish([evening.case()], typed(evening.call.id))
