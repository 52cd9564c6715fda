"""Takes what the desk asks of a running replay, out of the topic `…controls`, and answers there.

    async with Controls(settings, night.id, pace.speed) as controls:
        await replay(lines, pace, publisher, refuse, controls=controls)

Know before changing: only what is asked after this replay began to listen counts. What cannot be read is
answered by nobody and changes nothing; whoever asked hears that no replay took it. A jump to an earlier hour
is answered when all that was played is forgotten, or could not be.

    answer = await ask(settings, night.id, control, within_s=5)       the other side; None: no replay took it
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

from election.errors import OutsideError, RecordError, UsageError
from election.night import NightId
from election.wire.controls import Answer, Control, decode, encode, encode_answer
from election.wire.topics import Scope
from producers.cluster import create_topics
from producers.notes import NotePublisher
from producers.publish import Publisher
from producers.record import Logged, follow_log
from producers.settings import Settings
from producers.tempo import Tempo

LOG = logging.getLogger("sandik.replay")
KEY = b"replay"
BEGINS = "begins"
"""What an answer is to that nobody asked for: a replay says how it plays when it begins to listen."""
BECAUSE_MAX = 1000
CANCEL_AGAIN_S = 0.25

GoBack = Callable[[Mapping[tuple[str, int], int]], Awaitable[None]]
"""Forgets all that was played, up to these ends of topics and partitions. Raises OutsideError."""


class Looks(Protocol):
    """Whoever knows the recording and what befalls it."""

    async def asked(self, control: Control) -> tuple[str, Mapping[str, Any]]:
        """Does what `fault` or `look` asks: why not, or nothing; and what there is to say."""

    def heard(self, control: Control, because: str, at: datetime | None) -> None:
        """Another control was taken, or not, because of this, at this hour of the night."""


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
        async with asyncio.timeout(within_s), aclosing(_after(settings, scope, out.ends)) as log:
            async for logged in log:
                with contextlib.suppress(RecordError):
                    said = decode(logged.value, scope)
                    if isinstance(said, Answer) and said.of == control.id:
                        return said
    return None


def _after(
    settings: Settings, scope: Scope, ends: Mapping[tuple[str, int], int]
) -> AsyncGenerator[Logged, None]:
    """What stands behind the control that was sent: an answer to it cannot stand before it."""
    topic = scope.topic("controls")
    places = {number: end for (name, number), end in ends.items() if name == topic}
    return follow_log(settings, topic, whole=True, after=places)


class Controls:
    """The tempo of a replay, and whoever may change it. Use it as `async with`."""

    def __init__(
        self, settings: Settings, night: NightId, speed: float | None, go_back: GoBack | None = None,
        looks: Looks | None = None,
    ) -> None:  # fmt: skip
        """`go_back` makes a jump to an earlier hour possible, `looks` faults and a look at what there is."""
        self._settings, self._night = settings, night
        self._scope = settings.scope(night)
        self.tempo = Tempo(speed, may_go_back=go_back is not None)
        self._go_back, self._looks = go_back, looks
        self._going_back: asyncio.Future[str] | None = None
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Controls":
        """Begins to listen."""
        self._following = asyncio.create_task(self._follow(), name="follow the controls")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listens no longer. What ended the listening before is said, if `rest` has not raised it."""
        following = self._following
        if following is None:
            return
        while not following.done():
            following.cancel()  # again until it has ended: aiokafka loses a cancellation now and then
            await asyncio.wait({following}, timeout=CANCEL_AGAIN_S)
        why = None if following.cancelled() else following.exception()
        if why is not None and why is not error:
            LOG.warning("nobody listened to the desk any more: %s", why)

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

    async def asked_back(self, out: Publisher) -> None:
        """After the recording's end: returns when it is to be played anew."""
        while not (self.tempo.back and await self.take_back(out, time.monotonic())):
            await self.rest(None)

    async def take_back(self, out: Publisher, now_s: float) -> bool:
        """Forgets all that was played; False, and the replay goes on, where that could not be done."""
        if self._go_back is None:
            raise RuntimeError("a tempo that may not go back was asked to")
        await out.drain()
        because = ""
        try:
            await self._go_back(out.ends)
        except OutsideError as error:
            because = f"The replay could not go back: {error}"
            self.tempo.stays()
        else:
            out.ends.clear()
            self.tempo.began_anew(now_s)
        if self._going_back is not None and not self._going_back.done():
            self._going_back.set_result(because)
        return not because

    async def _follow(self) -> None:
        out = NotePublisher(self._settings, self._night)
        async with out:
            begins = self._answer(BEGINS, "")
            await out.note("controls", KEY, encode_answer(begins, self._scope))
            async for logged in follow_log(self._settings, self._scope.topic("controls")):
                try:
                    control = decode(logged.value, self._scope)
                except RecordError as error:
                    LOG.warning("offset %d of %s is no control: %s", logged.offset, logged.topic, error)
                    continue
                if isinstance(control, Control):
                    await out.note("controls", KEY, encode_answer(await self._take(control), self._scope))

    async def _take(self, control: Control) -> Answer:
        tempo = self.tempo
        if control.do in ("fault", "look"):
            return await self._ask(control)
        because = tempo.take(control, time.monotonic())
        going_back = asyncio.get_running_loop().create_future() if tempo.back else None
        self._going_back = going_back
        self._changed.set()
        if going_back is not None:
            because = await going_back
        LOG.info("%s by %s: %s", control.do, control.by, because or "done")
        if self._looks is not None:
            self._looks.heard(control, because, tempo.played_at)
        return self._answer(control.id, because)

    async def _ask(self, control: Control) -> Answer:
        if self._looks is None:
            return self._answer(control.id, "There is nothing to see or to break in this replay.")
        try:
            because, facts = await self._looks.asked(control)
        except (OutsideError, UsageError) as error:
            because, facts = str(error), {}
        return self._answer(control.id, because, facts)

    def _answer(self, of: str, because: str, facts: Mapping[str, Any] | None = None) -> Answer:
        tempo = self.tempo
        return Answer(
            of, because[:BECAUSE_MAX], tempo.played_at, tempo.speed, tempo.paused, tempo.records,
            facts or {},
        )  # fmt: skip
