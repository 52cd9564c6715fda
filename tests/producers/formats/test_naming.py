"""Ids for what a feed names in its own words."""

import pytest

from producers.formats.document import Document, FeedError
from producers.formats.naming import Names
from producers.formats.shapes import ChoiceMarks, Mapping
from tests.producers.tiny import HEARD_AT


def names(mapping: Mapping | None = None) -> Names:
    """The names of a document."""
    return Names(Document("feed.xml", [], HEARD_AT, None, mapping))


def test_without_a_mapping_a_name_is_its_slug() -> None:
    """The last text is the one."""
    made = names()
    assert "besiktas" == made.unit("u-7", "Beşiktaş")
    assert "kuzey" == made.area("Kuzey")
    assert "mayor" == made.contest("5000", "Mayor")
    assert "ada-l" == made.choice("mayor", "1", "Ada L.")
    assert ("Mayor", "Ada L.", "X") == (
        made.contest_name("mayor", "Mayor"), made.choice_name("mayor", "ada-l", "Ada L."),
        made.party("mayor", "ada-l", "X"),
    )  # fmt: skip


def test_a_mark_of_any_of_the_texts_is_the_id() -> None:
    """By key or by name; areas where the feed is one of areas."""
    marks = Mapping(
        "m",
        contest_ids={"5000": "baskan"},
        choice_ids={("baskan", "1"): "ada", ("", "B. Kaya"): "bulut"},
        choices={"ada": ChoiceMarks("ada", ("1",), name="Ada Lovelace", party="X", sum=True)},
        units={"A101": "n-1"},
        areas={"Ben Hill": "ben"},
    )
    made = names(marks)
    assert "baskan" == made.contest("5000", "Mayor")
    assert ["ada", "bulut"] == [made.choice("baskan", "1", "Ada"), made.choice("baskan", "2", "B. Kaya")]
    assert ["n-1", "ben-hill"] == [made.unit("A101"), made.unit("Ben Hill")]
    assert made.sums("baskan", "ada")
    assert not made.sums("baskan", "bulut")
    assert ("Ada Lovelace", "X") == (made.choice_name("baskan", "ada", "A"), made.party("baskan", "ada", ""))
    by_area = Mapping("m", level="county", areas=marks.areas)
    assert "ben" == names(by_area).unit("Ben Hill")


def test_two_names_of_one_id_are_an_error() -> None:
    """They would be one box, and nobody would see it; the same name again is no other one."""
    made = names()
    made.unit("St. Mary", line=3)
    made.unit("St.  Mary", line=4)
    with pytest.raises(FeedError, match=r"feed.xml:5: .*St. Mary.* and .*St Mary.* st-mary.*\[units\]"):
        made.unit("St Mary", line=5)
    made.choice("mayor", "St Mary")
    made.choice("bridge", "St. Mary")


def test_the_way_out_of_an_id_that_two_areas_have_is_the_section_that_is_asked() -> None:
    """Units of a feed of areas are named under [areas]."""
    made = names(Mapping("m", level="county"))
    made.unit("St. Mary")
    with pytest.raises(FeedError, match=r"under \[areas\]"):
        made.unit("St Mary")
    made.area("St Mary")
