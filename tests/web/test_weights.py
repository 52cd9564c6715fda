"""How much each page beside the board weighs, packed, with all that it fetches (the board: test_pages)."""

import gzip
import re
from collections.abc import Callable

import pytest

from tests.browser import fakes
from tests.web.embed.made import options
from web.desk import page as desk
from web.embed import page as embed
from web.embed.style import style
from web.joined import served
from web.overlay import page as overlay
from web.replay import page as replay
from web.words import languages

NIGHT = fakes.june() | {"alerts": fakes.many_alerts(20)}
"""With as many alerts as a snapshot has."""
LIGHT, WHOLE = 25_000, 30_000
"""Bytes: of what comes on top of another page or drives a replay; and of the desk, which shows everything."""
Page = Callable[[str], bytes]
"""A page in a language."""


def an_embed(kind: str) -> Page:
    """One of the embeds."""
    return lambda lang: embed.page(kind, options(NIGHT, lang))


def an_overlay(kind: str) -> Page:
    """One of the overlays."""
    return lambda lang: overlay.page(kind, options(NIGHT, lang), 0)


PAGES: dict[str, Page] = {
    **{f"embed/{kind}": an_embed(kind) for kind in embed.KINDS},
    **{f"overlay/{kind}": an_overlay(kind) for kind in overlay.KINDS},
    "replay": replay.page,
    "desk": desk.page,
}


def fetched(html: str, lang: str) -> dict[str, bytes]:
    """What a page asks for before anybody does anything: sheets, its script, and the words of that."""
    names = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    (script,) = [name.removesuffix(".js") for name in names if name.endswith(".js")]
    parts = {name: served()[name] for name in (*names, f"strings.{script}.{lang}.json")}
    theme = re.search(r"/embed/mayor\.css\?theme=(\w+)", html)
    return parts | ({"style": style(NIGHT, theme.group(1))} if theme else {})


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_weighs_less_than_its_budget(name: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what each file weighs."""
    html = PAGES[name](lang)
    parts = {"page": html, **fetched(html.decode(), lang)}
    weights = {part: len(gzip.compress(body, 6)) for part, body in parts.items()}
    said = " · ".join(f"{part} {weight}" for part, weight in sorted(weights.items()))
    with capsys.disabled():
        print(f"\n{name} {lang} {sum(weights.values())}: {said}")  # noqa: T201 - asked for
    assert sum(weights.values()) < (WHOLE if name == "desk" else LIGHT)
