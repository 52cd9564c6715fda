"""What became of the election, in Chromium: the block comes with the ruling, its body from its page."""

import pytest
from playwright.sync_api import Route, expect

from election.night import ContestId
from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import Held, MakeGateway, live, until
from tests.browser.serve import TestGateway

pytestmark = pytest.mark.browser
BLOCK = "[data-late=after]"


def with_course(served: TestGateway) -> None:
    """Gives a gateway a course of the lead: three days after the night, downwards."""
    line = served.lines.line(ContestId("mayor"))
    for day, lead in enumerate((30000, 20000, 14000), 1):
        night = fakes.certified() | {"version": day, "at": f"2019-04-0{day}T10:00:00.000Z"}
        night["choices"] = [dict(choice) for choice in night["choices"]]
        night["choices"][0]["votes"] = night["choices"][1]["votes"] + lead
        line.take(night)
    line.whole = True


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_with_the_ruling_the_question_gives_way_to_the_steps_of_the_lead(
    lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Hidden while the night goes on; then the timeline at once, and the drawing with its table."""
    night = fakes.final() | {"night": "istanbul-2019-03-31", "date": "2019-03-31"}
    served = gateway(night)
    with_course(served)
    page = open_page(f"{served.url}?lang={lang}")
    live(page, night["version"])
    expect(page.locator(BLOCK)).to_be_hidden()
    served.show(fakes.certified())
    live(page, night["version"] + 1)
    page.locator(BLOCK).scroll_into_view_if_needed()
    expect(page.locator(f"{BLOCK} .waterfall svg")).to_be_visible()
    assert 4 == page.locator(f"{BLOCK} .waterfall tbody tr").count()
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(1)
    served.show(fakes.annulled())
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(3)
    expect(page.locator(f"{BLOCK} .waterfall")).to_have_count(1)


def test_on_a_phone_the_table_stands_for_the_drawing(gateway: MakeGateway, open_page: OpenPage) -> None:
    """Nothing is wider than the window."""
    served = gateway(fakes.annulled())
    with_course(served)
    page = open_page(served.url, width=360)
    page.locator(BLOCK).scroll_into_view_if_needed()
    expect(page.locator(f"{BLOCK} .waterfall table")).to_be_visible()
    expect(page.locator(f"{BLOCK} .waterfall svg")).to_be_hidden()
    assert page.evaluate(f"() => document.querySelector('{BLOCK}').scrollWidth") <= 360


def test_without_javascript_there_is_the_timeline_and_a_page(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The same block as a page of its own, with every number; and a way back."""
    served = gateway(fakes.annulled())
    with_course(served)
    page = open_page(served.url, java_script_enabled=False)
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(3)
    page.locator(f"{BLOCK} .more a").click()
    expect(page.locator("h1")).to_have_text("What became of it")
    expect(page.locator(".waterfall tbody tr")).to_have_count(4)
    page.get_by_role("link", name="To the board").click()
    expect(page.locator("h1")).to_contain_text("Annulled on 6 May")


def test_a_page_that_cannot_be_had_leaves_what_the_server_sent(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The timeline stays; the console has a warning and no error."""
    served = gateway(fakes.annulled())
    page = open_page("about:blank")
    page.route("**/part/after/**", lambda route: route.abort())
    page.goto(served.url)
    live(page, fakes.annulled()["version"])
    page.locator(BLOCK).scroll_into_view_if_needed()
    until(page, f"document.querySelector('{BLOCK}').dataset.here")
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(3)


def test_a_page_that_could_not_be_had_is_asked_for_again(gateway: MakeGateway, open_page: OpenPage) -> None:
    """After the night nothing moves any more: nobody else would ask for what was decided."""
    night = fakes.final() | {"night": "istanbul-2019-03-31", "date": "2019-03-31"}
    served = gateway(night)
    with_course(served)
    page = open_page("about:blank")
    asked: list[str] = []

    def once(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=200, content_type="text/plain", body="Try again shortly.")
        else:
            route.continue_()

    page.route("**/part/after/**", once)
    page.goto(served.url)
    live(page, night["version"])
    served.show(fakes.certified())
    page.locator(BLOCK).scroll_into_view_if_needed()
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(1)
    assert 2 == len(asked)


def test_a_page_of_a_gateway_that_lags_is_not_the_last_word(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """It answers with what was before the ruling; it is asked again until it knows of it."""
    served = gateway(fakes.certified())
    with_course(served)
    page = open_page("about:blank")
    page.clock.install()
    page.goto(served.url)
    live(page, fakes.certified()["version"])
    page.locator(BLOCK).scroll_into_view_if_needed()
    expect(page.locator(f"{BLOCK} .waterfall")).to_have_count(1)
    behind, asked = page.request.get(f"{served.url}part/after/mayor?lang=en"), list[str]()

    def first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(response=behind)
        else:
            route.continue_()

    page.route("**/part/after/**", first)
    served.show(fakes.annulled())
    served.until(lambda: bool(page.evaluate("() => 1") and asked))
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(1)
    page.clock.run_for(6_000)
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(3)
    assert 2 == len(asked)


def test_what_is_told_while_the_page_is_on_its_way_is_asked_for_too(
    gateway: MakeGateway, open_page: OpenPage
) -> None:
    """The answer to the question before it is not the last word."""
    served = gateway(fakes.certified())
    with_course(served)
    page = open_page("about:blank")
    held = Held(page, "**/part/after/**")
    with page.expect_request("**/part/after/**"):
        page.goto(served.url)
    until(page, "sandik.link.state === 'open'")
    answer = held.route.fetch()
    served.show(fakes.annulled())
    until(page, "sandik.store.painted.call.state === 'annulled'")
    held.route.fulfill(response=answer)
    expect(page.locator(f"{BLOCK} .timeline li")).to_have_count(3)
