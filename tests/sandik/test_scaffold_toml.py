"""night.toml written with its assumptions."""

import tomllib
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sandik.scaffold_toml import Page, literal, marks


def test_an_assumption_stands_on_the_line_it_is_about() -> None:
    """As a comment that the check finds, with the value itself unharmed."""
    page = Page()
    page.put("time_zone", "UTC", "nobody\nsaid")
    page.put("id", "x")
    page.assume("no ban")
    assert {"time_zone": "UTC", "id": "x"} == tomllib.loads(page.text())
    assert [(1, "nobody said"), (3, "no ban")] == marks(page.text())
    page.header("[[contests]]", "mayor")
    page.put("seats", 1, "one")
    assert ['time_zone = "UTC" (nobody said)', "no ban", "mayor: seats = 1 (one)"] == page.assumed


@given(st.text(st.characters(exclude_categories=("Cs",))), st.text(st.characters(exclude_categories=("Cs",))))
def test_any_name_is_read_back_as_it_was(name: str, note: str) -> None:
    """Whatever a feed calls somebody, the file is TOML and says that name."""
    page = Page()
    page.put("name", name, note)
    page.put("areas", [name, "x"])
    assert {"name": name, "areas": [name, "x"]} == tomllib.loads(page.text())


def test_every_kind_of_value_is_written_as_toml_has_it() -> None:
    """Flags, numbers, days, lists and small tables."""
    assert "true" == literal(True)
    assert "7" == literal(7)
    assert "2024-10-06" == literal(date(2024, 10, 6))
    assert '{ level = "W", at_least_pct = 3 }' == literal({"level": "W", "at_least_pct": 3})
