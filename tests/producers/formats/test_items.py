"""Places in a tree: which are asked for, and which lead to them."""

from producers.formats.items import EACH, Places, shown

PLACES = Places([("a", EACH, "b"), ("c", 0, "d"), ("e",)])


def test_a_path_is_written_as_people_write_it() -> None:
    """Names with dots, places in brackets."""
    assert "Election[0].Contest[2].@id" == shown(("Election", 0, "Contest", 2, "@id"))
    assert "[3].x" == shown((3, "x"))
    assert "" == shown(())


def test_a_child_is_asked_for_by_its_own_name_or_as_one_of_each() -> None:
    """Its own comes first; what nobody asks for is neither."""
    assert ("a", EACH) == PLACES.under(("a",), 7, True)
    assert ("c", 0) == PLACES.under(("c",), 0, True)
    assert ("c", EACH) == PLACES.under(("c",), 1, True)
    assert ("z",) == PLACES.under((), "z", False)


def test_places_are_asked_for_and_all_above_them_lead_there() -> None:
    """And nothing else does."""
    assert PLACES.ends(("a", EACH, "b"))
    assert PLACES.ends(("e",))
    assert not PLACES.ends(("a", EACH))
    assert PLACES.leads(("a", EACH))
    assert PLACES.leads(())
    assert not PLACES.leads(("e",))
    assert not PLACES.leads(("c", EACH))
