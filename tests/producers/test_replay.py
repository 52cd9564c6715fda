"""A recording played: every record once, in order, at its time, with a clock of the test's own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from election.errors import RecordError
from election.wire.records import Bundle, Record, Ruling, identity
from producers.bundling import bundles
from producers.faults import Fault, Faults
from producers.formats.document import Heard, Refusal
from producers.notes import NotePublisher
from producers.pace import Pace
from producers.replay import Played, moves_the_ban, replay
from sandik import folders, recordings
from tests.producers import tiny
from tests.producers.test_bundling import a_report


class Taken:
    """A publisher that takes everything; `refuses` makes it refuse a record as too large."""

    def __init__(self, refuses: Callable[[Record], bool] = lambda record: False) -> None:
        self.records: list[tuple[float, Record]] = []
        self.drained_after = -1
        self._refuses = refuses
        self.now_s: Callable[[], float] = lambda: 0.0
        self.ends: dict[tuple[str, int], int] = {}
        self.marks: list[tuple[str, bytes | None]] = []

    async def marked(self, bundle: Bundle, mark: str, damaged: bytes | None = None) -> None:
        """Notes what was done to it."""
        self.marks.append((mark, damaged))

    async def publish(self, record: Record) -> None:
        """Notes when it came."""
        if self._refuses(record):
            raise RecordError("R008", "record", "too large")
        self.records.append((self.now_s(), record))

    async def drain(self) -> None:
        """Notes after how many records."""
        self.drained_after = len(self.records)


class Watch:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def now_s(self) -> float:
        """The time."""
        return self.at_s

    async def sleep(self, seconds: float) -> None:
        """Jumps; never by so little that the clock would not move."""
        self.at_s += max(seconds, 1e-6) if seconds else 0


def rulings(*seconds: float) -> list[Ruling]:
    """Rulings heard so many seconds after the beginning."""
    times = [tiny.HEARD_AT + timedelta(seconds=second) for second in seconds]
    return [Ruling("mayor", "concession", at, at, "council", "", "") for at in times]


async def play(heard: list[Heard], pace: Pace, taken: Taken, refused: list[Refusal] | None = None) -> Played:
    """Plays into `taken`."""
    bad: list[Refusal] = [] if refused is None else refused
    return await replay(lambda: heard, pace, cast("NotePublisher", taken), bad.append)


async def test_as_fast_as_possible_every_record_is_sent_once_in_order() -> None:
    """Nothing waits, and the end is after the last acknowledgement."""
    records, taken = rulings(0, 3600, 7200), Taken()
    played = await play(list(records), Pace(None), taken)
    assert records == [record for _, record in taken.records]
    assert (3, 0, 3) == (played.records, played.refused, taken.drained_after)
    assert records[-1].heard_at == played.at


async def test_each_record_is_sent_at_its_time() -> None:
    """At ten times the speed: what was heard 20 and 50 s later is sent 2 and 5 s later."""
    watch, taken = Watch(), Taken()
    taken.now_s = watch.now_s
    await replay(
        lambda: rulings(0, 20, 50),
        Pace(10),
        cast("NotePublisher", taken),
        print,
        clock=watch.now_s,
        sleep=watch.sleep,
    )
    assert [100.0, 102.0, 105.0] == [round(at, 3) for at, _ in taken.records]


async def test_what_is_late_is_caught_up_without_waiting() -> None:
    """When sending took longer than the pace allows, the next ones follow at once."""
    watch, taken = Watch(), Taken()

    def slow() -> float:
        watch.at_s += 30.0
        return watch.at_s

    taken.now_s = slow
    await replay(
        lambda: rulings(0, 20, 50),
        Pace(1),
        cast("NotePublisher", taken),
        print,
        clock=watch.now_s,
        sleep=watch.sleep,
    )
    assert [130.0, 160.0, 190.0] == [at for at, _ in taken.records]


async def test_a_line_that_is_no_record_is_refused_and_the_rest_is_played() -> None:
    """Both are counted."""
    bad, refused = Refusal("R001", "tiny.jsonl", 2, "record", "This is not JSON."), list[Refusal]()
    played = await play([bad, *rulings(0)], Pace(None), Taken(), refused)
    assert [bad] == refused
    assert (1, 1) == (played.records, played.refused)


async def test_a_record_over_the_limit_is_refused_and_the_rest_is_played() -> None:
    """One large record does not end a night, and each is named."""
    large, fine, larger = rulings(0, 1, 2)
    taken, refused = Taken(lambda record: record is not fine), list[Refusal]()
    played = await play([large, fine, larger], Pace(None), taken, refused)
    assert ["R008", "R008"] == [bad.code for bad in refused]
    said = [
        f"the recording:0: R008 record: record {identity(one)} is not sent: too large"
        for one in (large, larger)
    ]
    assert said == [str(bad) for bad in refused]  # which line it was nobody knows here
    assert (1, 2) == (played.records, played.refused)


async def test_reports_are_counted_in_their_bundles() -> None:
    """A bundle of two is one record and two reports."""
    records = list(bundles([a_report("n-1"), a_report("n-2")], tiny.night()))
    played = await play(list(records), Pace(None), Taken())
    assert (1, 2) == (played.records, played.reports)


async def test_a_single_report_has_no_place_in_a_recording() -> None:
    """A format that gives single reports is bundled first; forgetting it is a mistake in our code."""
    with pytest.raises(TypeError, match="bundled first"):
        await play([a_report()], Pace(None), Taken())


SPEEDS = (1.0, 60.0, None)


@pytest.mark.parametrize("name", ["practice", "istanbul-2019-03-31", "istanbul-2019-06-23"])
async def test_at_every_speed_the_same_records_are_sent_in_the_same_order(name: str) -> None:
    """A night has one ending: the speed says when a record is sent, and never which or after which."""
    folder = folders.load(name)
    records = [one for one in recordings.heard(folder.recording, folder.night) if isinstance(one, Record)]
    for speed in SPEEDS:
        taken, watch = Taken(), Watch()
        await replay(
            lambda: records, Pace(speed), cast("NotePublisher", taken), print, clock=watch.now_s,
            sleep=watch.sleep,
        )  # fmt: skip
        assert records == [record for _, record in taken.records]


async def test_in_step_each_record_waits_until_all_of_before_is_settled() -> None:
    """So that what is told does not hang on how records fall together."""
    taken, settled = Taken(), list[int]()
    taken.ends = {("reports", 0): 7}

    async def settle(ends: Mapping[tuple[str, int], int]) -> None:
        assert {("reports", 0): 7} == ends
        settled.append(len(taken.records))

    records = rulings(0, 1, 1)
    await replay(lambda: records, Pace(None), cast("NotePublisher", taken), print, settle=settle)
    assert [1, 2, 3] == settled


async def test_a_replay_may_wait_behind_what_moves_the_ban_alone() -> None:
    """Else reports of a later hour are counted before it, and the ban seems to have ended with them."""
    taken, settled = Taken(), list[int]()

    async def settle(ends: Mapping[tuple[str, int], int]) -> None:
        settled.append(len(taken.records))

    first, lifted, last = rulings(0, 1, 1)
    records = [first, replace(lifted, kind="embargo-lifted"), last]
    out = cast("NotePublisher", taken)
    await replay(lambda: records, Pace(None), out, print, settle=settle, after=moves_the_ban)
    assert [2] == settled


async def test_what_a_fault_touched_is_sent_marked() -> None:
    """And what it did not touch is sent as ever."""
    records, taken = list(bundles([a_report("n-1"), a_report("n-2")], tiny.night())), Taken()
    twice = Faults([Fault("duplicate")], seed=1)
    played = await replay(lambda: records, Pace(None), cast("NotePublisher", taken), print, faults=twice)
    assert [("duplicate", None)] == taken.marks
    assert (2, 4) == (played.records, played.reports)
