"""Commands as a user types them, as processes of their own; for tests that look from outside.

Know before changing: nothing here knows the code of a room; what a command prints and what an address answers
is all there is to go by.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bench.direct import direct
from tests.patience import PATIENCE_S

WITHIN_S = 90.0


@asynccontextmanager
async def sandik(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command as a process; it is asked to stop at the end, and must."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandik.cli", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(WITHIN_S):
            yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.communicate()


def fetched(url: str) -> Any:
    """The JSON at an address."""
    with direct(url, PATIENCE_S) as answer:
        return json.load(answer)


async def shown(url: str, check: Callable[[Any], bool]) -> None:
    """Returns when the snapshot of the mayor is as it should be; whoever calls has a deadline."""
    while not check(await asyncio.to_thread(fetched, url + "snapshot/mayor.json")):  # noqa: ASYNC110 - over HTTP
        await asyncio.sleep(0.05)


async def done(words: tuple[str, ...], env: dict[str, str]) -> tuple[int, Any]:
    """A command run to its end: exit code, and the JSON on the last line of stdout."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandik.cli", *words, "--json"),
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, json.loads(out.splitlines()[-1])
