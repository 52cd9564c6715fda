"""The page that drives a replay: what is pressed, what is said of it, and what must hold whatever is broken.

Know before changing: these stand on a gateway that answers what they say; test_replay_real drives a demo.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from election.wire.frames import state_hash
from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.replay_gateway import HELD, ReplayGateway, did, drive, fault
from tests.browser.serve import Snapshot
from web.face import face_of
from web.pages import page_values
from web.words import words

pytestmark = pytest.mark.browser
MakeReplay = Callable[..., ReplayGateway]


@pytest.fixture
def replay(ends: ExitStack) -> MakeReplay:
    """Makes gateways with a replay and stops them at the end."""

    def make(snapshot: Snapshot | None = None, **facts: Any) -> ReplayGateway:
        made = ReplayGateway(snapshot)
        ends.callback(made.stop)
        made.facts |= facts
        return made

    return make


@pytest.fixture
def driven(open_page: OpenPage) -> Callable[..., Page]:
    """Opens the page and signs in."""

    def opened(at: ReplayGateway, *, lang: str = "en", **how: Any) -> Page:
        page = open_page(f"{at.url}replay?lang={lang}", **how)
        drive(page)
        return page

    return opened


Driven = Callable[..., Page]


def press(page: Page, what: str) -> None:
    """Presses a button by what it does."""
    page.locator(f"[data-do={what}]").first.click()


# Who may.


def test_a_token_without_the_scope_drives_nothing_and_one_that_is_not_known_is_said(
    replay: MakeReplay, open_page: OpenPage
) -> None:
    """In a sentence beside the field; the token stands in no address, and nothing is asked of the replay."""
    at = replay()
    page = open_page(f"{at.url}replay?lang=en")
    for token, said in (("sandik_desk", "has not the scope replay"), ("sandik_x", "not known here")):
        page.fill("#token", token)
        page.press("#token", "Enter")
        expect(page.locator("#problem")).to_contain_text(said)
        assert token not in page.url
    assert [] == [frame for frame in at.heard if frame["t"] == "act"]
    expect(page.locator(".timeline")).to_be_hidden()


def test_the_page_says_that_it_is_a_replay_and_who_drives(replay: MakeReplay, driven: Driven) -> None:
    """Violet, above everything, in words."""
    page = driven(replay())
    expect(page.locator("#ribbon")).to_contain_text("REPLAY · SIMULATED")
    expect(page.locator("#ribbon")).to_contain_text("Everyone connected sees this banner")
    expect(page.locator("#who")).to_contain_text("Ayşe")
    expect(page.locator("#status")).to_contain_text("Playing 60×")


# Speed, pause, step and where it goes.


def test_speed_pause_and_step_are_asked_and_shown_when_they_are_done(
    replay: MakeReplay, driven: Driven
) -> None:
    """What is pressed is what the replay answered, not what was hoped."""
    at = replay()
    page = driven(at)
    expect(page.locator("[data-do=step]")).to_be_disabled()
    at.where |= {"speed": 600.0}
    page.locator("[data-speed='600']").click()
    expect(page.locator("[data-speed='600']")).to_have_attribute("aria-pressed", "true")
    at.where |= {"speed": None}
    page.locator("[data-speed=null]").click()
    expect(page.locator("#status")).to_contain_text("as fast as possible")
    at.where |= {"paused": True, "speed": 60.0}
    press(page, "pause")
    expect(page.locator("#status")).to_contain_text("Paused")
    press(page, "step")
    at.until(lambda: len(at.acts) == 4)
    assert [
        {"do": "speed", "speed": 600}, {"do": "speed", "speed": None}, {"do": "pause"}, {"do": "step"},
    ] == at.acts  # fmt: skip


def test_what_is_refused_is_said_with_the_replays_own_words(replay: MakeReplay, driven: Driven) -> None:
    """And the page stays as it was."""
    at = replay()
    page = driven(at)
    at.answers["pause"] = {"ok": False, "outcome": "refused", "d": {"because": "Not now."}}
    press(page, "pause")
    expect(page.locator("#pace .said")).to_contain_text("Not now.")
    expect(page.locator("#status")).to_contain_text("Playing 60×")
    press(page, "close")
    expect(page.locator("#pace .said")).to_have_count(0)


def test_going_back_takes_a_second_press_that_says_what_is_forgotten(
    replay: MakeReplay, driven: Driven
) -> None:
    """Arrows move a minute, with Shift ten; Escape stays."""
    at = replay()
    page = driven(at)
    page.focus("#seek")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#target")).to_contain_text("all that was played is forgotten")
    assert [] == at.acts
    page.keyboard.press("Escape")
    expect(page.locator("#target .sure")).to_have_count(0)
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#seek")).to_have_attribute("aria-valuetext", "19:07:00")
    at.where |= {"at": None}
    page.keyboard.press("Enter")
    at.until(lambda: len(at.acts) == 1)
    expect(page.locator("#target .sure")).to_have_count(0)
    page.evaluate("() => sandik.pressed.go()")  # a key that is held
    press(page, "pause")
    at.until(lambda: len(at.acts) == 2)
    assert [{"do": "jump", "to": "2019-06-23T16:07:00.000Z"}, {"do": "pause"}] == at.acts
    expect(page.locator("#spoken")).to_have_text("The replay is at 19:07:00.")


def test_marks_lead_to_moments_with_a_source(replay: MakeReplay, driven: Driven) -> None:
    """Next and previous, and a list in which what was decided days later stands too."""
    at = replay()
    page = driven(at)
    press(page, "mark-before")
    expect(page.locator("#target")).to_contain_text("19:16:00")
    press(page, "mark-before")
    expect(page.locator("#target")).to_contain_text("19:15:00")
    page.locator("#marks summary").click()
    expect(page.locator("#marks li")).to_have_count(4)
    expect(page.locator("#marks li").last).to_contain_text("certified")
    page.locator("#marks [data-do=mark]").last.click()
    expect(page.locator("#target")).to_contain_text("comes at once")
    press(page, "stay")
    expect(page.locator("#target .sure")).to_have_count(0)


def test_a_step_back_is_the_moment_before_what_was_played_last(replay: MakeReplay, driven: Driven) -> None:
    """Chosen, and gone to by a second press."""
    at = replay()
    at.where |= {"paused": True}
    page = driven(at)
    press(page, "step-back")
    press(page, "go")
    at.until(lambda: len(at.acts) == 1)
    assert [{"do": "jump", "to": "2019-06-23T16:16:41.999Z"}] == at.acts


# Figures.


def test_the_figures_are_those_of_the_count_and_the_page_proves_its_hash(
    replay: MakeReplay, driven: Driven
) -> None:
    """As the board says them; what is not what the server has would be said."""
    june = fakes.june()
    page = driven(replay(june | {"hash": state_hash(june)}))
    facts = page.locator("#facts")
    for said in ("29,627", "of 31,186 · 95.0%", "▲ 674,449", "CALLED 19:16", "this page holds the same"):
        expect(facts).to_contain_text(said)
    expect(driven(replay(june)).locator("#facts")).to_contain_text("this page holds something else")


@pytest.mark.parametrize(
    "night",
    [
        fakes.june(),
        fakes.june_closed(),
        fakes.march_early(),
        fakes.march_close(),
        fakes.june() | {"call": fakes.june()["call"] | {"elected": ["imamoglu", "yildirim"]}},
        fakes.june() | {"call": fakes.june()["call"] | {"state": "rerun"}},
    ],
)
def test_the_call_is_said_in_the_words_of_the_board(
    night: Snapshot, replay: MakeReplay, driven: Driven
) -> None:
    """Also too early, under the ban, of several who are elected, and annulled."""
    board = page_values(night, face_of(night), words("en"))["badge.text"]
    page = driven(replay(night))
    call = page.locator("#facts .figures > div").nth(2)
    expect(call.locator(".figure")).to_have_text(str(board).partition(" · ")[0])
    expect(call.locator(".quiet")).to_have_text(str(board).partition(" · ")[2])


def test_where_several_are_elected_the_margin_is_that_at_the_line(replay: MakeReplay, driven: Driven) -> None:
    """And nobody's lead."""
    page = driven(replay(fakes.FAKES["two_seats"]()))
    expect(page.locator("#facts dt").nth(1)).to_have_text("Margin at the line")


def test_under_the_ban_no_figure_of_votes_is_on_the_page(replay: MakeReplay, driven: Driven) -> None:
    """Whoever drives sees as little as everybody."""
    page = driven(replay(fakes.june_closed()))
    expect(page.locator("#facts")).to_contain_text("held back")
    assert not re.search(r"\d{3},\d{3}", page.locator("main").inner_text())


def test_a_change_that_does_not_follow_on_is_answered_by_asking_anew(
    replay: MakeReplay, driven: Driven
) -> None:
    """Never by guessing."""
    at = replay()
    page = driven(at)
    before = len([frame for frame in at.heard if frame["t"] == "subscribe"])
    at.send(t="change", sub="a", epoch=at.snapshot["epoch"], version=999, prev=998, d={})
    at.until(lambda: len([frame for frame in at.heard if frame["t"] == "subscribe"]) == before + 1)
    at.show(at.snapshot | {"margin_votes": 674_450})
    expect(page.locator("#facts")).to_contain_text("674,450")


# Faults.


@pytest.mark.parametrize(
    ("kind", "choose", "asked"),
    [
        ("stall", {"source": "agency", "for": "1800"}, {"kind": "stall", "source": "agency", "for_s": 1800}),
        ("duplicate", {"share": "50"}, {"kind": "duplicate", "chance_pct": 50, "for_s": 60}),
        ("reorder", {"spread": "120"}, {"kind": "reorder", "within_s": 120, "for_s": 60}),
        ("correct", {"area": "fatih", "moves": "20"}, {
            "kind": "correct", "area": "fatih", "most_pct": 20, "most_reports": 1, "after_s": 10,
            "for_s": 3600,
        }),
        ("gateway", {"away": "20"}, {"who": "gateway", "do": "kill", "for_s": 20}),
    ],
)  # fmt: skip
def test_a_fault_is_asked_for_in_the_words_of_a_file(
    kind: str, choose: dict[str, str], asked: dict[str, Any], replay: MakeReplay, driven: Driven
) -> None:
    """Each with what it says that must hold."""
    at = replay()
    page = driven(at)
    row = page.locator(f"[data-do=inject][data-kind={kind}]").locator("xpath=ancestor::tr")
    assert row.locator("td").nth(1).inner_text().strip()
    for name, value in choose.items():
        page.select_option(f"#f-{name}", value)
    page.locator(f"[data-kind={kind}]").click()
    at.until(lambda: len(at.acts) == 1)
    assert [{"do": "fault", "fault": asked}] == at.acts


def test_a_source_is_named_with_the_limit_of_its_silence(replay: MakeReplay, driven: Driven) -> None:
    """It is the source's own."""
    page = driven(replay())
    row = page.locator(".faults tbody tr").first
    expect(row).to_contain_text("Told after 30 min")
    page.select_option("#f-source", "agency")
    expect(row).to_contain_text("Told after 5 min")


def test_a_fault_that_runs_says_how_long_and_can_be_ended(replay: MakeReplay, driven: Driven) -> None:
    """In hours of the night."""
    running = fault("stall", over=False, checks={}, source="council")
    at = replay(
        faults=[running], did=[did("fault", fault={"kind": "stall", "source": "council", "for_s": 900})]
    )
    page = driven(at)
    row = page.locator(".faults tbody tr").first
    expect(row.locator(".tag")).to_have_text("running, 15 min left")
    expect(page.locator(".did li").first).to_contain_text("Stall a source · Council (simulated)")
    row.locator("[data-do=end]").click()
    at.until(lambda: len(at.acts) == 1)
    assert [{"do": "fault", "fault": {"end": "f1"}}] == at.acts


def test_what_held_and_what_did_not_are_told_apart_in_words(replay: MakeReplay, driven: Driven) -> None:
    """By a sign and a sentence, not by a colour."""
    wrong = HELD | {"totals": False, "holds": False, "differs": ["mayor: valid is 1"]}
    silent = HELD | {"told": True, "no_call": False, "holds": False, "limit_s": 300}
    moved = {"box": "fatih-12", "giver": "imamoglu", "taker": "yildirim", "votes": 162}
    faults = [
        fault("duplicate", 1), fault("reorder", 2, checks=wrong),
        fault("stall", 3, checks=silent, source="council"), fault("correct", 4, made_up=[moved]),
        fault("duplicate", 5, checks={}),
    ]  # fmt: skip
    acts = [did("fault", number, fault={"kind": one["kind"]}) for number, one in enumerate(faults, 1)]
    page = driven(replay(faults=faults, did=acts))
    said = page.locator(".did li")
    expect(said.nth(0)).to_contain_text(
        "15 bundles sent twice. Totals are those of a second count (30,381 boxes)."
    )
    expect(said.nth(1)).to_contain_text("Totals differ from a second count")
    expect(said.nth(2)).to_contain_text("A call was made on it while it was silent.")
    expect(said.nth(3)).to_contain_text("Box fatih-12: 162 of Ekrem İmamoğlu moved to Binali Yıldırım.")
    expect(said.nth(4)).to_contain_text("Being checked.")
    held = [said.nth(number).locator(".came").get_attribute("data-ok") for number in range(5)]
    assert ["true", "false", "false", "true", None] == held


def test_the_gateway_goes_and_this_page_says_when_it_was_back_and_with_what(
    replay: MakeReplay, driven: Driven
) -> None:
    """It shows what it had meanwhile, says so, and nothing older comes."""
    at = replay()
    page = driven(at)
    gone = {"id": "f1", "by": "Ayşe", "who": "gateway", "do": "kill", "over": False, "checks": {}, "for_s": 5}
    at.facts |= {"faults": [gone], "did": [did("fault", fault={"who": "gateway", "do": "kill", "for_s": 5})]}
    page.locator("[data-kind=gateway]").click()
    expect(page.locator(".did li").first).to_contain_text("The gateway is going away")
    at.down = True
    at.cut()
    expect(page.locator(".cut")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("674,449")
    at.down = False
    expect(page.locator(".did .came[data-ok=true]")).to_contain_text("shows nothing older")


def test_without_a_supervisor_no_process_can_be_dropped(replay: MakeReplay, driven: Driven) -> None:
    """And the page says where it could."""
    page = driven(replay(processes=False))
    expect(page.locator("[data-kind=gateway]")).to_be_disabled()
    expect(page.locator(".faults tr").last).to_contain_text("Only where sandik demo runs the gateway")


def test_what_was_done_is_saved_as_a_file_of_faults(replay: MakeReplay, driven: Driven) -> None:
    """With the command that plays the same evening."""
    text = '[[fault]]\nkind = "duplicate"\n'
    page = driven(replay(scenario=text))
    expect(page.locator(".command").first).to_have_text(
        "sandik demo istanbul-2019-06-23 --faults istanbul-2019-06-23-faults.toml --seed 7"
    )
    with page.expect_download() as found:
        press(page, "save")
    assert "istanbul-2019-06-23-faults.toml" == found.value.suggested_filename
    assert text == Path(found.value.path()).read_text()


def test_sessions_are_listed_with_the_command_for_another(replay: MakeReplay, driven: Driven) -> None:
    """This one is named."""
    page = driven(replay())
    page.locator("details summary").last.click()
    expect(page.locator(".list-of")).to_contain_text("rerun-2")
    expect(page.locator(".list-of li").first).to_contain_text("this one")


def test_names_with_markup_in_them_are_text(replay: MakeReplay, driven: Driven) -> None:
    """Of rulings, sources and people alike."""
    bad = "<img src=x onerror=alert(1)>"
    page = driven(replay(name=bad, did=[did("pause") | {"by": bad, "because": bad}]))
    expect(page.locator(".did")).to_contain_text(bad)
    assert 0 == page.locator("img").count()


def test_no_replay_running_is_said_with_the_way_to_one(replay: MakeReplay, open_page: OpenPage) -> None:
    """Instead of an empty page."""
    at = replay()
    at.answers["look"] = {"ok": False, "outcome": "nobody", "d": {"because": "Nobody."}}
    page = open_page(f"{at.url}replay?lang=en")
    page.fill("#token", "sandik_driver")
    page.press("#token", "Enter")
    expect(page.locator("#pace")).to_contain_text("No replay of this night is running")
