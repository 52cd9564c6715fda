"""Every page of the gateway at a moment of a night, for tests that look at all of them in the same way.

    with browsing(chromium) as page, standing(page, "board-june", "tr"):   signed in, all that is late is here
        look(page, "board-june", 360, scheme="dark")                       as another reader sees it

Know before changing: one page of the browser goes from stand to stand and is asked everything there, because
to open one costs more than most of what is asked. A tall window brings near what would wait until somebody
scrolls. No stand may complain while it is looked at.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, expect

from election.wire.frames import state_hash
from tests.browser import desk_night, fake_march, fakes
from tests.browser.desk_gateway import DeskGateway, enter, sign_in, signed
from tests.browser.driving import until
from tests.browser.fake_story import JUNE
from tests.browser.replay_gateway import HELD, ReplayGateway, did, drive, fault
from tests.browser.serve import Snapshot, TestGateway
from tests.web import courses
from web import between_page, replies
from web.asked import Asked
from web.between import Between
from web.kept import Keep
from web.lost import lost
from web.points import Line
from web.words import words

TALL = 8000
CONTESTS = [
    {"id": "mayor", "title": "Mayor", "titles": {"tr": "Başkan"}},
    {"id": "council", "title": "Council", "titles": {"tr": "Meclis"}},
]
LATE = "[...document.querySelectorAll('[data-late]')].every((one) => one.hidden || one.dataset.here)"
LAID_OUT = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
DRAWN = "!document.querySelector('.plot') || document.querySelector('.plot canvas, .plot svg.drawn')"


@cache
def course(night: str) -> Line:
    """How the night went."""
    if night == "june":
        return courses.june("replay")[0]
    if night == "june_closed":
        return courses.taken(iter(list(courses.june_steps())[:25]), "replay")[0]
    if night == "march_close":
        return courses.taken(fake_march.steps(fakes.march_close()), "replay")[0]
    line = Line("replay")
    for day, lead in ((1, 27889), (3, 21502), (6, 17978), (8, 15823), (16, 13794), (17, 13729)):
        one = fakes.certified() | {"version": day, "at": f"2019-04-{day:02}T10:00:00.000Z"}
        one["choices"] = [dict(choice) for choice in one["choices"]]
        one["choices"][0]["votes"] = one["choices"][1]["votes"] + lead
        line.take(one)
    line.whole = True
    return line


def of_a_night(night: str) -> TestGateway:
    """The gateway of a made-up night, with its course where it has one, and the pages made from a log."""
    shown = fakes.FAKES[night]()
    at = TestGateway(shown, contests=CONTESTS if night == "june" else [])
    if night in ("june", "june_closed", "march_close", "annulled"):
        at.lines._lines[shown["contest"]] = course(night)
    at.beside = {
        "/shown/first": lambda lang: between_page.page(_between(None, shown), lang),
        "/shown/between": lambda lang: between_page.page(_between(fakes.june_closed(), shown), lang),
        "/lost": lambda lang: _lost(lang),
    }
    return at


def _between(before: Snapshot | None, after: Snapshot) -> Between:
    start, end = datetime(2019, 6, 23, 16, 6, tzinfo=UTC), datetime(2019, 6, 23, 16, 17, tzinfo=UTC)
    return Between(start, end, before, after, JUNE, 7)


def _lost(lang: str) -> bytes:
    request = replies.Request("GET", "/?contest=nope", {"accept": "text/html"})
    asked = Asked("", "", {}, lang, request, {}, CONTESTS, Keep(), "", None)
    said = words(lang).say("lost.contest", name="nope")
    return lost(asked, HTTPStatus.NOT_FOUND, said, said).body


def a_desk(state: str) -> TestGateway:
    """A desk at one of its stages."""
    made = {
        "second": lambda: signed(desk_night.FIRST), "called": desk_night.called,
        "retracted": desk_night.retracted, "first": desk_night.contest,
    }  # fmt: skip
    return DeskGateway(desk_night.desk(made[state]()))


def a_replay(state: str) -> TestGateway:
    """A replay with faults that ran, run and failed."""
    faults = [
        fault("duplicate", 1), fault("stall", 2, over=False, checks={}),
        fault("reorder", 3, checks=HELD | {"totals": False, "holds": False}),
    ]  # fmt: skip
    shown = fakes.FAKES[state]()
    at = ReplayGateway(shown | {"hash": state_hash(shown)})
    acts = [did("fault", number, fault={"kind": one["kind"]}) for number, one in enumerate(faults, 1)]
    at.facts |= {"faults": faults, "did": acts}
    return at


def as_sent(page: Page) -> None:
    """A page that nothing is added to."""
    expect(page.locator("h1, h2, summary, .preview, li").first).to_be_attached()


def painted(page: Page) -> None:
    """The board, with its late blocks."""
    until(page, f"globalThis.sandik?.store.painted && {LATE} && ({DRAWN})")


def following(page: Page) -> None:
    """A page that has painted, and has no late blocks, or follows nothing."""
    until(page, "globalThis.sandik?.store.painted")


def refused(page: Page) -> None:
    """A field, and why the token was not taken."""
    sign_in(page, "sandik_nobody")
    expect(page.locator("#problem")).not_to_be_empty()


def at_the_desk(page: Page) -> None:
    """Signed in, with a row, its question and the form open."""
    enter(page, "sandik_second")
    page.click("#acts-rule")
    page.select_option("#rule-kind", "certified")
    page.locator("tr[data-box] [data-do=toggle]").first.click()
    page.locator("tr[data-box] [data-do=box-clear]").first.click()


def driving(page: Page) -> None:
    """Signed in, with an hour chosen."""
    drive(page)
    page.locator("[data-do=mark-before]").first.click()
    until(page, "document.querySelector('#target .sure')")


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a page is, and what makes it complete."""

    path: str = ""
    night: str = "june"
    """Of `FAKES`, or the stage of a desk."""
    ready: Callable[[Page], None] = as_sent
    gateway: Callable[[str], TestGateway] = of_a_night
    frame: bool = False
    """Drawn for a frame of 16 : 9 on air, and not for a reader's window."""


STANDS: Mapping[str, Stand] = {
    **{f"board-{name}": Stand(night=name, ready=painted) for name in sorted(fakes.FAKES)},
    "board-as-of": Stand("?as_of=2019-06-23T16:16:00.000Z", ready=following),
    "contests": Stand("contests"),
    "part-lead": Stand("part/lead/mayor"),
    "part-needs": Stand("part/needs/mayor", "march_early"),
    "part-after": Stand("part/after/mayor", "annulled"),
    "shown": Stand("shown/first"),
    "between": Stand("shown/between"),
    "lost": Stand("lost"),
    "desk-out": Stand("desk", "second", refused, a_desk),
    "desk-first": Stand("desk", "first", at_the_desk, a_desk),
    "desk-second": Stand("desk", "second", at_the_desk, a_desk),
    "desk-called": Stand("desk", "called", at_the_desk, a_desk),
    "desk-retracted": Stand("desk", "retracted", at_the_desk, a_desk),
    "replay-out": Stand("replay", "june", refused, a_replay),
    "replay": Stand("replay", "june", driving, a_replay),
    "embed-index": Stand("embed/"),
    "embed-race": Stand("embed/race", ready=following),
    "embed-tiles": Stand("embed/tiles", ready=following),
    "embed-feed": Stand("embed/feed", ready=following),
    "embed-annulled": Stand("embed/tiles", "annulled", following),
    "overlay-lower-third": Stand("overlay/lower-third", ready=following, frame=True),
    "overlay-tiles": Stand("overlay/tiles", ready=following, frame=True),
}

ODD = frozenset(
    ["desk-called", "desk-first", "desk-retracted", "embed-annulled"]
    + [
        f"board-{name}"
        for name in ("certified", "final", "many", "nothing_yet", "tie", "two_seats", "withdrawn", "yes_no")
    ]
)
"""The same pages with other figures: their words are those of the stands beside them."""


@contextmanager
def browsing(browser: Browser) -> Iterator[Page]:
    """A page in a profile of its own, for one stand after the other: each is an origin of its own."""
    context = browser.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


@contextmanager
def standing(page: Page, name: str, lang: str) -> Iterator[None]:
    """Goes to a stand and waits until it is complete; it must not complain until it is left."""
    stand, complaints = STANDS[name], list[str]()
    gateway = stand.gateway(stand.night)

    def note(line: ConsoleMessage) -> None:
        if line.type == "error" and "Failed to load resource" not in line.text:
            complaints.append(line.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    page.on("pageerror", fail)
    page.on("console", note)
    page.set_viewport_size(_window(1280, stand.frame))
    page.emulate_media(color_scheme="light", forced_colors="none", reduced_motion="no-preference")
    page.goto(f"{gateway.url}{stand.path}{'&' if '?' in stand.path else '?'}lang={lang}")
    stand.ready(page)
    yield
    page.remove_listener("pageerror", fail)
    page.remove_listener("console", note)
    page.goto("about:blank")
    gateway.stop()
    assert [] == complaints


def look(
    page: Page, name: str, width: int = 1280, *, height: int | None = None, scheme: str = "light",
    forced: str = "none", motion: str = "no-preference",
) -> None:  # fmt: skip
    """The page as a reader with this window and these wishes has it, laid out anew."""
    window = _window(width, STANDS[name].frame)
    page.set_viewport_size({"width": width, "height": height or window["height"]})
    page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion=motion)  # type: ignore[arg-type] # plain words are what a parameter of a test can be
    page.evaluate(LAID_OUT)


def _window(width: int, frame: bool) -> ViewportSize:
    return {"width": width, "height": width * 9 // 16 if frame else TALL}
