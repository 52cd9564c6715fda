"""A late joiner: from its `subscribe` to the last byte of its snapshot, of 39 districts and of 31,186 boxes.

Know before changing: first the count goes on, four versions a second, so that nearly every joiner is the
first to ask for one and it is encoded for it; then it stands still, as for all but the first of many. The
client reads bytes and looks into them only afterwards. Plain and packed are both what a gateway sends.
"""

import gzip
import socket
import time
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson

from bench.crowd_gateway import NIGHT, make_states
from bench.istanbul import CHECKOUT
from bench.results import Figure, Results, say
from bench.servers import Place
from bench.slow import FREE, WITHIN_S, start
from bench.wanted import Wanted

JOINS, PAUSE_S = 60, 0.05
DISTRICTS_MOST_MS, BOXES_MOST_MS = 5.0, 50.0
LEVEL = "polling-place"


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Both nights, each plain and packed."""
    shipped = CHECKOUT / "nights" / NIGHT
    nights = [("39 districts", shipped, DISTRICTS_MOST_MS)]
    if not wanted.quick:
        nights.append(("31,186 boxes", every_box_an_area(shipped, place.folder / "boxes"), BOXES_MOST_MS))
    for what, folder, most in nights:
        states = place.folder / f"{folder.name}.bin"
        make_states(states, str(folder), 40, telling=folder == shipped)
        say(f"  {what}: counted")
        with ExitStack() as stack:
            began_s = time.monotonic()
            gateway = start(stack, states, began_s, FREE, "--night", folder)
            port = gateway.hear(WITHIN_S, "port")["port"]
            for still in (False, True):
                if still:
                    gateway.ask(WITHIN_S, do="freeze")
                for packed in (False, True):
                    joins = [_join(port, packed=packed) for _ in range(wanted.either(JOINS, 5))]
                    took = tuple(one["ms"] for one in joins)
                    size = joins[-1]["bytes"] / 1000
                    how = ("packed" if packed else "plain") + (", count stands still" if still else "")
                    note = f"{size:,.0f} KB on the wire, {joins[-1]['parts']} parts; slowest {max(took):.1f}"
                    results.add(Figure("join", f"{what}, {how}", "ms", took, most=most, note=note))


def _join(port: int, *, packed: bool) -> dict[str, Any]:
    time.sleep(PAUSE_S)
    with socket.create_connection(("127.0.0.1", port)) as sock:
        asks = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if packed else ""
        sock.sendall(
            f"GET /ws HTTP/1.1\r\nHost: x:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{asks}"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        data = sock.recv(4096)
        while b"\r\n\r\n" not in data:
            data += sock.recv(4096)
        agreed = b"permessage-deflate" in data
        if agreed != packed:
            raise RuntimeError(f"packed={packed}, but the gateway answered {data!r:.400}")
        frames = _Frames(sock, data.partition(b"\r\n\r\n")[2])
        frames.next()  # hello
        text = orjson.dumps({"t": "subscribe", "sub": "a", "contest": "mayor"})
        began_s = time.monotonic()
        sock.sendall(bytes([0x81, 0x80 | len(text)]) + b"\0\0\0\0" + text)
        found = [frames.next()]
        heard_s = time.monotonic()
        parts = frames.text(found[0]).get("parts", 1)
        while len(found) < parts:
            found.append(frames.next())
            heard_s = time.monotonic()
        whole = [frames.text(one) for one in found]
        if [one["t"] for one in whole] != ["snapshot"] * parts:
            raise RuntimeError("something else came between the parts")
        return {
            "ms": (heard_s - began_s) * 1000,
            "bytes": sum(len(body) for _, body in found),
            "parts": parts,
        }


class _Frames:
    """The frames of a socket, one by one."""

    def __init__(self, sock: socket.socket, begun: bytes) -> None:
        self._sock, self._data = sock, begun

    def next(self) -> tuple[bool, bytes]:
        """Whether the next frame is packed, and its body."""
        head = self._take(2)
        length = head[1]
        if length == 126:
            length = int.from_bytes(self._take(2), "big")
        elif length == 127:
            length = int.from_bytes(self._take(8), "big")
        return bool(head[0] & 0x40), self._take(length)

    def text(self, frame: tuple[bool, bytes]) -> dict[str, Any]:
        """What it says."""
        packed, body = frame
        if packed:
            body = zlib.decompressobj(-zlib.MAX_WBITS).decompress(body + b"\0\0\xff\xff")
        said: dict[str, Any] = orjson.loads(body)
        return said

    def _take(self, size: int) -> bytes:
        taken = bytearray(size)
        begun = min(size, len(self._data))
        taken[:begun] = self._data[:begun]
        self._data = self._data[begun:]
        view = memoryview(taken)[begun:]
        while view:
            got = self._sock.recv_into(view)
            if not got:
                raise ConnectionError("the gateway hung up")
            view = view[got:]
        return bytes(taken)


def every_box_an_area(shipped: Path, into: Path) -> Path:
    """The June night with an area for each of its boxes, shown as a level of its own."""
    into.mkdir()
    files = {path.name: path.read_bytes() for path in shipped.iterdir()}
    boxes = files["boxes.csv"].decode().splitlines()
    head = boxes[0].split(",")
    id_at, area_at = head.index("id"), head.index("area")
    areas, moved = files["areas.csv"].decode().splitlines(), [boxes[0]]
    columns = areas[0].split(",")
    for line in boxes[1:]:
        cells = line.split(",")
        area = f"p-{cells[id_at]}"
        fresh = {"id": area, "name": f"Box {cells[id_at]}", "level": LEVEL, "parent": cells[area_at]}
        areas.append(",".join(fresh.get(column, "") for column in columns))
        cells[area_at] = area
        moved.append(",".join(cells))
    levels = 'levels = ["city", "side", "district"]'
    text = files["night.toml"].decode()
    if levels not in text:
        raise ValueError("the shipped night has other levels than the bench knows")
    files["night.toml"] = text.replace(levels, f'{levels[:-1]}, "{LEVEL}"]').encode()
    files["areas.csv"], files["boxes.csv"] = (
        "\n".join([*areas, ""]).encode(),
        "\n".join([*moved, ""]).encode(),
    )
    files["recording.jsonl.gz"] = gzip.compress(_bundled_anew(files["recording.jsonl.gz"]))
    files.pop("ending.json", None)
    for name, content in files.items():
        (into / name).write_bytes(content)
    return into


def _bundled_anew(recording: bytes) -> bytes:
    """Each bundle names its area; with an area a box there is a bundle a box."""
    lines = gzip.decompress(recording).splitlines()
    made = [lines[0]]
    for line in lines[1:]:
        body = orjson.loads(line)
        if body["t"] != "bundle" or body["source"] != "council":
            made.append(line)
            continue
        for row, box in enumerate(body["box"]):
            one = {key: [value[row]] if isinstance(value, list) else value for key, value in body.items()}
            one["votes"] = {choice: [votes[row]] for choice, votes in body["votes"].items()}
            made.append(orjson.dumps({**one, "id": "", "area": f"p-{box}"}))
    return b"\n".join([*made, b""])
