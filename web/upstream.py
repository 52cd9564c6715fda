"""The one reader of the store, whatever the number of clients: everything once, then each change as it comes.

    store ──MULTI/EXEC──▶ Held ──XREAD──▶ Held' ──▶ listener.hold(contest, state)
                            ▲               │ gap, other epoch, version fell, server started again
                            └───────────────┘

Know before changing: XREAD is asked from explicit ids, on a connection of its own whose timeout is longer
than its wait, and without the library's retries (pitfalls.md, redis-py). XREAD alone is not enough: a store
that was emptied or fell back never answers it, so the heads of the contests are looked at every two seconds
too. What was once read is kept while the store is away or empty, and told as old; it is never blanked.
"""

import asyncio
import logging
import struct
from collections.abc import Callable
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from election.errors import OutsideError, RecordError, UsageError
from election.night import ContestId, Night, SourceId
from election.wire.changes import decode_change
from election.wire.frames import ContestState
from election.wire.keys import Keys
from election.wire.told import decode
from election.wire.told import held as told_before
from election.wire.topics import Scope
from web import held
from web.held import NOTHING, Boxes, Held, Position
from web.pulse import Pulses
from web.settings import XREAD_BLOCK_S

LOG = logging.getLogger("sandik.gateway")
ENTRIES_MAX = 500
"""Most changes of a contest taken in at once; at the limit they are shown, and the next are asked for."""
LOOK_EVERY_S = 2.0
BACKOFF_S = (0.05, 1.0)
"""The first wait before the store is tried again, and the longest: each is double the one before."""

UNREADABLE = (KeyError, ValueError, IndexError, struct.error, ZeroDivisionError, RecordError)


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
        answers_within_s: float = 5.0, connect: "Callable[[str, float], Any] | None" = None,
    ) -> None:  # fmt: skip
        """`connect` makes a client of the store from its URL and the time a command may take."""
        self._night, self._scope, self._listener, self._clock = night, scope, listener, clock
        self._keys = {contest: Keys(scope, contest) for contest in night.contests}
        self._streams = {keys.changes.encode(): contest for contest, keys in self._keys.items()}
        self._held: dict[ContestId, Held] = {}
        self._from: dict[ContestId, int] = dict.fromkeys(night.contests, 0)
        self._told: dict[ContestId, Position] = {}
        self._waiting: dict[ContestId, int] = {}
        self._emptied: set[ContestId] = set()
        self._run_id = ""
        self._look_at = 0.0
        self.where = address(url)
        self.pulse = Pulses()
        """How far the workers have counted, for whoever watches over the gateway."""
        connect = connect or client
        self._tail, self._client = connect(url, answers_within_s), connect(url, answers_within_s)

    async def follow(self) -> NoReturn:
        """Reads and follows. Ends only with an error: UsageError where the worker counts another night."""
        delay = BACKOFF_S[0]
        away = False
        while True:
            try:
                await self._read_all()
                if away:
                    LOG.info("store=%s is back", self.where)
                delay, away = BACKOFF_S[0], False
                while True:
                    _end_if_asked()
                    await self._turn()
            except (RedisError, OSError) as error:
                if not away:
                    LOG.warning("store=%s away: %s; trying again", self.where, _why(error))
                away = True
                self._listener.lost()
            await asyncio.sleep(delay)
            delay = min(delay * 2, BACKOFF_S[1])

    async def close(self) -> None:
        """Gives the connections back."""
        await self._tail.aclose()
        await self._client.aclose()

    async def boxes(self, contest: ContestId, source: SourceId) -> Boxes:
        """What is held of each box by one source, at one version; read now, and not kept here.

        The store answers nobody else while it gives them out: some milliseconds for 30,000. Raises
        OutsideError while it is away, or counts another edition of the night.
        """
        keys = self._keys[contest]
        try:
            async with self._client.pipeline(transaction=True) as step:
                step.hgetall(keys.meta)
                step.hgetall(keys.boxes(source))
                step.hgetall(keys.papers(source))
                found = held.read_boxes(*await step.execute())
        except (RedisError, OSError, *UNREADABLE) as error:
            LOG.warning("contest=%s source=%s: boxes not read: %s", contest, source, _why(error))
            raise OutsideError("The store does not give out its boxes now; try again shortly.") from error
        if found.digest and found.digest != self._night.digest:
            raise OutsideError("The store counts another edition of this night; ask its operator.")
        return found

    async def claim(self, contest: ContestId, what: str, for_s: float) -> float:
        """Claims something that one gateway of the night shall do: 0, or how long another one has it.

        Raises OutsideError while the store is away, or takes nothing from us.
        """
        key = self._keys[contest].claim(what)
        try:
            async with self._client.pipeline(transaction=False) as ask:
                ask.set(key, "1", nx=True, px=int(for_s * 1000))
                ask.pttl(key)
                ours, left_ms = await ask.execute()
        except (RedisError, OSError) as error:
            raise OutsideError(f"The store takes no claim ({_why(error)}).") from error
        return 0.0 if ours else max(1, left_ms) / 1000

    async def _read_all(self) -> None:
        self._run_id = await self._server()
        for contest in self._keys:
            await self._read(contest)
        self._look_at = self._clock() + LOOK_EVERY_S
        self._settle()

    async def _server(self) -> str:
        """The server's name for this start of itself; empty where it does not tell."""
        try:
            return str((await self._client.info("server")).get("run_id", ""))
        except ResponseError:  # forbidden to us, or not there: then only epoch and version can tell
            return ""

    async def _read(self, contest: ContestId) -> None:
        """Everything of a contest, at one version."""
        keys = self._keys[contest]
        sources = list(self._night.sources)
        async with self._client.pipeline(transaction=True) as step:
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
            why = str(error).rstrip(".")
            raise UsageError(f"What is at {keys.meta} in {self.where} is not Sandık's: {why}.") from error
        self._same_night(read)
        before = self._held.get(contest, NOTHING)
        self._from[contest] = read.version
        self._waiting.pop(contest, None)
        if read == NOTHING and before != NOTHING:
            if contest not in self._emptied:
                LOG.warning("contest=%s is gone from the store; keeping version %d", contest, before.version)
            self._emptied.add(contest)
            return
        self._emptied.discard(contest)
        self._take(contest, read)

    def _same_night(self, read: Held) -> None:
        if read.digest and read.digest != self._night.digest:
            raise UsageError(
                f"The store at {self.where} holds another edition of the night {self._night.id} (facts "
                f"{read.digest[:12]}, ours {self._night.digest[:12]}): start every room with the same night "
                "folder, or count it anew with: sandik verify --rebuild."
            )

    def _take(self, contest: ContestId, read: Held) -> None:
        """Takes a state in, and tells it if clients are not there yet."""
        life = held.life(read, self._run_id)
        before = self._told.get(contest)
        after = Position(life, read.version) if before is None else before.move(life, read.version)
        self._held[contest] = read
        if after == before:
            return
        if before is not None and before.epoch != after.epoch:
            LOG.info("contest=%s epoch=%s version=%d begins", contest, after.epoch, after.version)
        self._told[contest] = after
        state = held.state(read, after.epoch, self._night.contests[contest].source)
        self._listener.hold(contest, state)

    def _settle(self) -> None:
        self._listener.settled()
        if self._emptied:
            self._listener.lost()
        else:
            self._listener.reached(self._clock())

    async def _turn(self) -> None:
        """Waits for changes, takes them in, and looks at the heads when that is due."""
        wanted = {self._keys[contest].changes: f"{at}-0" for contest, at in self._from.items()}
        replies = await self._tail.xread(wanted, count=ENTRIES_MAX, block=int(XREAD_BLOCK_S * 1000))
        for stream, entries in replies or ():
            await self._entries(self._streams[stream], entries)
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
        run_id = await self._server()
        started_again, self._run_id = run_id != self._run_id, run_id
        heads = self._client.pipeline(transaction=False)
        for keys in self._keys.values():
            heads.hmget(keys.meta, "epoch", "version", "run_id")
        answers = await heads.execute()
        for contest, (epoch, version, written_under) in zip(self._keys, answers, strict=True):
            mine = self._held.get(contest, NOTHING)
            same = ((epoch or b"").decode(), (written_under or b"").decode()) == (mine.epoch, mine.run_id)
            newest = int(version or 0)
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
        asked = self._client.pipeline(transaction=False)
        for keys in self._keys.values():
            asked.hgetall(keys.pulse)
        asked.time()
        try:
            *pulses, (seconds, microseconds) = await asked.execute()
        except ResponseError:
            return
        store_s = seconds + microseconds / 1e6
        self.pulse.take(dict(zip(self._keys, pulses, strict=True)), store_s, self._clock())


def address(url: str) -> str:
    """Where the store is, without user and password, for messages."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port or 6379}"


def client(url: str, answers_within_s: float) -> Any:
    """A client whose failures come to us at once: no retries of the library's own."""
    try:
        return redis.Redis.from_url(
            url,
            socket_timeout=answers_within_s,
            socket_connect_timeout=answers_within_s,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    except ValueError as error:
        raise UsageError(f"SANDIK_REDIS is no address of a store ({error}): redis://HOST:PORT/0.") from error


def _end_if_asked() -> None:
    """Ends a task that was cancelled and did not hear of it.

    Before Python 3.12 `asyncio.wait_for`, by which the library sends, loses a cancellation that comes in the
    moment a command is sent: the gateway would be asked to stop and never would.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _why(error: Exception) -> str:
    if isinstance(error, AuthenticationError):
        return f"it does not let us in ({error}); SANDIK_REDIS may hold user and password"
    return str(error) or type(error).__name__
