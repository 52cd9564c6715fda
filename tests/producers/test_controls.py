"""What a replay does with a jump to an earlier hour, without a broker; the rest is in tests/live."""

import asyncio
import gc
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from election.errors import OutsideError, UsageError
from election.night import NightId
from election.wire.controls import Control
from election.wire.records import Ruling
from producers.controls import Controls
from producers.pace import Cue, Due
from producers.publish import Publisher
from producers.settings import Settings

EIGHT = datetime(2019, 6, 23, 17, 0, tzinfo=UTC)


class Out:
    """A publisher that has sent seven records."""

    def __init__(self) -> None:
        self.ends = {("reports", 0): 7}

    async def drain(self) -> None:
        """All is acknowledged."""


def asked_back(fails: bool = False) -> tuple[Controls, list[Mapping[tuple[str, int], int]]]:
    """Controls of a replay that has come to eight and is asked to go back an hour."""
    forgotten: list[Mapping[tuple[str, int], int]] = []

    async def go_back(ends: Mapping[tuple[str, int], int]) -> None:
        if fails:
            raise OutsideError("The store is away.")
        forgotten.append(dict(ends))

    controls = Controls(Settings(), NightId("practice"), 60.0, go_back)
    ruling = Ruling("mayor", "concession", EIGHT, EIGHT, "council", "", "")
    controls.tempo.played(Due(0.0, Cue(EIGHT, ruling)))
    asks = Control("c1", "jump", "Ayşe", EIGHT, to=EIGHT - timedelta(hours=1))
    assert "" == controls.tempo.take(asks, 0.0)
    return controls, forgotten


async def test_all_that_was_played_is_forgotten_and_the_recording_begins_anew() -> None:
    """Up to the ends that were acknowledged; which are no ends any more afterwards."""
    controls, forgotten = asked_back()
    out = Out()
    assert await controls.take_back(cast("Publisher", out), 5.0)
    assert [{("reports", 0): 7}] == forgotten
    assert {} == out.ends
    assert (False, None) == (controls.tempo.back, controls.tempo.played_at)


async def test_where_it_cannot_be_forgotten_the_replay_goes_on() -> None:
    """The ends stay, and so does the hour that was reached."""
    controls, _ = asked_back(fails=True)
    out = Out()
    assert not await controls.take_back(cast("Publisher", out), 5.0)
    assert {("reports", 0): 7} == out.ends
    assert (False, EIGHT) == (controls.tempo.back, controls.tempo.played_at)


async def test_after_the_end_a_jump_back_is_waited_for() -> None:
    """What was asked while the end was being counted is done at once."""
    controls, forgotten = asked_back()
    await controls.asked_back(cast("Publisher", Out()))
    assert 1 == len(forgotten)


async def test_controls_that_cannot_forget_never_go_back() -> None:
    """A jump is refused before anything is asked of the log."""
    controls = Controls(Settings(), NightId("practice"), 60.0)
    with pytest.raises(RuntimeError, match="may not go back"):
        await controls.take_back(cast("Publisher", Out()), 0.0)


class Sees:
    """Somebody who knows what befalls the recording."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def asked(self, control: Control) -> tuple[str, Mapping[str, Any]]:
        if control.fault.get("kind") == "flood":
            raise UsageError("There is no flood.")
        return "", {"faults": [dict(control.fault)]}

    def heard(self, control: Control, because: str, at: datetime | None) -> None:
        self.done.append(f"{control.do} {because}".strip())


def asks(do: str, **more: Any) -> Control:
    """What Ayşe asks."""
    return Control("c1", do, "Ayşe", EIGHT, **more)


async def test_faults_and_looks_are_answered_by_whoever_knows_the_recording() -> None:
    """With where the replay stands; what cannot be is said, and ends nothing."""
    sees = Sees()
    controls = Controls(Settings(), NightId("practice"), 60.0, looks=sees)
    done = await controls._take(asks("fault", fault={"kind": "stall"}))
    assert ("", {"faults": [{"kind": "stall"}]}, 60.0) == (done.because, done.facts, done.speed)
    assert "There is no flood." == (await controls._take(asks("fault", fault={"kind": "flood"}))).because
    await controls._take(asks("pause"))
    await controls._take(asks("resume"))
    await controls._take(asks("step"))
    assert ["pause", "resume"] == sees.done[:2]
    assert "Only a paused replay" in sees.done[2]


async def test_a_replay_that_nobody_looks_into_says_so() -> None:
    """Instead of being silent."""
    done = await Controls(Settings(), NightId("practice"), 60.0)._take(asks("look"))
    assert "nothing to see" in done.because


async def test_what_ended_the_listening_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By `rest`; where nobody rests any more by the log of the replay, and never by the library's loop."""

    async def fails(controls: Controls) -> None:
        raise OutsideError("Kafka is away.")

    monkeypatch.setattr(Controls, "_follow", fails)

    async def rests() -> None:
        async with Controls(Settings(), NightId("practice"), 60.0) as controls:
            await controls.rest(60.0)
            await controls.rest(None)

    with pytest.raises(OutsideError, match=r"Kafka is away\."):
        await rests()
    assert [] == caplog.messages
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, about: complaints.append(about))
    async with Controls(Settings(), NightId("practice"), 60.0) as controls:
        await asyncio.sleep(0)
    del controls
    gc.collect()
    assert ["nobody listened to the desk any more: Kafka is away."] == caplog.messages
    assert [] == complaints
