"""The desk: two people look, sign, and take a call back; nobody signs what they have not seen.

Know before changing: the gateway here is one that does what a test says; the real one decides for itself who
may sign, and tests/live/test_desk_page.py drives this page against it.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import desk_night as night
from tests.browser.conftest import OpenPage
from tests.browser.desk_gateway import GO, REASON, SURE, Come, MakeDesk, acts, sign_in, signed, the_act

pytestmark = pytest.mark.browser
Json = dict[str, Any]


# Signing in.


def test_nothing_of_the_night_is_there_before_somebody_signs_in(desk: MakeDesk, open_page: OpenPage) -> None:
    """No socket is opened, and the page holds a field alone."""
    gateway = desk()
    page = open_page(f"{gateway.url}desk")
    expect(page.locator("#token")).to_be_visible()
    assert "/ws" not in gateway.asked
    assert "İmamoğlu" not in page.content()


def test_a_token_opens_the_desk_and_stands_in_no_address(desk: MakeDesk, come: Come) -> None:
    """It is said in the socket, kept in this tab alone, and gone from the field."""
    gateway = desk()
    page = come(gateway)
    expect(page.locator("#who b")).to_have_text(night.SECOND)
    assert "sandik_second" not in page.url + "".join(gateway.asked) + page.content()
    assert [None] == page.evaluate("() => [localStorage.getItem('sandik.desk.token')]")
    page.reload()
    expect(page.locator("#decide-title")).to_have_text("Call it for Ekrem İmamoğlu?")


@pytest.mark.parametrize(
    ("token", "sentence"), [("sandik_nobody", "not known here"), ("sandik_looker", "has not the scope desk")]
)
def test_a_token_that_does_not_open_it_says_why(
    token: str, sentence: str, desk: MakeDesk, open_page: OpenPage
) -> None:
    """And the field is there for another one."""
    page = open_page(f"{desk().url}desk")
    sign_in(page, token)
    expect(page.locator("#problem")).to_contain_text(sentence)
    expect(page.locator("#token")).to_be_visible()
    sign_in(page, "sandik_first")
    expect(page.locator("#decide-title")).to_be_visible()


def test_a_token_that_expires_meanwhile_says_so(desk: MakeDesk, come: Come) -> None:
    """Everything of the night leaves the page, and the token is not tried again."""
    gateway = desk()
    page = come(gateway)
    gateway.away(3401)
    expect(page.locator("#problem")).to_contain_text("expired or was revoked")
    expect(page.locator("#token")).to_be_visible()
    assert "İmamoğlu" not in page.locator("#night").inner_html()
    assert page.evaluate("() => sessionStorage.getItem('sandik.desk.token')") is None


def test_what_was_typed_is_there_again_for_whoever_typed_it(desk: MakeDesk, come: Come) -> None:
    """A token that runs out in the middle of a reason takes nothing from its owner, and shows nobody else."""
    gateway = desk()
    page = come(gateway)
    for token, kept in (("sandik_second", REASON), ("sandik_first", "")):
        page.fill("textarea", REASON)
        gateway.away(3401)
        expect(page.locator("#problem")).to_contain_text("What you had typed is kept")
        sign_in(page, token)
        expect(page.locator("textarea")).to_have_value(kept)


def test_whoever_comes_next_finds_nothing_of_what_was_done(desk: MakeDesk, come: Come) -> None:
    """Neither what was answered nor since when somebody else had looked."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click("[data-do=ask-refuse]")
    page.click("[data-do=refuse]")
    expect(page.locator(".said")).to_be_visible()
    page.click("[data-do=sign-out]")
    sign_in(page, "sandik_first")
    expect(page.locator("#since")).to_contain_text("Nothing has moved since you looked")
    expect(page.locator(".said")).to_have_count(0)
    assert "" == page.input_value("textarea")


def test_signing_out_leaves_nothing(desk: MakeDesk, come: Come) -> None:
    """Whoever sits there next sees a field."""
    page = come(desk())
    page.click("[data-do=sign-out]")
    expect(page.locator("#token")).to_be_visible()
    assert "" == page.locator("#night").inner_html()
    page.reload()
    expect(page.locator("#token")).to_be_visible()


# Signing.


def test_two_people_sign_a_call(desk: MakeDesk, come: Come) -> None:
    """Each gives a reason and says yes twice; the approval names the proposal and the version it saw."""
    gateway = desk()
    first = come(gateway, "sandik_first")
    first.fill("textarea", "Lead is larger than everything out.")
    first.click(GO)
    assert [] == gateway.acts
    expect(first.locator(".sure")).to_contain_text("Nothing becomes public yet")
    first.click(SURE)
    expect(first.locator(".said")).to_contain_text("done, and in the log")
    gateway.put(signed(night.FIRST))
    second = come(gateway, "sandik_second")
    expect(second.locator(".people li").first).to_contain_text(night.FIRST)
    second.fill("textarea", REASON)
    second.click(GO)
    expect(second.locator(".sure")).to_contain_text("now and in public?")
    second.click(SURE)
    gateway.until(lambda: len(gateway.acts) == 2)
    approval = {"do": "approve", "contest": "mayor", "proposal": night.PROPOSAL, "version": 283}
    assert [
        approval | {"because": "Lead is larger than everything out."},
        approval | {"because": REASON},
    ] == acts(gateway)
    gateway.put(night.called())
    expect(second.locator("#decide-title")).to_have_text("Called for Ekrem İmamoğlu")
    expect(second.locator("[data-do=ask-retract]")).to_be_visible()


def test_whoever_has_signed_sees_no_button_to_sign(desk: MakeDesk, come: Come) -> None:
    """However they write their name; the other person sees it."""
    gateway = desk(signed("e.  KAYA"))
    page = come(gateway, "sandik_first")
    expect(page.locator(".people .open")).to_contain_text("it has to be somebody else")
    expect(page.locator(GO)).to_have_count(0)
    expect(come(gateway, "sandik_second").locator(GO)).to_be_enabled()


def test_one_box_says_that_i_may_sign(desk: MakeDesk, come: Come) -> None:
    """The other one is somebody else's, and who has signed cannot sign it."""
    gateway = desk()
    page = come(gateway)
    boxes = page.locator(".people .open")
    expect(boxes.filter(has_text="you may sign")).to_have_count(1)
    expect(boxes.nth(1)).to_contain_text("It has to be somebody else again.")
    gateway.put(signed(night.FIRST))
    expect(boxes).to_have_count(1)
    expect(boxes).to_contain_text("you may sign. E. Kaya may not sign twice. Waiting")


def test_what_was_answered_goes_with_what_it_was_about(desk: MakeDesk, come: Come) -> None:
    """It stays beside what the act itself led to, and not beside what comes later."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    page.click(SURE)
    expect(page.locator(".said")).to_be_visible()
    assert "" == page.input_value("textarea")
    page.evaluate("() => { sandik.doing.said.get('decide').at += 3600000; }")  # only now, however late
    gateway.put(night.called())
    expect(page.locator("[data-do=ask-retract]")).to_be_visible()
    expect(page.locator(".said")).to_be_visible()
    page.evaluate("() => { sandik.doing.said.get('decide').at -= 3606000; }")
    gateway.put(night.retracted())
    expect(page.locator("#decide-title")).to_have_text("Nothing waits for you")
    expect(page.locator(".said")).to_have_count(0)


def test_the_same_person_twice_is_refused_in_words(desk: MakeDesk, come: Come) -> None:
    """Where the page did not know yet that they had signed, the gateway does; its sentence is shown."""
    gateway = desk()
    gateway.answers["approve"] = {
        "ok": False, "outcome": "refused",
        "d": {"because": "A. Demir has approved this proposal; it needs 2 different people."},
    }  # fmt: skip
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    page.click(SURE)
    expect(page.locator(".said[data-ok=false]")).to_contain_text("it needs 2 different people.")
    assert REASON == page.input_value("textarea")


@pytest.mark.parametrize("press", [GO, "[data-do=ask-refuse]"])
def test_a_decision_needs_a_reason(press: str, desk: MakeDesk, come: Come) -> None:
    """The field is pointed at, and nothing is sent; blanks are no reason."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", "   ")
    page.click(press)
    expect(page.locator(".problem:visible")).to_contain_text("A reason is needed")
    expect(page.locator("textarea")).to_be_focused()
    assert [] == gateway.acts


def test_a_reason_that_is_emptied_meanwhile_is_missed(desk: MakeDesk, come: Come) -> None:
    """Between the first press and the second."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    expect(page.locator(".sure")).to_be_focused()
    page.fill("textarea", "")
    page.click(SURE)
    expect(page.locator(".problem:visible")).to_contain_text("A reason is needed")
    assert [] == gateway.acts


def test_somebody_may_think_better_of_it(desk: MakeDesk, come: Come) -> None:
    """Not yet: nothing was sent, and what was typed is still there."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    page.click("[data-do=back]")
    expect(page.locator(GO)).to_be_visible()
    assert REASON == page.input_value("textarea")
    assert [] == gateway.acts


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (night.proposal(cushion=120_000), "passes by fewer votes"),
        (night.proposal(guards=night.answered()[:-1]), "A guard answers otherwise"),
    ],
)
def test_a_proposal_whose_figures_have_moved_is_looked_at_again(
    now: Json, sentence: str, desk: MakeDesk, come: Come
) -> None:
    """Also in the middle of signing: the second question is taken away, and nobody can say yes to it."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    gateway.put(night.contest(proposal=now, version=301))
    expect(page.locator("#since")).to_contain_text(sentence)
    expect(page.locator(SURE)).to_have_count(0)
    expect(page.locator(GO)).to_be_disabled()
    page.click("[data-do=look]")
    expect(page.locator(GO)).to_be_enabled()
    assert REASON == page.input_value("textarea")


def test_a_proposal_far_behind_the_count_is_looked_at_again(desk: MakeDesk, come: Come) -> None:
    """A hundredth of all boxes more; a few more boxes are no other picture."""
    gateway = desk()
    page = come(gateway)
    boxes = night.contest()["boxes"]
    gateway.put(night.contest(boxes=boxes | {"counted": boxes["counted"] + 40}))
    expect(page.locator("#since")).to_contain_text("40 boxes more")
    expect(page.locator(GO)).to_be_enabled()
    gateway.put(night.contest(boxes=boxes | {"counted": boxes["counted"] + 320}))
    expect(page.locator("#since")).to_contain_text("Much more is counted")
    expect(page.locator(GO)).to_be_disabled()


def test_a_rule_that_passes_no_more_cannot_be_signed(desk: MakeDesk, come: Come) -> None:
    """It is about to be withdrawn; looking again does not help."""
    gateway = desk()
    page = come(gateway)
    one = night.proposal()
    gateway.put(night.contest(proposal=one | {"now": one["now"] | {"passes": False, "cushion_votes": None}}))
    expect(page.locator("#since")).to_contain_text("about to be withdrawn")
    expect(page.locator(".facts")).to_contain_text("does not pass now")
    expect(page.locator(".decide")).not_to_contain_text("passes by")
    expect(page.locator(GO)).to_be_disabled()
    expect(page.locator("[data-do=look]")).to_have_count(0)


def test_a_proposal_that_was_made_anew_takes_nothing_over(desk: MakeDesk, come: Come) -> None:
    """Another id is another proposal: it says so, its reason is empty, and nothing is half said."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    gateway.put(night.contest(proposal=night.proposal(id="ffff73b8881a985d")))
    expect(page.locator(".decide")).to_contain_text("This is a new proposal.")
    expect(page.locator(".sure")).to_have_count(0)
    assert "" == page.input_value("textarea")


def test_a_stale_approval_is_refused_by_the_gateway_too(desk: MakeDesk, come: Come) -> None:
    """Whoever was faster: its sentence is shown, and nothing looks as if it were signed."""
    gateway = desk()
    gateway.answers["approve"] = {
        "ok": False,
        "outcome": "too late",
        "d": {"because": "This proposal was withdrawn."},
    }
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    page.click(SURE)
    expect(page.locator(".said[data-ok=false]")).to_contain_text("came too late")
    expect(page.locator(".said[data-ok=false] [lang=en]")).to_have_text("This proposal was withdrawn.")


def test_a_refusal_takes_two_presses(desk: MakeDesk, come: Come) -> None:
    """And a reason."""
    gateway = desk()
    page = come(gateway)
    page.fill("textarea", "Two districts are late.")
    page.click("[data-do=ask-refuse]")
    assert [] == gateway.acts
    page.click("[data-do=refuse]")
    refusal = {"do": "refuse", "contest": "mayor", "proposal": night.PROPOSAL}
    assert refusal | {"because": "Two districts are late."} == the_act(gateway)


def test_a_key_that_is_held_sends_nothing_twice(desk: MakeDesk, come: Come) -> None:
    """It presses what its own answer has just taken away; of what failed nobody knows whether it was done."""
    gateway = desk()
    gateway.answers["refuse"] = {"ok": False, "outcome": "failed", "d": {"because": ""}}
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click("[data-do=ask-refuse]")
    page.click("[data-do=refuse]")
    expect(page.locator(".said")).to_contain_text("Look whether it was done")
    page.evaluate("() => sandik.pressed.refuse()")
    page.click("[data-do=acknowledge][data-id=a5]")
    gateway.until(lambda: len(gateway.acts) == 2)
    assert ["refuse", "acknowledge"] == [act["do"] for act in gateway.acts]


def test_without_a_channel_the_last_person_is_not_told_of_any(desk: MakeDesk, come: Come) -> None:
    """A call is public all the same."""
    page = come(desk(signed(night.FIRST), channels={"all": 0, "live": 0}))
    expect(page.locator(".acts p")).to_contain_text("It becomes public at once.")


# Taking back.


def test_a_call_is_taken_back_in_the_same_place(desk: MakeDesk, come: Come) -> None:
    """With a reason, in two steps; then it says that nothing is in force."""
    gateway = desk(night.called())
    page = come(gateway)
    page.click("[data-do=ask-retract]")
    expect(page.locator(".problem:visible")).to_contain_text("A reason is needed")
    page.fill("textarea", "The figures of one district are in doubt.")
    page.click("[data-do=ask-retract]")
    expect(page.locator(".sure")).to_contain_text("It cannot be undone")
    assert [] == gateway.acts
    page.click("[data-do=retract]")
    because = "The figures of one district are in doubt."
    assert {"do": "retract", "contest": "mayor", "call": night.CALL, "because": because} == the_act(gateway)
    gateway.put(night.retracted())
    expect(page.locator("#decide-title")).to_have_text("Nothing waits for you")
    expect(page.locator(".decide")).to_contain_text("Withdrawn: the figures of one district")


def test_one_thing_is_decided_at_a_time(desk: MakeDesk, come: Come) -> None:
    """Of two proposals the one that waits for me comes first, and one button leads to the other."""
    other = night.contest(
        contest="assembly",
        title="Assembly",
        titles=None,
        proposal=night.proposal(night.signature(night.SECOND), id="other"),
    )
    page = come(desk(other, night.contest()))
    expect(page.locator("#decide-title")).to_have_count(1)
    expect(page.locator(".decide .head-line .quiet")).to_contain_text("mayor")
    page.click(".waits [data-id=other]")
    expect(page.locator(".decide .head-line .quiet")).to_have_text("Assembly")
    expect(page.locator(GO)).to_have_count(0)


def test_an_answer_that_never_comes_is_not_taken_for_a_no(desk: MakeDesk, come: Come) -> None:
    """The connection ends in between: it is said, nothing is sent twice, nothing can be decided now."""
    gateway = desk()
    gateway.hold = True
    page = come(gateway)
    page.fill("textarea", REASON)
    page.click(GO)
    page.click(SURE)
    gateway.until(lambda: bool(gateway.acts))
    gateway.closed = True
    gateway.cut()
    expect(page.locator(".said")).to_contain_text("Look whether it was done")
    expect(page.locator(".cut")).to_contain_text("The connection is lost.")
    expect(page.locator(GO)).to_be_disabled()
    gateway.closed = False
    expect(page.locator(".cut")).to_have_count(0)
    assert 1 == len(gateway.acts)
    expect(page.locator(GO)).to_be_enabled()
