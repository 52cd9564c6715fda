"""The app of a worker as it is set up, without a broker: for tests of what we override in the library.

Know before changing: nothing of it is started; a thread of a consumer may have made a loop, closed here.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from streams.consuming import OurApp, make_app
from streams.progress import Progress
from streams.settings import Settings
from streams.store import Store
from tests.streams import made

NIGHT = made.night()


@asynccontextmanager
async def made_app(**given: Any) -> AsyncIterator[OurApp]:
    """The app of a worker with these settings; nothing of it is started."""
    settings = Settings(**given)
    store = Store(NIGHT, settings.scope(NIGHT.id), settings)
    app = make_app(NIGHT, settings, store, Progress())
    try:
        yield app
    finally:
        loop = getattr(app.consumer._thread, "thread_loop", None)
        if loop is not None:
            loop.close()
        await store.close()
