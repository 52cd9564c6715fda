"""Colours and places of the tiles."""

import pytest

from tests.browser import fakes
from web.face import face_of
from web.pages import place_of
from web.styles import DARK, WHITE, contrast, ink_on, shades, tile_cells, tile_grid, valid_colour

COLOURS = ["#A50F2B", "#F5A524", "#7B8494", "#FFE100", "#FFFFFF", "#000000", "#1B7F5C", "#808080"]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("colour", COLOURS)
def test_text_can_be_read_on_every_shade(colour: str, dark: bool) -> None:
    """Whatever a party's colour: text on it has 4.5:1, text in it 4.5:1 on the page, its edge 3:1."""
    found = shades(colour, dark=dark)
    ground = DARK if dark else WHITE
    for step in (1, 2, 3):
        assert contrast(found[f"--f{step}"], found[f"--o{step}"]) >= 4.5
    assert contrast(found["--t"], ground) >= 4.5
    assert contrast(found["--e"], ground) >= 3


def test_the_chosen_shades() -> None:
    """The two colours of Istanbul's nights keep the shades that were picked by eye."""
    amber = shades("#F5A524", dark=False)
    assert ("#A86A00", "#8A5200") == (amber["--e"], amber["--t"])
    assert "#C8213F" == shades("#A50F2B", dark=True)["--f"]
    assert WHITE == ink_on("#A50F2B")


@pytest.mark.parametrize("colour", ["", None, "red", "#12345G", "#fff;}body{display:none"])
def test_what_is_no_colour_is_grey(colour: str | None) -> None:
    """Nothing from a night gets into the stylesheet but a colour."""
    assert "#7B8494" == valid_colour(colour)


def test_tiles_lie_like_bricks() -> None:
    """Odd rows lie half a cell to the right, and no tile of Istanbul touches one across the Bosphorus."""
    night = fakes.june()
    cells = tile_cells(night, face_of(night))
    assert (0, 12) == cells["sariyer"]
    assert (1, 13) == cells["besiktas"]
    sides = {(row, half): night["areas"][area]["side"] for area, (row, half) in cells.items()}
    for (row, half), side in sides.items():
        near = [(row, half + 2), (row + 1, half - 1), (row + 1, half + 1)]
        assert {side} == {sides.get(place, side) for place in near}


def test_nights_without_tiles_have_no_grid() -> None:
    """Without places the tiles simply flow."""
    night = fakes.yes_no()
    assert "" == tile_grid(night, face_of(night), place_of(night))
