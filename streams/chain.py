"""The links of what is about to be applied, so that they are stored in the same step as what is counted.

    spans = await chain.linked(batch.spans)        each with the links of its records
    answers = await chain.handed(span, hand)       hands one span on, again where a contest has other links

What a link is stands in `election.wire.audit`; what makes the chain safe is in the scripts (`lua/life.lua`):
they apply a step only if its records are those of the chain that is held, and add only the links of what lies
past the stored offset. So duplicates, zombies and rebuilds leave the same chain.

Know before changing: what is remembered here is a guess that saves asking the store; a contest that holds
something else answers `Forked`, and then it is asked. Nothing here decides what is right.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from election.night import ContestId
from election.wire.audit import LINK_BYTES, first_link, links
from streams.answers import Answer, Forked
from streams.spans import Links, Span
from streams.store import Store


class Chain:
    """What one process knows of the chains of the partitions that it reads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: dict[str, tuple[int, bytes]] = {}
        """By partition: the next offset, and the link before it as the scripts are told it."""

    async def linked(self, spans: Sequence[Span], contest: ContestId | None = None) -> list[Span]:
        """These spans with their links; as one contest's chain has it, where one is named.

        Raises OutsideError while the store does not answer.
        """
        return [await self._linked(span, contest) for span in spans]

    async def handed(
        self, span: Span, hand: Callable[[Span], Awaitable[Mapping[ContestId, Answer]]]
    ) -> Mapping[ContestId, Answer]:
        """What the contests answer to a span that is handed to all of them.

        Each contest keeps a chain of its own. They are the same unless somebody cut one of them off; then
        that contest is given the links that follow on from its own.
        """
        (linked,) = await self.linked([span])
        answers = dict(await hand(linked))
        for contest in [contest for contest, said in answers.items() if isinstance(said, Forked)]:
            (linked,) = await self.linked([span], contest)
            # The others answer as well; what they said before holds: it was applied there, or will not be.
            answers[contest] = (await hand(linked))[contest]
        return answers

    async def _linked(self, span: Span, contest: ContestId | None) -> Span:
        known = self._last.get(span.partition)
        if contest is None and known is not None and known[0] == span.first:
            before = known[1]
        elif contest is None and span.first == 0:
            before = b""
        else:
            before = await self._before(span, contest)
        made = list(links(before or first_link(span.partition, span.first), span.values))
        if made:
            self._last[span.partition] = span.following, made[-1]
        return replace(span, links=Links(before, b"".join(made)))

    async def _before(self, span: Span, contest: ContestId | None) -> bytes:
        """The link before a span, by the first contest that holds it; empty where none does."""
        for one in self._store.keys if contest is None else [contest]:
            chain = await self._stand(span.partition, one)
            if chain.begins < span.first <= chain.ends:
                return await self._link(one, span.partition, span.first - chain.begins - 1)
        return b""

    async def _stand(self, partition: str, contest: ContestId) -> "_Stand":
        keys = self._store.keys[contest]

        async def ask(redis: Any) -> list[Any]:
            pipe = redis.pipeline(transaction=True)
            pipe.hget(keys.offsets, partition)
            pipe.strlen(keys.links(partition))
            found: list[Any] = await pipe.execute()
            return found

        offset, length = await self._store.ask(contest, ask)
        ends = int(offset or 0)
        return _Stand(ends - (0 if offset is None else length // LINK_BYTES), ends)

    async def _link(self, contest: ContestId, partition: str, number: int) -> bytes:
        """The link of so many, of those a contest holds."""
        key, at = self._store.keys[contest].links(partition), number * LINK_BYTES

        async def ask(redis: Any) -> bytes:
            found: bytes = await redis.getrange(key, at, at + LINK_BYTES - 1)
            return found

        return await self._store.ask(contest, ask)


@dataclass(frozen=True, slots=True)
class _Stand:
    """From which offset to which the chain of a partition goes."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The chain of a partition as a contest holds it."""

    begins: int
    """The offset of the record of the first link; below 0 where the store was tampered with."""
    links: Sequence[bytes]


async def stored(store: Store, contest: ContestId) -> dict[str, Stored]:
    """Every chain that a contest holds, by partition, all at one moment."""
    keys = store.keys[contest]

    async def ask_names(redis: Any) -> list[bytes]:
        found: list[bytes] = await redis.hkeys(keys.offsets)
        return found

    names = [name.decode() for name in await store.ask(contest, ask_names)]

    async def ask(redis: Any) -> list[Any]:
        pipe = redis.pipeline(transaction=True)
        for name in names:
            pipe.hget(keys.offsets, name)
            pipe.get(keys.links(name))
        found: list[Any] = await pipe.execute()
        return found

    found = await store.ask(contest, ask)
    chains = {}
    for name, offset, text in zip(names, found[::2], found[1::2], strict=True):
        held = text or b""
        made = [held[at : at + LINK_BYTES] for at in range(0, len(held), LINK_BYTES)]
        chains[name] = Stored(int(offset or 0) - len(made), made)
    return chains
