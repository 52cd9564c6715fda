"""sandik rehearse: a whole night in memory, and whether it ends as it must."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandik import cli, folders
from tests.sandik.commands.test_night import copied

Captured = pytest.CaptureFixture[str]


def answer(captured: Captured) -> Any:
    """The JSON object on the last line of stdout."""
    return json.loads(captured.readouterr().out.splitlines()[-1])


def test_the_night_ends_as_it_must(capsys: Captured) -> None:
    """The shape people script against, and only that on stdout."""
    assert 0 == cli.main(["rehearse", "practice", "--json"])
    captured = capsys.readouterr()
    (line,) = captured.out.splitlines()
    found = json.loads(line)
    assert ("practice", True, True, 232) == (
        found["night"], found["simulated"], found["matches_ending"], found["reports"],
    )  # fmt: skip
    mayor = found["contests"]["mayor"]
    assert {
        "epoch", "version", "hash", "boxes", "registered", "voters", "valid", "invalid", "choices",
        "leader", "margin_votes", "call", "alerts",
    } <= set(mayor)  # fmt: skip
    assert {"counted": 55, "total": 60, "quarantined": 2} == mayor["boxes"]
    assert "55 of 60 boxes counted" in captured.err


def test_in_words_the_choices_stand_by_votes(capsys: Captured) -> None:
    """With shares, margin and how far the count is."""
    cli.main(["rehearse", "practice"])
    said = capsys.readouterr().out
    assert said.index("deniz") < said.index("toprak") < said.index("ruzgar")
    assert "margin 0, no leader" in said


def test_areas_of_a_level_are_shaped_as_in_a_snapshot(capsys: Captured) -> None:
    """Counted, valid, choices, leader, margin of each."""
    cli.main(["rehearse", "practice", "--areas", "ward", "--json"])
    areas = answer(capsys)["contests"]["mayor"]["areas"]
    assert {"ward"} == {area["level"] for area in areas.values()}
    assert 10792 == sum(area["valid"] for area in areas.values())


def test_a_level_that_is_not_there_is_wrong_use(capsys: Captured) -> None:
    """The levels are listed."""
    assert 2 == cli.main(["rehearse", "practice", "--areas", "street"])
    assert "county, town, ward" in capsys.readouterr().err


def test_as_of_an_hour_only_what_was_heard_until_then_is_counted(capsys: Captured) -> None:
    """An ending is not asked of half a night."""
    assert 0 == cli.main(["rehearse", "practice", "--as-of", "17:30", "--json"])
    found = answer(capsys)
    assert found["matches_ending"] is None
    assert 0 < found["reports"] < 232


def test_another_ending_is_the_answer_no(tmp_path: Path, capsys: Captured) -> None:
    """Exit code 1, and every difference is said."""
    path = copied(tmp_path)
    (path / "ending.json").write_text('{"contests": {"mayor": {"valid": 1, "leader": "toprak"}}}')
    assert 1 == cli.main(["rehearse", str(path), "--json"])
    captured = capsys.readouterr()
    assert '"matches_ending": false' in captured.out
    assert 2 == captured.err.count("not as ending.json says")


def test_a_recording_of_another_night_is_wrong_use(capsys: Captured) -> None:
    """It says which night it is of."""
    other = str(folders.find("istanbul-2019-06-23") / "recording.jsonl.gz")
    assert 2 == cli.main(["rehearse", "practice", "--recording", other])
    assert "is of istanbul-2019-06-23" in capsys.readouterr().err


def test_what_was_told_stands_beside_the_totals(capsys: Captured) -> None:
    """The ban's end first among all that is about totals; calls and alerts in the contract's shape."""
    cli.main(["rehearse", "practice", "--json"])
    bridge = answer(capsys)["contests"]["bridge"]
    assert ("too close", None) == (bridge["call"]["state"], bridge["call"]["choice"])
    told = [(one["kind"], one["key"]) for one in bridge["alerts"]]
    assert [("embargo-lifted", "open"), ("counted", "90"), ("counted", "100"), ("band-entered", "1")] == told
    assert bridge["alerts"][0]["title"].startswith("REHEARSAL · SIMULATED · ")
    assert {"id", "kind", "at", "title"} <= set(bridge["alerts"][0])


def test_before_the_ban_ends_nothing_about_totals_was_told(capsys: Captured) -> None:
    """`--as-of` a minute earlier: at most that a source is silent."""
    cli.main(["rehearse", "practice", "--as-of", "18:29", "--json"])
    contests = answer(capsys)["contests"].values()
    assert {one["kind"] for facts in contests for one in facts["alerts"]} <= {"source-stalled"}


def test_an_alert_of_the_ending_that_was_never_told_is_the_answer_no(
    tmp_path: Path, capsys: Captured
) -> None:
    """Exit code 1, and which."""
    path = copied(tmp_path)
    ending = json.loads((path / "ending.json").read_bytes())
    ending["contests"]["mayor"]["alerts"].append(["call-made", "certain/deniz/1"])
    (path / "ending.json").write_text(json.dumps(ending))
    assert 1 == cli.main(["rehearse", str(path)])
    assert "mayor.alerts: call-made certain/deniz/1 was never told" in capsys.readouterr().err
