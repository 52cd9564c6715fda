"""What axe-core finds wrong with the board for those who cannot see, point or tell colours apart: nothing.

Know before changing: axe sees markup, names and contrast; order, words and keys are tests of their own.
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live

pytestmark = pytest.mark.browser
RULES: Any = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}


ONE, OTHER = ("en", "light", 1280), ("tr", "dark", 360)
MORE = [("june", "tr", "dark", 1280), ("june", "en", "light", 360), ("june_closed", "en", "dark", 1280)]

PAGES = {
    "contests": "june",
    "part/lead/mayor": "june",
    "part/needs/mayor": "march_early",
    "part/after/mayor": "annulled",
    "embed/": "june",
    "overlay/lower-third": "june",
    "overlay/tiles": "june",
}
"""Each with the night that it shows."""


@pytest.mark.parametrize(
    ("name", "lang", "scheme", "width"),
    [(name, *how) for name in sorted(fakes.FAKES) for how in (ONE, OTHER)] + MORE,
)
def test_axe_finds_nothing(
    name: str, lang: str, scheme: str, width: int, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """No violation of WCAG, A and AA, at any stage of a night."""
    night = fakes.FAKES[name]()
    url = f"{gateway(night).url}?lang={lang}"
    page = open_page(url, width=width, color_scheme=scheme, bypass_csp=True)
    live(page, night["version"])
    nothing_is_wrong(page)


@pytest.mark.parametrize(("lang", "scheme", "width"), [ONE, OTHER])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_beside_the_board(
    path: str, lang: str, scheme: str, width: int, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The pages that have no tests of their own with a browser."""
    night = fakes.FAKES[PAGES[path]]()
    url = f"{gateway(night).url}{path}?lang={lang}"
    page = open_page(url, width=width, color_scheme=scheme, bypass_csp=True)
    expect(page.locator("main h1, main h2").first).to_be_visible()
    nothing_is_wrong(page)


def nothing_is_wrong(page: Page) -> None:
    """No violation; and axe has looked."""
    response = Axe().run(page, options=RULES).response
    assert response["passes"], "axe looked at nothing"
    found = response["violations"]
    assert [] == [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
