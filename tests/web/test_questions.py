"""The answers below the strip."""

import pytest

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
    """When nothing is out there is nothing to change; under the threshold it is too early to say."""
    assert "None is out" == said(fakes.final())["q1.answer"]
    assert "Too early to say" == said(fakes.march_early())["q1.answer"]


def test_when_no_box_is_out_the_question_is_by_how_much() -> None:
    """The lead beside the recount band, on one scale: inside it a recount can turn the count."""
    night = fakes.final() | {"recount_band_permille": 5}
    band = night["valid"] * 5 // 1000
    values = said(night)
    assert ("By how much?", None) == (values["q1.title"], values["q1.hide_out"])
    assert "Recount band, 0.5% of valid votes" == values["q1.out_label"]
    assert f"≤ {band:,}" == values["q1.out"]
    assert (values["q1.text"] or "").endswith("outside the recount band of 0.5%.")
    inside = said(night | {"margin_votes": band})
    assert "The lead is inside the recount band" in (inside["q1.text"] or "")
    assert "100.00%" == inside["q1.lead.w"] == inside["q1.out.w"]
    assert ("", "Every box is counted.") == (
        said(fakes.final())["q1.hide_out"],
        said(fakes.final())["q1.text"],
    )
    assert "Can the boxes still out change it?" == said(fakes.june())["q1.title"]


@pytest.mark.parametrize("name", ["certified", "annulled"])
def test_after_the_night_the_question_gives_way_to_what_became_of_it(name: str) -> None:
    """The timeline and the steps of the lead stand in its place; before, those are hidden."""
    after, before = said(fakes.FAKES[name]()), said(fakes.june())
    assert ("", None) == (after["q1.hide"], after["after.hide"])
    assert (None, "") == (before["q1.hide"], before["after.hide"])


def test_what_was_checked() -> None:
    """Counted, quarantined, refused and remarked papers are told; turnout only after the embargo."""
    values = said(fakes.june())
    assert ("29,627", "7", "97") == (values["q3.counted"], values["q3.refused"], values["q3.remarks"])
    assert ("", "–") == (said(fakes.june_closed())["q3.hide"], said(fakes.june_closed())["q3.turnout"])


def test_the_checks_stand_where_there_is_room() -> None:
    """Beside the questions, or below beside what changed; never in both, and never in neither."""
    for name in fakes.FAKES:
        values = said(fakes.FAKES[name]())
        assert {"", None} == {values["q3.stage.hide"], values["q3.after.hide"]}
    assert said(fakes.certified())["q3.stage.hide"] is None
    assert said(fakes.june())["q3.after.hide"] is None
