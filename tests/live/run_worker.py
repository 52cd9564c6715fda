"""What a worker of the tests does: settings from the environment, night from a folder; `forked` starts it.

Know before changing: SANDIK_TEST_HANG_AFTER=N makes this worker stop reading for ever after N steps, alive
and silent, as a Kafka client does that has lost its brokers. Its sessions are shorter than in the field:
tests wait for joins and for the death of a worker more often than for anything else.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from election.wire.nights import read_night
from streams import consuming
from streams.app import main
from streams.drain import Drain, Item
from streams.settings import Settings

SESSIONS = {
    "apache": {"broker_session_timeout": 5.0, "broker_heartbeat_interval": 1.0},
    "tansu": {"broker_session_timeout": 3.0, "broker_heartbeat_interval": 0.5},
}


def hang_after(steps: int) -> None:
    """From then on no step is gathered any more."""
    gather = Drain._gather
    left = steps

    async def hang(self: "Drain[object]") -> tuple[object, Sequence[Item]]:
        nonlocal left
        if left <= 0:
            await asyncio.sleep(3600)
        left -= 1
        return await gather(self)

    Drain._gather = hang  # type: ignore[method-assign] # the point of this function


def run(folder: Path) -> NoReturn:
    """Counts until it ends, as `sandik worker` does."""
    consuming.SESSIONS = SESSIONS
    night = read_night({file.name: file.read_bytes() for file in folder.iterdir()})
    if "SANDIK_TEST_HANG_AFTER" in os.environ:
        hang_after(int(os.environ["SANDIK_TEST_HANG_AFTER"]))
    sys.exit(main(night, Settings.read(os.environ)))
