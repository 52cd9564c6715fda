"""A feed into Kafka: compared with the log, bundled, acknowledged, told; looked at again and again."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from election.errors import RecordError, UsageError
from election.night import Night, SourceId
from election.wire.records import Bundle, Record, decode, encode
from producers.attention import Attention
from producers.formats import FORMATS
from producers.formats.document import Document, FeedError, Heard
from producers.produce import Feed, Polling, Produced, Producer, StoppedError, _look, follow, once
from producers.publish import Publisher
from producers.said import Held
from producers.sources.fetched import Fetched, TroubleError
from tests.producers import tables

AT = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)
COUNCIL = SourceId("council")
STRICT = replace(tables.NIGHT.sources[COUNCIL], withdrawals_min=1, withdrawals_max_pct=10)
NIGHT = replace(tables.NIGHT, sources={**tables.NIGHT.sources, COUNCIL: STRICT})
TABLE = "box,voters,valid,ada,bulut\nn-1,100,90,50,40\nn-2,100,90,50,40\ns-1,20,20,20,\ns-2,30,30,30,\n"


class Log:
    """A log in memory: what is published is in it when `drain` returns."""

    def __init__(self, refuses: Callable[[Record], bool] = lambda record: False) -> None:
        self.records: list[Record] = []
        self.drained = 0
        self.forgotten = 0
        self._refuses = refuses

    async def publish(self, record: Record) -> None:
        """Takes it, as it comes back from the log."""
        if self._refuses(record):
            raise RecordError("R008", "record", "too large")
        self.records.append(decode(encode(record)))

    async def drain(self) -> None:
        """Counts how often it was waited for."""
        self.drained += 1

    async def catch_up(self) -> Held:
        """What the source said last, from the log alone: a poller that starts anew knows no more."""
        held = Held(NIGHT, COUNCIL)
        for record in self.records:
            held.take(record)
        return held

    def forget(self) -> None:
        """Nothing is kept anyway."""
        self.forgotten += 1

    def boxes(self) -> list[tuple[str, int, str]]:
        """Every report in it: box, votes for Ada, cause."""
        return [
            (str(claim.unit), cast("int", claim.votes.get("ada")), str(claim.cause))
            for record in self.records if isinstance(record, Bundle)
            for claim in record.claims()
        ]  # fmt: skip


class Told:
    """A producer of a feed, its log, and what it said."""

    def __init__(
        self, log: Log | None = None, *, whole: bool = True, accept: bool = False, name: str = "csv"
    ) -> None:
        self.log, self.said, self.stop = log or Log(), list[str](), asyncio.Event()
        feed = Feed(FORMATS[name], NIGHT, COUNCIL, whole=whole, accept=accept, mode="replay")
        self.seen: list[tuple[float, str]] = []
        self.producer = Producer(
            feed, cast("Publisher", self.log), self.log, self.said.append, self.stop,
            lambda done, text: self.seen.append((done, text)),
        )  # fmt: skip

    async def table(self, text: str, minutes: int = 0, *, stated: bool = True) -> list[str]:
        """One snapshot; gives what was said of it."""
        before, self._settled = len(self.said), list[bool]()
        at = AT + timedelta(minutes=minutes)
        await self.producer.snapshot(Fetched("now.csv", at, lines(text), stated, self._settle))
        return self.said[before:]

    def _settle(self) -> None:
        self._settled.append(True)

    def settled(self) -> bool:
        """Whether the last snapshot need not be given again."""
        return self._settled == [True]


def lines(text: str) -> Iterable[bytes]:
    """As a source gives it."""
    return [line.encode() + b"\n" for line in text.splitlines()]


async def test_a_table_is_bundled_by_area_and_acknowledged() -> None:
    """And one line says what became of it."""
    told = Told()
    said = await told.table(TABLE)
    assert ["18:00:00 UTC now.csv: 4 appeared, 0 as before"] == said
    assert [["n-1", "n-2"], ["s-1", "s-2"]] == [r.box for r in told.log.records if isinstance(r, Bundle)]
    assert told.log.drained
    assert told.settled()
    assert Produced(snapshots=1, reports=4, records=2, appeared=4) == told.producer.done


async def test_the_next_table_sends_only_what_is_new() -> None:
    """A correction, and a box that was taken away."""
    told = Told()
    await told.table(TABLE)
    said = await told.table(TABLE.replace("n-1,100,90,50", "n-1,100,91,51").replace("s-2,30,30,30,\n", ""), 5)
    assert ["18:05:00 UTC now.csv: 1 corrected, 1 withdrawn, 2 as before"] == said
    assert [("n-1", 51, "first"), ("s-2", None, "withdrawn")] == told.log.boxes()[4:]


async def test_a_producer_that_starts_anew_goes_on_from_the_log() -> None:
    """The same table again is no news, whoever sent it first."""
    log = Log()
    await Told(log).table(TABLE)
    said = await Told(log).table(TABLE, 5)
    assert ["18:05:00 UTC now.csv: nothing new, 4 as before"] == said
    assert 2 == len(log.records)


async def test_a_table_that_lost_too_much_is_held_back_and_compared_again() -> None:
    """What to type is said, once; nothing is withdrawn, and the same bytes are to be given again."""
    told = Told()
    await told.table(TABLE)
    short = TABLE.partition("n-2")[0]
    line, why = await told.table(short, 5)
    assert "3 missing and not withdrawn" in line
    assert "--accept-withdrawals" in why
    assert not told.settled()
    assert 3 == told.producer.done.held_back
    assert 1 == len(await told.table(short, 6))
    by_hand = Told(told.log, accept=True)
    assert ["18:07:00 UTC now.csv: 3 withdrawn, 1 as before"] == await by_hand.table(short, 7)
    assert ["18:08:00 UTC now.csv: nothing new, 1 as before"] == await told.table(short, 8)
    assert told.settled()
    assert 0 == told.producer.done.held_back


async def test_a_bad_row_is_said_once_and_its_box_stays() -> None:
    """The rest goes on; the same row at the next look is counted and not said again."""
    told = Told()
    await told.table(TABLE)
    bad = TABLE.replace("n-1,100", "n-1,1x0")
    said = await told.table(bad, 5)
    assert ["now.csv:2: E107 voters: '1x0' is no whole number."] == said[:1]
    assert "1 refused" in said[1]
    (again,) = await told.table(bad, 6)
    assert "1 refused" in again
    assert 2 == told.producer.done.refused
    assert 4 == len(told.log.boxes())


async def test_very_many_bad_rows_are_counted_and_no_longer_listed() -> None:
    """A log is for people."""
    told = Told()
    rows = "".join(f"nowhere-{number},1,1,1,\n" for number in range(200))
    said = await told.table(TABLE.partition("n-1")[0] + rows)
    assert 102 == len(said)
    assert "more could not be read" in said[100]
    assert 200 == told.producer.done.refused


async def test_a_record_over_the_limit_is_refused_and_forgotten() -> None:
    """It is not in the log, so it is not held as said: the next table brings it again."""
    log = Log(lambda record: isinstance(record, Bundle) and record.area == "north")
    told = Told(log)
    said = await told.table(TABLE)
    assert "R008" in said[0]
    assert (1, 1) == (told.producer.done.refused, log.forgotten)
    assert ["s-1", "s-2"] == [box for box, _, _ in log.boxes()]


async def test_a_table_that_cannot_be_read_is_an_error_after_what_could_be() -> None:
    """What came before the break is sent, nothing is withdrawn, the same bytes are not asked for again."""
    told = Told()
    await told.table(TABLE)

    def broken() -> Iterable[bytes]:
        yield from lines(TABLE.partition("n-2")[0].replace("90,50", "91,51"))
        raise FeedError("now.csv", 3, "It broke off")

    settled = list[bool]()
    with pytest.raises(FeedError, match="broke off"):
        await told.producer.snapshot(
            Fetched("now.csv", AT + timedelta(minutes=5), broken(), True, lambda: settled.append(True))
        )
    assert [("n-1", 51, "first")] == told.log.boxes()[4:]
    assert "18:05:00 UTC now.csv: 1 corrected, 0 as before; 3 missing and not withdrawn" == told.said[1]
    assert "could not be read to its end" in told.said[2]
    assert [True] == settled
    assert 1 == told.producer.done.unread


async def test_a_time_of_ours_is_never_before_what_was_heard() -> None:
    """Our clock was set back: what was fetched now is the newest there is all the same."""
    told = Told()
    await told.table(TABLE)
    said = await told.table(TABLE.replace("90,50", "91,51"), -60, stated=False)
    assert ["18:00:00 UTC now.csv: 2 corrected, 2 as before"] == said


async def test_an_older_table_of_the_feed_s_own_time_changes_nothing() -> None:
    """An old copy of a cache: it is said, and it is no sign of life."""
    told = Told()
    await told.table(TABLE)
    old = Fetched("now.csv", AT - timedelta(minutes=9), lines(TABLE.replace("90,50", "80,40")), True)
    assert not await told.producer.snapshot(old)
    assert 4 == len(told.log.boxes())
    assert any("--at" in line for line in told.said)


async def test_since_when_all_contests_were_heard() -> None:
    """Nothing at first: then no table was overtaken."""
    told = Told()
    assert await told.producer.begun() is None
    await told.table(TABLE)
    assert AT == await told.producer.begun()


async def test_rows_from_a_pipe_are_sent_as_they_come() -> None:
    """Each is the newer word on its box, with the time when it came."""
    out, into = os.pipe()
    os.write(into, (TABLE + "n-1,100,91,51,40\n").encode())
    os.close(into)
    told = Told(whole=False)
    await told.producer.stream("standard input", out)
    assert (0.0, "standard input: 5 reports") == told.seen[-1], "nobody knows of how many"
    os.close(out)
    assert 51 == {box: ada for box, ada, _ in told.log.boxes()}["n-1"]
    assert 1 == told.producer.done.snapshots


async def test_a_pipe_that_cannot_be_read_further_ends_when_all_before_is_acknowledged() -> None:
    """A byte of another encoding in the middle of a night: what came before it is not lost with it."""

    def breaks(document: Document, night: Night) -> Iterator[Heard]:
        yield from FORMATS["csv"].parse(document, night)
        raise FeedError(document.name, 6, "byte 0xfd is not utf-8.")

    out, into = os.pipe()
    os.write(into, TABLE.encode())
    os.close(into)
    told = Told(whole=False)
    told.producer.feed = replace(told.producer.feed, format=replace(FORMATS["csv"], parse=breaks))
    with pytest.raises(FeedError, match="byte 0xfd"):
        await told.producer.stream("standard input", out)
    os.close(out)
    assert (4, 1) == (len(told.log.boxes()), told.log.drained)


class Given:
    """A source of the test's own: what each look brings, or the trouble it is in; then it asks to stop."""

    name = "feed"

    def __init__(self, told: Told, *looks: Sequence[str] | Exception) -> None:
        self._told, self._left = told, list(looks)
        self.looks = 0

    async def look(self) -> Sequence[Fetched]:
        """The next of them."""
        self.looks += 1
        if not self._left:
            self._told.stop.set()
            await asyncio.Event().wait()
        found = self._left.pop(0)
        if isinstance(found, Exception):
            raise found
        at = AT + timedelta(minutes=self.looks)
        return [Fetched("feed", at, lines(text), True) for text in found]

    async def close(self) -> None:
        """Nothing is held."""


QUICK = Polling(0.001, 1800.0, lambda: 0.5)


async def test_a_feed_in_trouble_is_followed_until_it_is_well_again() -> None:
    """A 503, a page that is no table, a table: what is said begins and ends with the trouble."""
    told = Told()
    away = TroubleError("it answers 503")
    given = Given(told, [TABLE], away, away, [], ["junk\n"], [], [], [TABLE])
    await follow(given, told.producer, QUICK)
    assert 9 == given.looks
    said = [line.split(": ", 1)[1].partition(";")[0] for line in told.said]
    assert "it answers 503" == said[1]
    assert "it can be read again, after 0 s" == said[2]
    assert "nothing is withdrawn" in told.said[3]
    assert "no column" in said[4]
    assert ["nothing new, 4 as before", "it can be read again, after 0 s"] == said[5:]
    assert ["nothing new, 4 as before"] == [line for line in said if "as before" in line][1:]


async def test_whoever_asks_to_stop_is_obeyed_when_all_is_acknowledged() -> None:
    """In the middle of a wait, of a look and of a table."""
    told = Told()
    waiting = asyncio.create_task(follow(Given(told, [TABLE]), told.producer, Polling(3600.0, 1800.0)))
    while not told.log.records:  # noqa: ASYNC110 - it runs by itself
        await asyncio.sleep(0)
    told.stop.set()
    drained = told.log.drained
    await waiting
    assert told.log.drained >= drained

    told = Told()

    def stops() -> Iterable[bytes]:
        yield from lines(TABLE)
        told.stop.set()
        while True:
            yield b"\n"

    with pytest.raises(StoppedError):
        await told.producer.snapshot(Fetched("feed", AT, stops(), True))


async def test_one_look_ends_with_what_is_wrong() -> None:
    """After everything that could be read; a folder's other files too."""
    told = Told()
    with pytest.raises(UsageError, match="no column box"):
        await once(Given(told, ["junk\n", TABLE, "junk\n"]), told.producer)
    assert 4 == told.producer.done.appeared
    with pytest.raises(TroubleError, match="503"):
        await once(Given(told, TroubleError("it answers 503")), told.producer)


async def test_a_file_that_cannot_be_read_is_said_once_however_many_follow() -> None:
    """A folder may hold a thousand of them; looked at once, the last that is wrong is the error."""
    told = Told()
    with pytest.raises(UsageError, match="no column box") as raised:
        await once(Given(told, ["junk\n", TABLE, TABLE, "other\n", TABLE]), told.producer)
    said = [line.partition("begins ")[2][:7] for line in [*told.said, str(raised.value)] if _is_said(line)]
    assert ["'junk'.", "'other'"] == said
    told = Told()
    attention = Attention("incoming", 1800.0, 0.0)
    await _look(Given(told, ["junk\n", TABLE, TABLE, TABLE]), told.producer, attention, QUICK)
    assert 1 == sum(map(_is_said, told.said))


def _is_said(line: str) -> bool:
    """Whether it says what is wrong with a file, and not what was left undone because of it."""
    return "no column box" in line and "withdrawn" not in line


def test_a_line_says_everything_that_became_of_a_table() -> None:
    """In the order of how much it matters."""
    done = Produced(1, 3, 2, 5, 1000, 2, 3, 12345, 7, 1)
    assert (
        "18:00:00 UTC f: 1,000 appeared, 2 corrected, 3 withdrawn, 12,345 as before; 7 missing and not "
        "withdrawn; 1 older; 5 refused"
    ) == done.line("f", AT)


async def test_the_next_look_waits_as_long_as_the_feed_asked() -> None:
    """A 503 with Retry-After; what is only not there yet is looked for as often as ever."""
    told = Told()
    looks = Given(
        told, TroubleError("it answers 503", 7.0), TroubleError("it answers 500"),
        TroubleError("it answers 500"), TroubleError("it is not there", waiting=True), ["junk\n"],
        TroubleError("it answers 500"), TroubleError("it answers 500"),
    )  # fmt: skip
    attention, polling = Attention("feed", 1800.0, 0.0), Polling(1.0, 1800.0, lambda: 0.0)
    waits = [await _look(looks, told.producer, attention, polling) for _ in range(7)]
    assert [7.0, 2.0, 4.0, 0.9, 0.9, 1.0, 2.0] == waits


async def test_progress_is_told_where_the_size_is_known() -> None:
    """For a large file on a terminal."""
    told = Told()
    await told.producer.snapshot(Fetched("now.csv", AT, lines(TABLE), True, size=len(TABLE)))
    assert (1.0, "now.csv: 4 reports") == told.seen[-1]
    told.seen.clear()
    await told.producer.snapshot(Fetched("now.csv", AT, lines(TABLE), True, size=len(TABLE)))
    assert [1.0] == [done for done, _ in told.seen], "and where nothing in it is new"


async def test_a_stall_is_told_by_whoever_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, however often it is looked at."""
    told = Told()
    await follow(Given(told, [TABLE], [], [], []), told.producer, Polling(0.01, 0.01, lambda: 0.5))
    assert 1 == sum("STALLED" in line for line in told.said)
