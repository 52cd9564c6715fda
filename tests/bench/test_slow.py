"""A figure of ten thousand connections is one of all of them."""

from typing import Any

import pytest

from bench.slow import whole

COUNTS: dict[str, Any] = {
    "alive": {"fast": 94, "slow": 0, "stalled": 0}, "refused": 0, "faults": [], "ended": {"cut slow": 5},
}  # fmt: skip


def test_slow_clients_may_be_gone_and_fast_ones_are_all_there() -> None:
    """It is what they are cut for."""
    whole(COUNTS, 94)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"alive": {"fast": 93}, "ended": {"cut fast": 1}}, "93 of 94 fast clients .*'cut fast': 1"),
        ({"refused": 1}, "1 were refused"),
        ({"faults": ["client 7: a gap"]}, "client 7: a gap"),
    ],
)
def test_what_is_not_of_all_clients_is_no_figure(lie: dict[str, Any], said: str) -> None:
    """Memory for each connection, or the slowest hundredth, would look better with fewer."""
    with pytest.raises(RuntimeError, match=said):
        whole(COUNTS | lie, 94)
