"""What the board says above its tiles."""

import pytest

from tests.browser import fakes
from web.face import face_of
from web.view import standing_order, top_values
from web.words import words


def said(night: fakes.Snapshot, lang: str = "en") -> dict[str, str | None]:
    """The values of a snapshot, without the marks of bold text."""
    values = top_values(night, face_of(night), words(lang))
    return {key: value and value.replace("\x01", "") for key, value in values.items()}


def test_the_june_night_after_the_ban() -> None:
    """The strip says shares, votes, lead and what is out."""
    values = said(fakes.june())
    assert "674,449" == values["race.num"]
    assert "votes · 8.12 points" == values["race.sub"]
    assert "İmamoğlu’s lead" == values["race.label"]
    assert ("53.67", "45.55") == (values["race.l.num"], values["race.r.num"])
    assert "29,627 of 31,186 boxes counted · 95.0%" == values["counted.left"]
    assert "1,559 boxes out · at most 541,662 votes" == values["counted.right"]
    assert "CALLED 19:16 · İmamoğlu" == values["badge.text"]
    assert " · rerun of 23 June 2019 · 39 districts, 31,186 ballot boxes" == values["head.rest"]


def test_turkish() -> None:
    """The same in Turkish, with its own marks, times and endings."""
    values = said(fakes.june(), "tr")
    assert "İmamoğlu’nun farkı" == values["race.label"]
    assert "%95,0 sayıldı · 29.627 / 31.186 sandık" == values["counted.left"]
    assert "Son veri 19.16.42" == values["status.last"]
    assert "TEKRAR · BENZETİM" == values["ribbon.tag"]


def test_nothing_about_votes_under_the_embargo() -> None:
    """Under the embargo there is no value of the strip at all."""
    values = said(fakes.june_closed())
    assert [] == [key for key in values if key.startswith(("race.", "slot.", "half.", "others."))]
    assert "19:15" == values["closed.at"]
    assert "UNDER EMBARGO" == values["badge.text"]
    assert "By law at the latest 21:00. Announced: lifted at 19:15." == values["badge.note"]


def test_too_early_shows_the_count_not_a_lead() -> None:
    """Under the threshold the progress is the big number and no choice has a colour."""
    values = said(fakes.march_early())
    assert ("counted", "27.9%") == (values["race.kind"], values["race.num"])
    assert [None, None] == [values["race.l.c"], values["race.r.c"]]


def test_live_and_real_has_no_ribbon() -> None:
    """Only a live night with real boxes goes without a ribbon."""
    night = fakes.june() | {"mode": "live", "simulated": False}
    assert "" == said(night)["ribbon.hide"]
    assert "REHEARSAL · SIMULATED" == said(fakes.june() | {"mode": "rehearsal"})["ribbon.tag"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("too close", "close"),
        ("retracted", "retracted"),
        ("annulled", "annulled"),
        ("tie by lot", "lot"),
        ("open", "open"),
    ],
)
def test_badges(state: str, expected: str) -> None:
    """Each state of a call has its badge."""
    assert expected == said(fakes.june() | {"call": {"state": state}})["badge.kind"]


def test_a_tie_is_said() -> None:
    """Equal votes are a tie, without a colour."""
    values = said(fakes.tie())
    assert ("tie", "Tie", None) == (values["race.kind"], values["race.num"], values["race.lead.c"])


def test_several_seats_say_the_margin_at_the_line() -> None:
    """With two seats the margin is between the second and the third."""
    values = said(fakes.two_seats())
    assert ("Margin at the line", "7", None) == (
        values["race.label"],
        values["race.num"],
        values["race.lead.c"],
    )
    assert "Ada Kaya" == values["slot.0.name"]


def test_many_choices_end_in_others() -> None:
    """After ten rows the others stand together."""
    values = said(fakes.many())
    assert "4 others on the ballot" == values["slot.rest.name"]
    assert 14 == len(standing_order(fakes.many(), face_of(fakes.many())))
