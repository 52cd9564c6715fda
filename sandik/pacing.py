"""How the replay plays, out of its topic `…controls`, for a gateway whose pages say so.

    pacing = make(folder, environment)
    await pacing.follow(told)             a `web.pace.PaceSource`

Know before changing: the last answer that stands there is true of the replay that runs: one that begins says
so there, before it listens. A gateway waits for nobody: without Kafka, or without the right to read the
topic, it says once that it does not know, and goes on.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import NoReturn

from election.errors import OutsideError, RecordError
from election.night import Night
from election.wire.controls import Answer, decode
from producers.cluster import create_topics
from producers.record import follow_log
from producers.settings import Settings
from sandik import folders
from web.pace import Pace

LOG = logging.getLogger("sandik.gateway")
WHAT = "controls"
CONNECT_WITHIN_S = 5.0
AGAIN_S = (0.5, 5.0)
"""The first wait before the topic is read again, and the longest."""


class Pacing:
    """The `PaceSource` of a gateway."""

    def __init__(self, night: Night, settings: Settings) -> None:
        self._night, self._settings = night, settings
        self._scope = settings.scope(night.id)

    async def follow(self, told: Callable[[Pace], None]) -> NoReturn:
        """Tells how the replay plays now, and whenever it is changed; a broker that is away is waited for."""
        delay_s, away = AGAIN_S[0], False
        topic = self._scope.topic(WHAT)
        while True:
            try:
                await create_topics(self._settings, self._night.id, CONNECT_WITHIN_S, (WHAT,))
                async with aclosing(follow_log(self._settings, topic, whole=True)) as log:
                    async for logged in log:
                        delay_s, away = AGAIN_S[0], False
                        self._take(logged.value, told)
            except OutsideError as error:
                if not away:
                    LOG.warning("nobody tells how fast the replay plays: %s", error)
                away = True
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, AGAIN_S[1])

    def _take(self, value: bytes, told: Callable[[Pace], None]) -> None:
        try:
            said = decode(value, self._scope)
        except RecordError as error:  # whoever plays says so as well, with its place
            LOG.debug("a record of %s is no control: %s", self._scope.topic(WHAT), error)
            return
        if isinstance(said, Answer):
            told(Pace(said.speed, said.paused))


def make(folder: folders.Folder, environment: Mapping[str, str]) -> Pacing:
    """For the command of the gateway."""
    return Pacing(folder.night, Settings.read(environment))
