"""What the page that drives a replay says when it is not shown what it asked for."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.replay_gateway import ReplayGateway, drive

pytestmark = pytest.mark.browser
NO_SCOPE = {
    "code": "no-scope", "temporary": False, "message": "This needs a token with the scope view.",
}  # fmt: skip
FULL = {
    "code": "too-many-views", "temporary": True,
    "message": "There are too many different filters; try again later.",
}  # fmt: skip


@pytest.fixture
def at(ends: ExitStack) -> ReplayGateway:
    """A gateway with a replay, which is stopped at the end."""
    made = ReplayGateway()
    ends.callback(made.stop)
    return made


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_who_may_drive_and_not_see_is_told_so(at: ReplayGateway, open_page: OpenPage, lang: str) -> None:
    """In the gateway's own words, marked as English; nobody waits for a night that never comes."""
    at.refused = NO_SCOPE
    page = open_page(f"{at.url}replay?lang={lang}")
    page.fill("#token", "sandik_driver")
    page.press("#token", "Enter")
    said = page.locator("#pace .none")
    expect(said).to_have_text(NO_SCOPE["message"])
    assert "en" == said.get_attribute("lang")
    expect(page.locator(".timeline")).to_be_hidden()


def test_what_is_shown_no_more_is_said_beside_the_figures_it_leaves(
    at: ReplayGateway, open_page: OpenPage
) -> None:
    """A subscription that ended on the way leaves figures that move no more, whatever is pressed then."""
    page = open_page(f"{at.url}replay?lang=en")
    drive(page)
    at.send(t="error", sub="a", **NO_SCOPE)
    expect(page.locator("#pace .none")).to_have_text(NO_SCOPE["message"])
    page.click("[data-do=pause]")
    at.until(lambda: bool(at.acts))
    expect(page.locator("#pace .none")).to_have_text(NO_SCOPE["message"])


def test_what_is_refused_for_now_is_asked_for_again_at_the_next_heartbeat(
    at: ReplayGateway, open_page: OpenPage
) -> None:
    """Until then it is said."""
    at.refused = FULL
    page = open_page(f"{at.url}replay?lang=en")
    page.fill("#token", "sandik_driver")
    page.press("#token", "Enter")
    expect(page.locator("#pace .none")).to_have_text(FULL["message"])
    at.refused = None
    at.beat()
    expect(page.locator(".timeline")).to_be_visible()
    expect(page.locator("#pace .none")).to_have_count(0)
