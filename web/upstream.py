"""The one reader of the store, whatever the number of clients: everything once, then each change as it comes.

    store ──MULTI/EXEC──▶ Held ──XREAD──▶ Held' ──▶ listener.hold(contest, state)
                            ▲               │ gap, other epoch, version fell, server started again
                            └───────────────┘

Contests may be on several servers (`stores.opening`), each with a name for its start. When one server is
away, the store is: who follows the others is told so, and all is read again when it is back.

Know before changing: XREAD is asked from explicit ids, on a connection of its own whose timeout is longer
than its wait, and without the library's retries. XREAD alone is not enough: a store
that was emptied or fell back never answers it, so the heads of the contests are looked at every two seconds
too. What was once read is kept while the store is away, empty, or another server counts again what was shown
already, and told as old; it is never blanked.
"""

import asyncio
import logging
import struct
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from election.errors import OutsideError, RecordError, UsageError
from election.night import ContestId, Night, SourceId
from election.wire.changes import decode_change
from election.wire.frames import ContestState
from election.wire.keys import Keys, edition, unit_bytes, unpack_rows
from election.wire.told import decode
from election.wire.told import held as told_before
from election.wire.topics import Scope
from stores.failing import FAILS, ResponseError, refuses, what
from stores.opening import Opened
from web import held
from web.catching_up import CatchingUp
from web.held import NOTHING, Boxes, Held, Position
from web.pulse import Pulses
from web.tailing import Tail

LOG = logging.getLogger("sandik.gateway")
LOOK_EVERY_S, LOOK_BEHIND_S = 2.0, 0.1
"""Between two looks at the heads; and at how far a store has come that holds less than was shown."""
BACKOFF_S = (0.05, 1.0)
"""The first wait before the store is tried again, and the longest: each is double the one before."""

UNREADABLE = (KeyError, ValueError, IndexError, struct.error, ZeroDivisionError, RecordError)


class NotOursError(UsageError):
    """What is at a key of the store is nothing that Sandık writes; the message names the key."""


class Listener(Protocol):
    """Whoever wants to know what the store says."""

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """A contest has a new state."""

    def settled(self) -> None:
        """Everything that was read in one go has been told."""

    def reached(self, now: float) -> None:
        """The store answered."""

    def lost(self) -> None:
        """The store does not answer, or holds nothing any more."""


class Upstream:
    """Follows all contests of a night in the store, for as long as the process lives."""

    def __init__(
        self, night: Night, scope: Scope, url: str, listener: Listener, clock: Callable[[], float],
        answers_within_s: float = 5.0, open_store: Callable[[str, float], Opened] | None = None,
    ) -> None:  # fmt: skip
        """`open_store` opens a store by its URL and the time a command may take."""
        self._night, self._scope, self._listener, self._clock = night, scope, listener, clock
        self._edition = edition(night)
        self._keys = {contest: Keys(scope, contest) for contest in night.contests}
        self._metas = {contest: keys.meta for contest, keys in self._keys.items()}
        self._held: dict[ContestId, Held] = {}
        self._from: dict[ContestId, int] = dict.fromkeys(night.contests, 0)
        self._told: dict[ContestId, Position] = {}
        self._told_from: dict[ContestId, str] = {}
        """Which start of which server that was read from."""
        self._waiting: dict[ContestId, int] = {}
        self._emptied: set[ContestId] = set()
        self._behind = CatchingUp(clock)
        self._odd: set[ContestId] = set()
        """Of which nobody can read how far the store has counted."""
        self._run_ids: dict[ContestId, str] = {}
        """Of each contest, what its server calls this start of itself."""
        self._look_at = 0.0
        self.pulse = Pulses()
        """How far the workers have counted, for whoever watches over the gateway."""
        self._opened = (open_store or _open)(url, answers_within_s)
        self.where = self._opened.address.shown
        self._tail = Tail(self._opened, {contest: keys.changes for contest, keys in self._keys.items()})

    async def follow(self) -> NoReturn:
        """Reads and follows. Ends only with an error: UsageError where the worker counts another night, or
        where what is read at the very first is not Sandık's.
        """
        delay = BACKOFF_S[0]
        begun = away = lasting = False
        while True:
            try:
                await self._read_all()
                if away:
                    LOG.info("store=%s is back", self.where)
                delay, begun, away, lasting = BACKOFF_S[0], True, False, False
                while True:
                    _end_if_asked()
                    await self._turn()
            except (*FAILS, NotOursError) as error:
                if isinstance(error, NotOursError) and not begun:
                    raise
                self._opened.doubt()
                lasts = refuses(error) or isinstance(error, NotOursError)
                if not away or lasts > lasting:
                    LOG.warning("store=%s away: %s; trying again", self.where, _why(error))
                away, lasting = True, lasts
                self._listener.lost()
            await asyncio.sleep(delay)
            delay = min(delay * 2, BACKOFF_S[1])

    async def close(self) -> None:
        """Gives the connections back."""
        await self._tail.close()
        await self._opened.aclose()

    async def boxes(self, contest: ContestId, source: SourceId) -> Boxes:
        """What is held of each box by one source, at one version; read now, and not kept here.

        The store answers nobody else while it gives them out: some milliseconds for 30,000. Raises
        OutsideError while it is away, or counts another edition of the night.
        """
        keys = self._keys[contest]
        try:
            async with (await self._opened.at(keys.meta)).pipeline(transaction=True) as step:
                step.hgetall(keys.meta)
                step.get(keys.rows(source))
                step.hgetall(keys.papers(source))
                meta, rows, papers = await step.execute()
                found = held.read_boxes(meta, self._rows(contest, source, rows or b""), papers)
        except (*FAILS, *UNREADABLE) as error:
            self._opened.doubt()
            LOG.warning("contest=%s source=%s: boxes not read: %s", contest, source, _why(error))
            raise OutsideError("The store does not give out its boxes now; try again shortly.") from error
        if found.digest and found.digest != self._edition:
            raise OutsideError("The store counts another edition of this night; ask its operator.")
        return found

    def _rows(self, contest: ContestId, source: SourceId, packed: bytes) -> dict[bytes, bytes]:
        """The row of each unit of which something is held; a source that is none of the night's has none."""
        asked, said_by = self._night.contests[contest], self._night.sources.get(source)
        units = () if said_by is None else self._night.units(asked, said_by)
        return {unit.encode(): row for unit, row in unpack_rows(units, unit_bytes(asked), packed)}

    async def claim(self, contest: ContestId, what: str, for_s: float) -> float:
        """Claims something that one gateway of the night shall do: 0, or how long another one has it.

        Raises OutsideError while the store is away, or takes nothing from us.
        """
        key = self._keys[contest].claim(what)
        try:
            async with (await self._opened.at(key)).pipeline(transaction=False) as ask:
                ask.set(key, "1", nx=True, px=int(for_s * 1000))
                ask.pttl(key)
                ours, left_ms = await ask.execute()
        except FAILS as error:
            self._opened.doubt()
            raise OutsideError(f"The store takes no claim ({_why(error)}).") from error
        return 0.0 if ours else max(1, left_ms) / 1000

    async def _read_all(self) -> None:
        self._run_ids = await self._servers()
        for contest in self._keys:
            await self._read(contest)
        self._look_at = self._clock() + LOOK_EVERY_S
        self._settle()

    async def _servers(self) -> dict[ContestId, str]:
        """Each contest's server's name for this start of itself; empty where it does not tell."""
        names: dict[ContestId, str] = {}
        for client, contests in await self._opened.shares(self._metas):
            try:
                name = str((await client.info("server")).get("run_id", ""))
            except ResponseError:  # forbidden to us, or not there: then only epoch and version can tell
                name = ""
            names |= dict.fromkeys(contests, name)
        return names

    async def _read(self, contest: ContestId, sure: str = "") -> None:
        """Everything of a contest, at one version."""
        keys = self._keys[contest]
        sources = list(self._night.sources)
        async with (await self._opened.at(keys.meta)).pipeline(transaction=True) as step:
            step.hgetall(keys.meta)
            step.hgetall(keys.sources)
            step.hgetall(keys.findings)
            step.xrange(keys.told)
            for source in sources:
                step.hgetall(keys.areas(source))
            meta, heard, findings, told, *areas = await step.execute()
        try:
            facts = [told_before(fields[b"told"], self._scope) for _, fields in told]
            read = held.read(meta, heard, findings, dict(zip(sources, areas, strict=True)), facts)
        except UNREADABLE as error:
            raise NotOursError(self._not_ours(keys.meta, error)) from error
        self._same_night(read)
        before = self._held.get(contest, NOTHING)
        self._from[contest] = read.version
        self._waiting.pop(contest, None)
        if read == NOTHING and before != NOTHING:
            if contest not in self._emptied:
                LOG.warning("contest=%s is gone from the store; keeping version %d", contest, before.version)
            self._emptied.add(contest)
            self._behind.rests(contest)
            return
        self._emptied.discard(contest)
        self._take(contest, read, sure)

    def _not_ours(self, key: str, error: Exception) -> str:
        return f"What is at {key} in {self.where} is not Sandık's: {str(error).rstrip('.')}."

    def _same_night(self, read: Held) -> None:
        if read.digest and read.digest != self._edition:
            raise UsageError(
                f"The store at {self.where} holds another edition of the night {self._night.id}, or the "
                f"layout of another version (facts {read.digest[:12]}, ours {self._edition[:12]}): "
                "start every room with the same night folder and version, or count it anew with: "
                "sandik verify --rebuild."
            )

    def _take(self, contest: ContestId, read: Held, sure: str = "") -> None:
        """Takes a state in, and tells it if clients are not there yet.

        The first of a new epoch on another server, or after a restart, is told only if the store is `sure`
        to hold in it what was shown before. A store that forgets while it runs was made to: that is told.
        """
        life = held.life(read, self._run_ids.get(contest, ""))
        before = self._told.get(contest)
        after = Position(life, read.version) if before is None else before.move(life, read.version)
        self._held[contest] = read
        if after == before:
            return
        if before is not None and before.epoch != after.epoch:
            if self._elsewhere(contest) and self._behind.begins(contest) and read.epoch != sure:
                return
            LOG.info("contest=%s epoch=%s version=%d begins", contest, after.epoch, after.version)
        try:
            state = held.state(read, after.epoch, self._night.contests[contest].source)
        except UNREADABLE as error:
            raise NotOursError(self._not_ours(self._metas[contest], error)) from error
        self._told[contest], self._told_from[contest] = after, self._run_ids.get(contest, "")
        self._behind.showed(contest, state.marks)
        self._listener.hold(contest, state)

    def _elsewhere(self, contest: ContestId) -> bool:
        """Whether another server, or another start of it, holds a contest than the one it was told from."""
        return self._run_ids.get(contest, "") != self._told_from.get(contest, "")

    async def _catch_up(self) -> None:
        """Reads those contests again whose store has come as far as what is shown of them."""
        for contest in self._behind.contests:
            epoch, key = self._held[contest].epoch, self._keys[contest].offsets
            asked = (await self._opened.at(key)).pipeline(transaction=False)
            asked.hgetall(key)
            (offsets,) = await asked.execute()
            try:
                waits = self._behind.waits(contest, offsets)
            except ValueError as error:  # nobody knows how far it has come: it waits, but not for ever
                if contest not in self._odd:
                    LOG.warning("contest=%s: %s", contest, self._not_ours(key, error))
                self._odd.add(contest)
                continue
            self._odd.discard(contest)
            if not waits:
                await self._read(contest, sure=epoch)

    def _settle(self) -> None:
        self._listener.settled()
        if self._emptied or self._behind.contests:
            self._listener.lost()
        else:
            self._listener.reached(self._clock())

    async def _turn(self) -> None:
        """Waits for changes, takes them in, and looks at the heads when that is due."""
        await self._catch_up()
        wait_s = LOOK_BEHIND_S if self._behind.contests else None
        for contest, entries in await self._tail.wait(self._from, wait_s):
            await self._entries(contest, entries)
        if self._clock() >= self._look_at:
            await self._look()
            self._look_at = self._clock() + LOOK_EVERY_S
        self._settle()

    async def _entries(self, contest: ContestId, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        """Changes of one contest, in order; one that does not follow on means reading everything again."""
        at = self._held.get(contest, NOTHING)
        for entry, fields in entries:
            try:
                change = decode_change(entry, fields)
                after = held.follow(at, change, [decode(value, self._scope) for value in change.told])
            except UNREADABLE:
                LOG.warning("contest=%s entry=%r of the change stream cannot be read", contest, entry)
                after = None
            if after is None:
                await self._read(contest)
                self._from[contest] = max(self._from[contest], int(entry.partition(b"-")[0]))
                return
            at = after
        self._from[contest] = at.version
        self._take(contest, at)

    async def _look(self) -> None:
        """Compares every contest's head with what is held: what XREAD cannot tell is noticed here."""
        before, self._run_ids = self._run_ids, await self._servers()
        heads: dict[ContestId, list[bytes | None]] = {}
        for client, contests in await self._opened.shares(self._metas):
            asked = client.pipeline(transaction=False)
            for contest in contests:
                asked.hmget(self._metas[contest], "epoch", "version", "run_id")
            heads |= zip(contests, await asked.execute(), strict=True)
        for contest, (epoch, version, written_under) in heads.items():
            mine = self._held.get(contest, NOTHING)
            started_again = self._run_ids.get(contest) != before.get(contest)
            try:
                same = ((epoch or b"").decode(), (written_under or b"").decode()) == (mine.epoch, mine.run_id)
                newest = int(version or 0)
            except ValueError:  # rubbish: reading all of it says what is wrong, and where
                same, newest = False, mine.version
            stuck = newest > mine.version and self._waiting.get(contest) == mine.version
            if started_again or not same or newest < mine.version or stuck:
                await self._read(contest)
            elif newest > mine.version:
                self._waiting[contest] = mine.version
            else:
                self._waiting.pop(contest, None)
        await self._look_at_pulses()

    async def _look_at_pulses(self) -> None:
        """Reads how far the workers have counted; a store that keeps TIME from us has none for us."""
        pulses: dict[str, Any] = {}
        store_s = 0.0
        for client, contests in await self._opened.shares(self._metas):
            asked = client.pipeline(transaction=False)
            for contest in contests:
                asked.hgetall(self._keys[contest].pulse)
            asked.time()
            try:
                *found, (seconds, microseconds) = await asked.execute()
            except ResponseError:
                return
            pulses |= zip(contests, found, strict=True)
            # Of several servers the clock that is ahead: a pulse is never older than it seems by another's.
            store_s = max(store_s, seconds + microseconds / 1e6)
        self.pulse.take(pulses, store_s, self._clock())


def _open(url: str, answers_within_s: float) -> Opened:
    return Opened(url, answers_within_s, "sandik-gateway", protocol=2)


def _end_if_asked() -> None:
    """Ends a task that was cancelled and did not hear of it.

    Before Python 3.12 `asyncio.wait_for`, by which the library sends, loses a cancellation that comes in the
    moment a command is sent: the gateway would be asked to stop and never would.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _why(error: Exception) -> str:
    return f"it {what(error)}" if refuses(error) else str(error).rstrip(".") or type(error).__name__
