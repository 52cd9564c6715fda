"""Makes a screenshot smaller without changing a pixel: Chromium packs its PNG files quickly, not tightly.

Know before changing: only the packed lines (IDAT) are packed again, without their filters, which
serve photos; a page is flat colour, and the picture has to fit into the repository.
"""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BYTES_A_PIXEL = {2: 3, 6: 4}
"""By the colour type of a PNG file: RGB, and RGB with alpha."""


def tight(png: bytes) -> bytes:
    """The same picture in fewer bytes."""
    chunks = list(_chunks(png))
    width, height, _, colour = struct.unpack(">IIBB", chunks[0][1][:10])
    lines = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    plain = _unfiltered(lines, width * BYTES_A_PIXEL[colour], height, BYTES_A_PIXEL[colour])
    packed = zlib.compress(b"".join(b"\0" + line for line in plain), 9)
    made = _chunk(b"IHDR", chunks[0][1]) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return min(SIGNATURE + made, png, key=len)


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += size + 12
    return found


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _unfiltered(lines: bytes, width: int, height: int, step: int) -> list[bytes]:
    """The lines as they are drawn: each says first by which rule it was written (PNG, 9.2)."""
    made: list[bytes] = []
    above = bytearray(width)
    for row in range(height):
        start = row * (width + 1)
        kind, line = lines[start], bytearray(lines[start + 1 : start + 1 + width])
        for at in range(width if kind else 0):
            left = line[at - step] if at >= step else 0
            corner = above[at - step] if at >= step else 0
            line[at] = (line[at] + _guess(kind, left, above[at], corner)) & 255
        made.append(bytes(line))
        above = line
    return made


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    near = left + up - corner
    return min((left, up, corner), key=lambda value: abs(near - value))
