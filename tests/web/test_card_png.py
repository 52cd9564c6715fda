"""The card is drawn where it can be, one at a time, and not anew for every vote."""

import asyncio
import struct
import sys
from functools import partial
from pathlib import Path

import pytest

from election.errors import OutsideError
from tests.browser import fakes
from tests.web.asking import answers, counted, get
from tests.web.embed.made import asked
from tests.web.house import WITHIN_S
from web import card_drawing, card_png, pages
from web.card import HIGH, WIDE, svg
from web.card_drawing import DRAWN_WITHIN_S, draw, drawn
from web.card_png import DRAWN_EVERY_S, Drawer, cannot, tags
from web.listening import ANSWER_WITHIN_S
from web.policy import Outside
from web.replies import Request
from web.words import words

WAITS = (sys.executable, "-c", "import time; time.sleep(300)")


@pytest.fixture
def clock() -> list[float]:
    """A time that a test moves."""
    return [100.0]


async def noted(drawn: list[bytes], picture: bytes) -> bytes:
    """Stands in for drawing: the picture is itself, and it is noted that it was wanted."""
    await asyncio.sleep(0)
    drawn.append(picture)
    return picture


def test_a_picture_is_drawn_again_after_some_seconds_or_when_it_stands_for_something_else(
    clock: list[float],
) -> None:
    """A withdrawn call is not shown for ten seconds more."""
    drawn: list[bytes] = []
    drawer = Drawer(partial(noted, drawn), lambda: clock[0])

    async def night() -> None:
        assert b"1" == (await drawer.get("mayor/en", "open called", lambda: b"1")).plain
        assert b"1" == (await drawer.get("mayor/en", "open called", lambda: b"2")).plain
        assert b"3" == (await drawer.get("mayor/en", "open retracted", lambda: b"3")).plain
        clock[0] += DRAWN_EVERY_S
        assert b"4" == (await drawer.get("mayor/en", "open retracted", lambda: b"4")).plain
        assert b"5" == (await drawer.get("mayor/tr", "open retracted", lambda: b"5")).plain

    asyncio.run(night())
    assert [b"1", b"3", b"4", b"5"] == drawn


def test_a_crowd_waits_for_one_drawing(clock: list[float]) -> None:
    """Whoever asks while a picture is drawn gets that one."""
    drawn: list[bytes] = []
    drawer = Drawer(partial(noted, drawn), lambda: clock[0])

    async def crowd() -> None:
        await asyncio.gather(*(drawer.get("mayor/en", "open", lambda: b"1") for _ in range(50)))

    asyncio.run(crowd())
    assert [b"1"] == drawn


def test_a_picture_that_is_there_waits_for_nobody_s_drawing(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    """While another one hangs it is given out as before, for as long as it may be shown."""
    monkeypatch.setattr(card_png, "TURN_WITHIN_S", 0.0)

    async def night() -> None:
        hangs = asyncio.Event()

        async def drawing(picture: bytes) -> bytes:
            if picture == b"hangs":
                hangs.set()
                await asyncio.Event().wait()
            return picture

        drawer = Drawer(drawing, lambda: clock[0])
        await drawer.get("mayor/en", "open", lambda: b"1")
        other = asyncio.create_task(drawer.get("mayor/tr", "open", lambda: b"hangs"))
        await hangs.wait()
        assert b"1" == (await drawer.get("mayor/en", "open", lambda: b"2")).plain
        with pytest.raises(OutsideError):
            await drawer.get("mayor/en", "open called", lambda: b"3")
        other.cancel()
        await asyncio.wait([other])

    asyncio.run(night())


def test_whoever_waits_behind_a_drawing_that_hangs_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In time to be answered at all; the next drawing is as if nobody had waited."""
    monkeypatch.setattr(card_png, "cannot", lambda: "")
    monkeypatch.setattr(card_png, "TURN_WITHIN_S", 0.0)
    begun: list[bytes] = []

    async def night() -> None:
        hangs = asyncio.Event()

        async def hanging(picture: bytes) -> bytes:
            begun.append(picture)
            await hangs.wait()
            return b"drawn"

        drawer = Drawer(hanging)
        monkeypatch.setattr(card_png, "DRAWER", drawer)
        made = answers(counted())
        first = asyncio.ensure_future(made.answer(Request("GET", "/card/mayor.png?lang=en")))
        while not begun:  # noqa: ASYNC110 - it says nothing when it begins
            await asyncio.sleep(0)
        waits = await made.answer(Request("GET", "/card/mayor.png?lang=tr"))
        assert (503, "2") == (waits.status, waits.headers["Retry-After"])
        assert b"Other pictures are being drawn; try again shortly.\n" == waits.body
        hangs.set()
        assert (200, b"drawn") == ((await first).status, (await first).body)
        assert 200 == (await made.answer(Request("GET", "/card/mayor.png?lang=tr"))).status

    asyncio.run(asyncio.wait_for(night(), WITHIN_S))
    assert 2 == len(begun)


@pytest.mark.parametrize(
    ("program", "logged"),
    [
        (WAITS, "card=mayor: no picture within 0.01 s"),
        ((sys.executable, "-c", "exit('no such font')"), "card=mayor: no picture, exit code 1: no such font"),
        (("/nowhere/python",), "card=mayor: no picture, its process did not start: [Errno 2] No such file"),
    ],
    ids=["hangs", "breaks", "does not start"],
)
def test_a_drawing_that_fails_is_no_error_of_ours_and_says_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, program: tuple[str, ...], logged: str
) -> None:
    """With where the same picture is meanwhile; what became of it is in the log, and not for strangers."""
    monkeypatch.setattr(card_png, "cannot", lambda: "")
    monkeypatch.setattr(card_drawing, "DRAWN_WITHIN_S", 0.01 if program == WAITS else WITHIN_S)
    monkeypatch.setattr(card_png, "DRAWER", Drawer(partial(drawn, program=program)))
    found = get(answers(counted()), "/card/mayor.png?lang=en")
    assert (503, "2") == (found.status, found.headers["Retry-After"])
    assert (
        b"The picture cannot be drawn now; try again shortly. It is at /card/mayor.svg too.\n" == found.body
    )
    assert [True] == [text.startswith(logged) for text in caplog.messages]


def test_a_turn_and_a_drawing_together_are_over_before_their_connection_is_cut() -> None:
    """Else whoever waited hears nothing."""
    assert card_png.TURN_WITHIN_S + DRAWN_WITHIN_S < ANSWER_WITHIN_S


def test_without_the_library_it_is_said_where_the_same_picture_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to install."""
    monkeypatch.setattr(card_png, "cannot", lambda: "whoever runs it installs sandik[card]")
    answer = asked("/card/mayor.png")
    assert 404 == answer.status
    assert b"sandik[card]" in answer.body
    assert b"/card/mayor.svg" in answer.body
    assert 200 == asked("/card/mayor.svg").status


@pytest.mark.parametrize("path", ["", "mayor", "mayor.gif", "nobody.svg", "nobody.png", ".svg", "a/b.png"])
def test_what_is_no_card_is_said(path: str) -> None:
    """With a sentence."""
    assert 404 == asked(f"/card/{path}").status


def test_a_wrong_word_in_an_address_is_wrong_use_of_either_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a picture that is not there: the same address with another word has one."""
    monkeypatch.setattr(card_png, "cannot", lambda: "")
    for path in ("/card/mayor.svg?lang=xx", "/card/mayor.png?lang=xx"):
        answer = asked(path)
        assert (400, b"lang is 'xx'") == (answer.status, answer.body[:12]), path


def test_a_machine_without_letters_draws_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of bars without a name would be worse than none."""
    monkeypatch.setattr(card_png, "draw", lambda picture: b"the same")
    cannot.cache_clear()
    try:
        assert "font" in cannot()
    finally:
        cannot.cache_clear()


def test_the_picture_is_a_png_of_its_size(tmp_path: Path) -> None:
    """1200 by 630, as the places that show links ask for."""
    pytest.importorskip("resvg_py", reason="resvg-py is not installed: pip install sandik[card]")
    made = draw(svg(fakes.june(), words("tr")))
    assert b"\x89PNG\r\n\x1a\n" == made[:8]
    assert (WIDE, HIGH) == struct.unpack(">II", made[16:24])
    if not cannot():
        answer = asked("/card/mayor.png?lang=tr")
        assert (200, "image/png") == (answer.status, answer.headers["Content-Type"])


def test_the_board_names_the_picture_in_the_form_that_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no picture where the gateway does not know its own address."""
    monkeypatch.setattr(card_png, "cannot", lambda: "")
    known, unknown = Outside("https://results.example"), Outside()
    board = pages.board(fakes.june(), "tr", tags=tags(fakes.june(), "tr", known)).decode()
    assert 'content="https://results.example/card/mayor.png?lang=tr"' in board
    monkeypatch.setattr(card_png, "cannot", lambda: "no font")
    assert "/card/mayor.svg?lang=tr" in tags(fakes.june(), "tr", known)
    assert "og:image" not in tags(fakes.june(), "tr", unknown)
