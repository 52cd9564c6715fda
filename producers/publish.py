"""The door to Kafka for all that this room writes: every record acknowledged by all replicas, or sent again.

    async with Publisher(settings, night.id) as out:
        await out.publish(record)     # waits while too much is unacknowledged
        await out.drain()             # returns when everything is acknowledged

Know before changing: a record may reach the log more than once and in another order, and that is safe:
reports are revisions and rulings have ids. So every doubt has one answer: a new producer, and send it again.
An idempotent producer that met an error may refuse everything for ever, and one whose brokers have all moved
never asks its bootstrap list again; neither says so, hence the deadline on every send.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
)

from election.errors import RecordError
from election.night import NightId
from election.wire.records import AFTER, RECORD_BYTES_MAX, Bundle, Record, encode, encode_after, identity
from election.wire.shown import SHOWN_BYTES_MAX
from election.wire.topics import report_key, ruling_key
from producers import access
from producers.cluster import (
    CONNECT_TRY_S,
    CONNECT_WITHIN_S,
    OVERHEAD_BYTES,
    REQUEST_MS,
    RETRY_FIRST_S,
    RETRY_MOST_S,
)
from producers.errors import NoKafkaError, RefusedByKafkaError
from producers.history import History
from producers.settings import Settings
from producers.signing import signs_with

ABANDON_WITHIN_S = 1.0
LOOK_EVERY_S = 0.5
HOPELESS = (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
)
"""Errors that no new producer cures."""


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """One record on its way."""

    topic: str
    key: bytes
    value: bytes
    id: str
    reports: int
    sent_at_s: float
    headers: Sequence[tuple[str, bytes]] = ()


class Publisher:
    """Sends records and sees to it that each is acknowledged. Use it as `async with`, in one event loop."""

    def __init__(self, settings: Settings, night: NightId, history: History | None = None) -> None:
        self._settings = settings
        self._scope = settings.scope(night)
        self._history = history or History("", "")
        self._sign = signs_with(settings.sign_with)
        self._slots = asyncio.Semaphore(settings.inflight_max)
        self._unacknowledged: dict[int, _Outgoing] = {}
        self._number = 0
        self._producer: AIOKafkaProducer | None = None
        self._generation = 0
        self._empty, self._trouble = asyncio.Event(), asyncio.Event()
        self._error: BaseException | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._progress_s = 0.0
        self._delay_s = RETRY_FIRST_S
        self.acknowledged = 0
        """Records acknowledged so far."""
        self.reports = 0
        """Reports in them."""
        self.renewed = 0
        """How often the producer was replaced."""
        self.ends: dict[tuple[str, int], int] = {}
        """For each topic and partition, the offset after the last one acknowledged."""

    async def __aenter__(self) -> "Publisher":
        """Connects. Raises NoKafkaError if nothing answers."""
        self._empty.set()
        await self._connect(CONNECT_WITHIN_S)
        self._keeper = asyncio.create_task(self._keep(), name="keep the producer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drains if all went well; closes, whatever happened."""
        try:
            if error is None:
                await self.drain()
        finally:
            if self._keeper is not None:
                self._keeper.cancel()
                await asyncio.gather(self._keeper, return_exceptions=True)
            await self._abandon()

    async def publish(self, record: Record) -> None:
        """Sends a record and returns once it is on its way.

        Raises RecordError R008 for one over the limit (the rest may go on), OutsideError when hope is gone.
        """
        value = encode(record, self._scope)
        if len(value) > RECORD_BYTES_MAX:
            way = "put fewer reports in one bundle" if isinstance(record, Bundle) else "say it in fewer words"
            raise RecordError(
                "R008", "record", f"{len(value)} bytes are more than {RECORD_BYTES_MAX}: {way}."
            )
        if isinstance(record, Bundle):
            topic, key = self._scope.topic("reports"), report_key(record.source, record.area)
            reports, headers = len(record), self._sign(value)
        else:
            topic, key = self._scope.topic("rulings"), ruling_key(record.contest)
            reports, headers = 0, await self._place_in_order()
        await self._send(_Outgoing(topic, key, value, record.id or identity(record), reports, 0.0, headers))

    async def _send(self, out: _Outgoing) -> None:
        """Hands a record over when there is room for it. Raises OutsideError when hope is gone."""
        if self._slots.locked() or self._failed():
            await self._unless_failed(self._slots.acquire())
        else:
            await self._slots.acquire()
        if not self._unacknowledged:
            self._progress_s = _now_s()
        self._number += 1
        self._unacknowledged[self._number] = out = replace(out, sent_at_s=_now_s())
        self._empty.clear()
        await self._hand_over(self._number, out)

    async def _place_in_order(self) -> list[tuple[str, bytes]]:
        """The header that says after which reports a ruling was heard; none on a live night.

        Reports and rulings are two topics, and a night that is played faster than it was would have its
        rulings read hours before its reports.
        """
        if self._scope.mode == "live":
            return []
        await self.drain()
        reports = self._scope.topic("reports")
        ends = {f"{topic}/{partition}": end for (topic, partition), end in sorted(self.ends.items())
                if topic == reports}  # fmt: skip
        return [(AFTER, encode_after(ends))]

    async def drain(self) -> None:
        """Waits until everything sent is acknowledged. Raises OutsideError when hope is gone."""
        await self._unless_failed(self._empty.wait())

    def _failed(self) -> bool:
        return self._keeper is None or self._keeper.done()

    async def _unless_failed(self, wait: Coroutine[Any, Any, object]) -> None:
        """Waits, but not beyond the keeper's life: what ended it is raised here."""
        if self._keeper is None:
            wait.close()
            raise RuntimeError("a Publisher is used as `async with`")
        waiting = asyncio.create_task(wait)
        try:
            await asyncio.wait({waiting, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
            if self._keeper.done():
                self._keeper.result()
        finally:
            waiting.cancel()

    async def _hand_over(self, number: int, out: _Outgoing) -> None:
        """Gives a record to the producer of the moment; one that comes later sends what this one loses."""
        producer, generation = self._producer, self._generation
        if producer is None:
            return
        try:
            async with asyncio.timeout(self._settings.send_within_s):
                told = await producer.send(out.topic, out.value, out.key, headers=out.headers)
        except (KafkaError, TimeoutError) as error:
            self._in_trouble(generation, error)
        else:
            told.add_done_callback(partial(self._told, number, generation))

    def _told(self, number: int, generation: int, told: "asyncio.Future[Any]") -> None:
        """What the broker said of a record: acknowledged (whoever sent it), or trouble."""
        error = asyncio.CancelledError() if told.cancelled() else told.exception()
        if error is not None:
            self._in_trouble(generation, error)
            return
        out = self._unacknowledged.pop(number, None)
        if out is None:
            return  # acknowledged twice: sent again, and the first one had arrived after all
        self._progress_s, self._delay_s = _now_s(), RETRY_FIRST_S
        self.acknowledged += 1
        self.reports += out.reports
        where = told.result()
        place = (out.topic, where.partition)
        self.ends[place] = max(self.ends.get(place, 0), where.offset + 1)
        self._history.note(
            "acknowledged", id=out.id, topic=out.topic, partition=where.partition, offset=where.offset,
            reports=out.reports,
        )  # fmt: skip
        self._slots.release()
        if not self._unacknowledged:
            self._empty.set()

    def _in_trouble(self, generation: int, error: BaseException) -> None:
        if generation == self._generation:
            self._error = error
            self._trouble.set()

    async def _keep(self) -> None:
        """Replaces the producer whenever it is in trouble or silent for too long; ends only by raising."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._trouble.wait()
            if not self._unacknowledged:
                self._trouble.clear()
                continue
            oldest = next(iter(self._unacknowledged.values()))
            if _now_s() - oldest.sent_at_s > self._settings.send_within_s:
                self._in_trouble(self._generation, TimeoutError("nothing was acknowledged in time"))
            if self._trouble.is_set():
                await self._renew()

    async def _renew(self) -> None:
        """A new producer, and everything unacknowledged once more."""
        if isinstance(self._error, HOPELESS):
            raise RefusedByKafkaError(self._settings, self._error)
        left_s = self._progress_s + self._settings.outside_within_s - _now_s()
        if left_s <= 0:
            raise NoKafkaError(
                self._settings, f"acknowledged nothing for {self._settings.outside_within_s:g} s"
            )
        await self._abandon()
        await asyncio.sleep(self._delay_s)
        self._delay_s = min(2 * self._delay_s, RETRY_MOST_S)
        self.renewed += 1
        self._trouble.clear()
        await self._connect(left_s)
        for number, out in list(self._unacknowledged.items()):
            if self._trouble.is_set():
                break
            if number in self._unacknowledged:
                self._unacknowledged[number] = again = replace(out, sent_at_s=_now_s())
                await self._hand_over(number, again)

    async def _connect(self, within_s: float) -> None:
        until_s, delay_s = _now_s() + within_s, RETRY_FIRST_S
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.brokers,
                acks="all",
                enable_idempotence=self._settings.idempotent,
                linger_ms=0,
                # A batch is never larger than one record may be, or the topic's limit would refuse it.
                max_batch_size=RECORD_BYTES_MAX // 2,
                max_request_size=SHOWN_BYTES_MAX + OVERHEAD_BYTES,
                request_timeout_ms=REQUEST_MS,
                **access.client(self._settings),
            )
            try:
                async with asyncio.timeout(CONNECT_TRY_S):
                    await producer.start()
                self._producer = producer
                self._generation += 1
                return
            except (KafkaError, TimeoutError, OSError) as error:
                await _close(producer)
                last = _now_s() + delay_s > until_s
                hint = await access.see_why(self._settings, last=last, writing=True)
                if last:
                    raise NoKafkaError(self._settings, "does not answer", hint) from error
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, RETRY_MOST_S)
            except asyncio.CancelledError:
                await _close(producer)
                raise

    async def _abandon(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await _close(producer)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _close(producer: AIOKafkaProducer) -> None:
    """Closes a producer, by force if it would rather wait for brokers that are gone."""
    with contextlib.suppress(KafkaError, TimeoutError, OSError):
        async with asyncio.timeout(ABANDON_WITHIN_S):
            await producer.stop()
            return
    # `stop` waits for the sending task, which waits for its brokers: without this it would try for ever.
    sending = producer._sender.sender_task if producer._sender is not None else None
    if sending is not None:
        sending.cancel()
    with contextlib.suppress(KafkaError, TimeoutError, OSError):
        async with asyncio.timeout(ABANDON_WITHIN_S):
            await producer.client.close()
