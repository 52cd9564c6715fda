"""A reader is timed only if it read every box and every vote."""

import numpy as np
import pytest

from bench import parse
from bench.istanbul import FIGURES, Istanbul
from producers.formats.mapping import read_mapping

MAPPING = read_mapping("simulated.toml", parse.SIMULATED)
NIGHT = Istanbul(
    files={},
    real=False,
    boxes=("a", "b"),
    leaf=(),
    parent={},
    figures=np.array([[300, 210, 200, 10, 120, 70, 6, 4], [310, 220, 215, 5, 100, 105, 6, 4]]),
)
LINES = parse._own(NIGHT).splitlines(keepends=True)


def test_readers_that_read_everything_are_timed() -> None:
    """Cells, and what a night is founded on."""
    assert len(FIGURES) == NIGHT.figures.shape[1]
    parse._cells(LINES, 2)
    parse._survey(LINES, MAPPING, NIGHT)
    parse._whole("imamoglu", 2, 220, NIGHT)


def test_a_reader_that_skips_a_box_or_a_vote_is_not() -> None:
    """It would be the fastest."""
    with pytest.raises(ValueError, match="csv read 2 lines of 2 boxes"):
        parse._cells(LINES[:-1], 2)
    with pytest.raises(ValueError, match="1 boxes with 120 votes for imamoglu were read of \\(2, 220\\)"):
        parse._survey(LINES[:-1], MAPPING, NIGHT)
    with pytest.raises(ValueError, match="2 boxes with 219 votes"):
        parse._whole("imamoglu", 2, 219, NIGHT)
