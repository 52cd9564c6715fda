"""The rules on the real 31,186 boxes: what the design says of them is what they do.

Know before changing: the files are not part of the project; without them these tests are skipped by name.
"""

from functools import cache
from pathlib import Path

import pytest

from bench.calibration import stage
from bench.calibration_real import CHOICES, Boxes, line, march, read
from bench.shown import Stage

pytestmark = pytest.mark.real_data

FILE = "istanbul-2019/boxes_march_june.csv.gz"


@cache
def boxes(folder: Path) -> Boxes:
    """Both nights."""
    return read(folder / FILE)


@cache
def june(folder: Path) -> Stage:
    """The ground of June's boxes."""
    ground = boxes(folder).ground
    return stage(ground, int(ground.area.max()) + 1, CHOICES)


def test_june_paired_with_march_is_projected_by_five_percent_in_random_order(real_data: Path) -> None:
    """With every guard, and rightly."""
    found = line(june(real_data), "June", "random", boxes(real_data).june, boxes(real_data).march, 2)
    assert 0 == found.wrong
    assert max(found.first) <= 0.05


@pytest.mark.parametrize("order", ["winner's boxes first", "loser's boxes first"])
def test_june_paired_with_march_is_never_wrong_in_orders_sorted_to_either_side(
    order: str, real_data: Path
) -> None:
    """Not even without guards: every box is compared with itself."""
    found = line(june(real_data), "June", order, boxes(real_data).june, boxes(real_data).march, 1)
    assert (0, 0) == (found.wrong, found.wrong_unguarded)
    assert max(found.first_unguarded) <= 1


def test_june_alone_is_projected_at_about_a_quarter(real_data: Path) -> None:
    """Ten points of allowance cost that much."""
    found = line(june(real_data), "June", "random", boxes(real_data).june, None, 2)
    assert 0 == found.wrong
    assert all(0.1 <= first <= 0.35 for first in found.first)


def test_march_is_called_for_nobody_in_any_order(real_data: Path) -> None:
    """The bound is passed near the end; the recount band forbids. `make calibration` tries 1,000 orders."""
    found = march(real_data / FILE, 24)
    assert (24, 24, 0) == (found.orders, found.named, found.called)
