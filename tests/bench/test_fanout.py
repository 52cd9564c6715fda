"""What a server says it wrote is a figure only if its crowd has read it."""

from typing import Any, cast

import pytest

from bench import fanout
from bench.fanout import FRAMES_A_TURN
from bench.spoken import Spoken

CLIENTS = 100
SENT = FRAMES_A_TURN // CLIENTS * CLIENTS


class Server:
    """Writes to all of its clients, and says so."""

    def ask(self, within_s: float, *, rounds: int, bytes: int) -> dict[str, Any]:
        """One turn, of a second."""
        return {"clients": CLIENTS, "frames": rounds * CLIENTS, "seconds": 1.0, "cpu_s": 0.5}


class Crowd:
    """Has read so many frames whenever it is asked."""

    def __init__(self, *read: int) -> None:
        self._read = list(read)

    def ask(self, within_s: float, *, do: str) -> dict[str, Any]:
        """The next number; the last one again and again."""
        return {"frames": self._read.pop(0) if len(self._read) > 1 else self._read[0]}


def turns(*read: int) -> dict[str, fanout.Measured]:
    """Two turns after the first, and what the crowd had read each time it was asked."""
    served = cast(Spoken, Server()), cast(Spoken, Crowd(*read))
    return fanout._turns({"ours": served}, CLIENTS, 300, 2)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to wait here."""
    monkeypatch.setattr(fanout, "AT_REST_S", 0.0)


def test_turns_are_measured_when_everything_came() -> None:
    """Greetings that were read before do not count; what is under way is waited for."""
    greeted = (80, CLIENTS, CLIENTS)
    measured = turns(*greeted, CLIENTS + SENT, CLIENTS + 3 * SENT)["ours"]
    assert ([SENT] * 2, [2 * SENT] * 2) == (measured.rates, measured.per_cpu)


def test_frames_that_never_came_are_no_figure() -> None:
    """As of a server that leaves out whoever is behind."""
    with pytest.raises(RuntimeError, match=f"ours: {3 * SENT - 1:,} frames came of {3 * SENT:,}"):
        turns(0, 0, 3 * SENT - 1)
