"""What the board costs the one who looks at it: nothing moves under the eye, few paints, memory that stays.

Know before changing: how many milliseconds a paint takes is measured in `bench`, never asserted; here things
are counted: shifts, paints, bytes and nodes that are left when the browser has thrown away what it may.
"""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, until
from tests.browser.serve import TestGateway
from tests.browser.test_moments import evening

pytestmark = pytest.mark.browser
JUNE, MARCH = "istanbul-2019-06-23", "istanbul-2019-03-31"
MOVES_MAX = 0.02
"""What may move when what comes late is there, and from one moment to the next, an hour later, wherever the
reader is; also when the counts begin or end to disagree. 0.1 is what the web calls good."""
WARM_UP_NIGHTS = 10
"""Most of the browser's own share (compiled code, in steps) is there by then: 2.2 MB grow to 2.9."""
TIMES = 3
"""How often five nights are looked at, until five have left nothing: what is compiled comes now and then, and
comes to an end; what is kept comes with every night."""
GROWS_BYTES_MAX = 300_000
"""What five more nights may leave behind. Their snapshots, were they kept, are five times that at least."""
GROWS_NODES_MAX = 400
"""The rows of one more table may be drawn by then, or not; one night's rows, kept, would be thousands."""
FRAME_MS = 16
WATCH = """() => {
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries())
      shifts.push([one.value, one.sources.map(({ node }) => node?.className || node?.nodeName)]);
  }).observe({ type: 'layout-shift', buffered: true });
}"""
LAID_OUT = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
LOOK_EVERYWHERE = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)));
  }
  scrollTo(0, 0);
}"""


def play(page: Page, server: TestGateway, name: str) -> None:
    """The rest of an evening, moment by moment, each of them seen."""
    for snapshot in evening(name)[1:]:
        move(page, server, snapshot)


def move(page: Page, server: TestGateway, snapshot: dict[str, Any]) -> None:
    """The next moment, painted and laid out."""
    server.show(snapshot)
    until(page, f"globalThis.sandik?.store.painted?.version === {server.snapshot['version']}")
    page.evaluate(LAID_OUT)


def shifted(page: Page) -> tuple[float, list[Any]]:
    """How much has moved since this was asked last, and what."""
    found = page.evaluate("() => shifts.splice(0)")
    return sum(value for value, _ in found), found


@pytest.mark.parametrize(
    ("name", "width"), [(JUNE, 1280), (JUNE, 360), (MARCH, 1280), (MARCH, 768), (MARCH, 360)]
)
def test_nothing_moves_while_an_evening_goes_by(
    name: str, width: int, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Neither when all that comes late is there, nor from moment to moment; the end of the ban is a jump."""
    first, *rest = evening(name)
    server, moved = gateway(first), list[Any]()
    page = open_page(server.url, width=width)
    page.evaluate(WATCH)
    until(page, "globalThis.sandik?.store.painted")
    page.evaluate(LOOK_EVERYWHERE)
    late, what = shifted(page)
    assert late < MOVES_MAX, what
    for before, snapshot in zip((first, *rest), rest, strict=False):
        move(page, server, snapshot)
        if before["embargo"]["state"] != "open" and snapshot["embargo"]["state"] == "open":
            shifted(page)
        else:
            moved.append((snapshot["at"], *shifted(page)))
    assert [] == [one for one in moved if one[1] >= MOVES_MAX]


def test_however_much_comes_it_paints_no_more_often_than_it_says(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """And the newest is painted in the end: nothing waits in a queue."""
    server = gateway(evening(MARCH)[3])
    page = open_page(server.url)
    until(page, "globalThis.sandik?.store.painted")
    began = page.evaluate("() => [performance.now(), sandik.store.paints]")
    for number in range(120):
        server.show(evening(MARCH)[4 + number % 4])
    until(page, f"sandik.store.painted.version === {server.snapshot['version']}")
    now, paints, every = page.evaluate("() => [performance.now(), sandik.store.paints, sandik.store.every]")
    assert 1 <= paints - began[1] <= (now - began[0]) / max(every, FRAME_MS) + 2


def left(session: CDPSession) -> tuple[int, int]:
    """Bytes and nodes that are held when the browser has thrown away what nobody holds."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used: dict[str, Any] = session.send("Runtime.getHeapUsage")
    counted: dict[str, Any] = session.send("Memory.getDOMCounters")
    return int(used["usedSize"]), int(counted["nodes"])


def test_night_after_night_in_one_tab_leaves_nothing_behind(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A board that hangs in a newsroom for weeks."""
    first, *_ = evening(MARCH)
    server = gateway(first)
    page = open_page(server.url)
    until(page, "globalThis.sandik?.store.painted")
    session = page.context.new_cdp_session(page)
    page.evaluate(LOOK_EVERYWHERE)  # what comes late is there, and no growth
    held: list[tuple[int, int]] = []
    for nights in (WARM_UP_NIGHTS, *[5] * TIMES):
        for _ in range(nights):
            server.show(first)
            play(page, server, MARCH)
        held.append(left(session))
        if len(held) > 1 and held[-1][0] - held[-2][0] < GROWS_BYTES_MAX:
            break
    (bytes_then, nodes_then), (bytes_now, nodes_now) = held[-2:]
    assert bytes_now - bytes_then < GROWS_BYTES_MAX, held
    assert nodes_now - nodes_then < GROWS_NODES_MAX, held
