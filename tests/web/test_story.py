"""What was told, as the board says it: a call in each of its states, why there is none, swing and alerts."""

from copy import deepcopy

import pytest

from election.alerts import ALERT_KINDS
from tests.browser import fakes
from tests.browser.fake_story import JUNE, alert, call, made
from tests.web.test_view import said
from web.face import face_of
from web.story import DESK_ONLY, alerts, group_of, plain_title, why_values
from web.words import BOLD, words


def test_a_call_says_rule_time_share_and_reason() -> None:
    """Who, when, by which rule, how much was counted, and the numbers; and that it is not certified."""
    values = said(fakes.june())
    assert (
        "Called 19:16: İmamoğlu · rule “certain” · at 95.0% counted. At that moment:" == values["call.what"]
    )
    assert made()["because"] == values["call.because"]
    assert ("CALLED 19:16 · İmamoğlu", "", None) == (
        values["badge.text"],
        values["badge.was"],
        values["call.hide"],
    )
    assert "Unofficial until certified." == values["badge.note"]
    turkish = said(fakes.june(), "tr")
    assert "İlan edildi 19.16: İmamoğlu · kural “kesin” · %95,0 sayılmışken. O anda:" == turkish["call.what"]
    assert made()["becauses"]["tr"] == turkish["call.because"]


def test_a_withdrawn_call_stays_visible_with_its_reason() -> None:
    """When it was withdrawn and why, and what had been called."""
    values = said(fakes.withdrawn())
    assert ("WITHDRAWN 21:07", "called 19:16") == (values["badge.text"], values["badge.was"])
    assert "Withdrawn 21:07." == values["call.what"]
    assert (values["call.because"] or "").startswith("Küçükçekmece was withdrawn")
    assert "The call before: İmamoğlu, 19:16 · rule “certain” · at 95.0% counted." == values["call.was"]


def test_certified_is_official_and_has_a_day() -> None:
    """After certification the figures are a result, of a day and not of an hour."""
    values = said(fakes.certified())
    assert "CERTIFIED 17 April · İmamoğlu" == values["badge.text"]
    assert "Certified 17 April: İmamoğlu." == values["call.what"]
    assert "Official" == values["status.official"]
    assert not (values["foot.note"] or "").startswith("Unofficial")


def test_annulled_totals_are_marked() -> None:
    """The day, the rerun, and that the totals are kept and are no result; status line and foot say it."""
    values = said(fakes.annulled())
    assert ("ANNULLED 6 May 2019", "annulled", "Annulled") == (
        values["badge.text"],
        values["badge.kind"],
        values["status.official"],
    )
    assert "Annulled 6 May; rerun 23 June." == values["call.what"]
    kept = "The totals stay readable for the record; they are no longer a result."
    assert kept == values["call.was"]
    assert (values["foot.note"] or "").startswith(kept)
    night = fakes.annulled() | {"lineage": {"parent": None, "state": "annulled", "rerun_on": None}}
    assert "Annulled 6 May." == said(night)["call.what"]


def test_a_recount_and_a_lot_are_said() -> None:
    """With the call there was before, where there was one."""
    at = "2019-06-25T09:00:00.000Z"
    values = said(fakes.june() | {"call": made(state="recount", at=at)})
    assert ("RECOUNT", "Recount ordered 25 June.") == (values["badge.text"], values["call.what"])
    assert (values["call.was"] or "").startswith("The call before: İmamoğlu, 19:16")
    lot = said(fakes.june() | {"call": call("tie by lot", choice="yildirim", elected=["yildirim"], at=at)})
    assert ("lot", "Decided by lot 25 June: Yıldırım.") == (lot["badge.kind"], lot["call.what"])


def test_several_elected_are_all_named() -> None:
    """A call for two seats names two."""
    two = made(choice="ada", elected=["ada", "bora"], rule="majority", counted_at_call=1.0)
    values = said(fakes.two_seats() | {"call": two, "date": "2019-06-23"})
    assert (
        "Called 19:16: Kaya, Demir · rule “majority” · at 100% counted. At that moment:"
        == values["call.what"]
    )


@pytest.mark.parametrize("state", ["not started", "too early", "too close", "open", "proposed"])
def test_without_a_call_there_is_a_reason_and_no_strip(state: str) -> None:
    """What is proposed is for the desk: the public sees that there is no call."""
    values = said(fakes.june() | {"call": call(state, because="The margin is 5 votes.")})
    assert ("", None, "The margin is 5 votes.") == (
        values["call.hide"],
        values["why.hide"],
        values["why.text"],
    )
    assert "" == said(fakes.june())["why.hide"]


def test_what_forbids_a_call_is_listed_with_its_number_and_limit() -> None:
    """Each guard that forbids, and the rules; how many of how many guards. The sentence gives way to them."""
    values = said(fakes.march_close())
    assert ("", "", None) == (values["why.text"], values["why.hide_text"], values["why.hide_list"])
    assert "3 of 9 guards forbid it" == values["why.sub"]
    assert "Lead inside the recount band: 0.05%, limit 0.5%" == values["why.0"]
    assert (None, "", "") == (values["why.3.hide"], values["why.4.hide"], values["why.4"])
    turkish = said(fakes.march_close(), "tr")
    assert "9 koşuldan 3 tanesi ilanı engelliyor" == turkish["why.sub"]
    assert (turkish["why.1"] or "").startswith("Yayımlanan sayım durdu: 11 dk")
    early = said(fakes.march_close() | {"lead_from_counted_pct": 99})
    assert ("", None, "") == (early["why.hide_list"], early["why.hide_text"], early["why.sub"])


@pytest.mark.parametrize(
    "brief", ["no colon", "Polls are open: until 17:00", f"a {BOLD}b{BOLD}: c", "", "x:"]
)
def test_a_line_against_a_call_has_its_title_bold(brief: str) -> None:
    """Up to the first colon that a blank follows; marks in it are taken out."""
    guards = [{"id": "moon", "brief": brief, "briefs": {}}]
    night = fakes.june() | {"call": call("open", guards=guards, guards_asked=1)}
    line = why_values(night, face_of(night), words("en"))["why.0"]
    title, colon, rest = brief.replace(BOLD, "").partition(": ")
    assert f"{BOLD}{title}{':' if colon else ''}{BOLD} {rest}".rstrip() == line


def test_a_reason_that_was_told_in_english_alone_is_said_in_numbers_elsewhere() -> None:
    """No English sentence stands on a Turkish page."""
    close = call("too close", because="x")
    assert (
        "4.021 oyluk, 0,05 puanlık fark yeniden sayım aralığının içinde."
        == (said(fakes.march_close() | {"call": close}, "tr")["why.text"])
    )
    assert "27,9" in (said(fakes.march_early(), "tr")["why.text"] or "")
    told = fakes.june() | {"call": call("open", because="x")}
    assert "Fark 674.449 oy; en çok 541.662 oy daha gelebilir." == said(told, "tr")["why.text"]
    both = call("open", because="x", becauses={"en": "x", "tr": "y"})
    assert "y" == said(fakes.june() | {"call": both}, "tr")["why.text"]


def test_nothing_of_a_call_is_said_under_the_embargo() -> None:
    """Not even why there is none."""
    values = said(fakes.june_closed() | {"call": made()})
    assert ("embargo", "", "", "") == tuple(
        values[key] for key in ("badge.kind", "call.what", "call.because", "why.text")
    )


def test_the_swing_is_over_the_same_boxes_with_the_naive_figure_beside_it() -> None:
    """It says how many boxes, since when, and that the naive figure is not like for like."""
    values = said(fakes.june())
    assert ("Change since 31 March", "over the same 29,627 boxes") == (
        values["swing.title"],
        values["swing.same"],
    )
    assert ("▲", "+9.0", "points in İmamoğlu’s lead") == (
        values["swing.mark"],
        values["swing.num"],
        values["swing.unit"],
    )
    assert "+8.0" in (values["swing.naive"] or "")
    plain = said(fakes.june() | {"lineage": {"parent": "the-earlier-one"}})
    assert "Change since the earlier night" == plain["swing.title"]


def test_there_is_no_swing_before_a_lead_may_be_shown() -> None:
    """It speaks of a lead; under the threshold and under the ban there is none."""
    swing = fakes.june()["swing"]
    for night in (fakes.march_early(), fakes.june_closed(), fakes.june() | {"swing": None}):
        assert (
            ""
            == said(night | ({"swing": swing} if night["swing"] is None else {"swing": None}))["swing.hide"]
            or night["embargo"]["state"] == "open"
        )
    assert "" == said(fakes.march_early() | {"swing": swing})["swing.hide"]
    assert "" == said(fakes.june_closed() | {"swing": swing})["swing.hide"]


def test_alerts_are_newest_first_and_begin_after_the_mode() -> None:
    """The ribbon says the mode and the page the contest; a proposal is not public."""
    told = alerts(fakes.june(), words("en"))
    assert [6, 5, 3, 2, 1] == [int(one.id, 16) for one in told]
    assert ("A correction moved the margin by 1,204 votes.", "19:16:31", "Correction") == (
        told[0].title,
        told[0].time,
        told[0].word,
    )
    turkish = alerts(fakes.june(), words("tr"))
    assert "Yayın yasağı kalktı." == turkish[-1].title
    assert "" == said(fakes.june())["told.hide"]
    assert said(fakes.yes_no())["told.hide"] is None


def test_what_was_told_late_stands_where_it_happened() -> None:
    """After a jump a thing of 19:15 may be told after one of 22:50; of one moment the last told is first."""
    night = deepcopy(fakes.june())
    first, second, third = [one for one in night["alerts"] if one["kind"] != "call-proposed"][:3]
    first |= {"at": "2019-06-23T16:15:00.000Z", "seq": 90}
    second |= {"at": "2019-06-23T16:15:00.000Z", "seq": 91}
    third |= {"at": "2019-06-23T19:50:00.000Z", "seq": 1}
    told = [one.id for one in alerts(night, words("en"))]
    places = [told.index(one["id"]) for one in (third, second, first)]
    assert sorted(places) == places


def test_another_days_alert_says_its_day() -> None:
    """The night goes on for weeks."""
    assert "6 May 20:05" == alerts(fakes.annulled(), words("en"))[0].time


def test_a_title_of_another_shape_is_shown_as_it_is() -> None:
    """Only what is known to be mode and contest is left out; marks of bold text are taken out."""
    night = fakes.june()
    assert "Odd: a title!" == plain_title(night, {"title": f"odd: {BOLD}a title!"}, words("en"))
    assert "X." == plain_title(night, alert(1, "x", "", "x", "y", "", ""), words("en"))


def test_every_kind_of_alert_has_its_word() -> None:
    """An unknown kind is an event; every known one has a group that there is a word for."""
    assert {"concession", "objection", "call-proposed"} == {
        kind for kind in ALERT_KINDS if group_of(kind) == "event"
    }
    for lang in ("en", "tr"):
        assert all(f"kind.{group_of(kind)}" in words(lang).text for kind in (*ALERT_KINDS, "new"))
    assert set(DESK_ONLY) <= set(ALERT_KINDS)
    assert DESK_ONLY[0] in {one["kind"] for one in JUNE}


def test_an_annulment_keeps_its_day_when_the_rerun_is_set_on_another() -> None:
    """The state is then that of the rerun, and its time another one."""
    night = fakes.annulled()
    later = call("rerun", at="2019-05-09T09:00:00.000Z")
    assert "ANNULLED 6 May 2019" == said(night | {"call": later})["badge.text"]
    assert "ANNULLED 9 May 2019" == said(night | {"call": later, "alerts": []})["badge.text"]
