"""How fast each source speaks, as the desk sees it: what it said more in each of the last ten-second spans.

    pace = Pace()
    pace.note(now_s, ("council", "mayor"), 29_627)     [0, 0, …, 12]

Know before changing: it is filled while somebody follows the desk, by the clock of this process; a count that
falls (a correction, another epoch) is nothing said.
"""

from collections.abc import Hashable

SPAN_S = 10.0
SPANS = 30


class Pace:
    """What was noted of each source."""

    def __init__(self) -> None:
        self._last: dict[Hashable, int] = {}
        self._spans: dict[Hashable, dict[int, int]] = {}

    def note(self, now_s: float, of: Hashable, units: int) -> list[int]:
        """Takes in how much it has said so far; gives how much more in each span, oldest first."""
        span = int(now_s // SPAN_S)
        spans = self._spans.setdefault(of, {})
        more = units - self._last.get(of, units)
        self._last[of] = units
        if more > 0:
            spans[span] = spans.get(span, 0) + more
        for old in [one for one in spans if one <= span - SPANS]:
            del spans[old]
        return [spans.get(one, 0) for one in range(span - SPANS + 1, span + 1)]
