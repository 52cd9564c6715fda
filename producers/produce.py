"""A feed into Kafka: looked at, read, compared with what was said before, bundled, published, and told.

    producer = Producer(feed, out, from_log, say)
    await producer.snapshot(fetched)                 one table: what is new in it, acknowledged
    await follow(source, producer, Polling(every_s=30, stall_after_s=1800))     until producer.stop

Know before changing: the log is the state. What a source said last is read from it before each comparison, so
a poller that was killed, or a second one beside it, goes on from there; and a snapshot is settled (not to be
fetched again) only when all of it is acknowledged and nothing of it was held back.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from election.errors import RecordError, UsageError
from election.night import Night, SourceId
from election.report import BoxReport
from election.wire.records import Bundle, Record
from producers import reading
from producers.attention import Attention, wait_s
from producers.bundling import bundles
from producers.formats import Format, packed
from producers.formats.document import Document, Heard, Refusal
from producers.formats.shapes import Mapping
from producers.publish import Publisher
from producers.said import EPOCH, MILLISECOND, Held
from producers.snapshots import Allowance, Comparison, restamped
from producers.sources import stdin
from producers.sources.fetched import Fetched, Source, TroubleError

Result = TypeVar("Result")
REFUSALS_SAID_MAX = 100
"""Most bad rows of one snapshot said one by one; the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What the bytes of a feed are, and what is done with them."""

    format: Format
    night: Night
    source: SourceId
    mapping: Mapping | None = None
    whole: bool = False
    """What is missing from a snapshot was taken away."""
    accept: bool = False
    """A person says that it was, however much it is."""
    mode: str = ""
    at: datetime | None = None
    """The time of the snapshot, where a person says it."""

    def document(self, name: str, lines: Iterable[bytes], at: datetime, *, endless: bool = False) -> Document:
        """The bytes with all that they do not say."""
        plain = packed.unpacked(name, lines, self.format.endings) if not endless else lines
        return Document(name, plain, at, self.source, self.mapping, self.mode, endless)

    def comparison(self, held: Held, at: datetime, name: str, *, whole: bool) -> Comparison:
        """This feed's way to compare a table with what is held."""
        allowance = Allowance.of(self.night.sources[self.source], accept=self.accept)
        return Comparison(self.night, self.source, held, at, whole, allowance, name=name)


@dataclass(frozen=True, slots=True)
class Produced:
    """What became of a feed so far."""

    snapshots: int = 0
    reports: int = 0
    records: int = 0
    refused: int = 0
    appeared: int = 0
    corrected: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    held_back: int = 0
    """Units of the last snapshot that are missing and were not withdrawn."""
    older: int = 0
    """Units of the last snapshot that stay as they are, because it is older than what is held."""
    unread: int = 0
    """Snapshots that could not be read to their end."""

    def line(self, name: str, at: datetime) -> str:
        """What became of one snapshot, for people."""
        news = [f"{count:,} {word}" for count, word in (
            (self.appeared, "appeared"), (self.corrected, "corrected"), (self.withdrawn, "withdrawn"),
        ) if count]  # fmt: skip
        said = f"{', '.join(news) or 'nothing new'}, {self.unchanged:,} as before"
        for count, word in (
            (self.held_back, "missing and not withdrawn"),
            (self.older, "older"),
            (self.refused, "refused"),
        ):
            said += f"; {count:,} {word}" if count else ""
        return f"{at:%H:%M:%S} UTC {name}: {said}"


class StoppedError(Exception):
    """Somebody asked this process to end; what it holds is acknowledged first."""


class FromLog(Protocol):
    """`held.HeldFromLog`, or the like of it in a test."""

    async def catch_up(self) -> Held:
        """What the source said last, by the log as it stands."""

    def forget(self) -> None:
        """Reads the whole log again next time."""


class Producer:
    """Brings snapshots of one feed into the log; `done` is what became of all of them."""

    def __init__(
        self,
        feed: Feed,
        out: Publisher,
        from_log: FromLog,
        say: Callable[[str], None],
        stop: asyncio.Event | None = None,
        progress: Callable[[float, str], None] = lambda done, text: None,
    ) -> None:
        """`progress` is told how much of a snapshot was read, from 0 to 1; of what has no known size 0."""
        self._progress, self._share = progress, 0.0
        self.feed, self._out, self._from_log = feed, out, from_log
        self.say = say
        self.stop = stop or asyncio.Event()
        self.done = Produced()
        self.unread = ""
        """Why the last snapshot could not be read to its end, if it could not."""
        self._whys: tuple[str, ...] = ()
        self._bad: set[str] = set()
        self._bad_before: set[str] = set()

    async def drain(self) -> None:
        """Returns when all that was sent is acknowledged. Raises OutsideError."""
        await self._out.drain()

    async def held(self) -> Held:
        """What the source said last, by the log as it stands. Raises OutsideError."""
        return await self._from_log.catch_up()

    async def begun(self) -> datetime | None:
        """Since when every contest was heard of by the log; None: one of them never was. Raises OutsideError.

        Tables from before it were overtaken by others that were taken.
        """
        newest_ms = (await self.held()).newest_ms
        known = len(newest_ms) == len(self.feed.night.contests)
        return EPOCH + min(newest_ms.values()) * MILLISECOND if known else None

    async def snapshot(self, fetched: Fetched) -> bool:
        """One table; returns when what is new in it is acknowledged: whether its source has spoken anew.

        Raises UsageError (a FeedError mostly) for one that cannot be read to its end, after what could be
        read of it was sent; StoppedError; OutsideError.
        """
        held = await self.held()
        self._bad_before, self._bad = self._bad, set()
        at = self.feed.at or (fetched.heard_at if fetched.stated else held.not_before(fetched.heard_at))
        comparison = self.feed.comparison(held, at, fetched.name, whole=self.feed.whole)
        document = self.feed.document(fetched.name, self._counted(fetched), at)
        before, wrong, self._share = self.done, None, 0.0
        try:
            await self._send(document, comparison)
        except UsageError as error:
            wrong = error
        await self._out.drain()
        news = self._count(before, comparison, wrong is not None)
        self.unread = str(wrong or "")
        if wrong is None or news.reports or news.refused:
            self.say(news.line(fetched.name, at))
        self._tell(tuple(comparison.whys))
        if wrong is not None:
            fetched.settled()  # the same bytes would not be read any better
            raise wrong
        if comparison.settled:
            fetched.settled()
        return not comparison.older or bool(news.appeared or news.corrected or news.withdrawn)

    async def stream(self, name: str, descriptor: int) -> None:
        """Rows without an end, as standard input gives them: each is sent as it comes.

        Raises UsageError (a FeedError mostly) where they cannot be read further, after what came before is
        acknowledged; StoppedError; OutsideError.
        """
        held, begun = await self.held(), datetime.now(UTC)
        before, wrong = self.done, None

        def read(idle: Callable[[], None]) -> Iterator[Heard]:
            lines = stdin.lines(descriptor, idle)
            yield from self.feed.format.parse(
                self.feed.document(name, lines, begun, endless=True), self.feed.night
            )

        try:
            async for batch in _until(self.stop, reading.batches(read)):
                now = self.feed.at or held.not_before(datetime.now(UTC))
                comparison = self.feed.comparison(held, now, name, whole=False)
                heard = [*comparison.take(restamped(batch, begun, now)), *comparison.finish()]
                await self._publish(heard, name)
                self._count(self.done, comparison, False)
                self._tell(tuple(comparison.whys))
                self._come(name)
        except UsageError as error:
            wrong = error
        await self._out.drain()
        self.done = replace(self.done, snapshots=before.snapshots + 1)
        if wrong is not None:
            raise wrong

    async def _send(self, document: Document, comparison: Comparison) -> None:
        batches = reading.batches(lambda idle: _compared(self.feed, document, comparison))
        async for batch in _until(self.stop, batches):
            await self._publish(batch, document.name)
            self._come(document.name)

    def _counted(self, fetched: Fetched) -> Iterator[bytes]:
        """The lines, read in a thread; how far they were is told in the loop, with news in them or not."""
        loop = asyncio.get_running_loop()

        def told(share: float) -> None:
            loop.call_soon_threadsafe(self._come, fetched.name, share)

        return fetched.passing(told)

    def _come(self, name: str, share: float | None = None) -> None:
        """Tells how much of a table was read, and is in the log."""
        self._share = self._share if share is None else share
        self._progress(self._share, f"{name}: {self.done.reports:,} reports")

    async def _publish(self, heard: list[Heard], name: str) -> None:
        reports: list[BoxReport | Record] = []
        for item in heard:
            if isinstance(item, Refusal):
                self._refused(item)
            else:
                reports.append(item)
        for record in bundles(reports, self.feed.night):
            try:
                await self._out.publish(record)
            except RecordError as error:
                self._from_log.forget()  # it is not in the log, though it was held as said
                self._refused(Refusal(error.code, name, 0, error.place, str(error)))
                continue
            count = len(record) if isinstance(record, Bundle) else 0
            self.done = replace(self.done, records=self.done.records + 1, reports=self.done.reports + count)

    def _refused(self, refusal: Refusal) -> None:
        """Says a bad row, unless the snapshot before had the very same one."""
        text = str(refusal)
        if len(self._bad) < REFUSALS_SAID_MAX:
            self._bad.add(text)
            if text not in self._bad_before:
                self.say(text)
        elif len(self._bad) == REFUSALS_SAID_MAX:
            self._bad.add("")
            self.say(f"{refusal.file}: more could not be read; it is counted and no longer listed")
        self.done = replace(self.done, refused=self.done.refused + 1)

    def _count(self, before: Produced, comparison: Comparison, unread: bool) -> Produced:
        """Adds a comparison to what was done; gives what became of it alone."""
        news = Produced(
            1, self.done.reports - before.reports, self.done.records - before.records,
            self.done.refused - before.refused, comparison.appeared, comparison.corrected,
            comparison.withdrawn, comparison.unchanged, comparison.held_back, comparison.older,
            int(unread),
        )  # fmt: skip
        self.done = replace(
            self.done, snapshots=self.done.snapshots + 1, appeared=self.done.appeared + news.appeared,
            corrected=self.done.corrected + news.corrected, withdrawn=self.done.withdrawn + news.withdrawn,
            unchanged=self.done.unchanged + news.unchanged, held_back=news.held_back,
            older=news.older, unread=self.done.unread + news.unread,
        )  # fmt: skip
        return news

    def _tell(self, whys: tuple[str, ...]) -> None:
        """What a person has to know, once while it stays so."""
        for why in whys:
            if why not in self._whys:
                self.say(why)
        self._whys = whys


def _compared(feed: Feed, document: Document, comparison: Comparison) -> Iterator[Heard]:
    """What is news in a document. What ends its reading is raised after what can be said without it."""
    wrong: UsageError | None = None
    try:
        yield from comparison.take(feed.format.parse(document, feed.night))
    except UsageError as error:
        wrong = error
    yield from comparison.finish()
    if wrong is not None:
        raise wrong


@dataclass(frozen=True, slots=True)
class Polling:
    """How often a source is looked at, and when it is called stalled."""

    every_s: float
    stall_after_s: float
    dice: Callable[[], float] = random.random


async def once(source: Source, producer: Producer) -> None:
    """One look. Raises TroubleError and FeedError, after everything that could be read is acknowledged.

    Of several files that cannot be read the last is raised, and the others are said.
    """
    wrong: UsageError | None = None
    for fetched in await _unless(producer.stop, source.look()):
        try:
            await producer.snapshot(fetched)
        except UsageError as error:
            if wrong is not None:
                producer.say(str(wrong))
            wrong = error
    if wrong is not None:
        raise wrong


async def follow(source: Source, producer: Producer, polling: Polling) -> None:
    """Looks again and again until `producer.stop`; then returns, with everything acknowledged.

    What is wrong with the feed is said and waited for; OutsideError is of Kafka, and ends it.
    """
    clock = asyncio.get_running_loop().time
    attention = Attention(source.name, polling.stall_after_s, clock())
    try:
        while True:
            after_s = await _look(source, producer, attention, polling)
            await _unless(producer.stop, asyncio.sleep(after_s))
    except StoppedError:
        await producer.drain()


async def _look(source: Source, producer: Producer, attention: Attention, polling: Polling) -> float:
    """One look and what is said of it; gives the seconds to wait until the next."""
    clock = asyncio.get_running_loop().time
    why, after_s, waiting, fresh = "", 0.0, True, False
    try:
        for fetched in await _unless(producer.stop, source.look()):
            if why:
                producer.say(why)
                why = ""
            try:
                fresh = await producer.snapshot(fetched) or fresh
            except UsageError as error:
                why = str(error)
        # While nothing new comes, what could not be read is still what there is.
        why = producer.unread
    except TroubleError as error:
        why, after_s, waiting = str(error), error.after_s, error.waiting
    if why:
        failures = 0 if waiting else attention.failures + 1
        again_s = wait_s(polling.every_s, failures, after_s, polling.dice)
        said = attention.failed(why, again_s, clock(), waiting=waiting)
    else:
        again_s = wait_s(polling.every_s, 0, 0.0, polling.dice)
        said = attention.fresh(clock()) if fresh else attention.same(clock())
    for line in said:
        producer.say(line)
    return again_s


async def _unless(stop: asyncio.Event, work: Awaitable[Result]) -> Result:
    """The work's result, or StoppedError as soon as somebody asks to stop."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise StoppedError
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


async def _until(
    stop: asyncio.Event, batches: AsyncGenerator[list[Heard], None]
) -> AsyncGenerator[list[Heard], None]:
    """The batches until there are no more. Raises StoppedError instead of waiting for one."""
    try:
        while True:
            try:
                yield await _unless(stop, batches.__anext__())
            except StopAsyncIteration:
                return
    finally:
        await batches.aclose()
