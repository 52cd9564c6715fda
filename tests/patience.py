"""How long tests wait for what must come, and what servers of theirs do before they end.

    async with asyncio.timeout(PATIENCE_S): …       a passing test waits for the condition, never for the time
    server.close(); await accepted()                before the connections of a server are closed

Know before changing: a limit that a test wants to see reached is its own, and short; this one is for what is
late on a machine that is several times slower than ours, with somebody else's work beside it.
"""

import asyncio

PATIENCE_S = 60.0


async def accepted() -> None:
    """Returns when every connection that a server of this loop has accepted is one that it knows.

    asyncio accepts in one round and makes the connection in the next ones; a server or a loop that ends in
    between leaves a socket that nobody closes. To be called when nobody listens any more.
    """
    while coming := [task for task in asyncio.all_tasks() if "_accept_connection2" in repr(task.get_coro())]:
        await asyncio.wait(coming)
