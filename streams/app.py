"""The worker's process: drains, evaluators, signs of life, a watchdog, and how it ends.

    main(night, settings)   counts until it is told to stop; its exit code says why it ended

Know before changing: every task has an owner, and a task that ends ends the process (`ending.own`).
"""

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import uvloop

from election.errors import OutsideError
from election.night import Night
from election.wire.records import AFTER, decode_after
from streams import asking, ending, quiet
from streams.attending import attend, keep_attending
from streams.calling import Docket, TakesRulings, docket
from streams.consuming import make_app
from streams.counting import CountsBatches
from streams.drain import Drain, Item
from streams.evaluator import Evaluator
from streams.gathered import Gathered, Grounds
from streams.progress import Progress
from streams.settings import Settings
from streams.share import Share
from streams.signatures import signatures_at
from streams.spans import Received, partition_name
from streams.store import Store
from streams.stretch import Stretch
from streams.telling import Chapter, TakesFacts, facts
from streams.watchdog import Watchdog

log = logging.getLogger(__name__)

RAW: Mapping[str, Any] = {
    "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw",
}  # fmt: skip
"""Topics as bytes: a record that cannot be decoded must reach the body, where it is refused and told."""
YOUNG_MAX = 20_000
"""New objects after which garbage is looked for. Python's 700 are a few bundles, and each search goes through
every figure of all bundles that a batch has gathered by then."""
LOOK_FOR_TOPICS_EVERY_S = 0.1
SAY_MISSING_EVERY_S = 10.0
STOP_WITHIN_S = 20.0
"""How long an orderly stop may take to apply and commit what was read; then the process just ends."""


class Worker:
    """One worker: its streams, its drains, its sign of life, its watchdog."""

    def __init__(self, night: Night, settings: Settings) -> None:
        self.night, self.settings = night, settings
        self.scope = settings.scope(night.id)
        self.name = settings.worker or f"{socket.gethostname()}:{os.getpid()}"
        self.store = Store(night, self.scope, settings)
        self.progress = Progress()
        self.facts = TakesFacts(self.store, self.refuse, self.progress)
        self.app = make_app(night, settings, self.store, self.progress)
        self.again = self.app.again
        self.counter = CountsBatches(night, self.store, self.refuse, self.progress)
        self.again.also(self.counter.forget)
        self.grounds, self.signatures = Grounds(night), signatures_at(settings.feed_keys, night)
        self.rulings = TakesRulings(self.store, self.grounds, self.refuse, self.progress)
        self.grounds.warm()
        self._reading = False
        """Whether the stream processor was started; before that there is no consumer to ask."""

    async def run(self) -> None:
        """Counts until SIGTERM or SIGINT; ends the process for everything else."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        waiting = asyncio.ensure_future(stop.wait())
        ready = asyncio.ensure_future(self._ready())
        await asyncio.wait({waiting, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            return
        await ready
        self._drain("reports", self._gather, self.counter.count)
        rulings = self._drain("rulings", self._collect, self.rulings.take_in)
        self.rulings.dropped = lambda: rulings.dropped
        self._drain("told", self._listen, self.facts.take_in)
        every_s = self.settings.attend_every_s
        signs = keep_attending(
            self.store, self.counter, self.progress, self.name, self._ends, every_s, self.again.begin
        )
        ending.own(asyncio.create_task(signs, name="the sign of life"))
        Watchdog(
            self.progress, self._work, self.settings.stand_still_s, partial(ending.end, ending.AGAIN)
        ).start()
        await self.app.start()
        self._reading = True
        self._evaluate()
        ending.own(asyncio.create_task(self._crash(), name="the stream processor"))
        log.info("worker %s counts %s", self.name, self.scope.name)
        await waiting
        await self._stop()

    async def _ready(self) -> None:
        """Returns when there is something to count with: the store, of this very night, and the topics."""
        await attend(self.store, self.counter, self.progress, self.name, {})
        await self._topics()

    async def _stop(self) -> None:
        """Applies and commits what was read; where that takes too long, the process ends without."""
        try:
            await asyncio.wait_for(self.app.stop(), STOP_WITHIN_S)
        except TimeoutError:
            ending.end(
                ending.AGAIN,
                f"What was read is not applied {STOP_WITHIN_S:g} s after this worker was told to stop; "
                "whoever comes next reads it again.",
            )

    async def _crash(self) -> None:
        """Raises what crashed the stream processor."""
        await self.app._crashed.wait()
        reason = self.app.crash_reason or RuntimeError("the stream processor crashed")
        raise asking.in_our_words(self.settings, reason)

    def _gather(self) -> Gathered:
        return Gathered.by(self.settings, self.grounds, self.scope, self.signatures)

    def _collect(self) -> Stretch[Docket]:
        limit = self.settings.refused_bytes_max
        return Stretch(partial(docket, self.night, self.scope, limit))

    def _listen(self) -> Stretch[Chapter]:
        limit = self.settings.refused_bytes_max
        return Stretch(partial(facts, self.night, self.scope, limit))

    def _evaluate(self) -> None:
        """An evaluator for each contest; it works while this worker holds the partition of what was told."""
        share = Share()
        for contest in self.night.contests:
            evaluator = Evaluator(
                self.night, contest, self.scope, self.settings, self.store, self._send,
                self._told_end, share,
            )  # fmt: skip
            ending.own(asyncio.create_task(evaluator.run(), name=f"the evaluation of {contest}"))

    def _told_end(self) -> int | None:
        """Where the topic of what was told ends, by the last fetch; None where another worker holds it."""
        return self._ends().get(partition_name(self.scope.topic("told"), 0))

    def _ends(self) -> dict[str, int]:
        """Where each partition that this worker holds ends, by the last fetch of it."""
        return self.app.ends() if self._reading else {}

    async def _send(self, topic: str, key: bytes, value: bytes) -> int:
        """Sends one record; its offset, when the broker has it. Raises OutsideError after the deadline."""
        within_s = self.settings.outside_within_s
        try:
            async with asyncio.timeout(within_s):
                with asking.worded(self.settings):
                    told = await self.app.producer.send_and_wait(topic, key, value, None, None, None)
        except TimeoutError as error:
            raise OutsideError(
                f"Kafka at {self.settings.kafka} does not take what was told within {within_s:g} s: see "
                "that it runs (sandik doctor)."
            ) from error
        return int(told.offset)

    def _drain(self, what: str, begin: Any, apply: Any) -> Drain[Any]:
        """An agent of one topic whose body only fills a queue, and the task that empties it."""
        queue: asyncio.Queue[Item] = asyncio.Queue(self.settings.queue_records_max)
        drain = Drain(queue, begin, self.again.guard(apply))
        self.again.own(drain)
        topic = self.app.topic(self.scope.topic(what), **RAW)

        async def body(stream: Any) -> None:
            quiet_stream = stream.noack()
            async for event in quiet_stream.events():
                message = event.message
                received = Received(
                    message.topic, message.partition, message.offset, bytes(message.value or b""),
                    _after(message.headers), dict(message.headers or ()),
                )  # fmt: skip
                await queue.put(Item(received, partial(quiet_stream.ack, event), drain.turn))

        self.app.agent(topic, name=f"{self.app.conf.id}-{what}", concurrency=1)(body)
        ending.own(asyncio.create_task(drain.run(), name=f"the counting of {what}"))
        return drain

    async def refuse(self, records: Sequence[bytes]) -> None:
        """Sends records to the topic of refused; returns when the broker has them all."""
        topic, within_s = self.scope.topic("refused"), self.settings.outside_within_s
        producer = self.app.producer
        try:
            async with asyncio.timeout(within_s):
                with asking.worded(self.settings):
                    for told in [
                        await producer.send(topic, None, record, None, None, None) for record in records
                    ]:
                        await told
        except TimeoutError as error:
            raise OutsideError(
                f"Kafka at {self.settings.kafka} does not take what was refused within {within_s:g} s: see "
                "that it runs (sandik doctor)."
            ) from error

    async def _topics(self) -> None:
        """Returns when the night's topics are there; a worker makes none."""
        wanted = {self.scope.topic(what) for what in ("reports", "rulings", "told", "refused")}
        said_at = -SAY_MISSING_EVERY_S
        while True:
            missing = wanted - set(await asking.topics_there(self.settings))
            if not missing:
                read = wanted - {self.scope.topic("refused")}
                await asking.refuse_without_rights(self.settings, self.app.conf.id, read)
                return
            if asyncio.get_running_loop().time() - said_at >= SAY_MISSING_EVERY_S:
                said_at = asyncio.get_running_loop().time()
                await asking.refuse_what_is_kept(self.settings, missing)
                log.warning("waiting for the topics %s (sandik produce, replay or up make them)", missing)
            await asyncio.sleep(LOOK_FOR_TOPICS_EVERY_S)

    async def _work(self) -> bool:
        """Whether a fresh client finds a record where the store says this worker should read on."""
        topics = await asking.topics_there(self.settings)
        mine = [(at.topic, at.partition) for at in self.app.consumer.assignment()] or [
            (topic, partition)
            for topic in map(self.scope.topic, ("reports", "rulings", "told"))
            for partition in range(topics.get(topic, 0))
        ]
        store = Store(self.night, self.scope, self.settings)
        try:
            positions = await store.positions([partition_name(*at) for at in mine])
        finally:
            await store.close()
        return await asking.anything(self.settings, mine, {at: positions[partition_name(*at)] for at in mine})


def _after(headers: Any) -> dict[str, int]:
    """What a ruling's header says it came after; the library gives headers as pairs or as a dictionary."""
    value = dict(headers or ()).get(AFTER)
    return decode_after(value) if isinstance(value, bytes) else {}


def main(night: Night, settings: Settings) -> int:
    """Counts a night until SIGTERM or Ctrl-C (0); any other end is `ending.end`, with a code for why."""
    quiet.set_up()
    uvloop.install()
    try:
        with asyncio.Runner() as runner:
            worker = Worker(night, settings)
            # The night is here for good: going through a country again and again would stop the count.
            gc.collect()
            gc.freeze()
            gc.set_threshold(YOUNG_MAX, *gc.get_threshold()[1:])
            runner.run(worker.run())
    except Exception as error:  # noqa: BLE001 # whatever it is, it is told and the process ends
        ending.end_with(error)
    return 0
