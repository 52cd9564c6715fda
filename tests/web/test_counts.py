"""The counts of several sources side by side: each by itself, and in second place while they disagree."""

import re

import pytest

from tests.browser import fakes
from tests.web.test_pages import read
from tests.web.test_view import said
from web import pages
from web.counts import apart, far_enough, leader_of, source_name
from web.face import Snapshot, face_of
from web.words import words


def shown(night: Snapshot, lang: str = "en") -> str:
    """The page of a snapshot."""
    return pages.board(night, lang).decode()


def test_sources_agree_disagree_or_are_one() -> None:
    """The counts agree, disagree, or there is only one; under the embargo nothing is said of leaders."""
    assert "Yes, 3 of 3" == said(fakes.june())["q2.answer"]
    assert "No" == said(fakes.march_close())["q2.answer"]
    assert "One count so far" == said(fakes.FAKES["two_seats"]())["q2.answer"]
    closed = said(fakes.june_closed())
    assert ("–", "90.9%") == (closed["src.council.lead"], closed["src.council.counted"])


def test_what_an_area_source_says_of_its_boxes_is_called_its_claim() -> None:
    """All its areas may be in, each with a part of its boxes; its word on boxes is never our counted."""
    night = fakes.june()
    night["sources"][0] |= {"counted": {"units": 39, "units_total": 39}, "claimed": 15593}
    values = said(night)
    assert ("claims 50.0%", "15,593") == (values["src.anka.counted"], values["src.anka.boxes"])


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


def test_a_source_that_has_told_nothing_is_not_at_nought() -> None:
    """It says so in words, has no lead, and the others are not called one."""
    night = fakes.june()
    for at in (1, 2):
        night["sources"][at] |= {"counted": {"units": 0, "units_total": 31186}, "leader": None}
    values = said(night)
    assert ("not reporting yet", "–", "–") == tuple(
        values[f"src.party.{key}"] for key in ("counted", "boxes", "lead")
    )
    assert "One count so far" == values["q2.answer"]
    assert "henüz bildirmiyor" == said(night, "tr")["src.party.counted"]


def test_a_source_with_too_little_counted_has_nobody_ahead() -> None:
    """The rule of the contest holds for each count: no lead before three boxes in ten."""
    night = fakes.march_close()
    for source in night["sources"][1:]:
        source |= {"counted": {"units": 9355, "units_total": 31186}}
    values = said(night)
    assert ("–", None, "0.00%") == tuple(values[f"src.council.{key}"] for key in ("lead", "c", "w"))
    assert "Only one is far enough on" == values["q2.answer"]
    assert not apart(night, face_of(night))
    night["sources"][1] |= {"counted": {"units": 9356, "units_total": 31186}}
    assert apart(night, face_of(night))
    agency = {"counted": {"units": 39, "units_total": 39}, "claimed": 9355}
    assert (False, True) == (far_enough(night, agency), far_enough(night, agency | {"claimed": 9356}))


def test_shares_and_the_drawn_lead_are_each_sources_own() -> None:
    """To the left for one, to the right for the other, on the scale of the largest."""
    values = said(fakes.march_close())
    assert ("48.93%", "48.44%") == (values["src.council.l"], values["src.council.r"])
    assert ("0.00%", "50.00%") == (values["src.party.x"], values["src.party.w"])
    assert ("50.00%", "1") == (values["src.agency-a.x"], values["src.agency-a.c"])


def test_where_several_are_elected_the_margin_at_the_line_is_nobodys_lead() -> None:
    """It lies between the last who is in and the first who is out, and not behind whoever has the most."""
    s = fakes.FAKES["two_seats"]()
    [source] = s["sources"]
    made, key = said(s), f"src.{source['id']}"
    assert source["leader"] is not None
    assert ("", "", None) == tuple(made[f"{key}.{name}"] for name in ("mark", "who", "c"))
    assert words("en").number(source["margin_votes"]) == made[f"{key}.lead"]


def test_a_name_does_not_say_simulated_twice() -> None:
    """The tag says it; what stands after a comma is said quietly."""
    words_en = words("en")
    agency = {"name": "Agency A, by district (simulated)", "simulated": True}
    assert ("Agency A", "by district") == source_name(agency, words_en)
    assert ("Agency A", "by district (simulated)") == source_name(agency | {"simulated": False}, words_en)
    assert ("Council", "") == source_name({"name": "Council (invented)", "simulated": True}, words_en)


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_table_is_in_second_place_while_they_disagree(lang: str) -> None:
    """Above the places then, and says why; otherwise below the table of places. Never twice."""
    march, june = shown(fakes.march_close(), lang), shown(fakes.june(), lang)
    assert march.index('id="counts"') < march.index('class="tiles') < march.index('id="counts-down"')
    assert june.index('id="counts-up"') < june.index('class="tiles') < june.index('id="counts"')
    for page in (march, june):
        assert 1 == page.count('id="counts"')
        read(page.encode())


def test_one_count_has_no_table() -> None:
    """There is nothing beside it."""
    assert 'id="counts"' not in shown(fakes.FAKES["two_seats"]())


def test_under_the_ban_nobody_is_ahead_by_any_count() -> None:
    """No leader, no share, no lead, whatever a source would say."""
    night = fakes.june_closed()
    face = face_of(night)
    assert all(leader_of(night, face, source | {"leader": "imamoglu"}) is None for source in night["sources"])
    values = said(night)
    assert {"–"} == {
        values[f"src.{one['id']}.{key}"] for one in night["sources"] for key in ("lead", "l", "r")
    }


def switch_of(night: Snapshot, lang: str = "en") -> list[tuple[str, str]]:
    """The counts that the switch over the tiles offers, in its order: whose, and what is on the button."""
    buttons = re.findall(
        r'<button type="button" data-source="([^"]+)"[^>]*>(.*?)</button>', shown(night, lang)
    )
    return [(source, re.sub(r"<[^>]+>", "", text)) for source, text in buttons]


def test_places_can_be_seen_by_each_count_that_tells_of_them() -> None:
    """The night's own first, simulated ones tagged; one that gives only sums of the city is not offered."""
    night = fakes.march_close()
    own, council, party = (
        ("agency-a", "Agency A sim."),
        ("council", "Council"),
        ("party", "Party’s tallies sim."),
    )
    assert [own, council, party] == switch_of(night)
    assert "Ajans A benzetim" == switch_of(night, "tr")[0][1]
    assert shown(night).count('aria-pressed="true"') == 1
    night["sources"][2] |= {"level": "district"}
    assert [own, council, party] == switch_of(night)
    night["sources"][2] |= {"level": "side"}
    assert [own, council] == switch_of(night)
    night["sources"][1] |= {"level": "city"}
    assert [] == switch_of(night)


def test_where_two_counts_tell_of_boxes_the_page_of_their_differences_is_linked() -> None:
    """With one count of boxes there is nothing to compare."""
    night = fakes.march_close()
    assert '<a href="/apart/mayor?lang=en" class="apart-of">Boxes on which two counts differ</a>' in shown(
        night
    )
    for source in night["sources"][1:]:
        source["level"] = "district"
    assert "/apart/" not in shown(night)
