"""The desk's page on the real gateway: two people in two browsers sign a call and take it back.

Know before changing: the browser is driven in the loop of the test, because broker and store are too;
what the page does with a gateway that answers otherwise is told in tests/browser/test_desk.py.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.conftest import FLAGS
from tests.live.test_desk import paper
from tests.live.test_desk_view import followed
from tests.servers import Running

pytestmark = [pytest.mark.browser, pytest.mark.live]
GO, SURE = "[data-do=ask-approve]", "[data-do=approve]"
WITHIN_MS = 20_000


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's, as for the other pages."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def opened(browser: Browser, address: str, token: str) -> Page:
    """The desk of whoever has the token, in a profile of its own."""
    page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
    page.set_default_timeout(WITHIN_MS)
    await page.goto(f"http://{urlsplit(address).netloc}/desk?lang=en")
    await page.fill("#token", token)
    await page.press("#token", "Enter")
    await expect(page.locator("#decide-title")).to_have_text("Nothing waits for you", timeout=WITHIN_MS)
    return page


async def decide(page: Page, what: str, because: str) -> None:
    """A reason, the first press, and the second."""
    await page.fill(".decide textarea", because)
    await page.click(f"[data-do=ask-{what}]")
    await page.click(f"[data-do={what}]")


async def test_two_people_sign_a_call_and_one_takes_it_back(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Nothing under the ban; then proposed, made again from the log, signed by two, corrected, taken back."""
    async with followed(tansu, redis_server, tmp_path) as (shell, address, texts), chromium() as browser:
        first = await opened(browser, address, texts["Ayşe Demir"])
        second = await opened(browser, address, texts["Mehmet Kaya"])
        await shell.evening()
        for page in (first, second):
            await expect(page.locator(GO)).to_be_enabled(timeout=WITHIN_MS)
            await expect(page.locator("#who b")).to_be_visible()
        await first.click("[data-do=recompute]")
        await expect(first.locator(".evidence")).to_contain_text("✓ the same bytes", timeout=WITHIN_MS)
        await decide(first, "approve", "dossier read")
        await expect(first.locator(".people")).to_contain_text("somebody else", timeout=WITHIN_MS)
        await expect(first.locator(GO)).to_have_count(0)
        await expect(second.locator(".people")).to_contain_text("dossier read", timeout=WITHIN_MS)
        await decide(second, "approve", "second pair of eyes")
        for page in (first, second):
            await expect(page.locator("[data-do=ask-retract]")).to_be_visible(timeout=WITHIN_MS)
        await shell.crew.send([paper(0, [90, 15, 5], revision=2, minute=41)])
        await expect(second.locator(".decide")).to_have_attribute("data-kind", "call")
        await decide(second, "retract", "a box is corrected")
        for page in (first, second):
            await expect(page.locator("#decide-title")).to_have_text(
                "Nothing waits for you", timeout=WITHIN_MS
            )
            story = page.locator("section[aria-labelledby=calls]")
            await expect(story).to_contain_text("a box is corrected", timeout=WITHIN_MS)


async def test_an_alert_is_acknowledged_and_seen_by_the_other(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Under the name of the token; taken back, it is open again for both."""
    async with followed(tansu, redis_server, tmp_path) as (shell, address, texts), chromium() as browser:
        first = await opened(browser, address, texts["Ayşe Demir"])
        second = await opened(browser, address, texts["Mehmet Kaya"])
        await shell.evening()
        await expect(first.locator(GO)).to_be_enabled(timeout=WITHIN_MS)
        alert = await first.locator(".alerts li").first.get_attribute("data-id")
        await first.click(f"[data-do=acknowledge][data-id='{alert}']")
        seen = second.locator(f".alerts li[data-id='{alert}']")
        await expect(seen).to_contain_text("Seen by Ayşe Demir.", timeout=WITHIN_MS)
        await first.click("[data-do=undo]")
        await expect(seen.locator("[data-do=acknowledge]")).to_be_visible(timeout=WITHIN_MS)
