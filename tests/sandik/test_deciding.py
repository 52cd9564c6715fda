"""How an outcome is waited for, and what a decision says in the end; a store that is a list, and no broker.

Know before changing: whole decisions on a real broker and store are in tests/live/test_desk.py.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from election.errors import SandikError, UsageError
from election.wire.records import Ruling
from producers.settings import Settings as Producing
from sandik import deciding, desk, folders
from sandik.commands import approve
from sandik.deciding import Room
from sandik.say import Out
from streams.settings import Settings as Counting
from tests.sandik.evenings import MAYOR, PLACE, Evening, Stored

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def evening() -> Evening:
    """A call waits for two people."""
    return Evening()


@pytest.fixture
def room(evening: Evening) -> Room:
    """The desk of that evening."""
    folder = folders.Folder(folders.find("practice"), evening.night)
    made = Room(folder, Producing(), Counting())
    made.store = made.looks = Stored(evening)  # type: ignore[assignment]
    return made


def approval(evening: Evening, by: str = "Ayşe") -> Ruling:
    """Somebody signs what waits; it is not taken in yet."""
    waiting = evening.proposal
    data = {"proposal": waiting.id, "version": waiting.version}
    case = evening.case()
    return desk.decision(
        "call-approved",
        case,
        by=by,
        because="checked",
        data=data,
        heard_at=desk.hour(case, "replay", case.at),  # type: ignore[arg-type]
    )


async def test_a_case_is_read_as_the_evaluator_sees_it(room: Room, evening: Evening) -> None:
    """View, facts and memory; a contest of which nothing was heard is there too."""
    cases = await room.cases()
    assert list(evening.night.contests) == [case.contest.id for case in cases]
    mayor, wanted = cases[0], evening.case()
    assert (wanted.facts, wanted.at, wanted.version) == (mayor.facts, mayor.at, mayor.version)
    assert wanted.memory == mayor.memory
    assert wanted.view.seen == mayor.view.seen
    assert 0 == cases[1].version == cases[1].view.seen.boxes


async def test_a_store_with_a_fact_nobody_can_read_says_the_way_out(room: Room, evening: Evening) -> None:
    """Another version of the program let it in."""
    evening.facts[0] = replace(evening.facts[0], d={})
    with pytest.raises(
        SandikError, match=r"d\.opens_at of embargo-lifted is missing.* sandik verify --rebuild"
    ):
        await room.cases()


async def test_the_outcome_is_waited_for_until_it_is_told(room: Room, evening: Evening) -> None:
    """Not taken in, then taken in, then told."""
    stored: Any = room.looks
    made = approval(evening)

    def take_in() -> None:
        stored.end = 1

    stored.steps = [lambda: None, take_in, lambda: evening.hear(made)]
    found = await room._outcome(made, PLACE, 1, 30, Out())
    assert (desk.DONE, ["proposal-approved"]) == (found.word, [fact.kind for fact in found.facts])
    assert [] == stored.steps


@pytest.mark.parametrize(
    ("end", "says"), [(0, "in the log, and not taken in"), (1, "nothing was told of it")]
)
async def test_what_nobody_takes_in_ends_at_the_deadline(
    end: int, says: str, room: Room, evening: Evening
) -> None:
    """And says not to send it again."""
    stored: Any = room.looks
    stored.end = end
    found = await room._outcome(approval(evening), PLACE, 1, 0.001, Out())
    assert desk.WAITS == found.word
    assert says in found.because
    assert "do not send it again" in found.because


async def test_what_was_told_out_of_order_is_said(room: Room, evening: Evening) -> None:
    """A store that was damaged is not summed up."""
    del evening.facts[0]
    with pytest.raises(SandikError, match="sandik verify --rebuild"):
        await room.case(MAYOR)


async def test_what_would_be_ignored_is_not_sent(room: Room, evening: Evening) -> None:
    """No broker is asked: there is none."""
    evening.approve()
    with pytest.raises(desk.RefusedError, match="different people"):
        await room.decide(await room.case(MAYOR), approval(evening), 1, Out())


class TestRun:
    """From the arguments to the exit code."""

    def typed(self, *words: str) -> argparse.Namespace:
        """An approval as it is typed."""
        parser = argparse.ArgumentParser()
        approve.arguments(parser)
        return parser.parse_args([*words, "--by", "Ayşe", "--because", "checked", "--json"])

    @pytest.mark.parametrize(
        ("outcome", "code"),
        [
            (desk.Outcome(desk.TAKEN), 0),
            (desk.Outcome(desk.LATE, (), "It was refused."), 1),
            (desk.Outcome(desk.WAITS, (), "Nobody is there."), 3),
        ],
    )
    def test_each_outcome_has_its_exit_code(
        self, outcome: desk.Outcome, code: int, room: Room, evening: Evening, monkeypatch: pytest.MonkeyPatch,
        capsys: Captured,
    ) -> None:  # fmt: skip
        """And its JSON."""
        sent: list[Ruling] = []

        async def decide(case: object, ruling: Ruling, wait_s: float, out: Out) -> desk.Outcome:
            sent.append(ruling)
            return outcome

        monkeypatch.setattr(room, "decide", decide)
        monkeypatch.setattr(deciding, "opened", lambda args: room)
        assert code == deciding.run(self.typed(evening.proposal.id), Out(True), approve.wish)
        answer = json.loads(capsys.readouterr().out)
        assert (outcome.word, code == 0) == (answer["outcome"], answer["done"])
        assert (sent[0].id, "mayor", "practice") == (answer["ruling"], answer["contest"], answer["night"])
        assert room.store.closed  # type: ignore[attr-defined]

    def test_a_refusal_is_exit_code_1_and_said_in_json(
        self, room: Room, monkeypatch: pytest.MonkeyPatch, capsys: Captured
    ) -> None:
        """Nothing was sent."""
        monkeypatch.setattr(deciding, "opened", lambda args: room)
        assert 1 == deciding.run(self.typed("nonsense"), Out(True), approve.wish)
        captured = capsys.readouterr()
        assert "There is no proposal 'nonsense'" in captured.err
        assert ("refused", False, []) == tuple(
            json.loads(captured.out)[name] for name in ("outcome", "done", "told")
        )

    @pytest.mark.parametrize("wait", ["0", "-1", "nan", "inf"])
    def test_a_wait_that_makes_no_sense_is_wrong_use(self, wait: str) -> None:
        """Before anything is opened."""
        with pytest.raises(UsageError, match="--wait"):
            deciding.run(self.typed("x", f"--wait={wait}"), Out(), approve.wish)


@pytest.mark.parametrize(
    ("words", "session"), [(["--session", "rerun-2"], "rerun-2"), ([], "of-the-environment")]
)
def test_the_session_is_the_one_typed_or_that_of_the_environment(
    words: Sequence[str], session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the log and the store alike."""
    monkeypatch.setenv("SANDIK_SESSION", "of-the-environment")
    parser = argparse.ArgumentParser()
    desk.asks_where(parser)
    opened = deciding.opened(parser.parse_args(["--night", "practice", *words]))
    assert session == opened.scope.session == opened.store.scope.session
