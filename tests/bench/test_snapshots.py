"""A table is measured only if what is found in it is what was written."""

from pathlib import Path

import pytest

from bench import snapshots
from bench.results import Results
from bench.servers import Place
from bench.snapshots import comparing, parsing, write
from bench.wanted import Wanted

BOXES = 2_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small night with its two tables."""
    write(tmp_path, BOXES)
    return tmp_path


def test_two_tables_are_compared_and_everything_in_them_is_found(folder: Path) -> None:
    """A hundredth is corrected, some are new, some gone; each reader says how long it took."""
    assert 0 < comparing(folder)["the next table: parsed and compared"]
    assert BOXES - BOXES // 1000 == parsing(folder)["rows"]


def test_a_comparison_that_finds_something_else_is_no_figure(folder: Path) -> None:
    """As when one that held every withdrawal back were timed."""
    (folder / "now.csv").write_bytes((folder / "before.csv").read_bytes())
    with pytest.raises(ValueError, match=r"was found, .* was written"):
        comparing(folder)


def test_a_reader_that_refuses_rows_is_no_figure(folder: Path) -> None:
    """It would be the fastest."""
    table = (folder / "now.csv").read_text()
    (folder / "now.csv").write_text(table.replace(",900,", ",many,"))
    with pytest.raises(ValueError, match="0 boxes were read of 1998"):
        parsing(folder)


ALONE, ADDED = "comparing alone, a box", "memory a box that comparing adds"


@pytest.mark.parametrize(
    ("alone", "added", "missing"), [(0.4, 150.0, set()), (-16.9, 0.0, {ALONE, ADDED}), (0.4, 0.0, {ADDED})]
)
def test_a_difference_too_small_to_be_seen_is_no_figure(
    alone: float, added: float, missing: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of memory would reach its target."""

    class Runs(dict[str, float]):
        """One run, in which everything else took one of something."""

        def __missing__(self, what: str) -> float:
            return 1.0

    monkeypatch.setattr(snapshots, "run", lambda folder: Runs({ALONE: alone, ADDED: added}))
    results = Results({})
    with Place(tmp_path) as place:
        snapshots.measure(place, Wanted((), 1, True, 1, tmp_path), results)
    assert missing == {ALONE, ADDED} - {figure.what for figure in results.figures}
