"""A picture is drawn in a process of its own, and whatever becomes of that one is told here."""

import asyncio
import sys

import pytest

from tests.browser import fakes
from web import card_drawing
from web.card import svg
from web.card_drawing import NotDrawnError, draw, drawn
from web.words import words

WAITS = (sys.executable, "-c", "import time; time.sleep(300)")


async def test_nobody_waits_while_a_picture_is_drawn() -> None:
    """It is the picture that would be drawn here, to the byte, and meanwhile the loop serves the others."""
    pytest.importorskip("resvg_py", reason="resvg-py is not installed: pip install sandik[card]")
    picture, rounds = svg(fakes.june(), words("tr")), 0
    drawing = asyncio.create_task(drawn(picture))
    while not drawing.done():
        await asyncio.sleep(0.001)
        rounds += 1
    assert draw(picture) == drawing.result()
    assert rounds > 10, "a thread would hold up the loop: the library keeps the interpreter to itself"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("exit('no such font')", "no picture, exit code 1: no such font"),
        ("pass", "no picture, exit code 0: "),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "no picture, exit code -9: "),
    ],
)
async def test_a_process_that_ends_without_a_picture_is_told(code: str, says: str) -> None:
    """With its last line, if it had one."""
    with pytest.raises(NotDrawnError) as raised:
        await drawn(b"<svg/>", (sys.executable, "-c", code))
    assert says == str(raised.value)


async def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next picture is not waited for behind it for ever."""
    monkeypatch.setattr(card_drawing, "DRAWN_WITHIN_S", 0.01)
    with pytest.raises(NotDrawnError, match=r"^no picture within 0\.01 s$"):
        await drawn(b"<svg/>", WAITS)


async def test_a_process_that_cannot_be_started_is_told() -> None:
    """A machine out of memory is as little an error of ours."""
    with pytest.raises(NotDrawnError, match=r"^no picture, its process did not start: .*/nowhere/python"):
        await drawn(b"<svg/>", ("/nowhere/python",))


async def test_nobody_is_left_drawing_for_who_is_gone() -> None:
    """A cancelled request ends its process."""
    drawing = asyncio.create_task(drawn(b"<svg/>", WAITS))
    await asyncio.sleep(0.05)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
