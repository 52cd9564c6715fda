"""The page as the server sends it."""

import gzip
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from tests.browser import fakes
from tests.web.test_map_projected import geometry, square
from web import pages
from web.joined import served
from web.map_file import MapFile, map_file
from web.words import languages

VOID = {"input", "link", "meta"}


class Reader(HTMLParser):
    """Collects tags, ids and faults of nesting."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes it; a wrong order is a fault."""
        assert tag == self.open.pop()


def read(html: bytes) -> Reader:
    """The page, read to its end."""
    reader = Reader()
    reader.feed(html.decode())
    assert [] == reader.open
    return reader


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("name", sorted(fakes.FAKES))
def test_the_page_is_well_formed_and_has_nothing_inline(name: str, lang: str) -> None:
    """Tags nest, ids are unique, headings go down one by one; no inline script, style or handler."""
    reader = read(pages.board(fakes.FAKES[name](), lang))
    attributes = [(tag, key) for tag, attrs in reader.tags for key in attrs]
    assert [] == [(tag, key) for tag, key in attributes if key == "style" or key.startswith("on")]
    assert [] == [tag for tag, _ in reader.tags if tag == "style"]
    ids = Counter(attrs["id"] for _, attrs in reader.tags if "id" in attrs)
    assert [] == [one for one, count in ids.items() if count > 1]
    assert 1 == sum(tag == "h1" for tag, _ in reader.tags)
    assert {"lang": lang} == next(attrs for tag, attrs in reader.tags if tag == "html")


def test_nothing_outside_is_asked() -> None:
    """Every address in the page is on this host."""
    reader = read(pages.board(fakes.june(), "en"))
    addresses = [attrs.get("src") or attrs.get("href") for _, attrs in reader.tags]
    assert [] == [one for one in addresses if one and not re.match(r"/(?!/)|#", one)]
    static = [one for one in addresses if one and one.startswith("/static/")]
    assert [] == [one for one in static if one.removeprefix("/static/") not in served()]


def test_the_embargoed_page_holds_no_figure() -> None:
    """No count of votes is in the page, not even hidden."""
    night = fakes.june()
    page = pages.board(
        fakes.embargoed(night) | {"embargo": {"state": "closed"}, "headline": {"en": "x"}}, "en"
    ).decode()
    votes = [
        count for facts in night["areas"].values() for count in facts["choices"].values() if count > 31186
    ]
    assert [] == [count for count in votes if str(count) in page or f"{count:,}" in page]


def test_markup_in_a_night_is_text() -> None:
    """Names with markup come out escaped, in text and in attributes."""
    night = fakes.yes_no()
    nasty = '"><script>alert(1)</script>'
    night["title"] = night["night_name"] = night["simulated_what"] = nasty
    night["headline"] = {"en": nasty}
    for facts in (*night["areas"].values(), *night["choices"]):
        facts |= {"name": nasty, "short": nasty}
    page = pages.board(
        night, "en", contests=[{"id": nasty, "title": nasty}, {"id": "bridge", "title": "Bridge"}]
    )
    assert 1 == sum(tag == "script" for tag, _ in read(page).tags)


def test_several_contests_have_a_list() -> None:
    """A night with several contests links to each, and marks the one that is shown."""
    contests = [
        {"id": "mayor", "title": "Mayor", "titles": {"tr": "Başkan"}},
        {"id": "x y", "title": "Other"},
    ]
    page = pages.board(fakes.june(), "tr", contests=contests).decode()
    assert '<a href="/?contest=mayor&amp;lang=tr" aria-current="page">Başkan</a>' in page
    assert 'href="/?contest=x%20y&amp;lang=tr"' in page
    assert "<nav" in page


def test_the_style_says_where_every_tile_lies() -> None:
    """Each tile has its cell, each choice its colours, in light, dark and colour-safe."""
    style = pages.style(fakes.june()).decode()
    assert 39 == len(re.findall(r"\.p\d+\{grid-area", style))
    assert '[data-c="0"]{--f:#A50F2B' in style
    assert '[data-palette=safe] [data-c="1"]{--f:#E69F00' in style


def test_water_is_drawn_only_for_known_places() -> None:
    """Istanbul has its water; a night elsewhere has plain ground."""
    assert b"Bosphorus" in pages.board(fakes.june(), "en")
    assert b'class="water' not in pages.board(fakes.yes_no(), "en")


BUDGET = 50_000
"""Bytes, packed, of all that a board asks for by itself before the library of its chart."""
LATE_BLOCK = "after"
"""Comes by itself after some nights; it is counted for all. The chart draws with its library."""
SHAPES = geometry(**{f"a{at}": ((square(at, 0, 1),),) for at in range(39)})


def fetched(page: bytes, lang: str) -> dict[str, bytes]:
    """What the board asks for by itself: what its page links, its words, and the late block with its own."""
    names = re.findall(r'(?:src|href)="/static/([^"]+)"', page.decode())
    late = (f"{LATE_BLOCK}.js", f"{LATE_BLOCK}.css", f"strings.{LATE_BLOCK}.{lang}.json")
    assert f"strings.{lang}.json" in names
    return {name: served()[name] for name in (*names, *late)}


@pytest.mark.parametrize("mapped", [None, map_file(SHAPES)], ids=["plain", "mapped"])
@pytest.mark.parametrize("lang", languages())
def test_the_page_weighs_less_than_its_budget(
    lang: str, mapped: MapFile | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """As sent, with as many alerts as a snapshot has; also a night with a map, whose shapes come later."""
    night = fakes.june() | {"alerts": fakes.many_alerts(20)}
    page = pages.board(night, lang, mapped=mapped)
    parts = {"page": page, "style": pages.style(night, mapped), **fetched(page, lang)}
    weights = {name: len(gzip.compress(body, 6)) for name, body in parts.items()}
    said = " · ".join(f"{name} {weight}" for name, weight in sorted(weights.items()))
    with capsys.disabled():
        print(f"\n{lang} {'with a map' if mapped else 'without'} {sum(weights.values())}: {said}")  # noqa: T201 - asked for
    assert sum(weights.values()) < BUDGET
