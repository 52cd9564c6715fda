"""A newsroom's webhook that misbehaves when it is told to, and writes down what it took.

    async with receiver(history) as desk:
        desk.mood = "answers 500"

Know before changing: it writes down before it answers, as a newsroom's program would, so an answer that is
lost on its way means a second delivery under the same id. What it refuses it has not taken.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from producers.history import History

CHUNK, CHUNKS = b"x" * 65536, 16384
"""A gigabyte, in pieces."""
LATE_S = 30.0


class Receiver:
    """One webhook."""

    def __init__(self, history: History, name: str) -> None:
        self._history, self._name = history, name
        self.mood = ""
        self.moody = 0
        """How many deliveries met it in a mood."""
        self.port = 0
        self.taken: set[str] = set()
        """Ids of what it took."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/{self._name}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Takes a delivery, or does not."""
        body = await request.read()
        self.moody += bool(self.mood)
        if self.mood == "answers 500":
            return web.Response(status=500)
        if self.mood == "redirects inward":
            return web.Response(status=307, headers={"Location": "http://127.0.0.1:1/admin"})
        if self.mood == "answers late":
            await asyncio.sleep(LATE_S)
            return web.Response(status=204)
        self._take(request.headers.get("webhook-id", ""), body)
        if self.mood == "answers a gigabyte":
            answer = web.StreamResponse()
            with suppress(ConnectionError):  # nobody has to hear all of it
                await answer.prepare(request)
                for _ in range(CHUNKS):
                    await answer.write(CHUNK)
            return answer
        return web.Response(status=204)

    def _take(self, id: str, body: bytes) -> None:
        said = json.loads(body)
        digest = hashlib.sha256(json.dumps(said.get("data"), sort_keys=True).encode()).hexdigest()[:16]
        self.taken.add(id)
        self._history.note("delivered", to=self._name, id=id, digest=digest, kind=said.get("type"))


@asynccontextmanager
async def receiver(history: History, name: str) -> AsyncIterator[Receiver]:
    """A webhook on a free port."""
    made = Receiver(history, name)
    app = web.Application(client_max_size=2**20)
    app.router.add_route("POST", f"/{name}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()
