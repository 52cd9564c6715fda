"""Takes what the desk asks of a running replay, out of the topic `…controls`, and answers there.

    async with Controls(settings, night.id, pace.speed) as controls:
        await replay(lines, pace, publisher, refuse, controls=controls)

Know before changing: only what is asked after this replay began to listen counts. What cannot be read is
answered by nobody and changes nothing; whoever asked hears that no replay took it.

    answer = await ask(settings, night.id, control, within_s=5)       the other side; None: no replay took it
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType

from election.errors import RecordError
from election.night import NightId
from election.wire.controls import Answer, Control, decode, encode, encode_answer
from election.wire.topics import Scope
from producers.notes import NotePublisher
from producers.publish import create_topics
from producers.record import Logged, follow_log
from producers.settings import Settings
from producers.tempo import Tempo

LOG = logging.getLogger("sandik.replay")
KEY = b"replay"
CANCEL_AGAIN_S = 0.25


async def ask(settings: Settings, night: NightId, control: Control, within_s: float) -> Answer | None:
    """Asks the replay that is running, and waits for what it says; None: none took it in that time.

    Raises OutsideError without a broker.
    """
    scope = settings.scope(night)
    await create_topics(settings, night)
    out = NotePublisher(settings, night)
    async with out:
        await out.note("controls", KEY, encode(control, scope))
        await out.drain()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s), aclosing(_whole(settings, scope)) as log:
            async for logged in log:
                with contextlib.suppress(RecordError):
                    said = decode(logged.value, scope)
                    if isinstance(said, Answer) and said.of == control.id:
                        return said
    return None


def _whole(settings: Settings, scope: Scope) -> AsyncGenerator[Logged, None]:
    return follow_log(settings, scope.topic("controls"), whole=True)


class Controls:
    """The tempo of a replay, and whoever may change it. Use it as `async with`."""

    def __init__(self, settings: Settings, night: NightId, speed: float | None) -> None:
        self._settings, self._night = settings, night
        self._scope = settings.scope(night)
        self.tempo = Tempo(speed)
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Controls":
        """Begins to listen."""
        self._following = asyncio.create_task(self._follow(), name="follow the controls")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listens no longer."""
        following = self._following
        while following is not None and not following.done():
            following.cancel()  # again until it has ended: aiokafka loses a cancellation now and then
            await asyncio.wait({following}, timeout=CANCEL_AGAIN_S)

    async def rest(self, wait_s: float | None) -> None:
        """Waits so long (None: for ever), or until the tempo is changed. Raises what ended the listening."""
        if self._following is None:
            raise RuntimeError("Controls are used as `async with`")
        if self._following.done():
            self._following.result()
        if wait_s == 0:
            await asyncio.sleep(0)
            return
        changed = asyncio.create_task(self._changed.wait(), name="wait for a control")
        try:
            await asyncio.wait(
                {changed, self._following}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            changed.cancel()
        self._changed.clear()

    async def _follow(self) -> None:
        out = NotePublisher(self._settings, self._night)
        async with out:
            async for logged in follow_log(self._settings, self._scope.topic("controls")):
                try:
                    control = decode(logged.value, self._scope)
                except RecordError as error:
                    LOG.warning("offset %d of %s is no control: %s", logged.offset, logged.topic, error)
                    continue
                if isinstance(control, Control):
                    await out.note("controls", KEY, encode_answer(self._take(control), self._scope))

    def _take(self, control: Control) -> Answer:
        tempo = self.tempo
        because = tempo.take(control, time.monotonic())
        self._changed.set()
        LOG.info("%s by %s: %s", control.do, control.by, because or "done")
        return Answer(control.id, because, tempo.played_at, tempo.speed, tempo.paused, tempo.records)
