"""Every page, in both languages, light and dark, wide and on a phone, for whoever needs it otherwise.

Know before changing: axe sees markup, names and contrast; what it cannot see is asked beside it: what is cut,
what is too small to hit, what is told by a colour alone. Words and keys are tests of their own (test_heard,
test_keyboard). A stand is opened once a language and asked everything: conftest lets its tests follow one
another, and a stand is one and the same value in all lists.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.asked import AXE, CUT, MOVING, PALE, SMALL, SPACED, UNSEEN_FOCUS, WIDE
from tests.browser.stands import ODD, STANDS, browsing, look, standing

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules of axe that look at colours."""
RULES: Any = {"resultTypes": ["violations"], "runOnly": TAGS, "preload": False}
"""WCAG, A and AA; no file is fetched again for it."""
WORDED: Any = RULES | {"rules": {rule: {"enabled": False} for rule in COLOURS["values"]}}
PAINTED: Any = RULES | {"runOnly": COLOURS}
ZOOMED = (320, 256)
"""A window of 1280 × 1024 at 400 %."""
WIDTHS = pytest.mark.parametrize("width", [1280, 360])
USUAL = [name for name in STANDS if name not in ODD]
ENGLISH = [(name, "en") for name in (*USUAL, *sorted(ODD))]
STRANGE = ENGLISH[len(USUAL) :]
EVERY = [*ENGLISH[: len(USUAL)], *((name, "tr") for name in USUAL)]
READ = [one for one in EVERY if not STANDS[one[0]].frame]
"""All that a reader looks at in a window; what is made for air has its own measures (test_overlay)."""
READ_ENGLISH = [one for one in READ if one in ENGLISH]


class Seen(NamedTuple):
    """A stand as it is shown."""

    name: str
    lang: str
    page: Page


@pytest.fixture(scope="module")
def browser_page(wide_chromium: Browser) -> Iterator[Page]:
    """One page for all stands, in wide letters: what is cut or overflows is cut in them first."""
    with browsing(wide_chromium) as page:
        yield page


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest, browser_page: Page) -> Iterator[Seen]:
    """A stand in a language, opened once for all that is asked of it."""
    name, lang = request.param
    with standing(browser_page, name, lang):
        browser_page.evaluate(_axe())
        yield Seen(name, lang, browser_page)


def at(stands: Sequence[tuple[str, str]]) -> pytest.MarkDecorator:
    """Asks it of these."""
    return pytest.mark.parametrize("seen", stands, indirect=True, ids="-".join)


@cache
def _axe() -> str:
    [script] = Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")
    return script.read_text(encoding="utf-8")


def wrong(page: Page, options: Any) -> list[Any]:
    """What axe finds; and it has looked."""
    passed, found = page.evaluate(AXE, options)
    assert passed, "axe looked at nothing"
    return list(found)


def looks(stands: Sequence[tuple[str, str]], odd: int) -> pytest.MarkDecorator:
    """These at both widths, and the odd ones, which are the same pages with other figures, at one.

    The scope has to be said: beside a plain parameter, a stand would be opened for each test anew.
    """
    every = [(one, width) for one in stands for width in (1280, 360)]
    every += [(one, odd) for one in STRANGE]
    named = ["-".join((*one, str(width))) for one, width in every]
    return pytest.mark.parametrize(("seen", "width"), every, indirect=["seen"], ids=named, scope="module")


@looks(EVERY, 1280)
def test_axe_finds_nothing(seen: Seen, width: int) -> None:
    """No violation of WCAG, A and AA, in the light; and nothing is wider than the window.

    Contrast is asked in one language: no sheet has a rule for a language, as a test below says.
    """
    look(seen.page, seen.name, width)
    assert [] == wrong(seen.page, RULES if seen.lang == "en" else WORDED)
    assert seen.page.evaluate(WIDE) <= 0


@looks(ENGLISH[: len(USUAL)], 360)
def test_axe_finds_nothing_in_the_dark(seen: Seen, width: int) -> None:
    """Its rules about colours, which are all that the dark changes, as a test below says."""
    look(seen.page, seen.name, width, scheme="dark")
    assert [] == wrong(seen.page, PAINTED)


def test_sheets_know_no_language_and_the_dark_changes_colours_alone() -> None:
    """So what axe finds of names, order and sizes holds in the dark, and of contrast in each language."""
    for sheet in files("web").joinpath("static").iterdir():
        if not sheet.name.endswith(".css"):
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r":lang\(|\[lang|hreflang", text), sheet.name
        for block in re.findall(r"prefers-color-scheme: ?dark\) ?\{(.*?\}\s*)\}", text, re.DOTALL):
            said = re.findall(r"[{;]\s*([\w-]+)\s*:", block)
            assert said
            assert [] == [one for one in said if not one.startswith("--")], sheet.name


@at(READ_ENGLISH)
def test_in_forced_colours_everything_is_seen_and_told_apart(seen: Seen) -> None:
    """The reader's colours: text reads, fields have edges, what is chosen has a shape, focus is a ring."""
    look(seen.page, seen.name, forced="active")
    assert [] == wrong(seen.page, PAINTED)
    assert [] == seen.page.evaluate(PALE)
    seen.page.keyboard.press("Tab")
    assert [] == seen.page.evaluate(UNSEEN_FOCUS)


@at(READ_ENGLISH)
def test_the_focus_is_seen_on_every_control(seen: Seen) -> None:
    """A ring of two pixels at least, in the colours of the page."""
    look(seen.page, seen.name)
    seen.page.keyboard.press("Tab")
    assert [] == seen.page.evaluate(UNSEEN_FOCUS)


@at([*READ, *STRANGE])
def test_at_400_percent_nothing_is_cut_and_nothing_scrolls_sideways(seen: Seen) -> None:
    """1280 pixels enlarged to 320 (WCAG 1.4.10)."""
    look(seen.page, seen.name, ZOOMED[0], height=ZOOMED[1])
    assert seen.page.evaluate(WIDE) <= 0
    assert [] == seen.page.evaluate(CUT)


@at(READ)
@WIDTHS
def test_text_set_further_apart_stays_whole(width: int, seen: Seen) -> None:
    """As far apart as a reader may set lines, letters and words; a table may be scrolled (WCAG 1.4.12)."""
    look(seen.page, seen.name, width)
    style = seen.page.add_style_tag(content=SPACED)
    found = seen.page.evaluate(CUT, True)
    style.evaluate("(one) => one.remove()")
    assert [] == found


@at(READ)
@WIDTHS
def test_every_target_is_24_pixels_high_and_wide(width: int, seen: Seen) -> None:
    """At least; a link in a sentence is as high as its line (WCAG 2.5.8)."""
    look(seen.page, seen.name, width)
    assert [] == seen.page.evaluate(SMALL)


@at(READ_ENGLISH)
def test_nothing_moves_for_whoever_wants_no_motion(seen: Seen) -> None:
    """No transition, no animation, no smooth scrolling."""
    look(seen.page, seen.name, motion="reduce")
    assert [] == seen.page.evaluate(MOVING)
