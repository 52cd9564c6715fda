"""The words of columns and paths: templates, areas, figures of several columns."""

from election.errors import Mistake
from election.wire.toml_reader import parse_toml
from producers.formats.mapping_fields import one_or_more, read_fields
from producers.formats.shapes import AreaField, Fields, Slot, Template


def fields(text: str, paths: bool = False) -> Fields:
    """The fields in this text, which has no mistakes."""
    mistakes: list[Mistake] = []
    found = read_fields(parse_toml("my.toml", text.encode(), mistakes), paths)
    assert [] == mistakes
    return found


def test_a_text_without_braces_is_one_column_and_one_with_braces_a_template() -> None:
    """Texts between stay as they are."""
    assert Template("Sandık No", (Slot("Sandık No"),)) == fields('unit = "Sandık No"').unit
    expected = (Slot("İlçe", "slug"), "-", Slot("No", "04"), "/x")
    found = fields('unit = "{İlçe|slug}-{ No |04}/x"').unit
    assert found is not None
    assert (expected, ("İlçe", "No")) == (found.parts, found.names)


def test_areas_are_told_top_down_with_their_own_ids_where_they_have_some() -> None:
    """In the order of the mapping."""
    found = fields(
        'area.city = "İl"\narea.district = { name = "İlçe", id = "Kod" }\narea.ward = { id = "W" }'
    )
    city, district, ward = found.areas
    assert AreaField("city", Template("İl", (Slot("İl"),))) == city
    assert (("İlçe",), ("Kod",)) == (district.name.names, district.id.names if district.id else ())
    assert ward.name == ward.id


def test_figures_may_be_several_columns_and_words_are_the_same_for_paths() -> None:
    """One text or a list."""
    assert ("Boş", "Yırtık") == fields('invalid = ["Boş", "Yırtık"]').figure("invalid")
    assert ("rows[*]", ("a",)) == (
        (found := fields('rows = "rows[*]"\nvoters = "a"', paths=True)).rows,
        found.voters,
    )


def test_one_text_is_a_list_of_one() -> None:
    """And a missing one is nothing."""
    table = parse_toml("my.toml", b'a = "x"\nb = ["x", "y"]', [])
    assert (("x",), ("x", "y"), ()) == tuple(one_or_more(table, key) for key in "abc")
