"""`sandik watch`: a night in a terminal, and the reference client of the protocol.

`Viewer` is the whole of what a client must do, without a socket: docs/reference/protocol.md says the same in
words, and the tests of the gateway watch through it. `watch` adds the socket and the coming back.

Know before changing: what is shown never goes back within an epoch. A gateway that lags behind the one that
was left may begin with an older snapshot; it is kept, and shown only once it has caught up.
"""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from election.errors import OutsideError
from election.wire.frames import Json, dumps, merged, state_hash

FRAME_BYTES_MAX = 64 * 1024 * 1024
"""Longest frame that is read; a longer one ends the connection."""
DO_NOT_COME_BACK = 3500
"""Close codes from here on mean that coming back with the same manners is of no use."""
BACKOFF_S = (0.5, 15.0)
"""The first wait before coming back when nothing else was said, and the longest; each has its luck in it."""


@dataclass(slots=True)
class Copy:
    """One subscription: the state that its frames have led to, and what is shown of it."""

    contest: str
    epoch: str = ""
    version: int = -1
    state: Json = field(default_factory=dict)
    shown: Json = field(default_factory=dict)

    def show(self) -> bool:
        """Shows the state, unless something newer of the same epoch is shown already."""
        same_life = self.shown.get("epoch") == self.epoch
        if same_life and self.shown.get("version", -1) > self.version:
            return False
        self.shown = self.state
        return True


class Viewer:
    """What a client knows. Give it every text that comes; send what `commands` has gathered."""

    def __init__(self, contests: Iterable[str] = ()) -> None:
        """Without contests it follows the first one that the server names."""
        self.copies = {f"{contest}": Copy(contest) for contest in contests}
        self.commands: list[bytes] = []
        self.stale_s: float | None = None
        self.farewell: Json = {}
        """The server's last word before it closed, if it had one."""
        self.faults: list[str] = []
        """What the server should not have done; each was mended by a new snapshot."""

    def hear(self, text: str | bytes) -> list[str]:
        """Takes a frame in; gives the subscriptions that show something new."""
        frame: Json = orjson.loads(text)
        kind = frame.get("t")
        if kind == "hello":
            self._hello(frame)
        elif kind == "snapshot":
            return self._snapshot(frame)
        elif kind == "change":
            return self._change(frame)
        elif kind == "beat":
            self._beat(frame)
        elif kind == "bye":
            self.farewell = frame
        elif kind == "error":
            self.faults.append(f"{frame['code']}: {frame['message']}")
        return []

    def _hello(self, hello: Json) -> None:
        self.farewell = {}
        if not self.copies:
            first = str(hello["contests"][0]["id"])
            self.copies[first] = Copy(first)
        self.commands += [_subscribe(sub, copy.contest) for sub, copy in self.copies.items()]

    def _snapshot(self, frame: Json) -> list[str]:
        copy = self.copies.get(frame["sub"])
        if copy is None:
            return []
        copy.epoch, copy.version, copy.state = frame["epoch"], frame["version"], frame["d"]
        return [frame["sub"]] if copy.show() else []

    def _change(self, frame: Json) -> list[str]:
        copy = self.copies.get(frame["sub"])
        if copy is None or copy.version < 0:
            return []
        if (frame["epoch"], frame["prev"]) != (copy.epoch, copy.version):
            self._again(frame["sub"], f"a change from {frame['prev']} does not follow on {copy.version}")
            return []
        copy.version, copy.state = frame["version"], merged(copy.state, frame["d"])
        return [frame["sub"]] if copy.show() else []

    def _beat(self, beat: Json) -> None:
        self.stale_s = beat.get("stale_s")
        for sub, theirs in beat.get("hash", {}).items():
            copy = self.copies.get(sub)
            if copy is not None and copy.version >= 0 and state_hash(copy.state) != theirs:
                self._again(sub, f"the hash at version {copy.version} is not the server's {theirs}")

    def _again(self, sub: str, why: str) -> None:
        """Begins a subscription anew; changes are not taken until its snapshot is here."""
        self.faults.append(f"{sub}: {why}")
        copy = self.copies[sub]
        copy.version = -1
        self.commands.append(_subscribe(sub, copy.contest))


def _subscribe(sub: str, contest: str) -> bytes:
    return dumps({"t": "subscribe", "sub": sub, "contest": contest})


def line(shown: Json) -> str:
    """What a terminal says of a snapshot: night time, mode, boxes, headline."""
    at = str(shown.get("at") or "")[11:19] or "--:--:--"
    counted = shown["counted" if shown["embargo"]["state"] == "open" else "received"]
    mode = shown["mode"] + (", SIMULATED" if shown.get("simulated") else "")
    boxes = f"{counted['boxes']:,}/{counted['boxes_total']:,} boxes"
    return f"{at}Z [{mode}] {shown['contest']} {boxes}: {shown['headline']['en']}"


async def watch(url: str, contests: Iterable[str], say: Callable[[str], Any], dice: random.Random) -> None:
    """Prints a night until it is cancelled, coming back whenever it can.

    Raises OutsideError if the server says that coming back is of no use.
    """
    viewer, delay = Viewer(contests), BACKOFF_S[0]
    while True:
        try:
            async with connect(url, max_size=FRAME_BYTES_MAX, compression=None) as socket:
                delay = BACKOFF_S[0]
                async for text in socket:
                    for sub in viewer.hear(text):
                        say(line(viewer.copies[sub].shown))
                    for command in viewer.commands:
                        await socket.send(command, text=True)
                    viewer.commands.clear()
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code >= DO_NOT_COME_BACK:
                raise OutsideError(f"{url} does not want us back: {error.rcvd.reason}.") from error
        except (OSError, InvalidStatus, TimeoutError) as error:
            say(f"{url} cannot be reached ({error}); trying again")
        low, high = viewer.farewell.get("reconnect_after_ms") or (500 * delay, 1000 * delay)
        await asyncio.sleep(dice.uniform(low, high) / 1000)
        viewer.farewell, delay = {}, min(delay * 2, BACKOFF_S[1])


def main(url: str, contests: Iterable[str], say: Callable[[str], Any]) -> int:
    """Watches until it is interrupted; `url` is the gateway's websocket, ws://HOST:PORT/ws."""
    asyncio.run(watch(url, contests, say, random.Random()))
    return 0
