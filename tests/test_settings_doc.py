"""Every setting that any room reads stands in docs/settings.md with its default, and nothing else does."""

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "settings.md"
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/settings.py"))


def rows() -> dict[str, list[str]]:
    """The rows of the page's tables by the setting they are of."""
    found = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if match := re.fullmatch(r"`(SANDIK_\w+)`", cells[0]):
            found[match[1]] = cells[1:]
    return found


def settings(room: str) -> dict[str, Any]:
    """The settings of a room and their defaults."""
    table = import_module(f"{room}.settings").Settings
    return {spec.metadata["variable"]: spec.default for spec in fields(table)}


@pytest.mark.parametrize("room", ROOMS)
def test_every_setting_of_a_room_has_a_row_with_its_default(room: str) -> None:
    """A row says: who reads it, the default, what it is."""
    page = rows()
    for variable, default in settings(room).items():
        assert variable in page, f"{PAGE} has no row for {variable} of {room}"
        readers, written, says = page[variable]
        assert room in readers.split(", "), f"the row of {variable} does not name {room}"
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        assert (f"`{shown}`" if shown else "") == written, f"the default of {variable} is {shown!r}"
        assert says


def test_every_row_is_a_setting_that_is_read() -> None:
    """A row of a setting that is gone would mislead."""
    known = {variable for room in ROOMS for variable in settings(room)}
    code = "".join(path.read_text() for path in (ROOT / "sandik").rglob("*.py"))
    code += (ROOT / "tests" / "skips.py").read_text()
    for variable in rows():
        assert variable in known or f'"{variable}"' in code, f"nothing reads {variable}"


def test_two_rooms_that_read_one_setting_agree_on_its_default() -> None:
    """One name, one meaning, one default."""
    defaults: dict[str, Any] = {}
    for room in ROOMS:
        for variable, default in settings(room).items():
            assert default == defaults.setdefault(variable, default), variable
