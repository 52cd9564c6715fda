"""The ledger of deliveries in the store: what is to be told to whom, what was, and who has it in hand.

    spread(contest, fact…)      a fact becomes deliveries, once; a retraction follows its call
    claim(contest, token…)      what is due, held for a while by whoever took it
    settle(delivery, …)         what became of it
    restore(contest, …)         made again from the log

Know before changing: this is a second process with keys of its own (docs/decisions/0012-deliveries.md). A
ledger of another start of the store answers nothing but `LostError` until it is restored, because it may hold
less than was delivered. Every script applied twice is no news, so each is sent again until it is answered.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from election.errors import RecordError
from election.night import ContestId, Night
from election.wire.delivered import DEAD, Delivery, read_row, row
from election.wire.keys import LEDGER, Keys
from election.wire.topics import Scope
from stores.failing import NoScriptError
from stores.opening import Client, Opened
from streams.heeding import heeding
from streams.scripts import Script
from streams.settings import Settings
from streams.store import patiently

log = logging.getLogger(__name__)

BLOCK_MS = 1000
"""How long the store holds back its answer while nothing is told; shorter than any timeout of a client."""
ROWS_A_TIME = 500
"""Rows in one script when a ledger is restored; facts and outbox entries read at once."""
SCRIPTS = ("begin", "spread", "claim", "settle", "renew", "restore", "resend")

T = TypeVar("T")


class LostError(Exception):
    """The ledger is of another start of the store, empty or damaged: the log makes it again."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was given out, when to ask again (None: nothing waits), the outbox's last entry then."""

    deliveries: tuple[Delivery, ...]
    next_s: float | None
    outbox: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An entry of the outbox: a delivery, or the seq of a fact that was looked at; None: it is damaged."""

    id: str
    what: Delivery | int | None


class Ledger:
    """The ledgers of all contests of one night, mode and session."""

    def __init__(self, night: Night, scope: Scope, settings: Settings) -> None:
        self.night, self.scope, self.settings = night, scope, settings
        self._names = {contest: Keys(scope, contest) for contest in night.contests}
        self._scripts = {name: Script("ledger", f"ledger_{name}") for name in SCRIPTS}
        answers_within_s = max(settings.redis_answers_within_s, 2 * BLOCK_MS / 1000)
        self._opened = Opened(settings.redis, answers_within_s, "sandik-deliver")

    async def close(self) -> None:
        """Gives the connections back."""
        await self._opened.aclose()

    async def told_after(self, contest: ContestId, seq: int) -> list[tuple[int, bytes]]:
        """What was told after a fact, oldest first: seq and record. Waits a second for it to be told."""
        key = self._names[contest].told

        async def ask(client: Client) -> Any:
            return await client.xread({key: f"{seq}-0"}, count=ROWS_A_TIME, block=BLOCK_MS)

        found = await self._outside(contest, ask)
        entries = found[0][1] if isinstance(found, list) and found else []
        return [_fact(entry) for entry in entries]

    async def told(self, contest: ContestId, seq: int) -> bytes | None:
        """One fact's record; None where the store does not hold it (yet)."""

        async def ask(client: Client) -> Any:
            return await client.xrange(self._names[contest].told, f"{seq}-0", f"{seq}-0")

        entries = await self._outside(contest, ask)
        return _fact(entries[0])[1] if entries else None

    async def told_last(self, contest: ContestId) -> int:
        """Seq of the fact told last; 0 before the first."""

        async def ask(client: Client) -> Any:
            return await client.xrevrange(self._names[contest].told, count=1)

        entries = await self._outside(contest, ask)
        return _fact(entries[0])[0] if entries else 0

    async def cursor(self, contest: ContestId) -> int:
        """Seq of the fact up to which subscriptions were looked at. Raises LostError."""

        async def ask(client: Client) -> Any:
            pipe = client.pipeline(transaction=True)
            pipe.hget(self._key(contest, "meta"), "cursor")
            pipe.hget(self._key(contest, "meta"), "run_id")
            pipe.info("server")
            return await pipe.execute()

        cursor, ours, server = await self._outside(contest, ask)
        if ours is None or ours.decode() != server["run_id"]:
            raise LostError
        return int(cursor or 0)

    async def begin(self, contest: ContestId, seq: int) -> None:
        """On the first start of all, facts up to this seq are nobody's; later nothing. Raises LostError."""
        await self._run("begin", contest, seq)

    async def spread(
        self, contest: ContestId, seq: int, fact: str, kind: str, deliveries: Sequence[Delivery]
    ) -> int:
        """A fact becomes these deliveries. Gives the seq that facts were looked at to: facts go in order.

        Whoever may have a call gets its retraction, named here or not. Raises LostError.
        """
        said = await self._run("spread", contest, seq, fact, kind, *map(row, deliveries))
        return int(said[1]) if said[0] == b"AT" else seq

    async def claim(self, contest: ContestId, token: str, lease_s: float, urgent: int, room: int) -> Claimed:
        """Takes what is due: at most so many retractions, and so many others. Raises LostError."""
        said = await self._run("claim", contest, token, round(lease_s * 1000), urgent, room)
        next_ms = int(said[1])
        return Claimed(
            tuple(map(read_row, said[3:])), None if next_ms < 0 else next_ms / 1000, said[2].decode()
        )

    async def settle(
        self, contest: ContestId, held: Delivery, outcome: str, delay_s: float = 0.0, note: str = ""
    ) -> bool:
        """Says what became of a delivery; False where that is no news any more. Raises LostError."""
        said = await self._run("settle", contest, held.token, outcome, round(delay_s * 1000), note, row(held))
        return bool(said[0] == b"OK")

    async def renew(self, contest: ContestId, held: Sequence[Delivery], lease_s: float) -> list[Delivery]:
        """Holds deliveries for longer; those that are not (any more) in this hand. Raises LostError."""
        parts = [part for one in held for part in (one.key, one.token)]
        said = await self._run("renew", contest, round(lease_s * 1000), *parts)
        return [one for one, own in zip(held, said[1:], strict=True) if not own]

    async def restore(self, contest: ContestId, cursor: int, found: Sequence[Delivery]) -> None:
        """Completes the ledger with what the log says, and opens it."""
        for start in range(0, len(found), ROWS_A_TIME):
            await self._run("restore", contest, 0, 0, *map(row, found[start : start + ROWS_A_TIME]))
        await self._run("restore", contest, 1, cursor)

    async def resend(self, contest: ContestId, held: Delivery) -> str:
        """A dead delivery is tried again; empty, or why not in a sentence."""
        try:
            said = await self._run("resend", contest, held.key)
        except LostError:
            return (
                "the store was started again or damaged, and what was delivered is read from the log first: "
                "let sandik deliver run, and ask again"
            )
        if said[0] == b"RETRACTED":
            return "this call was retracted; it is not sent again"
        return "" if said[0] == b"OK" else f"it is not dead but {said[1].decode() or 'not known'}"

    async def deliveries(self, contest: ContestId) -> AsyncIterator[Delivery]:
        """Every delivery of the ledger, in no order; one that changes meanwhile may come twice.

        One that cannot be read is left out, and said: whoever delivers makes it again from the log.
        """
        cursor, key = 0, self._key(contest, "deliveries")
        while True:
            start = cursor

            async def ask(client: Client, at: int = start) -> Any:
                return await client.hscan(key, at, count=ROWS_A_TIME)

            cursor, rows = await self._outside(contest, ask)
            for name, content in rows.items():
                try:
                    yield read_row(content)
                except RecordError as error:
                    log.error("%s: the delivery %.80r in the store is damaged: %s", contest, name, error)
            if cursor == 0:
                return

    async def dead(self, contest: ContestId) -> list[Delivery]:
        """What was given up, oldest fact first."""
        found = {one.key: one async for one in self.deliveries(contest) if one.state == DEAD}
        return sorted(found.values(), key=lambda one: (one.seq, one.target))

    async def outbox(self, contest: ContestId) -> list[Outgoing]:
        """What the log does not know yet, oldest first."""

        async def ask(client: Client) -> Any:
            return await client.xrange(self._key(contest, "outbox"), count=ROWS_A_TIME)

        entries = await self._outside(contest, ask)
        return [Outgoing(name.decode(), _what(fields)) for name, fields in entries]

    async def damaged(self, contest: ContestId) -> int:
        """How many rows were found damaged, or gone, since the ledger was made from the log."""
        key = self._key(contest, "meta")
        found: Any = await self._outside(contest, lambda client: client.hget(key, "damaged"))
        return int(found or 0)

    async def forget(self, contest: ContestId, entries: Sequence[Outgoing]) -> None:
        """These entries of the outbox stand in the log."""
        names = [entry.id for entry in entries]
        key = self._key(contest, "outbox")
        await self._outside(contest, lambda client: client.xdel(key, *names))

    def _key(self, contest: ContestId, what: str) -> str:
        return self._names[contest].ledger(what)

    async def _run(self, name: str, contest: ContestId, *args: Any) -> list[Any]:
        script = self._scripts[name]
        keys = [self._key(contest, what) for what in LEDGER]

        async def ask(client: Client) -> list[Any]:
            try:
                found: list[Any] = await client.evalsha(script.sha, len(keys), *keys, *args)
            except NoScriptError:
                found = await client.eval(script.text, len(keys), *keys, *args)
            return found

        said = await self._outside(contest, ask)
        if said[0] == b"LOST":
            raise LostError
        return said

    async def _outside(self, contest: ContestId, question: Callable[[Client], Awaitable[T]]) -> T:
        async def ask() -> T:
            return await question(await self._opened.at(self._key(contest, "meta")))

        return await heeding(patiently(ask, self.settings, self._opened))


def _fact(entry: Any) -> tuple[int, bytes]:
    name, fields = entry
    return int(name.partition(b"-")[0]), bytes(fields.get(b"told", b""))  # without it no fact can be read


def _what(fields: Mapping[bytes, bytes]) -> Delivery | int | None:
    try:
        return int(fields[b"spread"]) if b"spread" in fields else read_row(fields.get(b"row", b""))
    except (RecordError, ValueError) as error:
        log.error("a change of a delivery on its way to the log is damaged: %s", error)
        return None
