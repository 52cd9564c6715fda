"""The answers below the strip."""

from tests.browser import fakes
from tests.web.test_view import said


def test_boxes_out_cannot_change_it() -> None:
    """A lead larger than every vote that can still come is not changed by them."""
    values = said(fakes.june())
    assert "No" == values["q1.answer"]
    assert (
        "Yıldırım would need 126.9% of the votes expected from the boxes out: impossible."
        == values["q1.text"]
    )
    assert ("100.00%", "80.31%") == (values["q1.lead.w"], values["q1.out.w"])


def test_boxes_out_can_change_it() -> None:
    """A lead as large as what is out, or smaller, can be lost."""
    night = fakes.june()
    night["outstanding"]["votes_max"] = night["margin_votes"]
    assert "Yes" == said(night)["q1.answer"]


def test_nothing_out_and_too_early() -> None:
    """When nothing is out the answer is no; under the threshold it is too early to say."""
    assert "No, none is out" == said(fakes.final())["q1.answer"]
    assert "Too early to say" == said(fakes.march_early())["q1.answer"]


def test_sources_agree_disagree_or_are_one() -> None:
    """The counts agree, disagree, or there is only one; under the embargo nothing is said of leaders."""
    assert "Yes, 3 of 3" == said(fakes.june())["q2.answer"]
    assert "No" == said(fakes.march_close())["q2.answer"]
    assert "One count so far" == said(fakes.two_seats())["q2.answer"]
    closed = said(fakes.june_closed())
    assert ("–", "90.9%") == (closed["src.council.lead"], closed["src.council.counted"])


def test_what_an_area_source_says_of_its_boxes_is_called_its_claim() -> None:
    """All its areas may be in, each with a part of its boxes; its word on boxes is never our counted."""
    night = fakes.june()
    night["sources"][0] |= {"counted": {"units": 39, "units_total": 39}, "claimed": 15593}
    assert "claims 50.0%" == said(night)["src.anka.counted"]


def test_what_was_checked() -> None:
    """Counted, quarantined, refused and remarked papers are told; turnout only after the embargo."""
    values = said(fakes.june())
    assert ("29,627", "7", "97") == (values["q3.counted"], values["q3.refused"], values["q3.remarks"])
    assert ("", "–") == (said(fakes.june_closed())["q3.hide"], said(fakes.june_closed())["q3.turnout"])


def test_a_silent_source_is_told_against_its_pace() -> None:
    """When it was last heard, for how long it is silent, and how fast it told before; STALLED is a word."""
    june, march = said(fakes.june()), said(fakes.march_close())
    assert "last 19:16:42 · 412 boxes a minute" == june["src.anka.state"]
    assert "last 19:14:04 · silent 2 min · 8.3 boxes a minute" == june["src.agency-a.state"]
    assert "" == june["src.party.state"]
    assert "STALLED · silent 11 min · 31 boxes a minute before" == march["src.agency-a.state"]
    turkish = said(fakes.march_close(), "tr")["src.agency-a.state"]
    assert "DURDU · 11 dk sessiz · öncesinde dakikada 31 sandık" == turkish


def test_a_source_that_has_told_every_box_is_not_silent() -> None:
    """It has nothing more to say; one that stalled and never had a pace says no pace."""
    night = fakes.june()
    night["sources"][0] |= {"finished": True, "silent_s": 7200}
    night["sources"][1] |= {"stalled": True, "pace": None, "silent_s": 8100}
    values = said(night)
    assert "has told every box" == values["src.anka.state"]
    assert "STALLED · silent 2 h 15 min" == values["src.agency-a.state"]


def test_the_checks_stand_where_there_is_room() -> None:
    """Beside the questions, or below beside what changed; never in both, and never in neither."""
    for name in fakes.FAKES:
        values = said(fakes.FAKES[name]())
        assert {"", None} == {values["q3.stage.hide"], values["q3.after.hide"]}
    assert said(fakes.certified())["q3.stage.hide"] is None
    assert said(fakes.june())["q3.after.hide"] is None
