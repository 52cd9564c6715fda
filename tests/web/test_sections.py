"""The further blocks of the board stand where they are said to stand, and are complete without scripts."""

import re
from importlib.resources import files

from tests.browser import fakes
from web import pages
from web.joined import LATE, served


def test_every_late_block_has_its_script_its_sheet_its_words_and_its_height() -> None:
    """Else it would jump when it comes, or never come."""
    board = files("web").joinpath("static", "board.css").read_text(encoding="utf-8")
    page = pages.board(fakes.june(), "en").decode() + pages.board(fakes.annulled(), "en").decode()
    found = set(re.findall(r'data-late="(\w+)"', page))
    assert found <= set(LATE)
    for name in LATE:
        assert {f"{name}.js", f"{name}.css", f"strings.{name}.en.json"} <= served().keys()
        assert f'[data-late="{name}"]' in board or f"[data-late={name}]" in board


def test_every_late_block_has_a_heading() -> None:
    """A reader who goes from heading to heading finds it, filled or not."""
    page = pages.board(fakes.june(), "en").decode()
    for name in re.findall(r'data-late="(\w+)"', page):
        assert f'id="{name}-title"' in page
