"""How a test drives a page: waiting until it has painted something, and reading all that it says.

Know before changing: the page's own policy forbids the driver's waiting in the page, so waiting is done here,
by asking again until a deadline.
"""

import time
from collections.abc import Callable

from playwright.sync_api import Error, Page, Route

from tests.browser.serve import TestGateway
from tests.patience import PATIENCE_S

MakeGateway = Callable[..., TestGateway]
COUNTDOWN = {"closed.label", "closed.at", "closed.unit"}
"""Rewritten every second by the countdown."""
COMPLETE = """[...document.querySelectorAll('[data-late]')].every((one) => {
  const { top, bottom } = one.getBoundingClientRect();
  const near = one.checkVisibility() && top <= innerHeight + 600 && bottom >= -600;
  return !near || one.dataset.here;
})"""
"""All blocks that are near enough to be asked for (static/late.js) have come."""
SAID = """(root) => {
  const said = {};
  const whole = (node, key) => key[0] !== '.' ? key :
    'a.' + (node.closest('[data-area]') ?? node.querySelector('[data-area]')).dataset.area + key;
  for (const node of root.querySelectorAll('[data-t]'))
    (said[whole(node, node.dataset.t)] ??= new Set()).add(node.textContent);
  for (const node of root.querySelectorAll('[data-a]'))
    for (const pair of node.dataset.a.split(' ')) {
      const [name, key] = [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)];
      (said['@' + whole(node, key)] ??= new Set()).add(name + '=' + node.getAttribute(name));
    }
  return Object.fromEntries(Object.entries(said).map(([key, values]) => [key, [...values].sort()]));
}"""


def until(page: Page, true: str, seconds: float = PATIENCE_S) -> None:
    """Waits until an expression is true in the page (the page's own policy forbids the driver's waiting)."""
    deadline = time.monotonic() + seconds
    while not _true(page, true):
        assert time.monotonic() < deadline, f"never true: {true}"


def _true(page: Page, expression: str) -> bool:
    """Whether it is true now; a page that is just being loaded anew is asked again."""
    try:
        return bool(page.evaluate(f"() => Boolean({expression})"))
    except Error as error:
        if "context was destroyed" in str(error):
            return False
        raise


def live(page: Page, version: int) -> None:
    """Waits until the page has painted that version, follows, and asks for nothing more by itself.

    A late block asks for its script, its sheet, its words and its numbers when it comes near the window; a
    test that takes the gateway away in between takes it away from those.
    """
    until(page, f"globalThis.sandik?.store.painted?.version === {version} && sandik.link.state === 'open'")
    until(page, COMPLETE)


def said(page: Page) -> dict[str, list[str]]:
    """Everything the page says, by key."""
    found: dict[str, list[str]] = page.evaluate(f"() => ({SAID})(document)")
    return {key: value for key, value in found.items() if key not in COUNTDOWN}


def sent(page: Page, html: bytes) -> dict[str, list[str]]:
    """Everything a page as the server sends it says, by key."""
    read = f"(html) => ({SAID})(new DOMParser().parseFromString(html, 'text/html'))"
    found: dict[str, list[str]] = page.evaluate(read, html.decode())
    return {key: value for key, value in found.items() if key not in COUNTDOWN}


class Held:
    """The first request for an address, held back until a test lets it go; those after it pass."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._first = page, list[Route]()
        page.route(address, self._take)

    def _take(self, route: Route) -> None:
        if self._first:
            route.continue_()
        else:
            self._first.append(route)

    def __bool__(self) -> bool:
        """Whether it was asked for: the browser may tell of a request a moment before."""
        return bool(self._first)

    @property
    def route(self) -> Route:
        """It, once the page has asked."""
        until_s = time.monotonic() + PATIENCE_S
        while not self._first:
            assert time.monotonic() < until_s, "the page has not asked"
            self._page.evaluate("0")
        return self._first[0]
