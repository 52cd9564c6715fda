"""A dead letter, from the desk's page to the newsroom: one press, and `sandik deliver` sends it again.

Know before changing: no worker is needed, what was told is put into the store (newsroom); broker, store,
gateway, page and delivery are real ones. The page waits some seconds for an undo; leaving it sends at once.
"""

from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import expect

from sandik import ports
from tests.live.newsroom import newsroom, receiver, webhook, well
from tests.live.test_acting_socket import gateway, written
from tests.live.test_desk_page import WITHIN_MS, chromium, opened
from tests.servers import Running
from tests.web.house import until

pytestmark = [pytest.mark.browser, pytest.mark.live]
WAITS_S = "0,0.1"
"""Between the tries, after which a delivery is given up."""


async def test_a_dead_letter_is_sent_again_from_the_desk_and_arrives_once(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Under the id it had; the receiver failed until then, and nobody else hears it twice."""
    token = written(tmp_path / "tokens", "Ayşe Demir")["Ayşe Demir"]
    port, log, mended = ports.choose(), tmp_path / "gateway.log", False

    async def broken(request: web.Request) -> web.StreamResponse:
        return await well(request) if mended else web.Response(status=500)

    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        there.answers["/a"] = broken
        room.subscribe(webhook(there.url("/a"), "wire-partner"), webhook(there.url("/b"), "radio-desk"))
        await room.start(SANDIK_DELIVER_WAITS_S=WAITS_S)
        await room.tell("concession")
        more = {"SANDIK_TOKENS": str(tmp_path / "tokens"), "SANDIK_PORT": str(port)}
        waits = {"SANDIK_DELIVER_WAITS_S": WAITS_S}
        with gateway(room.environment | more | waits, log) as process:
            await until(lambda: ports.answers_get("127.0.0.1", port, "/health/ready") or bool(process.poll()))
            assert process.poll() is None, log.read_text()
            await room.until_states({"concession": {"acknowledged", "dead"}})
            async with chromium() as browser:
                page = await opened(browser, f"ws://127.0.0.1:{port}/ws", token)
                alert = page.locator(".alerts li", has_text="“wire-partner” (webhook) was not told")
                await expect(alert).to_contain_text("Given up after 2 tries: answered 500", timeout=WITHIN_MS)
                mended = True
                await alert.locator("[data-do=resend]").click()
                await expect(page.locator(".toast [data-do=undo]")).to_be_visible()
                await page.evaluate("() => dispatchEvent(new Event('pagehide'))")
                await room.until_states({"concession": {"acknowledged"}})
                row = page.locator("tr[data-delivery]", has_text="wire-partner")
                await expect(row).to_contain_text("✓ arrived", timeout=WITHIN_MS)
                await expect(page.locator("tr[data-state=dead]")).to_have_count(0)
                await expect(alert).to_have_count(0)
        assert ({room.facts[0].id}, 3) == ({got.id for got in there.on("/a")}, len(there.on("/a")))
        assert 1 == len(there.on("/b"))
