"""Whether the page's table and picture say what the results say, and nothing of what was not measured."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.drawn import BEGIN, END, PAGE, costs, counted, drawing, placed, read, table

FIGURES = {
    "bundles of 200, per CPU second of the worker": 200_000.0,
    "Quix Streams, per CPU second": 10_000.0,
    "31,186 boxes, CPU of a report": 10.0,
    "31,186 boxes, CPU of a report: worker": 5.0,
    "31,186 boxes, CPU of a report: store": 4.0,
    "31,186 boxes, CPU of a report: broker": 1.0,
    "31,186 boxes, rate": 150_000.0,
    "two workers, CPU of a report: worker": 5.5,
    "two workers, CPU of a report: store": 4.0,
    "two workers, CPU of a report: broker": 1.0,
    "two workers, rate": 250_000.0,
    "two workers / 31,186 boxes, CPU of a report": 1.05,
}


def written(path: Path, figures: dict[str, float]) -> Path:
    """A file of results."""
    rows = [{"what": what, "median": median} for what, median in figures.items()]
    path.write_text(json.dumps({"figures": rows}))
    return path


def test_the_page_has_one_title() -> None:
    """What stands under a second one is another page to whoever makes a list of them."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert ["# How fast it is, and what limits it"] == [line for line in lines if line.startswith("# ")]


def test_a_later_file_replaces_what_an_earlier_one_says(tmp_path: Path) -> None:
    """A part that was measured again."""
    first = written(tmp_path / "1.json", FIGURES)
    second = written(tmp_path / "2.json", {"two workers, rate": 1.0})
    assert {**FIGURES, "two workers, rate": 1.0} == read([first, second])


def test_a_file_without_figures_is_refused(tmp_path: Path) -> None:
    """With a sentence about who writes one."""
    with pytest.raises(ValueError, match="python -m bench PART"):
        read([written(tmp_path / "1.json", {})])


def test_who_was_not_measured_is_not_in_the_table() -> None:
    """No bar and no line for a peer that did not install."""
    assert ["Sandık, bundles of 200", "Quix Streams"] == list(counted(FIGURES))
    assert "Kafka Streams" not in table(FIGURES)


def test_the_table_says_each_median_and_each_ratio() -> None:
    """As they stand in the results."""
    lines = table(FIGURES).splitlines()
    assert any(line.startswith("| Quix Streams | 10,000 | 20.0 × |") for line in lines)
    assert "| 31,186 boxes | 10.0 µs (5.0 · 4.0 · 1.0) | 150,000 |  |" in lines
    wanted = "| two workers | 10.5 µs (5.5 · 4.0 · 1.0) | 250,000 | 1.05 × 31,186 boxes, CPU of a report |"
    assert wanted in lines


def test_the_picture_has_a_bar_for_each_part_of_each_case() -> None:
    """Two who count; three parts of each of two cases; a square of the legend for each part; the ground."""
    root = ElementTree.fromstring(drawing(FIGURES))
    bars = [one for one in root.iter() if one.tag.endswith("rect")]
    assert len(counted(FIGURES)) + 3 * len(costs(FIGURES)) + 3 + 1 == len(bars)
    assert all(float(bar.attrib["width"]) > 0 for bar in bars)


def test_only_what_is_between_the_markers_of_the_page_is_replaced() -> None:
    """The sentences around it are written by hand."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    assert before + BEGIN + "a table\n" + END + after == placed(text, "a table\n")


def test_a_page_without_markers_is_refused() -> None:
    """Nothing would be written, and nobody would notice."""
    with pytest.raises(ValueError, match="markers"):
        placed("a page", "a table")
