"""The sentences of a comparison say how much and what to type.

Know before changing: people act on these at three in the morning.
"""

from datetime import UTC, datetime

import pytest

from producers import snapshot_words as words


@pytest.mark.parametrize(
    ("because", "parts"),
    [
        (words.cut("feed.csv:3: half."), ("feed.csv:3: half)", "Fetch it again")),
        (words.unread(2), ("2 of its rows", "--accept-withdrawals")),
        (words.empty(), ("not one row of this night", "--accept-withdrawals")),
        (words.too_many(1, 3), ("withdrawals_max_pct = 1", "withdrawals_min = 3", "--accept-withdrawals")),
    ],
)
def test_what_was_not_withdrawn_is_said_with_its_number_its_share_and_the_way_out(
    because: str, parts: tuple[str, ...]
) -> None:
    """So that nobody has to guess what happened."""
    sentence = words.held_back(1200, 31_186, "feed.csv", "boxes", because)
    assert "1,200 of the 31,186 boxes that stand (3.8 %) are not in feed.csv" in sentence
    assert "nothing is withdrawn" in sentence
    for part in parts:
        assert part in sentence


def test_an_older_table_is_said_with_its_time() -> None:
    """The clock of the feed may be the mistake."""
    at = datetime(2024, 10, 6, 16, 0, tzinfo=UTC)
    assert "is of 2024-10-06T16:00:00.000Z" in words.older(3, "boxes", "feed.csv", at, True)
    assert "run it again with --at" in words.older(3, "boxes", "feed.csv", at, False)


def test_a_silent_contest_is_named() -> None:
    """With what stays of it."""
    assert "feed.csv says nothing of contest mayor: its 7 boxes" in words.silent(
        "mayor", 7, "boxes", "feed.csv"
    )
