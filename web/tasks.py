"""Tasks that stand and fall together, and an end that comes whatever they do.

    await while_all_work(owned, stop.wait())     raises what ended the first of them
    await cancel(owned)

Know before changing: a task is cancelled once, and a library may lose that. `asyncio.wait_for` of Python 3.11
does, around every command of redis-py (CPython gh-86296), so what is left is cancelled again.
`asyncio.TaskGroup` cancels its tasks once and then waits for ever: it is not used where a library is called.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

LOG = logging.getLogger("sandik.gateway")
CANCEL_AGAIN_S = 0.2
GIVEN_UP_AFTER_S = 5.0
"""How long tasks that were cancelled are waited for; then they are named, and nobody waits for them."""


async def while_all_work(owned: Sequence[asyncio.Task[Any]], until: Coroutine[Any, Any, Any]) -> None:
    """Waits for something, while every task does its work; raises what ended the first that does not."""
    waited = asyncio.create_task(until)
    try:
        await asyncio.wait([*owned, waited], return_when=asyncio.FIRST_COMPLETED)
        for task in owned:
            if (
                task.cancelled()
            ):  # by nobody here: a library did it, and a cancellation would end us in silence
                raise RuntimeError(f"the task {task.get_name()} was cancelled by what it uses")
            if task.done():
                task.result()
                raise RuntimeError(f"the task {task.get_name()} ended")
        waited.result()
    finally:
        await cancel([waited])


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Ends tasks; one that was lost in a library is cancelled again, and given up in the end."""
    every = tuple(tasks)
    left = set(every)
    until_s = asyncio.get_running_loop().time() + GIVEN_UP_AFTER_S
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
        if left and asyncio.get_running_loop().time() > until_s:
            LOG.error("cancelled, and does not end: %s", "; ".join(sorted(map(repr, left))))
            break
    for task in every:
        if task.done() and not task.cancelled():
            task.exception()  # whoever waits for the task's work has raised it
