"""The page that drives a replay on the real thing: a demo that is broken by hand, and comes out right."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.driving import until
from tests.browser.real import Demo, demo
from tests.browser.replay_gateway import drive
from tests.browser.test_replay import press

pytestmark = [pytest.mark.browser, pytest.mark.live]


def token_of(running: Demo) -> str:
    """The token that a demo prints."""
    return str(running.until(lambda: re.search(r"sandik_[\w-]+", running.said), "said its token").group(0))


def test_a_real_night_is_broken_and_comes_out_right(tmp_path: Path, open_page: OpenPage) -> None:
    """Records sent twice, then the gateway killed, then back to the beginning: a new epoch on the board."""
    with demo(tmp_path, "practice", "--from", "19:00", "--speed", "30") as running:
        board = open_page(f"{running.url}?lang=en")
        page = open_page(f"{running.url}replay?lang=en")
        drive(page, token_of(running))
        epoch = running.snapshot()["epoch"]
        page.select_option("#f-share", "100")
        page.locator("[data-kind=duplicate]").click()
        expect(page.locator(".did li").first).to_contain_text("Send twice")
        page.locator("[data-speed='600']").click()
        expect(page.locator(".did .came[data-ok=true]")).to_contain_text("second count")
        page.locator("[data-kind=gateway]").click()
        back = page.locator(".did .came", has_text="nothing older")
        expect(back).to_be_visible()
        press(page, "start")
        press(page, "go")
        running.until(lambda: running.snapshot()["epoch"] not in ("", epoch), "began a new epoch")
        until(board, f"sandik.store.latest?.epoch && sandik.store.latest.epoch !== '{epoch}'", 60)
        expect(board.locator(".ribbon")).to_contain_text("REPLAY")


def test_a_real_board_says_when_the_replay_is_paused_and_how_fast_it_plays_now(
    tmp_path: Path, open_page: OpenPage
) -> None:
    """Whoever opens it, before or after; what it began with is said until somebody changes it."""
    with demo(tmp_path, "practice", "--from", "19:00", "--speed", "30") as running:
        board = open_page(f"{running.url}?lang=en")
        expect(board.locator(".status .word")).to_have_text("Replay 30×")
        page = open_page(f"{running.url}replay?lang=en")
        drive(page, token_of(running))
        page.locator("[data-speed='10']").click()
        expect(board.locator(".status .word")).to_have_text("Replay 10×")
        press(page, "pause")
        expect(board.locator(".status .word")).to_have_text("Replay paused")
        later = open_page(f"{running.url}?lang=tr")
        expect(later.locator(".status .word")).to_have_text("Tekrar duraklatıldı")
