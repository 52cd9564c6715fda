"""The counts side by side, in Chromium: the table moves when they begin to disagree, and the reader stays."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, live, said, sent, until
from tests.browser.fake_parts import Snapshot
from tests.browser.fake_sources import by_another
from tests.browser.serve import TestGateway
from tests.browser.test_accessible import RULES, _axe, wrong
from tests.browser.test_cost import LAID_OUT, MOVES_MAX, WATCH, shifted
from web import pages
from web.apart_page import apart
from web.words import words

pytestmark = pytest.mark.browser
TOP = "(selector) => document.querySelector(selector).getBoundingClientRect().top"


def agreeing() -> Snapshot:
    """The March night before another count had somebody else ahead."""
    night = fakes.march_close()
    night["sources"] = [one | {"leader": night["leader"]} for one in night["sources"]]
    return night


ABOVE = (
    "document.getElementById('counts')"
    ".compareDocumentPosition(document.querySelector('.places')) & Node.DOCUMENT_POSITION_FOLLOWING"
)


def above(page: Page) -> bool:
    """Whether the table of counts stands before the places."""
    found: bool = page.evaluate(f"() => Boolean({ABOVE})")
    return found


def test_the_table_moves_up_once_and_what_is_read_stays_where_it_is(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Only when the counts begin or end to disagree; the window is scrolled by what came in above it."""
    night = agreeing()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    assert not above(page)
    page.evaluate("() => { window.scrollTo(0, 1200); document.getElementById('counts').same = true; }")
    row = "sandik-table tbody tr:nth-child(3)"
    before = page.evaluate(TOP, row)
    served.show(fakes.march_close())
    live(page, night["version"] + 1)
    assert above(page)
    assert abs(page.evaluate(TOP, row) - before) < 2
    expect(page.locator("#counts .tag", has_text="Moved up")).to_be_visible()
    assert page.evaluate("() => document.getElementById('counts').same")
    later = fakes.march_close()
    later["sources"][1] |= {"margin_votes": 40000}
    served.show(later)
    live(page, night["version"] + 2)
    assert above(page)
    served.show(agreeing())
    live(page, night["version"] + 3)
    assert not above(page)
    assert abs(page.evaluate(TOP, row) - before) < 2


@pytest.mark.parametrize("width", [1280, 360])
def test_the_table_does_not_move_while_one_of_its_places_is_looked_at(
    width: int, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The question says No meanwhile; it moves when the reader has scrolled on, and nothing is seen to."""
    night = agreeing()
    served = gateway(night)
    page = open_page(served.url, width=width)
    live(page, night["version"])
    page.evaluate(WATCH)
    page.evaluate("() => document.getElementById('counts-up').scrollIntoView({ block: 'center' })")
    served.show(fakes.march_close())
    live(page, night["version"] + 1)
    assert not above(page)
    expect(page.locator("[data-t='q2.answer']")).to_have_text("No")
    expect(page.locator("#counts .tag", has_text="Moved up")).to_be_hidden()
    page.evaluate(LAID_OUT)
    shifted(page)
    page.evaluate("() => document.querySelector('.course').scrollIntoView()")
    until(page, ABOVE)
    page.evaluate(LAID_OUT)
    moved, what = shifted(page)
    assert moved < MOVES_MAX, what


def test_the_link_in_the_question_brings_the_table(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Who asks for it gets it in its place, in the window, and the keys go on from there."""
    night = agreeing()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    served.show(fakes.march_close())
    live(page, night["version"] + 1)
    link = page.get_by_role("link", name="Side by side")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#counts")).to_be_focused()
    expect(page.locator("#counts")).to_be_in_viewport()
    assert above(page)
    assert "#" not in page.url


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_browser_and_server_say_the_same_of_the_counts_and_of_the_call(
    lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A page that was sent while they agreed says what the server says once they do not."""
    night = fakes.march_close()
    served = gateway(agreeing())
    page = open_page(f"{served.url}?lang={lang}")
    live(page, night["version"])
    served.show(night)
    live(page, night["version"] + 1)
    html = pages.board(night | {"version": night["version"] + 1}, lang)
    keys = ("src.", "why.", "@why.", "q1.", "@q1.", "q2.", "counts.", "@src.", "@counts.")
    there, here = (
        {key: value for key, value in one.items() if key.startswith(keys)}
        for one in (sent(page, html), said(page))
    )
    assert there == here


@pytest.mark.parametrize("width", [1280, 360])
def test_at_every_width_the_counts_fit(width: int, gateway: MakeGateway, open_page: OpenPage) -> None:
    """On a phone name, how far, lead and silence; the table is no wider than the window."""
    night = fakes.march_close()
    page = open_page(gateway(night).url, width=width)
    live(page, night["version"])
    assert (
        page.evaluate("() => document.querySelector('#counts table').getBoundingClientRect().right") <= width
    )
    columns = page.locator("#counts tbody tr:first-child > :visible")
    expect(columns).to_have_count(8 if width > 700 else 4)


def test_the_reasons_against_a_call_are_a_list(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Each with its number; when there is a call they are gone with the question."""
    night = fakes.march_close()
    served = gateway(night)
    page = open_page(served.url)
    live(page, night["version"])
    expect(page.locator(".against li:visible")).to_have_count(4)
    expect(page.locator(".against b").first).to_have_text("Lead inside the recount band:")
    served.show(fakes.june() | {key: night[key] for key in ("night", "sources")})
    live(page, night["version"] + 1)
    expect(page.locator(".against")).to_be_hidden()


def by_party(gateway: MakeGateway) -> TestGateway:
    """A gateway that has the party's count of the March night too."""
    night = fakes.march_close()
    served = gateway(night)
    served.others["party"] = by_another(night, "party")
    return served


def press(page: Page, name: str, section: str = ".places") -> None:
    """Presses a count in the switch."""
    page.locator(f"{section} .whose").get_by_role("button", name=name).click()


def test_places_are_shown_by_the_count_that_is_chosen_and_nothing_else_is(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Asked for when it is chosen; a band says whose it is; strip and headline stay; a press goes back."""
    served = by_party(gateway)
    night, party = served.snapshot, served.others["party"]
    page = open_page(f"{served.url}?lang=en#area=fatih")
    live(page, night["version"])
    assert not [one for one in served.asked if "ways" in one]
    top = page.locator(".stage").inner_text()
    row = page.locator("tr[data-area=fatih] [data-t='.v0']")
    before = row.inner_text()
    press(page, "Party’s tallies")
    votes = party["areas"]["fatih"]["choices"]["imamoglu"]
    expect(row).to_have_text(f"{votes:,}")
    assert before != row.inner_text()
    expect(page.locator(".readout")).to_contain_text(f"{votes:,} votes")
    counted = party["areas"]["fatih"]["counted"]
    far = f"{counted['boxes'] * 100 // counted['boxes_total']}% counted"
    expect(page.locator(".tile:has([data-area=fatih]) .t")).to_contain_text(far)
    bands = page.locator(".another:visible")
    expect(bands).to_have_count(2)
    expect(bands.first).to_contain_text("Party’s tallies sim. Tiles and table show this count")
    expect(bands.first).to_contain_text("Race, headline and calls are by another: Agency A sim.")
    expect(page.locator(".whose [aria-pressed=true]")).to_have_text(["Party’s tallies sim."] * 2)
    assert (top, 0) == (page.locator(".stage").inner_text(), page.locator(".changed").count())
    expect(page).to_have_url(re.compile("#area=fatih&source=party$"))
    assert ["party"] == [one["source"] for one in served.heard if one.get("source")]
    press(page, "Agency A", ".areas")
    expect(bands).to_have_count(0)
    served.until(lambda: served.heard[-1]["t"] == "unsubscribe")
    assert sent(page, pages.board(night, "en")) == said(page)
    expect(page).to_have_url(re.compile("#area=fatih$"))


def test_the_count_that_is_chosen_is_followed_held_while_paused_and_asked_for_again(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """A link leads to it; its changes are painted and marked, and after a break it goes on."""
    served = by_party(gateway)
    party = served.others["party"]
    page = open_page(f"{served.url}?lang=tr#source=party")
    row = page.locator("tr[data-area=fatih] [data-t='.v0']")
    shown = "globalThis.sandik?.store.there?.source === 'party' && sandik.store.there.version === "
    until(page, f"{shown}{party['version']}")
    party = by_another(served.snapshot, "party")
    party["areas"]["fatih"]["choices"]["imamoglu"] = 120_001
    served.show_other("party", party)
    expect(row).to_have_text("120.001")
    expect(page.locator("tr.changed[data-area=fatih]")).to_have_count(1)
    page.locator(".pause").click()
    party["areas"]["fatih"]["choices"]["imamoglu"] = 120_002
    served.show_other("party", party)
    until(page, f"sandik.link.beside.store.latest.version === {served.others['party']['version']}")
    expect(row).to_have_text("120.001")
    page.locator(".pause").click()
    expect(row).to_have_text("120.002")
    served.cut()
    until(page, "sandik.link.state !== 'open'")
    party["areas"]["fatih"]["choices"]["imamoglu"] = 120_003
    served.others["party"] |= {"areas": party["areas"], "version": served.others["party"]["version"] + 1}
    expect(row).to_have_text("120.003")
    assert page.evaluate("() => sandik.store.painted.source") == served.snapshot["source"]


def test_a_count_that_was_left_is_listened_for_no_more(gateway: MakeGateway, open_page: OpenPage) -> None:
    """However often a reader turns from one to another, the page has one store for it, which begins anew."""
    served = by_party(gateway)
    page = open_page(f"{served.url}?lang=en")
    live(page, served.snapshot["version"])
    page.evaluate(
        "() => { const real = document.addEventListener.bind(document); globalThis.heard = 0;"
        " document.addEventListener = (kind, ...more) => {"
        " if (kind === 'visibilitychange') globalThis.heard += 1; real(kind, ...more); }; }"
    )
    for _ in range(3):
        press(page, "Party’s tallies")
        expect(page.locator(".another.shown:visible")).to_have_count(2)
        press(page, "Agency A")
        expect(page.locator(".another:visible")).to_have_count(0)
    assert 1 == page.evaluate("() => globalThis.heard")
    assert ["party"] * 3 == [one["source"] for one in served.heard if one.get("source")]


def test_without_a_socket_another_count_is_asked_for_by_its_address(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """As the page's own is."""
    served = by_party(gateway)
    served.closed = True
    page = open_page(f"{served.url}?lang=en#source=party")
    until(page, "globalThis.sandik?.store.there?.source === 'party' && sandik.link.state === 'polling'")
    expect(page.locator(".another.shown:visible")).to_have_count(2)


def test_a_count_is_offered_only_when_it_has_places_and_a_lead_may_be_said(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Not under the ban, not too early, not one of the whole city; a name that there is not is said."""
    night = fakes.march_close()
    night["sources"][1] |= {"level": "city"}
    page = open_page(f"{gateway(night).url}?lang=en#source=<b>x</b>")
    live(page, night["version"])
    expect(page.locator(".places .whose button")).to_have_text(["Agency A sim.", "Party’s tallies sim."])
    expect(page.locator(".another").first).to_contain_text("There is no count “<b>x</b>” of these places.")
    early = gateway(fakes.march_early() | {"sources": fakes.march_close()["sources"]})
    early.others["party"] = by_another(early.snapshot, "party")
    page = open_page(f"{early.url}?lang=en#source=party")
    expect(page.locator(".another").first).to_contain_text("It is shown here once a lead may be said")
    expect(page.locator(".whose:visible")).to_have_count(0)
    assert page.evaluate("() => sandik.store.there === sandik.store.painted")


DIFFERING: Snapshot = {
    "embargo": {"state": "open"}, "source": "council", "first": "imamoglu", "second": "yildirim",
    "epoch": "e", "version": 1, "areas_only": ["agency-a"],
    "pairs": [{
        "source": "party", "versions": [1, 1], "held": [29655, 26914], "both": 25614, "differ": 118,
        "effect_votes": 164,
        "boxes": [{
            "box": "fatih-12", "name": "", "area": "fatih", "effect_votes": -31,
            "ours": {"imamoglu": 140, "yildirim": 100}, "theirs": {"imamoglu": 124, "yildirim": 115},
        }],
    }],
}  # fmt: skip


def test_boxes_that_were_compared_before_the_newest_came_are_compared_again(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The gateway keeps a comparison for some seconds; after the last box of a night nothing else asks."""
    served = by_party(gateway)
    night, facts = served.snapshot, {**DIFFERING}
    facts |= {"epoch": night["epoch"], "version": night["version"] - 1}
    served.beside["/apart/mayor"] = lambda lang: b"".join(
        block.encode() for block in apart(facts, night, words(lang)).blocks if block
    )
    page = open_page("about:blank")
    page.clock.install()
    page.goto(f"{served.url}?lang=en")
    live(page, night["version"])
    page.locator("#counts summary").click()
    block = page.locator("#counts .apart-of")
    expect(block).to_contain_text("they differ on 118")
    facts |= {"version": night["version"], "pairs": [DIFFERING["pairs"][0] | {"differ": 119}]}
    page.clock.run_for(11_000)
    expect(block).to_contain_text("they differ on 119")
    page.clock.run_for(30_000)
    assert 2 == served.asked.count("/apart/mayor")


@pytest.mark.wide_letters
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_boxes_that_differ_are_fetched_when_they_are_opened_and_all_of_it_is_for_everybody(
    width: int, scheme: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """How many, what they do together, which most; nothing is wider than the window; axe finds nothing."""
    served = by_party(gateway)
    night = served.snapshot
    served.beside["/apart/mayor"] = lambda lang: b"<html><body>" + "".join(
        block for block in apart(DIFFERING, night, words(lang)).blocks if block
    ).encode()  # fmt: skip
    page = open_page(f"{served.url}?lang=en#source=party", width=width, color_scheme=scheme, bypass_csp=True)
    expect(page.locator(".another.shown").first).to_be_visible()
    assert "/apart/mayor" not in served.asked
    page.locator("#counts summary").click()
    block = page.locator("#counts .apart-of")
    expect(block).to_contain_text("Both hold 25,614 of 31,186 boxes; they differ on 118.")
    expect(block).to_contain_text("Their effect on the lead, by Party’s tallies sim.: ▲ İmamoğlu +164")
    expect(block.locator("tbody tr")).to_have_text(["Fatih fatih-12140 → 124100 → 115▼ Yıldırım +31"])
    expect(block).to_contain_text("Agency A sim. reports totals by place; its boxes cannot be compared.")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.evaluate(_axe())
    assert [] == wrong(page, RULES)
