"""Draws one picture in a process of its own, so that nobody's numbers wait for it.

    python -P -m web.card_drawing < card.svg > card.png
    png = await drawn(picture)                              the same, from the gateway

Know before changing: the library holds the interpreter while it draws, for a quarter of a second on a small
machine; a thread would hold up every client as much as the event loop itself. What ends here by itself, or
takes too long, is one picture that is not there.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from importlib import import_module

DRAWN_WITHIN_S = 20.0
"""How long one picture may take; then its process is ended, and whoever asked is told to come again."""
PROGRAM = (sys.executable, "-P", "-m", "web.card_drawing")


class NotDrawnError(Exception):
    """The process that was to draw did not start, took too long or ended without a picture; it says which."""


def draw(picture: bytes) -> bytes:
    """The PNG of an SVG, drawn here."""
    return bytes(import_module("resvg_py").svg_to_bytes(svg_string=picture.decode()))


async def drawn(picture: bytes, program: tuple[str, ...] = PROGRAM) -> bytes:
    """The PNG of an SVG, drawn elsewhere. Raises NotDrawnError."""
    try:
        process = await asyncio.create_subprocess_exec(*program, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        raise NotDrawnError(f"no picture, its process did not start: {error}") from error
    try:
        async with asyncio.timeout(DRAWN_WITHIN_S):
            made, said = await process.communicate(picture)
    except TimeoutError as error:
        raise NotDrawnError(f"no picture within {DRAWN_WITHIN_S:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not made:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise NotDrawnError(f"no picture, exit code {process.returncode}: {last:.200}")
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))
