"""Thousands of clients in one process, over epoll: they follow the protocol, and note when each frame came.

    python -m bench.crowd --port 8080 --clients 5000 --slow 250 --stalled 50 --core 1

Talks in JSON lines: says `connected`, then answers each line of standard input (`{"do": "counts"}`,
`arrivals`, `quiet`, `cut`, `end`). Fast clients read whatever comes; slow ones a little a second; stalled
ones nothing.

Know before changing: it shares nothing with the gateway but docs/reference/protocol.md. What a frame makes of
a state is worked out once for all clients that hold the same state and get the same bytes, so that thousands
can be followed to the hash. Times are time.monotonic, which all processes of one machine share.
"""

import argparse
import os
import random
import select
import socket
import sys
import time
from array import array
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.crowd_states import GAP, OLDER, States

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
READ_BYTES = 256 * 1024
SLOW_BYTES, SLOW_EVERY_S = 1024, 1.0
"""What a slow client reads, and how often."""
SMALL_BUFFER_BYTES = 4096
OPENING_MAX = 128
"""Most handshakes under way at once."""
BACKOFF_S = (0.5, 15.0)
"""The first wait after a connection that ended without a word, and the longest."""


@dataclass(slots=True, eq=False)
class Client:
    """One connection, and what it shows."""

    number: int
    kind: str
    sock: socket.socket | None = None
    upgraded: bool = False
    buffer: bytes = b""
    state: int = 0
    """Number of its state in `States`; 0: none."""
    resume: str = ""
    waiting: bool = True
    """Asked for a state and has not got it yet; changes are not taken until then."""
    tries: int = 0
    range_ms: tuple[float, float] | None = None
    """What the server's goodbye said about coming back."""
    heard_s: float = 0.0
    """When it last heard anything, or began to connect."""


@dataclass(slots=True)
class Notes:
    """What the crowd saw."""

    frames: int = 0
    bytes: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    resumed: int = 0
    snapshots: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    versions: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[float]" = field(default_factory=lambda: array("d"))


class Crowd:
    """All of them."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.notes, self.states = Notes(), States()
        kinds = ["stalled"] * args.stalled + ["slow"] * args.slow
        kinds += ["fast"] * (args.clients - len(kinds))
        random.Random(args.seed).shuffle(kinds)
        self.clients = [Client(number, kind) for number, kind in enumerate(kinds)]
        self.dice = random.Random(args.seed)
        self.epoll = select.epoll()
        self.by_fd: dict[int, Client] = {}
        self.due: list[tuple[float, Client]] = [(0.0, client) for client in self.clients]
        self.opening = 0
        self.slow_at_s = 0.0
        self.said_connected = False
        self.ended = False

    def run(self) -> None:
        """Until it is told to end."""
        self.epoll.register(sys.stdin.fileno(), select.EPOLLIN)
        began_s = time.monotonic()
        while not self.ended:
            self._open_due()
            for fd, event in self.epoll.poll(0.02, 4096):
                if fd == sys.stdin.fileno():
                    self._told()
                else:
                    client = self.by_fd.get(fd)
                    if client is not None:  # gone with an earlier event of the same round
                        self._ready(client, event)
            self._read_slowly()
            if self.args.silent_s:
                self._leave_silence()
            if not self.said_connected and not self.due and self.opening == 0:
                self.said_connected = True
                self._say(connected=len(self.by_fd), seconds=round(time.monotonic() - began_s, 3))

    # Opening.

    def _open_due(self) -> None:
        now, later = time.monotonic(), []
        for at_s, client in self.due:
            if at_s <= now and self.opening < OPENING_MAX:
                self._open(client)
            else:
                later.append((at_s, client))
        self.due = later

    def _open(self, client: Client) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        if client.kind != "fast":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        host = f"127.0.0.{1 + client.number % self.args.addresses}"
        sock.connect_ex((host, self.args.port))
        client.sock, client.upgraded, client.buffer, client.waiting = sock, False, b"", True
        client.heard_s = time.monotonic()
        self.by_fd[sock.fileno()] = client
        self.epoll.register(sock.fileno(), select.EPOLLOUT)
        self.opening += 1

    def _ready(self, client: Client, event: int) -> None:
        sock = client.sock
        assert sock is not None
        if event & select.EPOLLOUT and not client.upgraded:
            host = f"127.0.0.1:{self.args.port}"
            head = (
                f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            self.epoll.modify(sock.fileno(), select.EPOLLIN)
            self._write(client, head.encode())
            return
        try:
            data = sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        client.heard_s = time.monotonic()
        if not data:
            self._gone(client, "reset")
        elif client.upgraded:
            self._hear(client, data)
        else:
            self._upgrade(client, data)

    def _upgrade(self, client: Client, data: bytes) -> None:
        client.buffer += data
        head, end, rest = client.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        if not head.startswith(b"HTTP/1.1 101"):
            self.notes.refused += 1
            self._gone(client, "refused")
            return
        client.upgraded, client.buffer = True, b""
        self.opening -= 1
        self._subscribe(client)
        if client.sock is None:  # it was reset in that moment
            return
        if client.kind != "fast":
            self.epoll.unregister(client.sock.fileno())
        elif rest:
            self._hear(client, rest)

    def _subscribe(self, client: Client) -> None:
        command: dict[str, Any] = {"t": "subscribe", "sub": "a", "contest": self.args.contest}
        if client.resume:
            command["resume"] = client.resume
        client.waiting = True
        text = orjson.dumps(command)
        head = bytes([0x80 | TEXT, 0x80 | min(len(text), 126)])
        head += len(text).to_bytes(2, "big") if len(text) > 125 else b""
        self._write(client, head + b"\0\0\0\0" + text)

    def _write(self, client: Client, data: bytes) -> None:
        assert client.sock is not None
        try:
            client.sock.send(data)
        except OSError:
            self._gone(client, "reset")

    def _gone(self, client: Client, why: str) -> None:
        """The connection ended: it is noted, and a fast client comes back as the protocol says."""
        sock = client.sock
        if sock is None:
            return
        del self.by_fd[sock.fileno()]
        sock.close()
        client.sock = None
        self.opening -= not client.upgraded
        self.notes.ended[why] = self.notes.ended.get(why, 0) + 1
        if client.kind != "fast" or not self.args.comes_back:
            return
        wait_s = min(BACKOFF_S[0] * 2**client.tries, BACKOFF_S[1]) * self.dice.uniform(1, 2)
        if client.range_ms is not None:
            wait_s = self.dice.uniform(*client.range_ms) / 1000
        client.tries, client.range_ms = client.tries + 1, None
        self.due.append((time.monotonic() + wait_s, client))

    # Hearing.

    def _hear(self, client: Client, data: bytes) -> None:
        data = client.buffer + data if client.buffer else data
        at, end = 0, len(data)
        while end - at >= 2 and client.sock is not None:  # an answer may meet a reset
            length, start = data[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if end < start + length or start > end:
                break
            if data[at] & 0xF == CLOSE:
                self._gone(client, f"closed {int.from_bytes(data[start : start + 2], 'big')}")
                return
            if data[at] & 0xF == PING:
                self._write(client, bytes([0x80 | PONG, 0x80]) + b"\0\0\0\0")
            if data[at] & 0xF == TEXT:
                self._take(client, data[start : start + length])
            at = start + length
        client.buffer = data[at:]

    def _take(self, client: Client, text: bytes) -> None:
        notes = self.notes
        notes.frames += 1
        notes.bytes += len(text)
        if self.args.deaf:
            return
        step = self.states.step(client.state, client.waiting, text)
        if step.kind == "change" and not client.waiting:
            notes.versions.append(step.version)
            notes.times.append(time.monotonic())
        if step.kind in ("snapshot", "resumed"):
            client.tries, client.waiting = 0, step.part
            notes.snapshots += step.kind == "snapshot"
            notes.resumed += step.kind == "resumed"
        if step.kind == "bye" and step.range_ms is not None:
            client.range_ms = step.range_ms
        if step.fault:
            if len(notes.faults) < 20:
                notes.faults.append(f"client {client.number}: {step.fault}")
            if step.fault in (GAP, OLDER):
                client.resume = ""
                self._subscribe(client)
        if step.state:
            client.state, client.resume = step.state, step.resume or client.resume

    def _leave_silence(self) -> None:
        """Whoever has heard nothing for so long takes its connection for dead, as the protocol says."""
        dead_s = time.monotonic() - self.args.silent_s
        for client in [one for one in self.clients if one.kind == "fast" and one.sock is not None]:
            if client.heard_s < dead_s:
                self._gone(client, "silent")

    def _read_slowly(self) -> None:
        now = time.monotonic()
        if now < self.slow_at_s:
            return
        self.slow_at_s = now + SLOW_EVERY_S
        for client in self.clients:
            if client.kind == "fast" or client.sock is None or not client.upgraded:
                continue
            try:
                if client.kind == "slow":
                    self._sip(client, client.sock.recv(SLOW_BYTES))
                elif client.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1:
                    self._gone(client, "cut stalled")
            except BlockingIOError:
                continue
            except OSError:
                self._gone(client, f"cut {client.kind}")

    def _sip(self, client: Client, data: bytes) -> None:
        """What a slow client reads: it answers pings, told by their first byte, and skips the rest."""
        if not data:
            self._gone(client, "cut slow")
        elif bytes([0x80 | PING]) in data:
            self._write(client, bytes([0x80 | PONG, 0x80]) + b"\0\0\0\0")

    # Talking to whoever measures.

    def _told(self) -> None:
        line = sys.stdin.readline()
        asked = orjson.loads(line) if line else {"do": "end"}
        if asked["do"] == "end":
            self.ended = True
        elif asked["do"] == "quiet":
            self.notes = Notes()
            self._say(quiet=True)
        elif asked["do"] == "cut":
            for client in self.clients:
                if client.kind == "fast":
                    self._gone(client, "cut")
            self._say(cut=True)
        elif asked["do"] == "arrivals":
            with open(asked["times"], "wb") as times, open(asked["versions"], "wb") as versions:
                self.notes.times.tofile(times)
                self.notes.versions.tofile(versions)
            self._say(arrivals=len(self.notes.times))
        else:
            self._say(**self._counts())

    def _counts(self) -> dict[str, Any]:
        notes = self.notes
        alive = {"fast": 0, "slow": 0, "stalled": 0}
        for client in self.clients:
            alive[client.kind] += client.sock is not None and client.upgraded
        held: dict[str, int] = {}
        for client in self.clients:
            if client.kind == "fast" and client.sock is not None and not client.waiting:
                name = self.states.name(client.state)
                held[name] = held.get(name, 0) + 1
        return {
            "frames": notes.frames, "bytes": notes.bytes, "alive": alive, "ended": notes.ended,
            "resumed": notes.resumed, "snapshots": notes.snapshots, "refused": notes.refused,
            "faults": notes.faults, "held": held, "opening": self.opening, "due": len(self.due),
        }  # fmt: skip

    def _say(self, **facts: Any) -> None:
        sys.stdout.write(orjson.dumps(facts).decode() + "\n")
        sys.stdout.flush()


def main() -> None:
    """Runs the crowd that the arguments describe."""
    parser = argparse.ArgumentParser(prog="python -m bench.crowd")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--slow", type=int, default=0)
    parser.add_argument("--stalled", type=int, default=0)
    parser.add_argument("--contest", default="mayor")
    parser.add_argument("--addresses", type=int, default=1, help="of 127.0.0.0/8 to connect to")
    parser.add_argument("--core", type=int, default=-1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deaf", action="store_true", help="counts frames and does not look into them")
    parser.add_argument("--comes-back", action="store_true", help="whoever loses its connection comes back")
    parser.add_argument("--silent-s", type=float, default=0.0, help="silence that is a dead line; 0: none is")
    args = parser.parse_args()
    if args.core >= 0:
        os.sched_setaffinity(0, {args.core})
    os.set_blocking(sys.stdin.fileno(), True)
    Crowd(args).run()


if __name__ == "__main__":
    main()
