"""The tree of areas made from a feed."""

from election.errors import Mistake
from election.night import LevelId
from election.wire.tables import read_areas, read_boxes
from sandik.scaffold_tree import OWN_AREAS_MAX, Tree, grow
from tests.sandik.rows import place, seen, survey


def readable(tree: Tree, found: object) -> bool:
    """Whether the reader of night folders has nothing against the tables."""
    mistakes: list[Mistake] = []
    levels = tuple(LevelId(level) for level in tree.levels)
    areas = read_areas(tree.areas_csv(), levels, mistakes)
    read_boxes(tree.boxes_csv(found), areas, levels[-1], mistakes)  # type: ignore[arg-type] # a Survey
    return not mistakes


def test_the_feeds_one_area_on_top_is_the_root() -> None:
    """Nothing is made up, nothing is assumed."""
    found = survey([seen(f"b{n}", {"ada": 1}, place(("city", "c"), ("town", f"t{n}"))) for n in (1, 2)])
    tree = grow(found, "Night")
    assert (["city", "town"], "c", []) == (tree.levels, tree.root, tree.notes)
    assert {"b1": "t1", "b2": "t2"} == tree.area_of
    assert readable(tree, found)


def test_several_areas_on_top_get_a_root_that_is_called_like_the_night() -> None:
    """And it is said that the feed names none."""
    found = survey([seen(f"b{n}", {"ada": 1}, place(("town", f"t{n}"))) for n in (1, 2)])
    tree = grow(found, "Night")
    assert ["all", "town"] == tree.levels
    assert "Night" == tree.areas[tree.root].name
    assert ["levels"] == [key for key, _ in tree.notes]
    assert readable(tree, found)


def test_few_boxes_with_no_area_above_become_areas_so_that_the_page_shows_them() -> None:
    """Districts that a feed sums up, counties of a state; many boxes stay below the root."""
    few = survey([seen(f"d{n}", {"ada": 1}) for n in range(3)])
    tree = grow(few, "Night")
    assert (["all", "district"], "d1") == (tree.levels, tree.area_of["d1"])
    assert readable(tree, few)
    many = survey([seen(f"b{n}", {"ada": 1}) for n in range(OWN_AREAS_MAX + 1)])
    assert ["all"] == grow(many, "Night").levels
    assert readable(grow(many, "Night"), many)


def test_areas_of_one_name_in_two_counties_are_two_areas() -> None:
    """Ids of areas stand in addresses, so no two are the same, over all levels and the root."""
    rows = [
        seen("b1", {"ada": 1}, place(("county", "adams"), ("ward", "north"))),
        seen("b2", {"ada": 1}, place(("county", "brown"), ("ward", "north"))),
        seen("b3", {"ada": 1}, place(("county", "brown"), ("ward", "adams"))),
        seen("b4", {"ada": 1}, place(("county", "all"), ("ward", "Ünlü Çarşı"))),
    ]
    found = survey(rows)
    tree = grow(found, "Night")
    assert 4 == len({tree.area_of[unit] for unit in ("b1", "b2", "b3", "b4")})
    assert "brown--north" == tree.area_of["b2"]
    assert readable(tree, found)


def test_a_box_without_an_area_of_some_level_lies_in_one_that_says_so() -> None:
    """Votes by post belong to no ward; they are counted, and it is said where."""
    rows = [
        seen("b1", {"ada": 1}, place(("county", "adams"), ("ward", "north"))),
        seen("post", {"ada": 1}, place(("county", "adams"))),
    ]
    found = survey(rows)
    tree = grow(found, "Night")
    assert "(no ward)" == tree.areas[tree.area_of["post"]].name
    assert any("1 boxes have no ward" in note for _, note in tree.notes)
    assert readable(tree, found)


def test_the_area_of_a_contest_is_the_smallest_that_holds_its_boxes() -> None:
    """A county's contest is not counted in the whole state."""
    rows = [
        seen(f"b{n}", {"ada": 1}, place(("state", "s"), ("county", county), ("ward", f"w{n}")))
        for n, county in enumerate(("adams", "adams", "brown"))
    ]
    tree = grow(survey(rows), "Night")
    assert ("adams", "s", "w2") == (tree.common(["b0", "b1"]), tree.common(["b0", "b2"]), tree.common(["b2"]))


def test_a_level_of_very_many_areas_is_counted_and_not_shown() -> None:
    """A snapshot holds every area that is shown."""
    rows = [seen(f"b{n}", {"ada": 1}, place(("city", "c"), ("street", f"s{n}"))) for n in range(1001)]
    tree = grow(survey(rows), "Night")
    assert ["city"] == tree.shown_levels
    assert any(key == "shown_levels" for key, _ in tree.notes)


def test_a_level_of_areas_is_never_called_as_boxes_are() -> None:
    """The reader of night folders keeps that word for boxes."""
    found = survey([seen("b1", {"ada": 1}, place(("city", "c"), ("box", "x")))])
    tree = grow(found, "Night")
    assert ["city", "box-area"] == tree.levels
    assert readable(tree, found)
