"""What a page says of a replay that is paused or plays at another speed than it began with."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Replay", "Replay 60×", "Replay paused", "Replay 7.5×")),
        ("tr", ("Tekrar", "Tekrar 60×", "Tekrar duraklatıldı", "Tekrar 7,5×")),
    ],
)
def test_the_board_says_how_the_replay_plays_now(
    lang: str, words: tuple[str, ...], gateway: MakeGateway, open_page: OpenPage
) -> None:
    """And not how it began, which is all that a snapshot knows; as fast as possible is no speed."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(f"{served.url}?lang={lang}")
    live(page, night["version"])
    word = page.locator(".status .word")
    plain, *others = words
    expect(word).to_have_text(plain)
    paces = ({"speed": 60, "paused": False}, {"speed": 60, "paused": True}, {"speed": 7.5, "paused": False})
    for pace, said in zip(paces, others, strict=True):
        served.beat(replay=pace)
        expect(word).to_have_text(said)
    served.beat(replay={"speed": None, "paused": False})
    expect(word).to_have_text(plain)
    expect(page.locator(".ribbon .right")).not_to_contain_text("×")


def test_a_page_that_comes_hears_it_in_the_greeting(gateway: MakeGateway, open_page: OpenPage) -> None:
    """It need not wait for a heartbeat."""
    night = fakes.june()
    served = gateway(night)
    served.hello |= {"replay": {"speed": 600, "paused": True}}
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator(".status .word")).to_have_text("Replay paused")


def test_the_hour_of_a_paused_replay_stands_still(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The countdown to the end of the ban goes on with the replay, and not with the clock on the wall."""
    night = fakes.june_closed()
    served = gateway(night)
    served.hello |= {"replay": {"speed": 60, "paused": True}}
    page = open_page("about:blank")
    page.clock.install()
    page.goto(served.url)
    live(page, night["version"])
    page.clock.run_for(60_000)
    minutes, seconds = page.locator("sandik-countdown .big").inner_text().split(":")
    newest, opens = (datetime.fromisoformat(one) for one in (night["at"], night["embargo"]["opens_at"]))
    assert (opens - newest).total_seconds() == int(minutes) * 60 + int(seconds)
    expect(page.locator(".status .word")).to_have_text("Replay paused")
