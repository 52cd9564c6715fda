"""Who comes and goes during a soak: a crowd that stays and is cut, crowds that pass through, and plain
readers.

    with Churn(port, contests) as churn:
        churn.night()              a new crowd that stays
        churn.turn(at_s)           as often as one likes; does what is due
        churn.faults()             what any of them saw and no client may see

Know before changing: a passing crowd is killed, so its connections end without a word; of each some read
slowly and some not at all, and those the gateway cuts. A crowd that stays follows to the hash. Crowds are
bench/crowd.py, each a process of its own.
"""

import os
import signal
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from types import TracebackType
from typing import Self

from bench.direct import direct
from bench.spoken import Spoken

STAYS, STAYS_SLOW, STAYS_STALLED = 150, 8, 4
PASSES, PASSES_SLOW, PASSES_STALLED = 60, 5, 3
"""Clients of a crowd, and how many of them read slowly or not at all."""
CUT_EVERY_S, PASS_EVERY_S, READ_EVERY_S = 45.0, 30.0, 1.0
WITHIN_S = 60.0
READS = (
    "/",
    "/snapshot/{contest}.json",
    "/export/areas.csv?contest={contest}",
    "/snapshot/{contest}/index.json",
    "/export/boxes.csv?contest={contest}",
    "/series/{contest}.json",
    "/health/ready",
)


class Churn:
    """All of them, for the length of a `with`."""

    def __init__(self, port: int, contests: Sequence[str], times: float = 1.0) -> None:
        """`times` 10: everything ten times as often, for a short night."""
        self._port, self._contests, self._times = port, tuple(contests), times
        self._stays: Spoken | None = None
        self._passes: Spoken | None = None
        self._faults: list[str] = []
        self._reads = _reads(self._contests)
        self._due = {"cut": CUT_EVERY_S / times, "pass": 0.0, "read": 0.0}
        self.counts = {"came": 0, "cut": 0, "killed": 0, "read": 0, "refused": 0}

    def __enter__(self) -> Self:
        """Itself; nobody has come yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everybody goes."""
        for crowd in (self._passes, self._stays):
            if crowd is not None:
                crowd.__exit__(None, None, None)

    def turn(self, at_s: float) -> None:
        """What is due by now, in seconds since the soak began."""
        self._if_due("cut", CUT_EVERY_S, at_s, self._cut)
        self._if_due("pass", PASS_EVERY_S, at_s, self._pass)
        self._if_due("read", READ_EVERY_S, at_s, self._read)

    def night(self) -> None:
        """A new crowd that stays takes the place of the last one."""
        if self._stays is not None:
            self._faults += _seen(self._stays)
            self._stays.__exit__(None, None, None)
        self._stays = self._come(STAYS, STAYS_SLOW, STAYS_STALLED, "--comes-back")

    def faults(self) -> list[str]:
        """What clients saw that no client may see: of those that have gone, and of those that are there."""
        there = [crowd for crowd in (self._stays, self._passes) if crowd is not None]
        return [*self._faults, *(fault for crowd in there for fault in _seen(crowd))]

    def _if_due(self, what: str, every_s: float, at_s: float, do: Callable[[], None]) -> None:
        if at_s >= self._due[what]:
            self._due[what] = at_s + every_s / self._times
            do()

    def _cut(self) -> None:
        """The crowd that stays loses all its connections, and comes back."""
        if self._stays is not None:
            self._stays.ask(WITHIN_S, do="cut")
            self.counts["cut"] += STAYS - STAYS_SLOW - STAYS_STALLED

    def _pass(self) -> None:
        """The crowd that passes is killed, and the next one comes."""
        if self._passes is not None:
            self._faults += _seen(self._passes)
            os.kill(self._passes.pid, signal.SIGKILL)
            self._passes.__exit__(None, None, None)
            self.counts["killed"] += PASSES
        self._passes = self._come(PASSES, PASSES_SLOW, PASSES_STALLED)

    def _come(self, clients: int, slow: int, stalled: int, *words: str) -> Spoken:
        crowd = Spoken.module(
            "bench.crowd", "--port", self._port, "--clients", clients, "--slow", slow, "--stalled", stalled,
            "--contest", self._contests[0], *words,
        )  # fmt: skip
        try:
            crowd.hear(WITHIN_S, "connected")
        except BaseException:
            crowd.__exit__(None, None, None)
            raise
        self.counts["came"] += clients
        return crowd

    def _read(self) -> None:
        """One plain request; what the gateway refuses is counted, and is no fault of it."""
        url = f"http://127.0.0.1:{self._port}{next(self._reads)}"
        try:
            with direct(url, WITHIN_S) as answer:
                answer.read()
            self.counts["read"] += 1
        except urllib.error.HTTPError as refused:
            refused.close()
            self.counts["refused"] += 1


def _seen(crowd: Spoken) -> list[str]:
    return list(crowd.ask(WITHIN_S, do="counts")["faults"])


def _reads(contests: Sequence[str]) -> Iterator[str]:
    """The addresses that plain readers ask for, over and over."""
    return cycle([path.format(contest=contest) for contest in contests for path in READS])
