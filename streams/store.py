"""What this room does to the store: scripts that apply all or nothing, and reads for start and verify.

    apply(spans, work)      one script a contest: fence, offsets, rows, totals, version, change entry at once
    rule(...)               the same for rulings
    attend(worker, ends)    the sign of life; tells how far the store has come, and notes how far the log goes
    positions(partitions)   where the log is to be read on: the truth about what was applied

Contests may be on several servers (`stores.opening`): whatever names two of them is asked of each server.

Know before changing: the client never sends a command again by itself. `_outside` does, until a deadline,
and may because every script is harmless when it is applied twice.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from election.errors import OutsideError
from election.night import ContestId, Night, SourceId
from election.tally import width
from election.wire.keys import Keys, edition
from election.wire.topics import Scope
from stores.failing import FAILS, what
from stores.opening import Client, Opened
from streams.answers import Answer, Held, answer
from streams.batch import Sums
from streams.ground import Shelf
from streams.heeding import heeding
from streams.rows import by_unit, read_rows, refuse_too_long
from streams.scripts import Call, Script, run
from streams.settings import Settings
from streams.spans import Fact, Ruled, Span

log = logging.getLogger(__name__)

FIRST_DELAY_S, DELAY_S_MAX = 0.02, 1.0
SAY_EVERY_S = 10.0
"""Between two lines in the log about one question that is asked again and again."""
CHANGES_MIN = 64
"""Entries kept of a change stream however large they are: enough to see a gap."""
READ_CHUNK = 5000
"""Units read in one command; the store answers nobody else meanwhile (some milliseconds)."""
WORKER_KEPT_S = 60
"""How long a silent worker stays on the list."""

SCRIPTS = ("apply", "attend", "clear", "rule", "tell")

T = TypeVar("T")
Each: TypeAlias = Callable[[Client, Sequence[ContestId]], Awaitable[Sequence[T]]]
"""A question to one server about some contests: the answer for each of them, in their order."""


class Store:
    """The store of one night, mode and session."""

    def __init__(self, night: Night, scope: Scope, settings: Settings) -> None:
        """Raises UsageError for a night that is too large for a store, or what is no address of one."""
        refuse_too_long(night)
        self.night, self.scope, self.settings = night, scope, settings
        self.keys = {contest: Keys(scope, contest) for contest in night.contests}
        self.edition = edition(night)
        self._scripts = {name: Script(name) for name in SCRIPTS}
        self._changes_max = {contest: self._entries_max(contest) for contest in night.contests}
        self._opened = Opened(settings.redis, settings.redis_answers_within_s, "sandik-worker")

    def _entries_max(self, contest: ContestId) -> int:
        """How many changes are kept: fewer where an entry is large."""
        columns = width(self.night.contests[contest], self.night)
        entry = sum(len(area) + 8 * columns for area in self.night.areas)
        return max(CHANGES_MIN, min(self.settings.changes_max, self.settings.changes_bytes_max // entry))

    async def close(self) -> None:
        """Gives the connections back."""
        await self._opened.aclose()

    async def apply(
        self, spans: Sequence[Span], work: Mapping[ContestId, Sequence[Sums]]
    ) -> dict[ContestId, Answer]:
        """Hands each contest its part of a batch; a contest without sums learns the offsets."""
        calls = {contest: self._apply_call(contest, spans, sums) for contest, sums in work.items()}
        return await self._answers("apply", calls)

    def _head(self, contest: ContestId) -> list[Any]:
        return [self.edition, secrets.token_hex(8), self._changes_max[contest]]

    def _apply_call(self, contest: ContestId, spans: Sequence[Span], work: Sequence[Sums]) -> Call:
        keys = self.keys[contest]
        names = [keys.meta, keys.offsets, keys.changes, keys.sources, keys.findings, keys.chain]
        args: list[Any] = [*self._head(contest), len(spans)]
        for span in spans:
            names.append(keys.links(span.partition))
            args += _span(span, contest)
        args.append(len(work))
        for sums in work:
            source = sums.ground.source.id
            names += (keys.rows(source), keys.areas(source), keys.papers(source), keys.cleared(source))
            args += _section(sums)
        return Call(names, args)

    async def rule(self, span: Span, work: Mapping[ContestId, Sequence[Ruled]]) -> dict[ContestId, Answer]:
        """Hands each contest its rulings, and to every one the offsets."""
        calls = {}
        for contest, rulings in work.items():
            keys = self.keys[contest]
            args = [*self._head(contest), *_span(span, contest), len(rulings)]
            for ruled in rulings:
                args += [ruled.offset, ruled.heard_at, ruled.value, len(ruled.fields)]
                args += [text for item in ruled.fields.items() for text in item]
            names = [keys.meta, keys.offsets, keys.changes, keys.rulings]
            calls[contest] = Call([*names, keys.chain, keys.links(span.partition)], args)
        return await self._answers("rule", calls)

    async def clear(self, contest: ContestId, source: SourceId, paper: str, span: Span) -> Answer:
        """Keeps that a person cleared a paper (unit/revision); `span` is the ruling's, not yet applied."""
        keys, args = self.keys[contest], [self.edition, span.partition, span.first, paper]
        call = Call([keys.meta, keys.cleared(source), keys.offsets], args)
        return (await self._answers("clear", {contest: call}))[contest]

    async def load_cleared(self, contest: ContestId, shelf: Shelf) -> None:
        """Reads onto the shelf which quarantines were cleared."""
        key = self.keys[contest].cleared(shelf.ground.source.id)

        async def ask(client: Client) -> list[bytes]:
            found: Any = await client.smembers(key)
            return list(found)

        shelf.put_cleared(await self.ask(contest, ask))

    async def tell(self, span: Span, work: Mapping[ContestId, Sequence[Fact]]) -> dict[ContestId, Answer]:
        """Hands each contest what was told of it, and to every one the offsets."""
        calls = {}
        for contest, facts in work.items():
            keys = self.keys[contest]
            args = [*self._head(contest), *_span(span, contest), len(facts)]
            for fact in facts:
                args += [fact.offset, fact.id, fact.prev, fact.seq, fact.value]
            names = [keys.meta, keys.offsets, keys.changes, keys.told, keys.told_ids]
            calls[contest] = Call([*names, keys.chain, keys.links(span.partition)], args)
        return await self._answers("tell", calls)

    async def attend(
        self, worker: str, ends: Mapping[str, int], left: Mapping[ContestId, Collection[str]]
    ) -> dict[ContestId, Answer]:
        """A worker's sign of life at every contest: an `Attended`, or that the store is of another night.

        `ends` says how far the log goes in each partition that this worker reads; what is counted of it is
        noted beside that, for whoever watches (`keys.pulse`). `left` are epochs that are over: a contest that
        is in one of them begins another.
        """
        log = [part for end in ends.items() for part in end]
        calls = {
            contest: Call(
                [keys.meta, keys.offsets, keys.changes, keys.workers, keys.pulse],
                [*self._head(contest), worker, WORKER_KEPT_S, " ".join(left.get(contest, ())), *log],
            )
            for contest, keys in self.keys.items()
        }
        return await self._answers("attend", calls)

    async def positions(self, partitions: Sequence[str]) -> dict[str, int]:
        """The next offset to read of each partition: where the contest that lags most has come to."""

        async def ask(client: Client, contests: Sequence[ContestId]) -> list[Any]:
            pipe = client.pipeline(transaction=False)
            for contest in contests:
                pipe.hmget(self.keys[contest].offsets, partitions)
            found: list[Any] = await pipe.execute()
            return found

        stored = (await self.ask_each(ask)).values()
        return {name: min(int(row[place] or 0) for row in stored) for place, name in enumerate(partitions)}

    async def load(self, contest: ContestId, shelf: Shelf, places: Sequence[int]) -> None:
        """Reads what is held of these units onto the shelf, with the papers of those that have one.

        Where nothing is known and nothing is held, that is known of every unit, and at the beginning of a
        night no paper waits for this again.
        """
        ground, keys = shelf.ground, self.keys[contest]
        source, papers = ground.source.id, keys.papers(ground.source.id)
        if not shelf.known.any() and not await self._length(contest, keys.rows(source)):
            shelf.nothing_held()
            return
        for start in range(0, len(places), READ_CHUNK):
            chunk = sorted(places[start : start + READ_CHUNK])
            rows = await self.rows(contest, source, chunk, 8 * ground.width)
            shelf.put(np.array(chunk, dtype=np.int64), rows.view("<i8"))
            noted = [place for place in chunk if shelf.noted(place)]
            if noted:
                kept = await self._fields(contest, papers, ground.unit_keys[noted].tolist())
                shelf.papers.update({at: paper for at, paper in zip(noted, kept, strict=True) if paper})

    async def _length(self, contest: ContestId, key: str) -> int:
        async def ask(client: Client) -> int:
            return int(await client.strlen(key))

        return await self.ask(contest, ask)

    async def rows(
        self, contest: ContestId, source: SourceId, places: Sequence[int], width: int
    ) -> NDArray[np.uint8]:
        """What is held at these places of a source's units, which ascend: `read_rows`."""
        key = self.keys[contest].rows(source)
        return await self.ask(contest, lambda client: read_rows(client, key, places, width))

    async def _fields(self, contest: ContestId, key: str, fields: Sequence[bytes]) -> list[bytes | None]:
        async def ask(client: Client) -> list[bytes | None]:
            found: list[Any] = await client.hmget(key, fields)
            return found

        return await self.ask(contest, ask)

    async def read(self, contest: ContestId) -> Held:
        """Everything held of a contest, in one step."""
        keys, sources = self.keys[contest], list(self.night.sources)

        async def ask(client: Client) -> list[Any]:
            pipe = client.pipeline(transaction=True)
            for key in (keys.meta, keys.offsets, keys.sources, keys.findings):
                pipe.hgetall(key)
            pipe.xlen(keys.changes)
            pipe.xrevrange(keys.changes, count=1)
            pipe.llen(keys.rulings)
            pipe.xrange(keys.told)
            pipe.get(keys.evaluated)
            for source in sources:
                pipe.get(keys.rows(source))
            for make in (keys.areas, keys.papers):
                for source in sources:
                    pipe.hgetall(make(source))
            found: list[Any] = await pipe.execute()
            return found

        (
            meta,
            offsets,
            heard,
            findings,
            length,
            newest,
            rulings,
            told,
            evaluated,
            *tables,
        ) = await self.ask(contest, ask)
        boxes = {
            source: by_unit(self.night, contest, source, packed)
            for source, packed in zip(sources, tables, strict=False)
        }
        named = [{field.decode(): row for field, row in table.items()} for table in tables[len(sources) :]]
        areas, papers = (
            dict(zip(sources, part, strict=True)) for part in (named[: len(sources)], named[len(sources) :])
        )
        return Held(
            {name.decode(): value.decode() for name, value in meta.items()},
            {name.decode(): int(value) for name, value in offsets.items()},
            {SourceId(name.decode()): value.decode() for name, value in heard.items()},
            {name.decode(): int(value) for name, value in findings.items()},
            boxes, areas, papers, length, newest[0][0].decode() if newest else "",
            rulings, tuple(fields[b"told"] for _, fields in told),
            (evaluated or b"").decode(),
        )  # fmt: skip

    async def wipe(self, contest: ContestId, more: Sequence[str] = ()) -> None:
        """Forgets a contest: the next batch begins a new epoch, from offset 0 of the log.

        `more` keys of the contest go in the same moment.
        """
        keys = self.keys[contest]
        names = [keys.meta, keys.offsets, keys.changes, keys.sources, keys.findings, keys.rulings]
        names += [keys.told, keys.told_ids, keys.evaluated, keys.chain, *await self._link_keys(contest)]
        for source in self.night.sources:
            names += (keys.rows(source), keys.areas(source), keys.papers(source), keys.cleared(source))
            names.append(keys.hashed(source))
        await self.ask(contest, lambda client: client.unlink(*names, *more))

    async def _link_keys(self, contest: ContestId) -> list[str]:
        """The keys of a contest's links, one a partition."""

        async def ask(client: Client) -> list[bytes]:
            found: Any = await client.hkeys(self.keys[contest].offsets)
            return list(found)

        return [self.keys[contest].links(name.decode()) for name in await self.ask(contest, ask)]

    async def ask(self, contest: ContestId, question: Callable[[Client], Awaitable[T]]) -> T:
        """What the server of a contest gives for a question that may be asked again. Raises OutsideError."""

        async def ask() -> T:
            return await question(await self._opened.at(self.keys[contest].meta))

        return await self._outside(ask)

    async def ask_each(
        self, question: Each[T], contests: Iterable[ContestId] | None = None
    ) -> dict[ContestId, T]:
        """What each server gives for a question about those of the contests (all) that it holds.

        The question may be asked again, also of a server that answered before. Raises OutsideError.
        """
        heads = {one: self.keys[one].meta for one in (self.keys if contests is None else contests)}

        async def ask() -> dict[ContestId, T]:
            shares = await self._opened.shares(heads)
            if len(shares) == 1:
                ((client, held),) = shares
                return dict(zip(held, await question(client, held), strict=True))
            asked = [question(client, held) for client, held in shares]
            # All of them, whatever becomes of one: nothing of this is under way when it is asked again.
            found: dict[ContestId, T] = {}
            for (_, held), said in zip(
                shares, await asyncio.gather(*asked, return_exceptions=True), strict=True
            ):
                if isinstance(said, BaseException):
                    raise said
                found |= zip(held, said, strict=True)
            return {contest: found[contest] for contest in heads}

        return await self._outside(ask)

    async def _answers(self, name: str, calls: Mapping[ContestId, Call]) -> dict[ContestId, Answer]:
        script = self._scripts[name]

        async def ask(client: Client, contests: Sequence[ContestId]) -> list[Any]:
            return await run(client, script, [calls[contest] for contest in contests])

        return {contest: answer(said) for contest, said in (await self.ask_each(ask, calls)).items()}

    async def _outside(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Asks until there is an answer; OutsideError after the deadline, or where waiting cannot help."""
        return await heeding(patiently(ask, self.settings, self._opened))


async def patiently(ask: Callable[[], Awaitable[T]], settings: Settings, opened: Opened) -> T:
    """The store's answer, asked for again while it restarts, loads its file, is full, or another takes over.

    Only for what may be asked twice. Raises OutsideError after the deadline, or where waiting cannot help.
    """
    say_at = time.monotonic()
    deadline, delay = say_at + settings.outside_within_s, FIRST_DELAY_S
    while True:
        try:
            said = await ask()
            opened.answered()
            return said
        except FAILS as error:
            opened.doubt()
            where, now = opened.address.shown, time.monotonic()
            if not opened.passes(error) or now + delay > deadline:
                raise OutsideError(f"The store at {where} {what(error)}.") from error
            if now >= say_at:
                why = type(error).__name__
                log.warning(
                    "the store at %s does not answer (%s): asking for %.0f s", where, why, deadline - now
                )
                say_at = now + SAY_EVERY_S
        await asyncio.sleep(delay)
        delay = min(delay * 2, DELAY_S_MAX)


def _span(span: Span, contest: ContestId) -> list[Any]:
    """A partition's part of a step as the scripts read it."""
    told = [span.partition, span.first, span.following, span.refusals(contest)]
    return [*told, span.links.before, span.links.made]


def _section(sums: Sums) -> list[Any]:
    """One source's part of a batch as the script reads it."""
    ground = sums.ground
    kept = {at: paper for at, paper in sums.papers.items() if paper is not None}
    gone = [at for at, paper in sums.papers.items() if paper is None]
    rows = np.ascontiguousarray(sums.rows, dtype="<i8")
    return [
        ground.source.id, sums.heard_at, sums.cleared,
        len(sums.units), sums.fences, rows.tobytes(), 8 * ground.width,
        sums.units.astype("<u4").tobytes(), len(ground.units),
        len(sums.areas), sums.believed.tobytes(), sums.meant.tobytes(), sums.meant.shape[1],
        *ground.area_keys[sums.areas].tolist(),
        len(kept), *(part for at, paper in kept.items() for part in (ground.unit_keys[at], paper)),
        len(gone), *(ground.unit_keys[at] for at in gone),
        len(sums.findings),
        *(part for code, moved in sums.findings.items() for part in (f"{ground.source.id}/{code}", moved)),
    ]  # fmt: skip
