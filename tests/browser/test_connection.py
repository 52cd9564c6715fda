"""The page and the server: gaps, proofs, silence, pauses, and being right again by itself."""

import re

import pytest
from playwright.sync_api import expect

from election.wire.frames import state_hash
from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, until

pytestmark = pytest.mark.browser
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""A line of 400 ms and 50,000 bytes a second, as the browser counts them."""
LATE_MS = 5_000
PROVED = "() => sandik.link.checked.equal && sandik.link.checked.hash"
READ = """() => ({
  word: document.querySelector('.state .word')?.textContent, started: Boolean(globalThis.sandik),
  lead: document.querySelector('.race .lead')?.textContent,
  row: document.querySelector('tr[data-area=zeytinburnu]')?.textContent,
})"""
PAINTED_FIRST = """() => performance.getEntriesByName('first-contentful-paint')[0].startTime
  < performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/board.js')).responseEnd"""


def test_the_page_proves_its_state(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The state hash of the page equals the server's, before and after changes."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    for moment in (None, fakes.june(), fakes.final()):
        if moment is not None:
            served.show(moment)
            live(page, served.snapshot["version"])
        served.beat()
        version = served.snapshot["version"]
        until(page, f"sandik.link.checked?.version === {version}")
        expected = {"version": version, "hash": state_hash(served.snapshot), "equal": True}
        assert expected == page.evaluate("() => sandik.link.checked")


def test_a_page_that_differs_asks_again(gateway: MakeGateway, open_page: OpenPage) -> None:
    """A state whose hash is not the server's is thrown away for a fresh snapshot."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    page.evaluate("() => { sandik.store.latest.areas.fatih.counted.boxes += 1; }")
    served.beat()
    served.until(lambda: len(served.heard) == 2)
    until(page, "sandik.store.latest.areas.fatih.counted.boxes === 822")


def test_a_gap_is_answered_by_a_snapshot(gateway: MakeGateway, open_page: OpenPage) -> None:
    """A change that does not follow on from what is shown is not applied; the page asks for a snapshot."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    served.snapshot = fakes.june() | {"epoch": night["epoch"], "version": 120}
    served.send(t="change", sub="a", epoch=night["epoch"], version=120, prev=119, d={"refused": 1})
    live(page, 120)
    assert ["subscribe", "subscribe"] == [frame["t"] for frame in served.heard]
    assert 7 == page.evaluate("() => sandik.store.latest.refused")


def test_an_older_version_is_never_shown_after_a_newer(gateway: MakeGateway, open_page: OpenPage) -> None:
    """A gateway that lags is followed, not shown; another epoch is shown, and one that is over no more."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    old = fakes.march_close() | {"night": night["night"], "epoch": night["epoch"], "version": 3}
    served.send(t="snapshot", sub="a", epoch=old["epoch"], version=3, part=1, parts=1, d=old)
    served.send(t="change", sub="a", epoch=old["epoch"], version=4, prev=3, d={"refused": 99})
    served.send(t="beat", versions={}, hash={"a": state_hash(old)})
    until(page, "sandik.link.checked")
    assert {"version": 4, "hash": state_hash(old), "equal": True} == page.evaluate(
        "() => sandik.link.checked"
    )
    assert night["version"] == page.evaluate("() => sandik.store.latest.version")
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")
    served.send(t="snapshot", sub="a", epoch="other", version=3, part=1, parts=1, d=old | {"epoch": "other"})
    live(page, 3)
    expect(page.locator(".race .lead")).to_have_text(re.compile("▼"))
    served.cut()
    until(page, f"sandik.link.held.epoch === '{night['epoch']}' && sandik.link.state === 'open'")
    served.beat()
    until(page, f"sandik.link.checked?.version === {night['version']}")
    assert "other" == page.evaluate("() => sandik.store.latest.epoch")


def test_numbers_stay_while_the_socket_is_gone(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Cut off, the page says so, keeps the last numbers, asks by GET, and is right again by itself."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    served.down = True
    served.cut()
    expect(page.locator(".state")).to_have_attribute("data-kind", "reconnecting")
    expect(page.locator(".state")).to_contain_text("Reconnecting")
    expect(page.locator(".progress")).to_contain_text("28,369")
    served.closed, served.down = True, False
    served.snapshot = fakes.june() | {"epoch": night["epoch"], "version": 300}
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")
    expect(page.locator(".state")).to_have_attribute("data-kind", "polling")
    served.closed = False
    served.snapshot = fakes.final() | {"epoch": night["epoch"], "version": 301}
    live(page, 301)
    expect(page.locator(".state")).to_have_attribute("data-kind", "replay")


def test_after_a_break_only_what_was_missed_is_sent(gateway: MakeGateway, open_page: OpenPage) -> None:
    """The page goes on from where it stood; its numbers are right without another snapshot."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    served.show(night | {"refused": 1})
    live(page, night["version"] + 1)
    newest = page.evaluate("() => sandik.link.held")
    served.cut()
    served.show(night | {"refused": 2})
    served.show(fakes.june())
    live(page, night["version"] + 3)
    assert [None, f"{newest['epoch']}:{newest['version']}"] == [one.get("resume") for one in served.heard]
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")
    served.beat()
    until(page, f"sandik.link.checked?.version === {night['version'] + 3}")
    assert page.evaluate("() => sandik.link.checked.equal")


def test_paused_by_the_reader(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Paused, nothing moves and the page counts what is newer; catching up is one press."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    page.get_by_role("button", name="Pause").click()
    served.show(fakes.june())
    expect(page.locator(".state")).to_have_text("Paused by you · 1 newer")
    expect(page.locator(".race")).to_be_hidden()
    page.get_by_role("button", name="Catch up").click()
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")


def test_stale_is_not_stalled_or_paused(gateway: MakeGateway, open_page: OpenPage) -> None:
    """When the server has lost the count the page says for how long, in another word than paused."""
    night = fakes.june()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    served.beat(stale_s=2700.2)
    expect(page.locator(".state")).to_have_attribute("data-kind", "stale")
    expect(page.locator(".state")).to_have_text(re.compile("Stale for 4[5-9]:"))


def test_a_hidden_tab_paints_nothing(gateway: MakeGateway, open_page: OpenPage) -> None:
    """A hidden page holds the newest and paints it when it is seen again."""
    night = fakes.june_closed()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    hide = """(yes) => {
      Object.defineProperty(document, 'hidden', { value: yes, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(hide, True)
    served.show(fakes.june())
    until(page, f"sandik.store.latest.version === {night['version'] + 1}")
    assert 1 == page.evaluate("() => sandik.store.paints")
    page.evaluate(hide, False)
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")


def test_words_that_cannot_be_had_are_asked_for_again(gateway: MakeGateway, open_page: OpenPage) -> None:
    """A gateway that is away just then: the page stands as it was sent, and is renewed when it is back."""
    night = fakes.june()
    page, refused = open_page("about:blank"), list[str]()
    page.route("**/strings.*", lambda route: (refused.append(route.request.url), route.abort()))
    page.goto(f"{gateway(night).url}?lang=en")
    until(page, "document.readyState === 'complete'")
    assert refused
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")
    page.unroute("**/strings.*")
    live(page, night["version"])


def test_on_a_slow_line_the_page_is_read_before_its_scripts_and_is_right_in_the_end(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """It says of when its numbers are, then catches up with what came meanwhile, and proves it."""
    night = fakes.june()
    served = gateway(night)
    page = open_page("about:blank")
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
    page.goto(f"{served.url}?lang=en", wait_until="commit")
    until(page, "document.querySelector('tr[data-area=zeytinburnu] td')")
    read = page.evaluate(READ)
    assert not read["started"]
    assert "19:16:42" in read["word"]
    assert "▲ 674,449" == read["lead"]
    assert "545/555" in read["row"]
    served.show(fakes.final())
    live(page, night["version"] + 1)
    assert page.evaluate(PAINTED_FIRST)
    served.beat()
    until(page, f"sandik.link.checked?.version === {night['version'] + 1}")
    assert state_hash(served.snapshot) == page.evaluate(PROVED)


def test_while_nothing_new_comes_the_page_says_for_how_long(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A gateway that is there and late: the numbers stay with their age, and the next ones end it."""
    night = fakes.june()
    served = gateway(night)
    page = open_page("about:blank")
    page.clock.install(time=0)
    page.clock.pause_at(1)
    page.goto(f"{served.url}?lang=en")
    until(page, f"globalThis.sandik?.store.latest?.version === {night['version']}")
    page.clock.run_for(LATE_MS)
    live(page, night["version"])
    served.show(night | {"refused": 8})
    until(page, f"sandik.store.latest.version === {night['version'] + 1}")
    for _ in range(7):
        page.evaluate("() => { sandik.link.checked = null; }")
        served.beat()
        until(page, "sandik.link.checked?.equal")
        page.clock.run_for(LATE_MS)
    expect(page.locator(".state")).to_have_attribute("data-kind", "stale")
    expect(page.locator(".state .word")).to_have_text("Stale for 0:35")
    expect(page.locator(".race .lead")).to_have_text("▲ 674,449")
    served.show(fakes.final())
    until(page, f"sandik.store.latest.version === {night['version'] + 2}")
    page.clock.run_for(LATE_MS)
    until(page, f"sandik.store.painted.version === {night['version'] + 2}")
    expect(page.locator(".state")).not_to_have_attribute("data-kind", "reconnecting")
    served.beat()
    until(page, f"sandik.link.checked?.version === {night['version'] + 2}")
    assert state_hash(served.snapshot) == page.evaluate(PROVED)


def test_another_night_asks_for_another_page(gateway: MakeGateway, open_page: OpenPage) -> None:
    """When another night is behind the address the page loads anew instead of mixing the two."""
    night = fakes.yes_no()
    served = gateway(night)
    served.page = fakes.yes_no()
    page = open_page(served.url)
    live(page, night["version"])
    served.page = served.snapshot = fakes.june() | {"epoch": "next", "contest": "bridge"}
    served.cut()
    live(page, served.snapshot["version"])
    expect(page.locator("h1")).to_contain_text("674,449")
