"""A gateway with a replay behind it, for the tests of its page: it knows tokens, and answers as a test says.

Know before changing: it plays nothing by itself; what is asked stands in `acts`, `facts` is what is answered.
"""

from copy import deepcopy
from typing import Any

import orjson
from playwright.sync_api import Page, expect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.browser import fakes
from tests.browser.driving import until
from tests.browser.serve import HEARTBEAT_S, Snapshot, TestGateway

Json = dict[str, Any]
TOKENS = {
    "sandik_driver": ("Ayşe", ["alerts", "replay", "view"]),
    "sandik_desk": ("Mehmet", ["alerts", "desk", "view"]),
}
MARKS = [
    ("2019-06-23T16:05:00.000Z", "embargo-announced", "The ban on publishing will end at 19:15."),
    ("2019-06-23T16:15:00.000Z", "embargo-lifted", "The ban on publishing ends at 19:15."),
    ("2019-06-23T16:16:00.000Z", "concession", "Binali Yıldırım congratulates Ekrem İmamoğlu."),
    ("2019-06-27T09:00:00.000Z", "certified", "The result is certified."),
]
OUTLINE: Json = {
    "begin": "2019-06-23T14:00:00.000Z", "step_s": 300, "boxes": 31186,
    "bars": [0, 0, 20, 60, 200, 700, 1500, 2500, 2900, 2800, 2600, 2000, 1500, 900, 500, 300]
    + [120] * 20 + [30] * 30,
    "marks": [
        {"at": at, "kind": kind, "contest": "mayor", "actor": "Council", "text": text}
        for at, kind, text in MARKS
    ],
}  # fmt: skip
SOURCES: list[Json] = [
    {"id": "council", "name": "Council (simulated)", "names": {}, "stall_after_s": 1800},
    {"id": "agency", "name": "Agency A (simulated)", "names": {}, "stall_after_s": 300},
]
HELD: Json = {"totals": True, "differs": [], "boxes": 30381, "holds": True}


def fault(kind: str, number: int = 1, **more: Any) -> Json:
    """A fault as the replay tells of it."""
    said: Json = {
        "id": f"f{number}", "by": "Ayşe", "kind": kind, "source": "", "area": "", "contest": "", "over": True,
        "begin": "2019-06-23T16:16:42.000Z", "end": "2019-06-23T16:31:42.000Z", "touched": 15, "made_up": [],
        "chance_pct": 100, "after_s": 0, "spread_s": 0, "checks": HELD,
    }  # fmt: skip
    return said | more


def did(do: str, number: int = 1, **more: Any) -> Json:
    """Something that was done."""
    at = "2019-06-23T16:16:42.000Z"
    return {"id": f"f{number}", "by": "Ayşe", "do": do, "because": "", "asked_at": at, "at": at} | more


class ReplayGateway(TestGateway):
    """Serves the page; a test changes `facts` and `where`, and reads `acts`."""

    __test__ = False

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.where: Json = {"at": "2019-06-23T16:16:42.000Z", "speed": 60.0, "paused": False, "records": 4000}
        self.facts: Json = {
            "night": "istanbul-2019-06-23", "name": "Istanbul", "recording": "recording.jsonl.gz", "seed": 7,
            "session": "", "ended": False, "faults": [], "did": [], "scenario": "", "processes": True,
        }  # fmt: skip
        self.acts: list[Json] = []
        self.answers: dict[str, Json] = {}
        """What is answered to a verb; by default that it is done."""
        self.refused: Json | None = None
        """The error that a subscription is answered with; by default it gets what is shown."""
        shown = snapshot or fakes.june()
        super().__init__(shown, contests=[{"id": shown["contest"], "title": "Mayor"}], mode="replay")

    async def _talk(self, socket: ServerConnection) -> None:
        self.sockets.add(socket)
        try:
            await self._say(socket, {"t": "hello", "v": 1, "heartbeat_s": HEARTBEAT_S} | self.hello)
            async for text in socket:
                frame = orjson.loads(text)
                self.heard.append(frame)
                if frame["t"] == "auth":
                    await self._say(socket, self._signed(frame["token"]))
                elif frame["t"] == "subscribe":
                    refused = self.refused and {"t": "error", "sub": frame["sub"]} | self.refused
                    await (self._say(socket, refused) if refused else socket.send(self._whole()))
                elif frame["t"] == "act":
                    await self._say(socket, self._answered(frame))
        except ConnectionClosed:
            pass
        finally:
            self.sockets.discard(socket)

    @staticmethod
    async def _say(socket: ServerConnection, frame: Json) -> None:
        await socket.send(orjson.dumps(frame).decode())

    @staticmethod
    def _signed(token: str) -> Json:
        if token not in TOKENS:
            return {"t": "error", "code": "bad-token", "temporary": False, "message": "Not known here."}
        name, scopes = TOKENS[token]
        return {"t": "scopes", "scopes": scopes, "name": name}

    def _answered(self, act: Json) -> Json:
        asked = {key: value for key, value in act.items() if key not in ("t", "id")}
        if act["do"] != "look":
            self.acts.append(asked)
        said = self.answers.get(act["do"])
        if said is None:
            facts = deepcopy(self.facts) | self.where | {"because": ""}
            if act.get("outline"):
                facts |= {"outline": OUTLINE, "sources": SOURCES, "areas": [{"id": "fatih", "name": "Fatih"}]}
                facts |= {"contests": {}, "sessions": ["", "rerun-2"]}
            said = {"ok": True, "outcome": "done", "d": facts}
        return {"t": "done", "id": act["id"], "do": act["do"], **said}


def drive(page: Page, token: str = "sandik_driver") -> None:
    """Signs in, and waits until the night is drawn."""
    expect(page.locator("#token")).to_be_visible()
    page.fill("#token", token)
    page.press("#token", "Enter")
    until(page, "globalThis.sandik?.paints > 0")
