"""A gateway with a desk, for the tests of its page: it knows tokens, sends the night, and takes acts.

Know before changing: it decides nothing by itself; a test says what is answered to an act, and what follows.
"""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import orjson
from playwright.sync_api import Page, expect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.browser import desk_night, fakes
from tests.browser.driving import until
from tests.browser.serve import HEARTBEAT_S, TestGateway

Json = dict[str, Any]
MakeDesk = Callable[..., "DeskGateway"]
Come = Callable[..., Page]
"""Opens the desk and signs in (conftest)."""
REASON = "Checked guards and dossier; quarantine cannot decide."
GO, SURE = "[data-do=ask-approve]", "[data-do=approve]"
"""The first press to sign, and the second."""
TOKENS = {
    "sandik_first": (desk_night.FIRST, ["alerts", "desk", "view"]),
    "sandik_second": (desk_night.SECOND, ["alerts", "desk", "view"]),
    "sandik_looker": ("Looker", ["alerts", "view"]),
}


class DeskGateway(TestGateway):
    """Serves the desk; `put` moves the night on and tells whoever is signed in."""

    __test__ = False

    def __init__(self, desk: Json | None = None) -> None:
        self.desk = desk or desk_night.desk()
        self.tokens = dict(TOKENS)
        self.acts: list[Json] = []
        self.answers: dict[str, Json] = {}
        """What is answered to a verb; by default that it is done."""
        self.hold = False
        """While true, acts are heard and not answered."""
        self.refuses = ""
        """The error, by its code, with which whoever subscribes is refused."""
        super().__init__(fakes.june())

    async def _talk(self, socket: ServerConnection) -> None:
        self.sockets.add(socket)
        signed_in = False
        try:
            await _say(
                socket, t="hello", v=1, heartbeat_s=HEARTBEAT_S, mode="replay", scopes=["view", "alerts"]
            )
            async for text in socket:
                frame = orjson.loads(text)
                self.heard.append(frame)
                if frame["t"] == "auth":
                    signed_in = await self._sign_in(socket, frame["token"])
                elif frame["t"] == "subscribe" and frame.get("kind") == "desk" and signed_in:
                    await _say(socket, **self._subscribed(frame["sub"]))
                elif frame["t"] == "act":
                    self.acts.append(frame)
                    if not self.hold:
                        await _say(socket, **self._answer_to(frame))
        except ConnectionClosed:
            pass
        finally:
            self.sockets.discard(socket)

    async def _sign_in(self, socket: ServerConnection, token: str) -> bool:
        if token not in self.tokens:
            await _say(socket, t="error", code="bad-token", temporary=False, message="Not known here.")
            return False
        name, scopes = self.tokens[token]
        await _say(socket, t="scopes", scopes=scopes, name=name)
        return "desk" in scopes

    def _subscribed(self, sub: str) -> Json:
        if self.refuses:
            return {"t": "error", "sub": sub, "code": self.refuses, "temporary": False, "message": "No."}
        return {"t": "desk", "sub": sub, "d": self.desk}

    def _answer_to(self, act: Json) -> Json:
        said = self.answers.get(act["do"], {"ok": True, "outcome": "done", "d": {"because": ""}})
        return {"t": "done", "id": act["id"], "do": act["do"], **said}

    def put(self, *contests: Json, **more: Any) -> None:
        """The night as it stands now, for whoever is signed in."""
        self.desk = deepcopy(desk_night.desk(*contests, **more))
        self.send(t="desk", sub="desk", d=self.desk)

    def away(self, code: int) -> None:
        """Ends every connection with a code."""

        async def end() -> None:
            await asyncio.gather(*(socket.close(code) for socket in list(self.sockets)))

        self.wait(end())


async def _say(socket: ServerConnection, **frame: Any) -> None:
    await socket.send(orjson.dumps(frame).decode())


def sign_in(page: Page, token: str) -> None:
    """Types a token and presses Enter."""
    expect(page.locator("#token")).to_be_visible()
    page.fill("#token", token)
    page.press("#token", "Enter")


def enter(page: Page, token: str) -> None:
    """Signs in, and waits until the night is drawn."""
    sign_in(page, token)
    until(page, "globalThis.sandik?.paints > 0")


def unhurried(page: Page) -> None:
    """What can be undone waits until it is undone or the page is left, however long a test takes to press."""
    page.evaluate(
        "() => { const real = setTimeout;"
        " globalThis.setTimeout = (what, ms, ...more) => (ms === 6000 ? 0 : real(what, ms, ...more)); }"
    )


def acts(gateway: DeskGateway) -> list[Json]:
    """What was asked for, without the names of the acts."""
    return [{key: value for key, value in act.items() if key not in ("t", "id")} for act in gateway.acts]


def the_act(gateway: DeskGateway) -> Json:
    """The only thing that was asked for, as soon as it is heard."""
    gateway.until(lambda: bool(gateway.acts))
    (act,) = acts(gateway)
    return act


def signed(*by: str) -> Json:
    """The contest with these signatures on its proposal."""
    return desk_night.contest(proposal=desk_night.proposal(*map(desk_night.signature, by)))
