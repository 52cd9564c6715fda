"""How a contest ended, and whether that is how it had to end."""

import json
from pathlib import Path

import pytest

from election.alerts import KINDS
from election.errors import UsageError
from election.night import ContestId
from sandik import outcome
from tests.election.tellings import by_itself, seen, tell, teller

MAYOR = ContestId("mayor")
FOUND = {
    MAYOR: {
        "boxes": {"counted": 3, "total": 4, "quarantined": 1},
        "valid": 100,
        "choices": {"ada": 60, "bulut": 40},
        "leader": "ada",
        "margin_votes": 20,
    }
}


def test_an_ending_that_says_less_is_still_the_same_ending() -> None:
    """Only what stands in it is compared."""
    assert () == outcome.differences(FOUND, {"mayor": {"valid": 100, "choices": {"ada": 60}}})


def test_every_difference_is_a_sentence() -> None:
    """Also a contest, a choice or a figure that is not there at all."""
    ending = {"mayor": {"valid": 99, "choices": {"ada": 60, "ceviz": 1}}, "bridge": {"valid": 5}}
    expected = (
        "mayor.valid is 100, the night ends with 99",
        "mayor.choices.ceviz is None, the night ends with 1",
        "bridge.valid is None, the night ends with 5",
    )
    assert expected == outcome.differences(FOUND, ending)


def test_alerts_of_the_ending_must_have_been_told_and_others_may() -> None:
    """Pairs of kind and key; what hangs on batches is not named there."""
    told = {MAYOR: {"alerts": [{"kind": "counted", "key": "50"}, {"kind": "certified", "key": "a"}]}}
    assert () == outcome.differences(told, {"mayor": {"alerts": [["certified", "a"]]}})
    expected = ("mayor.alerts: annulled b was never told",)
    assert expected == outcome.differences(told, {"mayor": {"alerts": [["annulled", "b"]]}})
    assert expected == outcome.differences(FOUND, {"mayor": {"alerts": [["annulled", "b"]]}})


def test_a_call_of_the_ending_is_compared_by_what_stands_there() -> None:
    """State, choice and rule; the hour of it hangs on batches."""
    told = {MAYOR: {"call": {"state": "called", "choice": "ada", "rule": "certain", "at": "18:00"}}}
    assert () == outcome.differences(told, {"mayor": {"call": {"state": "called", "choice": "ada"}}})
    wanted = {"mayor": {"call": {"state": "open", "choice": None}}}
    assert 2 == len(outcome.differences(told, wanted))


def test_what_is_for_the_desk_alone_is_no_alert() -> None:
    """Each alert with its id, kind, key, hour and title, in order."""
    who = teller(by_itself(1))
    facts = tell(who, seen(who, (900, 100, 0))) + tell(who, seen(who, (500, 500, 0), 1, 2))
    alerts = outcome.alerts(facts)
    assert [told.id for told in facts if not KINDS[told.kind].desk] == [one["id"] for one in alerts]
    assert {"proposal-withdrawn", "lead-noted"} <= {told.kind for told in facts}
    assert "2024-10-06T18:00:00.000Z" == alerts[0]["at"]
    assert alerts[0]["title"].startswith("REHEARSAL · SIMULATED · Mayor: ")


def counted(**more: object) -> dict[str, object]:
    """A contest as demo, rehearse and verify answer it."""
    figures = {"registered": 200, "voters": 104, "invalid": 4, "refused": 0, "findings": {"W201": 1}}
    told = {"hash": "be716b23ef41b87c", "epoch": "e1", "version": 8, "call": {"state": "open"}, "alerts": []}
    return {**FOUND[MAYOR], **figures, **told, **more}


def test_two_counts_of_the_same_reports_are_the_same_whatever_they_were_made_on() -> None:
    """Epoch, version, calls and alerts hang on how the log fell into batches; figures and hash do not."""
    other = counted(epoch="e7", version=31, call={"state": "called"}, alerts=[{"kind": "counted"}])
    assert () == outcome.apart({MAYOR: counted()}, {"mayor": other})


def test_where_two_counts_differ_is_said_whichever_has_more() -> None:
    """A figure, a hash, a finding that only one has, a contest that only one has."""
    here = {MAYOR: counted(findings={"W201": 1, "W202": 2}), ContestId("bridge"): counted()}
    there = {"mayor": counted(hash="0" * 16, voters=105), "assembly": counted()}
    apart = outcome.apart(here, there)
    for expected in (
        "mayor.hash is be716b23ef41b87c, there it is 0000000000000000",
        "mayor.voters is 104, there it is 105",
        "mayor.findings.W202 is 2, there it is None",
        "assembly.valid is None, there it is 100",
        "bridge.valid is 100, there it is None",
    ):
        assert expected in apart


def test_another_count_is_read_out_of_what_a_command_answered(tmp_path: Path) -> None:
    """Its last line; what is no such answer is said, with what to type."""
    path = tmp_path / "laptop.json"
    path.write_text(
        "said before\n" + json.dumps({"night": "practice", "contests": {"mayor": counted()}}) + "\n"
    )
    assert "be716b23ef41b87c" == outcome.read(path)["contests"]["mayor"]["hash"]
    for text in (
        "",
        "no JSON",
        "[]",
        '{"night": "practice"}',
        '{"night": "x", "contests": {"m": {"hash": 1}}}',
    ):
        path.write_text(text)
        with pytest.raises(UsageError, match="is no answer of sandik demo, rehearse or verify"):
            outcome.read(path)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        outcome.read(tmp_path / "nothing.json")


def test_in_words_the_choices_stand_by_votes_with_shares() -> None:
    """Title, how far the count is, each choice, the margin."""
    expected = [
        "The mayor",
        "  3 of 4 boxes counted, 1 held back",
        "  ada             60  60.00 %",
        "  bulut           40  40.00 %",
        "  margin 20",
    ]
    assert expected == outcome.in_words(FOUND, {MAYOR: "The mayor"})


def test_in_words_nothing_counted_has_no_shares_and_no_leader() -> None:
    """Nothing is divided by nothing."""
    empty = {"boxes": {"counted": 0, "total": 4}, "valid": 0, "choices": {"ada": 0}, "leader": None,
             "margin_votes": 0}  # fmt: skip
    lines = outcome.in_words({MAYOR: empty}, {})
    assert ["mayor", "  0 of 4 boxes counted", "  margin 0, no leader"] == [lines[0], lines[1], lines[-1]]


def test_what_was_told_is_a_line_each() -> None:
    """With its hour and its title."""
    contests = {MAYOR: {"alerts": [{"at": "2024-10-06T18:00:00.000Z", "title": "LIVE · Mayor: a"}]}}
    assert ["  2024-10-06 18:00 LIVE · Mayor: a"] == outcome.told_in_words(contests)
