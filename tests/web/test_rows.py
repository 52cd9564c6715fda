"""Tiles, rows and their sums."""

from tests.browser import fakes
from web.face import face_of
from web.rows import area_values, flipped, parent_day, part_of, sum_values
from web.words import words


def place(night: fakes.Snapshot, area: str, lang: str = "en") -> dict[str, str | None]:
    """The values of one place, by their last word."""
    values = area_values(night, face_of(night), area, words(lang))
    return {key.rpartition(".")[2]: value for key, value in values.items()}


def test_a_tile_with_a_lead() -> None:
    """Triangle, points, step and progress, in words for readers too."""
    values = place(fakes.june(), "fatih")
    assert ("1", "1", "▼", "0.32", "<1") == tuple(values[key] for key in ("c", "s", "mark", "value", "brief"))
    assert "Fatih: Yıldırım ahead by 0.32 points, 98% of boxes counted" == values["say"]
    assert ("49.5%", "107,019", "688", "1") == tuple(values[key] for key in ("t0", "v0", "lv", "ahead"))


def test_a_tile_before_the_embargo_opens() -> None:
    """Only boxes received."""
    values = place(fakes.june_closed(), "fatih")
    assert (None, "93%", "787 boxes", "–") == tuple(values[key] for key in ("c", "value", "line", "v0"))


def test_nothing_counted_is_not_zero_votes() -> None:
    """Where nothing is counted there are no numbers of votes."""
    values = place(fakes.yes_no(), "coldwater")
    assert ("0%", "–", "–", None) == tuple(values[key] for key in ("value", "v0", "t0", "c"))


def test_a_tie_is_an_equals_sign() -> None:
    """A tie has no colour and an equals sign."""
    values = place(fakes.yes_no(), "birchwood")
    assert ("=", "=", None) == tuple(values[key] for key in ("value", "lp", "c"))


def test_a_contest_of_many_says_who() -> None:
    """Where there are no triangles the tile says the name of who is ahead."""
    values = place(fakes.two_seats(), "ashby")
    assert ("Kaya", "+7.9 · 80%", "Kaya", "Demir") == tuple(
        values[key] for key in ("value", "line", "n0", "n1")
    )


def test_sums() -> None:
    """Who leads in how many places, and where it is closest."""
    night = fakes.june()
    values = sum_values(night, face_of(night), words("en"))
    assert "▲ İmamoğlu ahead in 25 districts, Yıldırım ▼ in 14" == values["sum.first"]
    assert (
        "7 changed leader since 31 March, to İmamoğlu. "
        "Closest: Şile ▼ 0.17, Beykoz ▼ 0.25, Fatih ▼ 0.32 points."
    ) == values["sum.second"]
    early = fakes.march_early()
    assert (
        "16 of 39 districts have reached 30%" == sum_values(early, face_of(early), words("en"))["sum.first"]
    )


def test_a_place_where_another_led_before_says_so() -> None:
    """A corner, a word in its row, the change over the same boxes, and a sentence for readers."""
    night = fakes.june()
    night["areas"]["tuzla"]["swing"] |= {"points": 14.24, "leader": "yildirim", "flipped": True}
    values = place(night, "tuzla")
    assert ("", "changed", "▲ +14.2") == (values["flip"], values["turned"], values["move"])
    assert "95% of boxes counted; on 31 March Yıldırım led" in (values["say"] or "")
    assert (None, "", "▲ +9.0") == tuple(place(night, "kadikoy")[key] for key in ("flip", "turned", "move"))
    assert "▲ −2.5" == place(_moved(night, -2.5), "kadikoy")["move"]


def _moved(night: fakes.Snapshot, points: float) -> fakes.Snapshot:
    night["areas"]["kadikoy"]["swing"]["points"] = points
    return night


def test_no_place_has_changed_before_its_lead_may_be_shown() -> None:
    """Under the ban, and where too few of its boxes are counted."""
    closed = fakes.june_closed()
    assert (None, "–") == (place(closed, "tuzla")["flip"], place(closed, "tuzla")["move"])
    night = fakes.june()
    before = flipped(night, face_of(night))
    night["areas"][before[0]]["counted"]["boxes"] = 1
    assert before[1:] == flipped(night, face_of(night))
    assert None is place(night, before[0])["flip"]


def test_the_parent_night_is_named_by_its_day() -> None:
    """Or by its id, where that does not end with one."""
    assert "31 March" == parent_day(fakes.june(), words("en"))
    assert "the-first" == parent_day({"lineage": {"parent": "the-first"}}, words("en"))
    assert "" == parent_day({}, words("en"))


def test_short_bars_are_drawn_in_whole_percent() -> None:
    """Rounded down; of nothing there is nothing."""
    assert ("98%", "0%", "0%") == (part_of(822, 838), part_of(0, 10), part_of(0, 0))
