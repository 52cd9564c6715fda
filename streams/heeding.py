"""A cancellation that does not get lost on its way through a library.

    found = await heeding(client.get(key))     cancelled, it is cancelled again until it has ended

Know before changing: a task is cancelled once, and a library may lose that. `asyncio.wait_for` of Python 3.11
does, around every command of redis-py and every line of aiosmtplib, if what it waits for is done in the same
turn of the loop (CPython gh-86296); aiokafka does, where it waits for a task of its own to end. Whoever was
cancelled then goes on for ever, and so does the process that was asked to stop. So such work gets a task of
its own, and what is cancelled is the waiting here, which nobody can lose.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

AGAIN_S = 0.25
"""How long work may take to put things in order after a cancellation, before it is cancelled again."""

T = TypeVar("T")


async def heeding(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives, or raises; if this is cancelled, the work ends first, and then this is cancelled.

    Not for work that must not be disturbed while it puts things in order.
    """
    us = asyncio.current_task()
    task = asyncio.create_task(work, name=us.get_name() if us else None)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task}, timeout=None if cancelled is None else AGAIN_S)
        except asyncio.CancelledError as error:
            cancelled = error
        if cancelled is not None:
            task.cancel()
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # looked at: whatever it was, it came too late to matter
    raise cancelled
