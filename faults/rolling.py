"""A rolling restart of everything, one process after the other, each when the one before works again.

    await roll(actors)

Know before changing: it is done as the runbook says (docs/run-it-on-a-cluster.md): a server is asked to end,
and the next one is only touched when all records and all data are kept as often as before. Nothing is timed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError

from election.errors import OutsideError
from faults.actors import Actors
from faults.plan import GATEWAYS
from faults.stores import SINGLE
from producers.settings import Settings as Producing
from producers.tending import out_of_step

WITHIN_S = 120.0
"""How long a process may take to work again, on a machine that has much else to do."""
LOOK_EVERY_S = 0.2


async def roll(actors: Actors) -> None:
    """Restarts the store, the rooms and the brokers. Raises OutsideError if one does not come back."""
    for name in [server.program.name for server in actors.stores.everybody]:
        await _again(actors, name)
        if actors.stores.kind != SINGLE:
            await asyncio.to_thread(actors.stores.whole)
    for name in (*actors.workers, *GATEWAYS, "deliver", "producer"):
        if not (name == "producer" and actors.played):
            await _again(actors, name)
    for process in actors.brokers.processes:
        await _again(actors, process.name)
        await _until(f"every record is kept three times after {process.name}", lambda: in_step(actors))


async def _again(actors: Actors, name: str) -> None:
    process = actors.named(name)
    await asyncio.to_thread(process.stop)
    process.start()
    await asyncio.to_thread(process.until_ready)


async def in_step(actors: Actors) -> bool:
    """Whether each topic, the groups' own among them, has every copy in step."""
    try:
        return not await out_of_step(Producing.read(actors.environment))
    except (OutsideError, KafkaError):  # who was asked is away, or does not know yet
        return False


async def _until(what: str, check: Callable[[], Awaitable[bool]]) -> None:
    until_s = time.monotonic() + WITHIN_S
    while not await check():
        if time.monotonic() > until_s:
            raise OutsideError(f"Not within {WITHIN_S:g} s: {what}.")
        await asyncio.sleep(LOOK_EVERY_S)
