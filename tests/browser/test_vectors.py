"""The page's own arithmetic against the same vectors that hold the server to its answers."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from election.wire.frames import merged, state_hash
from tests.browser import fakes
from tests.browser.driving import live
from tests.browser.serve import TestGateway
from web import joined

pytestmark = pytest.mark.browser
VECTORS = Path(__file__).parents[1] / "web" / "vectors"
NAMES = {"share_number": "shareNumber"}


def vectors(name: str) -> list[Any]:
    """The cases of a vector file."""
    found: list[Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page that has painted, whose modules can be asked: one for all, as asking changes nothing in it."""
    night, complaints = fakes.june(), list[str]()
    gateway, context = TestGateway(night), chromium.new_context()
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(gateway.url)
    live(opened, night["version"])
    yield opened
    context.close()
    gateway.stop()
    assert [] == complaints


def test_no_script_calls_anything_as_the_browser_does(page: Page) -> None:
    """The modules of a page share a scope: one with such a name would hide the browser's from all others."""
    modules = {
        path.name.removesuffix(".js"): path.read_text(encoding="utf-8")
        for path in (files("web").joinpath("static")).iterdir()
        if path.name.endswith(".js") and path.name not in joined.VENDORED
    }
    ours = {top for name in joined.ENTRIES for one in joined.order(name, modules)
            for top in joined.top_names(modules[one])}  # fmt: skip
    ask = """() => {
      const names = [], { getOwnPropertyNames: of, getPrototypeOf: next } = Object;
      for (let at = globalThis; at; at = next(at)) names.push(...of(at));
      return names;
    }"""
    assert set() == ours & set(page.evaluate(ask))


def test_words(page: Page) -> None:
    """Numbers, shares, times and endings are said as on the server."""
    cases = [(lang, NAMES.get(what, what), given) for lang, what, given, _ in vectors("words")]
    ask = """async (cases) => {
      const { words: { Words } } = await import('/static/board.js');
      const words = {};
      for (const lang of ['en', 'tr'])
        words[lang] = new Words(await (await fetch(`/static/strings.${lang}.json`)).json());
      return cases.map(([lang, what, given]) => words[lang][what](...given));
    }"""
    assert [expected for *_, expected in vectors("words")] == page.evaluate(ask, cases)


def test_merge_patch(page: Page) -> None:
    """JSON merge patches as in RFC 7396, in the page and on the server."""
    cases = vectors("merge")
    ask = """async (cases) => {
      const { hash: { merge } } = await import('/static/board.js');
      return cases.map(([a, b]) => merge(a, b));
    }"""
    assert [result for *_, result in cases] == page.evaluate(ask, cases)
    assert [result for *_, result in cases] == [merged(target, patch) for target, patch, _ in cases]


def test_sha256(page: Page) -> None:
    """The page's own SHA-256, at the edges of a block too."""
    cases = vectors("sha256")
    ask = "async (texts) => texts.map((await import('/static/board.js')).hash.sha256)"
    assert [digest for _, digest in cases] == page.evaluate(ask, [text for text, _ in cases])


@pytest.mark.parametrize("name", sorted(fakes.FAKES))
def test_state_hash(name: str, page: Page) -> None:
    """The proof of a state is the same in the page as on the server."""
    night = fakes.FAKES[name]()
    ask = "async (night) => (await import('/static/board.js')).hash.stateHash(night)"
    assert state_hash(night) == page.evaluate(ask, night)
