"""Whether what was told is told once, in one order, and stands again after the store was made anew."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from redis.asyncio import Redis

from election.alerts import KINDS, Told
from election.errors import RecordError
from election.wire.keys import Keys
from election.wire.records import Bundle, Ruling
from election.wire.told import decode, encode, held
from streams.calling import docket
from streams.counting import CannotCountError
from streams.evaluator import Evaluator
from streams.rewinding import forget
from streams.share import Share
from streams.spans import Received, Span
from streams.stretch import Stretch
from streams.telling import TakesFacts, facts
from streams.verify import rebuild
from tests.election.tellings import d_of
from tests.live.one import (
    COUNCIL,
    MAYOR,
    NIGHT,
    REPORTS,
    RULINGS,
    SCOPE,
    One,
    agree,
    compared,
    flush,
    good,
    lifted,
    log_of,
    one,
    reading,
)  # fmt: skip
from tests.servers import Running
from tests.streams import made

TOLD = SCOPE.topic("told")
BOXES = 48
"""Boxes that one choice wins by far: enough that the rest cannot change it."""


class Theatre:
    """A worker, the topic of what was told as a list, and any number of evaluators."""

    def __init__(self, worker: One) -> None:
        self.worker, self.topic = worker, list[Received]()
        self.takes = TakesFacts(worker.store, worker.refuse, worker.progress)
        self.reports: list[Received] = []
        self.rulings: list[Received] = []

    async def send(self, topic: str, key: bytes, value: bytes) -> int:
        """The topic and the agent that reads it, in one."""
        assert (TOLD, b"mayor") == (topic, key)
        self.topic.append(Received(topic, 0, len(self.topic), value))
        await self.takes.take_in(facts(NIGHT, SCOPE, 1000, self.topic[-1:]))
        return len(self.topic) - 1

    def evaluator(self) -> Evaluator:
        """One who watches the mayor's contest."""
        of = self.worker
        end, share = (lambda: len(self.topic)), Share()
        return Evaluator(NIGHT, MAYOR, SCOPE, of.settings, of.store, self.send, end, share)

    async def report(self, *bundles: Bundle) -> None:
        """Papers come in."""
        first = len(self.reports)
        log = [Received(REPORTS, 0, first + one.offset, one.value) for one in log_of(bundles)]
        self.reports += log
        await self.worker.count(log)

    async def rule(self, *rulings: Ruling) -> None:
        """Rulings come in."""
        log = log_of(list(rulings), topic=RULINGS)
        first = len(self.rulings)
        new = [Received(RULINGS, 0, first + one.offset, one.value) for one in log]
        self.rulings += new
        await self.worker.rule(new)

    async def told(self) -> list[Told]:
        """What the store has been told."""
        held = await self.worker.store.read(MAYOR)
        return [decode(value, SCOPE) for value in held.told]


async def evening(theatre: Theatre, evaluator: Evaluator) -> None:
    """Half the papers, the ban lifted, the rest: until nothing can change who is ahead."""
    await theatre.report(*(good(unit, votes=(150, 20, 5), minute=unit % 20) for unit in range(BOXES // 2)))
    await evaluator.step()
    await theatre.rule(lifted(30))
    await evaluator.step()
    await theatre.report(
        *(good(unit, votes=(150, 20, 5), minute=31 + unit % 20) for unit in range(BOXES // 2, BOXES))
    )
    await evaluator.step()


def kinds(told: Sequence[Told]) -> list[str]:
    """What was told, by kind."""
    return [fact.kind for fact in told]


def word(kind: str, actor: str, told: Told, minute: int = 55) -> Ruling:
    """The desk's word on a proposal or a call."""
    at = made.START.replace(minute=minute)
    data = {"proposal": told.id, "call": told.id, "version": told.version}
    return Ruling("mayor", kind, at, at, "desk", actor, "seen and checked", data)


async def test_an_evening_is_told_once_and_in_order(redis_server: Running) -> None:
    """Nothing of totals before the ban is lifted; then the lifting first; asked again there is no more."""
    await flush(redis_server)
    async with one(redis_server) as worker:
        theatre = Theatre(worker)
        evaluator = theatre.evaluator()
        await evening(theatre, evaluator)
        told = await theatre.told()
        opened = kinds(told).index("embargo-lifted")
        assert {"source"} >= {KINDS[kind].about for kind in kinds(told[:opened])}
        assert "call-proposed" in kinds(told)
        assert list(range(1, len(told) + 1)) == [fact.seq for fact in told]
        assert len({fact.id for fact in told}) == len(told)
        for watching in (evaluator, theatre.evaluator()):
            await watching.step()
        assert told == await theatre.told()
        await agree(worker, theatre.reports, theatre.rulings, theatre.topic)


async def test_a_desk_approves_and_a_broken_lead_takes_the_call_back(redis_server: Running) -> None:
    """The same person twice is once; the retraction is told with its reason at the very next look."""
    await flush(redis_server)
    async with one(redis_server) as worker:
        theatre = Theatre(worker)
        evaluator = theatre.evaluator()
        await evening(theatre, evaluator)
        proposed = next(fact for fact in await theatre.told() if fact.kind == "call-proposed")
        await theatre.rule(word("call-approved", "Ada", proposed))
        await evaluator.step()
        assert 1 == kinds(await theatre.told()).count("call-made")
        await theatre.report(
            *(good(unit, revision=2, votes=(20, 150, 5), minute=56) for unit in range(BOXES // 2 + 4))
        )
        await evaluator.step()
        told = await theatre.told()
        assert 1 == kinds(told).count("call-retracted")
        assert told[-1].at >= proposed.at
        await agree(worker, theatre.reports, theatre.rulings, theatre.topic)


async def test_an_evaluator_that_is_wrong_about_being_it_changes_nothing(redis_server: Running) -> None:
    """Its facts name another one as the last: the store does not accept them."""
    await flush(redis_server)
    async with one(redis_server) as worker:
        theatre = Theatre(worker)
        first, second = theatre.evaluator(), theatre.evaluator()
        await theatre.report(good(0))
        await theatre.rule(lifted(30))
        kept: list[bytes] = []

        async def later(topic: str, key: bytes, value: bytes) -> int:
            kept.append(value)
            return -1

        second._send = later  # it is slow: what it tells comes after the other's
        await second.step()
        await evening(theatre, first)
        told = await theatre.told()
        for value in kept:
            await theatre.send(TOLD, b"mayor", value)
        assert kept
        assert told == await theatre.told()
        await agree(worker, theatre.reports, theatre.rulings, theatre.topic)


async def test_a_store_made_again_from_the_log_has_been_told_the_same(redis_server: Running) -> None:
    """Flushed and rebuilt: the same calls and alerts, and nobody is told anything twice."""
    await flush(redis_server)
    async with one(redis_server) as worker:
        theatre = Theatre(worker)
        evaluator = theatre.evaluator()
        await evening(theatre, evaluator)
        told, topic = await theatre.told(), list(theatre.topic)
        await flush(redis_server)
        # The store is asked while it is being made again: totals first, one by one, facts last.
        for received in theatre.reports:
            await worker.count([received])
        for received in topic:
            await theatre.takes.take_in(facts(NIGHT, SCOPE, 1000, [received]))
            await evaluator.step()
        await worker.rule(theatre.rulings)
        for watching in (evaluator, theatre.evaluator()):
            await watching.step()
        assert told == await theatre.told()
        assert topic == theatre.topic
        await rebuild(NIGHT, worker.store, reading(theatre.reports, theatre.rulings, theatre.topic))
        assert told == await theatre.told()
        await agree(worker, theatre.reports, theatre.rulings, theatre.topic)


def foreign(kind: str, d: dict[str, Any]) -> bytes:
    """A fact as another program, or another version of this one, may write it: the first of the contest."""
    said = {"en": "told by somebody else"}
    return encode(Told(SCOPE.name, "mayor", 1, "", kind, "1", made.START, 1, {}, said, said, d), SCOPE)


@pytest.mark.parametrize(
    "value",
    [
        b"", b"{}", b'{"t":"told","v":1}', foreign("counted", {"pct": "many"}), foreign("call-made", {}),
        foreign("call-made", d_of("call-made", "nobody")), foreign("source-stalled", {"source": "agency"}),
    ],
)  # fmt: skip
async def test_what_is_no_fact_is_refused_and_the_next_one_counts(
    redis_server: Running, value: bytes
) -> None:
    """Told as refused, with its place; the store never has it, and the chain goes on without it."""
    await flush(redis_server)
    async with one(redis_server) as worker:
        theatre = Theatre(worker)
        await theatre.send(TOLD, b"mayor", value)
        assert 1 == len(worker.refused)
        await evening(theatre, theatre.evaluator())
        assert await theatre.told()
        await agree(worker, theatre.reports, theatre.rulings, theatre.topic)


async def test_a_fact_after_one_that_is_not_in_the_log_is_left_out_by_both(redis_server: Running) -> None:
    """A topic whose beginning is gone: neither the store nor the judge takes what does not follow."""
    await flush(redis_server)
    async with one(redis_server) as worker:
        theatre, said = Theatre(worker), {"en": "told after something else"}
        late = Told(
            SCOPE.name, "mayor", 2, "9f2c", "lead-change", "1", made.START, 1, {}, said, said,
            d_of("lead-change", "deniz"),
        )  # fmt: skip
        await theatre.report(good(0))
        await theatre.send(TOLD, b"mayor", encode(late, SCOPE))
        assert [] == worker.refused
        await agree(worker, theatre.reports, theatre.topic)


async def test_what_another_version_let_into_the_store_is_gone_when_it_is_made_again(
    redis_server: Running,
) -> None:
    """Whoever reads it says so with the way out; made from the log again, the night goes on without it."""
    await flush(redis_server)
    async with one(redis_server) as worker:
        theatre = Theatre(worker)
        await theatre.report(good(0))
        odd = foreign("counted", {"pct": "many"})
        client = Redis.from_url(redis_server.url)
        await client.xadd(Keys(SCOPE, MAYOR).told, {"told": odd}, id="1-0")
        await client.aclose()
        theatre.topic.append(Received(TOLD, 0, 0, odd))
        (value,) = (await worker.store.read(MAYOR)).told
        with pytest.raises(RecordError, match=r"d\.pct of counted .* sandik verify --rebuild"):
            held(value, SCOPE)
        found = await compared(worker, theatre.reports, theatre.rulings, theatre.topic)
        assert "mayor: facts told: the log gives 0, the store has 1" in found.differences
        await rebuild(NIGHT, worker.store, reading(theatre.reports, theatre.rulings, theatre.topic))
        await evening(theatre, theatre.evaluator())
        assert await theatre.told()
        await agree(worker, theatre.reports, theatre.rulings, theatre.topic)


async def test_a_clearance_in_hand_while_a_replay_goes_back_is_not_kept(redis_server: Running) -> None:
    """The next playing has not ruled it yet: its paper would count without anybody's word."""
    await flush(redis_server)
    at = made.START.replace(minute=40)
    paper = {"source": COUNCIL, "box": str(good(0).box[0]), "revision": 1}
    clear = Ruling("mayor", "quarantine-cleared", at, at, "desk", "Ada", "looked at", paper)
    async with one(redis_server) as worker:
        theatre = Theatre(worker)
        await theatre.rule(lifted(30))
        await forget(worker.store)
        with pytest.raises(CannotCountError, match="is at offset 0 of"):
            await theatre.rule(clear)
        key = worker.store.keys[MAYOR].cleared(COUNCIL)
        assert not await worker.store.ask(MAYOR, lambda client: client.exists(key))


async def test_a_quarantine_is_cleared_whenever_the_ruling_comes(redis_server: Running) -> None:
    """Before its paper, after it, and by a worker that died between the clearance and its offset."""
    held_back = good(0, votes=(0, 160, 0), minute=1)
    paper = {"source": COUNCIL, "box": str(held_back.box[0]), "revision": 1}
    at = made.START.replace(minute=40)
    clear = Ruling("mayor", "quarantine-cleared", at, at, "desk", "Ada", "looked at", paper)
    for papers_first in (True, False):
        await flush(redis_server)
        async with one(redis_server) as worker:
            theatre = Theatre(worker)
            if papers_first:
                await theatre.report(held_back)
                held = (await worker.store.read(MAYOR)).boxes[COUNCIL]
                assert 1 == len(held)
                # A worker that dies here has kept the clearance and not its offset.
                await worker.store.clear(MAYOR, COUNCIL, f"{paper['box']}/1", Span(f"{RULINGS}/0", 0, 1))
                await theatre.rule(clear)
            else:
                await theatre.rule(clear)
                await theatre.report(held_back)
            shown = await worker.store.read(MAYOR)
            assert 0 < len(shown.areas[COUNCIL])
            stretch = Stretch(partial(docket, NIGHT, SCOPE, 1000))
            stretch.add(theatre.rulings[0])
            assert [MAYOR] == list(stretch.finish().cleared)
            await agree(worker, theatre.reports, theatre.rulings)
