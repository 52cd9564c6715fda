"""The lead over time: complete without scripts, and drawn with the library that its makers published."""

import hashlib
import re
from importlib.resources import files

from tests.browser import fakes
from tests.web.courses import june, june_steps, taken
from web.asked import Asked
from web.face import face_of
from web.html import Filler
from web.inside import Inside
from web.kept import Keep
from web.lead import ROWS_MAX, lead, over_time
from web.lines import Lines
from web.pages import page_values
from web.points import Line
from web.replies import Request
from web.words import words

LIBRARY = "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"
"""SHA-256 of dist/uPlot.iife.min.js in uplot-1.6.32.tgz of the npm registry."""
EN = words("en")


def inside(line: Line, s: dict[str, object]) -> Inside:
    """The page of a line at a snapshot."""
    lines = Lines("live")
    lines._lines = {str(s["contest"]): line}  # type: ignore[dict-item]
    asked = Asked("part", "lead/mayor", {}, "en", Request("GET", "/"), {}, [], Keep(), "", None, lines=lines)
    return lead(asked, s, EN)


def test_the_library_is_the_one_that_was_published_and_brings_its_licence() -> None:
    """uPlot 1.6.32, byte for byte."""
    static = files("web").joinpath("static")
    assert LIBRARY == hashlib.sha256(static.joinpath("uPlot.iife.min.js").read_bytes()).hexdigest()
    assert b"v1.6.32" in static.joinpath("uPlot.iife.min.js").read_bytes()[:60]
    assert "The MIT License" in static.joinpath("uPlot.LICENSE.txt").read_text(encoding="utf-8")


def test_the_block_leads_to_the_same_numbers_in_a_table() -> None:
    """Also where no script runs."""
    s = fakes.june()
    html = over_time(s, face_of(s), Filler(page_values(s, face_of(s), EN)), EN)
    assert 'href="/part/lead/mayor?lang=en"' in html
    assert "Lead over time" in html
    assert "What Yıldırım needs" in html


def test_under_the_ban_the_block_is_about_boxes() -> None:
    """And says that boxes say nothing about votes."""
    s = fakes.june_closed()
    html = over_time(s, face_of(s), Filler(page_values(s, face_of(s), EN)), EN)
    assert "Boxes received, every 5 minutes" in html
    assert "Lead over time" not in html


def test_the_page_has_the_last_number_and_all_that_was_told() -> None:
    """Drawn, listed, and in tables."""
    line, s = june()
    made = inside(line, s)
    text = "".join(one or "" for one in made.blocks)
    assert "<svg" in text
    assert f'<td class="num">{EN.number(s["margin_votes"])}</td>' in text
    assert "Held back until 19:15" in text
    assert "Boxes received, every 5 minutes" in text
    assert ROWS_MAX + 1 >= len(re.findall("<tr>", text.split('id="leads"')[1].split("</section>")[0])) - 1


def test_the_page_under_the_ban_has_boxes_alone() -> None:
    """No table of leads."""
    line, s = taken(iter(list(june_steps())[:25]))
    text = "".join(one or "" for one in inside(line, s).blocks)
    assert "Boxes received" in text
    assert 'id="leads"' not in text


def test_a_line_that_is_still_being_read_says_so() -> None:
    """Nobody takes half a night for a whole one."""
    line, s = june()
    line.whole = False
    assert "still being read" in str(inside(line, s).blocks[0])
