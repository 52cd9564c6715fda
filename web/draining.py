"""Sending everybody away when the gateway stops: in batches, so that they do not all come back at once.

    size, pause_s = pace(len(sockets), over_s)
    await drain(sockets, farewell, over_s, hurry)

Know before changing: few clients are gone at once, whatever time there is: a demo with one browser must end
when Ctrl-C is pressed. `hurry` (a second signal) sends away at once whoever is left.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from web.sockets import Socket, send

RESTART = 1012
STEP_S = 0.25
"""Between two batches."""
BACK_PER_S = 200.0
"""So many clients a second come back without anybody noticing; fewer are not kept waiting."""


def pace(clients: int, over_s: float) -> tuple[int, float]:
    """How many are sent away at once, and the pause before the next: over at most so many seconds in all."""
    steps = max(1, round(min(over_s, clients / BACK_PER_S) / STEP_S))
    return max(1, -(-clients // steps)), STEP_S


async def drain(sockets: Sequence[Socket], farewell: bytes, over_s: float, hurry: asyncio.Event) -> None:
    """Tells each of them when to come back, and closes it."""
    size, pause_s = pace(len(sockets), over_s)
    start = 0
    while start < len(sockets):
        if start:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(hurry.wait(), pause_s)
        end = len(sockets) if hurry.is_set() else start + size
        for socket in sockets[start:end]:
            send((socket.peer,), farewell)
            socket.goodbye(RESTART, "restart")
        start = end
