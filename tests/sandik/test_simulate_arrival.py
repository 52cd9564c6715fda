"""Made-up arrival keeps the promises of its curve: how many boxes are in at which minute."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from sandik.simulate_arrival import (
    ROWS_MAX,
    Arrival,
    Sheet,
    arrival,
    bundle,
    bundles,
    entered,
    heard_in_order,
    order,
    packed,
    polled,
    recording,
    ruling,
)

CURVE = [(0, 0), (10_000, 50), (60_000, 50), (100_000, 300)]
HOW = Arrival(CURVE, poll_ms=7_000, skew=0.4, district_spread=0.2, large_later=0.3, held=0)


def sheet(count: int) -> Sheet:
    """Boxes of two districts, leaning from one end to the other."""
    return Sheet(
        boxes=[f"{'ab'[n % 2]}-{n}" for n in range(count)],
        areas=["ab"[n % 2] for n in range(count)],
        columns={
            "registered": [300] * count, "voters": [210] * count, "valid": [200] * count,
            "invalid": [10] * count, "x": list(range(count)), "y": [200 - n for n in range(count)],
        },
    )  # fmt: skip


def test_boxes_are_dealt_to_the_clock_along_the_curve() -> None:
    """Halfway in boxes is halfway in time, stretch by stretch."""
    assert [200, 10_000, 60_160, 100_000] == [entered(rank, CURVE) for rank in (1, 50, 51, 300)]


def test_a_box_beyond_the_curve_is_an_error() -> None:
    """A curve that ends too early is a mistake of the night."""
    with pytest.raises(ValueError, match="ends at 300 boxes"):
        entered(301, CURVE)


def test_nothing_is_heard_across_a_flat_stretch() -> None:
    """What was entered before the stretch is heard before its end, however slow the feed is asked."""
    slow = Arrival(CURVE, poll_ms=90_000, skew=0, district_spread=0, large_later=0, held=0)
    assert 59_999 == polled(9_000, slow, 0)
    assert 90_000 == polled(60_160, slow, 0)


def test_every_box_is_heard_once_in_bundles_of_one_area() -> None:
    """No box is lost or doubled, and no bundle mixes areas or grows over its limit."""
    whole = sheet(300)
    heard = bundles(whole, range(300), HOW, Random(1))
    assert list(range(300)) == sorted(row for _, _, rows in heard for row in rows)
    assert all({area} == {whole.areas[row] for row in rows} for _, area, rows in heard)
    assert sorted(at for at, _, _ in heard) == [at for at, _, _ in heard]
    assert sum(len(rows) for at, _, rows in heard if at < 60_000) == 50


def test_a_bundle_over_its_limit_is_cut() -> None:
    """All boxes at once are still bundles of at most 200."""
    at_once = Arrival([(0, 0), (1, 900)], 60_000, 0, 0, 0, 0)
    sizes = [len(rows) for _, _, rows in bundles(sheet(900), range(900), at_once, Random(1))]
    assert max(sizes) <= ROWS_MAX
    assert 900 == sum(sizes)


def test_a_skewed_order_hears_one_side_later() -> None:
    """The boxes with the larger lead come later on average, and without skew they do not."""
    lead = [2 * n for n in range(300)]
    skewed = order(sheet(300), lead, HOW, Random(2))
    assert sum(skewed[:150]) + 3000 < sum(skewed[150:])


def test_boxes_held_back_come_last() -> None:
    """As many as the night says, in no order of their lead."""
    held = Arrival(CURVE, 7_000, 5.0, 0, 0, held=10)
    last = order(sheet(300), [2 * n for n in range(300)], held, Random(2))[-10:]
    assert min(last) < 150


def test_a_curve_fits_the_boxes_there_are() -> None:
    """A part of the boxes follows the same evening in proportion."""
    at = datetime(1970, 1, 1, tzinfo=UTC)
    table = {
        "curve": [[at, 0], [at + timedelta(seconds=9), 50], [at + timedelta(seconds=10), 100]],
        "poll_s": 1, "skew": 0, "district_spread": 0, "large_later": 0, "held": 10,
    }  # fmt: skip
    how = arrival(table, 20)
    assert [(0, 0), (9_000, 10), (10_000, 20)] == list(how.curve)
    assert 2 == how.held


def test_a_ruling_comes_before_the_bundles_of_its_moment() -> None:
    """The ban ends, and then the first boxes after it are heard."""
    at = datetime(2019, 6, 23, 16, 15, tzinfo=UTC)
    ms = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    lifted = ruling("mayor", {"kind": "embargo-lifted", "at": at, "source": "c", "actor": "a", "text": "t"})
    paper = bundle("mayor", "council", sheet(4), (ms, "a", [0, 2]))
    assert [lifted, paper] == heard_in_order([paper, lifted])


def test_a_recording_is_json_lines_after_a_first_line() -> None:
    """Any JSON tool reads it, and the same content is the same bytes."""
    paper = bundle("mayor", "council", sheet(4), (1000, "a", [0, 2]))
    content = recording({"night": "n"}, [paper])
    first, second = gzip.decompress(content).decode().splitlines()
    assert {"night": "n"} == json.loads(first)
    assert ["a-0", "a-2"] == json.loads(second)["box"]
    assert {"x": [0, 2], "y": [200, 198]} == json.loads(second)["votes"]
    assert packed(gzip.decompress(content)) == content
