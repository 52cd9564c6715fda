"""Pictures of the board, to be looked at: what no assertion sees is seen there.

Know before changing: they go to tests/browser/shots, which is not kept in the repository.
"""

from pathlib import Path

import pytest

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live

pytestmark = pytest.mark.browser
SHOTS = Path(__file__).parent / "shots"


@pytest.mark.parametrize(
    ("name", "width", "lang", "scheme"),
    [
        ("june", 1280, "en", "light"),
        ("june", 1280, "tr", "dark"),
        ("june", 360, "tr", "light"),
        ("june", 360, "en", "dark"),
        ("june_closed", 1280, "en", "light"),
        ("june_closed", 360, "tr", "dark"),
        ("march_early", 1280, "en", "light"),
        ("march_close", 1280, "en", "light"),
        ("withdrawn", 1280, "en", "light"),
        ("withdrawn", 360, "tr", "light"),
        ("annulled", 1280, "en", "light"),
        ("annulled", 360, "en", "dark"),
        ("certified", 1280, "tr", "light"),
        ("march_close", 360, "tr", "light"),
        ("final", 1280, "tr", "light"),
        ("two_seats", 1280, "en", "light"),
        ("yes_no", 360, "en", "light"),
    ],
)
def test_picture(
    name: str, width: int, lang: str, scheme: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The board at a moment of a night, whole, wide and narrow, light and dark."""
    night = fakes.FAKES[name]()
    page = open_page(f"{gateway(night).url}?lang={lang}", width=width, color_scheme=scheme)
    live(page, night["version"])
    SHOTS.mkdir(exist_ok=True)
    picture = page.screenshot(path=SHOTS / f"{name}-{lang}-{width}-{scheme}.png", full_page=True)
    assert picture.startswith(b"\x89PNG")
