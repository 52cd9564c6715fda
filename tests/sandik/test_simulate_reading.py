"""What a night is simulated from: careless files are told with file, line and key, and nothing hangs."""

import tomllib

import pytest

from election.errors import MistakesError, UsageError
from sandik import cli, folders
from sandik.simulate import build, plan
from sandik.simulate_reading import SIMULATION, TOTALS, read_simulation, read_totals
from tests.plain_count import files

MARCH, JUNE = "istanbul-2019-03-31", "istanbul-2019-06-23"
CHOICES = ("imamoglu", "yildirim", "gokcinar", "others")
SMALL = b"""area,boxes,registered,voters,valid,invalid,imamoglu,yildirim,gokcinar,others
adalar,2,9,8,7,1,4,3,0,0
"""


def changed(old: str, new: str, night: str = MARCH) -> dict[str, bytes]:
    """A shipped night whose simulation says something else in one place."""
    given = files(night)
    text = given[SIMULATION].decode()
    assert old in text
    return {**given, SIMULATION: text.replace(old, new, 1).encode()}


def line_of(given: dict[str, bytes], words: str) -> int:
    """The first line of the simulation that begins so."""
    lines = given[SIMULATION].decode().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(words))


@pytest.mark.parametrize("night", [MARCH, JUNE])
def test_a_shipped_simulation_is_read_as_it_stands(night: str) -> None:
    """What is checked is not changed: shipped nights are rebuilt to the byte."""
    given = files(night)
    facts = tomllib.loads(given["night.toml"].decode())
    expected = tomllib.loads(given[SIMULATION].decode())
    assert expected == read_simulation(given[SIMULATION], facts, CHOICES[:2])


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("skew = 0.22", 'skew = "much"', "skew", "arrival.skew is 'much'; it is a number."),
        ("skew = 0.22", "skew = nan", "skew", "arrival.skew is nan; it is a number."),
        ("skew = 0.22", "", "[arrival]", "arrival.skew is missing; it is a number."),
        ("skew = 0.22", "skew = 0.22\nskewed = 1", "skewed", "There is no arrival.skewed; known here: "),
        ("poll_s = 150", "poll_s = 0", "poll_s", "arrival.poll_s is 0; it is a number of seconds above 0."),
        ('late = "imamoglu"', 'late = "nobody"', "late", "it is one of imamoglu, yildirim."),
        ("held = 84", "held = 31187", "held", "arrival.held is more than the 31186 boxes of its curve."),
        ("+03:00, 640]", ', "640"]', "curve", "it is pairs of a time with a zone"),
        ("18:15:00+03:00, 3300", "18:15:00+03:00, 30", "curve", "never falling."),
        ("18:15:00+03:00, 3300", "16:15:00+03:00, 3300", "curve", "never falling."),
        ("differs_in = 240", "differs_in = 31087", "differs_in", "counts.differs_in is more than its boxes."),
        ("every_s = 300", "every_s = 0", "every_s", "agencies.every_s is 0; it is a whole number above 0."),
        ('level = "district"', 'level = "street"', "level", "it is one of city, side, district"),
        ("at = 2019-03-31T19:01:00+03:00", "at = 2019-03-31", "at = 2019-03-31", "it is a time with a zone"),
        ("imamoglu = 9600\n", "", "valid = 49000", "With agencies.marks.valid there stand imamoglu."),
        ('cause = "recount"', 'cause = "mood"', 'cause = "mood"', "recounts.steps.cause is 'mood'; it is "),
        ('kind = "embargo-lifted"', 'kind = "party"', 'kind = "party"', "rulings.kind is 'party'; it is "),
        ("boxes = 120\n", "", "[[recounts.steps]]", "has either boxes, so many of them, or an area"),
        ("[held]\nstate", "[hold]\nstate", "[hold]", "There is no hold; known here: arrival, published, "),
        ("released = [", "released = 3\nx = [", "released", "held.released is 3; it is a list with"),
        ("[recounts]", "[recounts", "[recounts", "This is not TOML: "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_its_line_and_its_key(old: str, new: str, at: str, says: str) -> None:
    """And what would be right; a night is not even begun to be made."""
    given = changed(old, new)
    with pytest.raises(MistakesError) as caught:
        build(given)
    told = [str(one) for one in caught.value.mistakes if says in one.message]
    assert told, str(caught.value)
    assert told[0].startswith(f"simulation.toml:{line_of(given, at)}: ")


def test_every_mistake_is_told_at_once() -> None:
    """A file is mended in one go."""
    given = changed("skew = 0.22", 'skew = "much"')
    given[SIMULATION] = given[SIMULATION].replace(b"differs_in = 240", b"differs_in = -1")
    with pytest.raises(MistakesError, match="2 mistakes in the simulation:"):
        plan(given)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("boxes = 31086\nimamoglu = 4155", "boxes = 99999\nimamoglu = 4155", "party counted 99999 boxes"),
        ("differs_in = 240", "differs_in = 31086", "there are no 31086 boxes in which party could differ"),
        ("boxes = 120\n", "boxes = 99999\n", "there are no 99999 boxes left to correct"),
        ('area = "maltepe"', 'area = "moon"', "votes are to move in no box at all"),
    ],
)  # fmt: skip
def test_a_night_that_cannot_be_told_is_told_as_such(old: str, new: str, says: str) -> None:
    """Where each figure is right in itself, and all of them together are not."""
    with pytest.raises(UsageError, match="No night fits simulation.toml and totals.csv: .*" + says):
        build(changed(old, new))


def test_totals_are_read_by_area() -> None:
    """One line a district."""
    totals = read_totals(SMALL, CHOICES)
    assert ["adalar"] == list(totals)
    assert (2, 9, 4) == tuple(totals["adalar"][name] for name in ("boxes", "registered", "imamoglu"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (SMALL.replace(b",7,1,", b",7,one,"), "totals.csv:2: invalid is 'one'; it is a whole number."),
        (SMALL.replace(b",7,1,", b",7,-1,"), "totals.csv:2: invalid is '-1'"),
        (SMALL.replace(b"adalar,2,", b"adalar,0,"), "totals.csv:2: boxes is 0; an area has at least one."),
        (SMALL.replace(b",0,0\n", b",0,0,5\n"), "totals.csv:2: A cell is ['5']"),
        (SMALL.replace(b",0,0\n", b",0\n"), "totals.csv:2: others is None"),
        (SMALL.replace(b"valid,", b"", 1), "totals.csv:1: The columns valid are missing."),
        (SMALL.partition(b"\n")[0], "totals.csv: There is no area in this file."),
        (SMALL + SMALL.splitlines()[1], "totals.csv:3: The area adalar stands twice."),
        (b"\xff", "totals.csv: This is not CSV: "),
    ],
)  # fmt: skip
def test_a_careless_table_of_totals_is_told_with_its_line(content: bytes, told: str) -> None:
    """Cells, columns, and what is no table at all."""
    with pytest.raises(MistakesError) as caught:
        read_totals(content, CHOICES)
    assert any(str(one).startswith(told) for one in caught.value.mistakes), str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("night.toml", b"seed = 7\n", b"", "night.toml has no seed"),
        ("night.toml", b"main = true", b"main = false", "one contest with two main choices"),
    ],
)
def test_a_night_that_is_not_made_for_it_is_told_so(file: str, old: bytes, new: bytes, says: str) -> None:
    """What a night needs to be simulated at all."""
    given = files(MARCH)
    with pytest.raises(UsageError, match=says):
        plan({**given, file: given[file].replace(old, new, 1)})


def test_without_totals_there_is_nothing_to_simulate_from() -> None:
    """The one file whose figures are facts."""
    given = files(MARCH)
    del given[TOTALS]
    with pytest.raises(UsageError, match=r"there is no totals\.csv here"):
        build(given)


def test_the_command_ends_with_wrong_use(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence for each mistake, no traceback, and nothing is written."""
    mine = folders.find(MARCH)
    assert isinstance(tmp_path, type(mine))
    copy = tmp_path / "mine"
    copy.mkdir()
    for name, content in changed("skew = 0.22", "skew = []").items():
        (copy / name).write_bytes(content)
    assert 2 == cli.main(["night", "build", str(copy), "--out", str(tmp_path / "new")])
    assert "simulation.toml:6: arrival.skew is []; it is a number." in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("recording.jsonl.gz", None, "has no recording.jsonl.gz"),
        ("recording.jsonl.gz", b"\x1f\x8b", "cannot be read"),
        ("night.toml", b"contests = []", "cannot be read"),
    ],
)
def test_a_parent_whose_boxes_cannot_be_read_is_a_sentence(
    name: str, content: bytes | None, says: str
) -> None:
    """A rerun swings from the boxes of the night before it."""
    parent = {file: held for file, held in files(MARCH).items() if file != name}
    if content is not None:
        parent[name] = content
    with pytest.raises(UsageError, match=f"The parent night.*{says}"):
        build(files(JUNE), parent)


def test_more_boxes_than_the_parent_has_are_no_night() -> None:
    """What those were before nobody knows."""
    given = files(JUNE)
    given[TOTALS] = given[TOTALS].replace(b"\nadalar,39,", b"\nadalar,40,")
    with pytest.raises(UsageError, match=r"No night fits .*: the parent night has no box adalar-40"):
        build(given, files(MARCH))
