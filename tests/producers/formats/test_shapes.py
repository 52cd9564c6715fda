"""What a mapping says, as values: the names of choices, parties and figures."""

from producers.formats.shapes import Fields, Mapping, Slot, Template
from tests.producers.formats.tables import WIDE, mapping


def test_a_choice_is_called_as_the_mapping_says_else_as_the_feed_does() -> None:
    """And its party likewise."""
    found = mapping(WIDE.replace('ada = "Ada"', 'ada = { marks = "Ada", name = "Ada L.", party = "AN" }'))
    told = [found.choice_name("", *words) for words in (("ada", "Ada"), ("bulut", " Bulut K. "), ("cem",))]
    assert ["Ada L.", "Bulut K.", "cem"] == told
    assert ("AN", "YY", "") == (
        found.party_of("", "ada", "x"),
        found.party_of("", "bulut", "YY"),
        found.party_of("", "x"),
    )


def test_a_unit_of_a_feed_of_areas_is_the_slug_of_its_name() -> None:
    """A box keeps the text it has."""
    assert "Kuzey 1" == Mapping("m").unit_of(" Kuzey 1 ")
    assert "kuzey-1" == Mapping("m", level="ward").unit_of(" Kuzey 1 ")


def test_a_template_knows_its_columns_and_fields_their_figures() -> None:
    """In their order."""
    assert ("a", "b") == Template("{a}-{b}", (Slot("a"), "-", Slot("b"))).names
    assert ("v",) == Fields(voters=("v",)).figure("voters")


def test_a_document_is_whole_only_where_the_mapping_says_so() -> None:
    """What is missing from additions was not taken away."""
    assert (False, False, True) == tuple(
        Mapping("m", table=table).whole for table in ("", "additions", "whole")
    )
