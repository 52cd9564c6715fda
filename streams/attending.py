"""The sign of life: once a second at every contest, so that a store that lost ground is noticed while nothing
comes in.

    await attend(store, counter, progress, name, ends)      once; raises StoreLostGroundError
    await keep_attending(…, ends, every_s, begin)           for ever; tells `begin` instead

Know before changing: what this process applied is looked at *before* the store is asked; the other way round
a step that is applied in between would look like a loss.
"""

import asyncio
from collections.abc import Callable, Mapping

from election.errors import SandikError
from streams.answers import Attended, OtherNight
from streams.counting import CannotCountError, CountsBatches
from streams.progress import Progress
from streams.store import Store


class StoreLostGroundError(SandikError):
    """The store holds less than this process has applied: it was flushed, restored, or has failed over."""


async def attend(
    store: Store, counter: CountsBatches, progress: Progress, worker: str, ends: Mapping[str, int]
) -> None:
    """One sign of life; `ends` says how far the log goes. Raises StoreLostGroundError, CannotCountError or
    OutsideError.
    """
    noted = progress.applied
    applied = dict(noted)
    for contest, said in (await store.attend(worker, ends, counter.left)).items():
        if isinstance(said, OtherNight):
            raise CannotCountError(said)
        if isinstance(said, Attended):
            counter.note_attended(contest, said.epoch)
            counter.note_epoch(contest, said.epoch)
            if progress.applied is not noted:
                continue  # begun again meanwhile: what was looked at before is forgotten
            for partition, following in applied.items():
                stored = said.offsets.get(partition, 0)
                if stored < following:
                    raise StoreLostGroundError(
                        f"The store is at offset {stored} of {partition}, and this worker had applied up to "
                        f"{following}: it was flushed, restored or has failed over. Counting starts again "
                        "from there."
                    )


async def keep_attending(
    store: Store,
    counter: CountsBatches,
    progress: Progress,
    worker: str,
    ends: Callable[[], Mapping[str, int]],
    every_s: float,
    begin: Callable[[SandikError], None],
) -> None:
    """Signs of life until something raises; a store that lost ground is told to `begin`."""
    while True:
        try:
            await attend(store, counter, progress, worker, ends())
        except StoreLostGroundError as error:
            begin(error)
        await asyncio.sleep(every_s)
