"""Starts one worker as a process of its own, for tests: settings from the environment, night from a folder.

    python -m tests.live.run_worker FOLDER

Know before changing: SANDIK_TEST_HANG_AFTER=N makes this worker stop reading for ever after N steps, alive
and silent, as a Kafka client does that has lost its brokers.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from election.wire.nights import read_night
from streams.app import main
from streams.drain import Drain, Item
from streams.settings import Settings


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


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    night = read_night({file.name: file.read_bytes() for file in folder.iterdir()})
    if "SANDIK_TEST_HANG_AFTER" in os.environ:
        hang_after(int(os.environ["SANDIK_TEST_HANG_AFTER"]))
    sys.exit(main(night, Settings.read(os.environ)))
