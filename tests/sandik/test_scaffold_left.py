"""What is still to decide in a folder that was made from a feed."""

from pathlib import Path

from election.wire.nights import read_night
from sandik import folders
from sandik.scaffold_left import left

AREAS = b"id,name,level,parent\nall,all,all,\n"
BOXES = b"id,area,registered\nb1,all,\nb2,all,100\n"
NIGHT = b"""id = "n"  # ASSUMED: the folder
name = "A night"
date = 2024-10-06
levels = ["all"]
# ASSUMED: no ban
[[contests]]
id = "mayor"
name = "mayor"
area = "all"
source = "feed"
choices = [{ id = "ada", name = "ada" }, { id = "bulut", name = "Bulut" }]
[[sources]]
id = "feed"
name = "Feed"
"""


def made(path: Path, source: str | None = None) -> list[str]:
    """What is said of the folder."""
    files = {"night.toml": NIGHT, "areas.csv": AREAS, "boxes.csv": BOXES}
    for name, content in files.items():
        (path / name).write_bytes(content)
    if source is not None:
        (path / "SOURCE.md").write_text(source)
    return [str(one) for one in left(path, read_night(files))]


def test_assumptions_are_said_with_their_line(tmp_path: Path) -> None:
    """So that an editor goes there."""
    said = made(tmp_path)
    assert "night.toml:1: assumed: the folder" in said
    assert "night.toml:5: assumed: no ban" in said


def test_a_source_to_fill_in_is_said_until_it_is_filled_in(tmp_path: Path) -> None:
    """And a missing page is said, since nobody knows whose figures these are."""
    assert any(line.startswith("SOURCE.md: there is none") for line in made(tmp_path))
    assert "SOURCE.md:3: to fill in: who" in made(tmp_path, "# Source\n\nFILL IN: who\n")
    assert not any("SOURCE.md" in line for line in made(tmp_path, "# Source\n\nThe council, who\n"))


def test_names_that_are_ids_are_said(tmp_path: Path) -> None:
    """Readers of the page see them."""
    said = made(tmp_path)
    assert "night.toml: contests called by their id: mayor" in said
    assert "night.toml: choices of mayor called by their id: ada" in said
    assert "areas.csv: areas called by their id: all" in said


def test_boxes_that_could_not_count_for_want_of_a_register_are_said(tmp_path: Path) -> None:
    """Every paper of theirs would be held back."""
    assert any("1 boxes have no register" in line for line in made(tmp_path))


def test_one_level_of_areas_is_said_to_show_no_places(tmp_path: Path) -> None:
    """The page would have neither tiles nor a table."""
    assert any("no places to show" in line for line in made(tmp_path))


def test_of_a_shipped_night_nothing_is_left() -> None:
    """They were written by hand and name everything."""
    for name in folders.shipped():
        folder = folders.load(name)
        assert [] == left(folder.path, folder.night)
