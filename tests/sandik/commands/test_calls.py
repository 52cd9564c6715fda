"""sandik calls: what it shows and its exit codes; on a real broker and store in tests/live/test_desk.py."""

import argparse
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from election.wire.told import encode
from producers.settings import Settings as Producing
from sandik import cli, deciding, folders
from sandik.commands import calls
from sandik.deciding import Room
from sandik.say import Out
from streams.settings import Settings as Counting
from tests.sandik.evenings import Evening, Logged, Stored

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> Evening:
    """An evening that every command of this test looks at, its log included."""
    made = Evening()

    def opened(args: argparse.Namespace) -> Room:
        room = Room(folders.Folder(folders.find("practice"), made.night), Producing(), Counting())
        room.store = room.looks = Stored(made)  # type: ignore[assignment]
        return room

    async def read_log(settings: object, topics: object) -> AsyncIterator[Logged]:
        async for logged in made.reading():
            yield logged

    monkeypatch.setattr(deciding, "opened", opened)
    monkeypatch.setattr("producers.record.read_log", read_log)
    return made


def typed(*words: str) -> tuple[int, argparse.Namespace]:
    """Runs it as typed, with --json; the exit code."""
    parser = argparse.ArgumentParser()
    calls.arguments(parser)
    args = parser.parse_args([*words, "--json"])
    return calls.run(args, Out(args.json)), args


def answer(capsys: Captured) -> Any:
    """The JSON object on the last line of stdout."""
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_every_contest_is_shown(evening: Evening, capsys: Captured) -> None:
    """What waits in one of them, and that the figures are simulated."""
    assert 0 == typed()[0]
    found = answer(capsys)
    assert (list(evening.night.contests), True) == (list(found["contests"]), found["simulated"])
    assert evening.proposal.id == found["contests"]["mayor"]["proposal"]["id"]
    assert found["contests"]["bridge"]["proposal"] is None


def test_where_nothing_is_counted_it_is_asked_whether_this_is_the_right_place(
    evening: Evening, capsys: Captured
) -> None:
    """Mode, night and session; where something is, nobody is asked."""
    assert 0 == typed()[0]
    assert "right mode" not in capsys.readouterr().err
    for known in (evening.facts, evening.log, evening.rulings):
        known.clear()
    assert 0 == typed()[0]
    assert (
        "nothing is counted yet in replay.practice: is this the right mode, night and session?"
        in capsys.readouterr().err
    )


def test_one_of_them_is_shown_by_an_id(evening: Evening, capsys: Captured) -> None:
    """Only its story."""
    assert 0 == typed(evening.proposal.id)[0]
    found = answer(capsys)["contests"]
    assert ["mayor"] == list(found)
    assert ["call-proposed"] == [one["kind"] for one in found["mayor"]["history"]]


@pytest.mark.parametrize("more", [[], ["--dossier"], ["--recompute"]])
def test_an_id_that_is_not_there_is_the_answer_no(
    more: list[str], evening: Evening, capsys: Captured
) -> None:
    """With the near one."""
    assert 1 == typed(evening.proposal.id[:-1] + "x", *more)[0]
    assert f"did you mean {evening.proposal.id}?" in answer(capsys)["refused"]


def test_a_dossier_is_printed_as_its_bytes_alone(evening: Evening, capsys: Captured) -> None:
    """So that it can be kept in a file and hashed."""
    parser = argparse.ArgumentParser()
    calls.arguments(parser)
    assert 0 == calls.run(parser.parse_args([evening.proposal.id, "--dossier"]), Out())
    printed = capsys.readouterr().out
    assert "deniz" == json.loads(printed)["verdict"]["choice"]
    assert printed == printed.strip()


def test_the_same_bytes_are_exit_code_0_and_others_1(evening: Evening, capsys: Captured) -> None:
    """With the first field that differs; no dossier is printed that was not told."""
    assert 0 == typed(evening.proposal.id, "--recompute")[0]
    found = answer(capsys)
    assert (True, None) == (found["same"], found["difference"])
    place = evening.facts.index(evening.proposal)
    forged = replace(evening.proposal, d={**evening.proposal.d, "cushion_votes": 1})
    at = next(
        at for at, one in enumerate(evening.log) if one.value == encode(evening.proposal, evening.scope)
    )
    evening.log[at] = replace(evening.log[at], value=encode(forged, evening.scope))
    evening.facts[place] = forged
    assert 1 == typed(forged.id, "--recompute", "--dossier")[0]
    captured = capsys.readouterr()
    assert "verdict.cushion_votes: 1 was told" in json.loads(captured.out)["difference"]
    assert '"verdict"' not in captured.err


@pytest.mark.parametrize("flag", ["--dossier", "--recompute"])
def test_a_dossier_is_of_one_call(flag: str, capsys: Captured) -> None:
    """Without an id it is wrong use."""
    assert 2 == cli.main(["calls", "--night", "practice", flag])
    assert "sandik calls ID --dossier" in capsys.readouterr().err
