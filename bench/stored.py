"""What the store says of a contest while it is counted: offsets, totals, version.

Know before changing: this reads with plain commands and changes nothing; it asks seldom enough to cost the
store less than a hundredth of its time.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from bench.istanbul import CHOICES, FIGURES
from election.night import Contest, ContestId, Night, SourceId
from election.tally import FIXED, columns
from election.wire.keys import Keys, unpack_total
from election.wire.topics import Scope

ASK_EVERY_S = 0.02
COUNCIL = SourceId("council")


@dataclass(frozen=True)
class Stored:
    """One contest in one store."""

    client: Any
    keys: Keys

    @classmethod
    def of(cls, url: str, scope: Scope, contest: str = "mayor") -> "Stored":
        """The contest in the store at this URL."""
        return cls(redis.Redis.from_url(url, socket_timeout=30), Keys(scope, ContestId(contest)))

    def flush(self) -> None:
        """Empties the store."""
        self.client.flushall()

    def offsets(self) -> dict[int, int]:
        """The next offset of each partition of reports; nothing applied yet: empty."""
        found: Mapping[bytes, bytes] = self.client.hgetall(self.keys.offsets)
        return {
            int(name.rpartition(b"/")[2]): int(value) for name, value in found.items() if b".reports/" in name
        }

    def attended(self) -> bool:
        """Whether a worker has given a sign of life."""
        return bool(self.client.hlen(self.keys.workers))

    def version(self) -> int:
        """How many versions there have been."""
        return int(self.client.hget(self.keys.meta, "version") or 0)

    def city(self) -> dict[str, int] | None:
        """The votes of the whole city, or None while there is no total."""
        packed: bytes | None = self.client.hget(self.keys.areas(COUNCIL), "istanbul")
        if packed is None:
            return None
        votes = unpack_total(packed)[len(FIXED) : len(FIXED) + len(CHOICES)]
        return dict(zip(CHOICES, votes, strict=True))

    def totals(self, contest: Contest, night: Night) -> dict[str, dict[str, int]]:
        """Every area's boxes, figures and votes as they stand in the store."""
        names = columns(contest, night)
        found: Mapping[bytes, bytes] = self.client.hgetall(self.keys.areas(COUNCIL))
        sums: dict[str, dict[str, int]] = {}
        for area, packed in found.items():
            row = dict(zip(names, unpack_total(packed), strict=True))
            figures = {name: row[name] for name in FIGURES[:4]}
            votes = {choice: row[f"votes.{choice}"] for choice in CHOICES}
            sums[area.decode()] = {"boxes": row["boxes"], **figures, **votes}
        return sums

    def close(self) -> None:
        """Ends the connection."""
        self.client.close()


def wait_for(check: Callable[[], bool], within_s: float, what: str, every_s: float = ASK_EVERY_S) -> float:
    """Waits until the answer is yes; the monotonic time of the yes. TimeoutError says what never came."""
    until_s = time.monotonic() + within_s
    while True:
        if check():
            return time.monotonic()
        if time.monotonic() > until_s:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        time.sleep(every_s)


def differences(
    expected: Mapping[str, Mapping[str, int]], actual: Mapping[str, Mapping[str, int]]
) -> list[str]:
    """A sentence for every area whose totals are not the expected ones."""
    return [
        f"{area}: expected {dict(figures)}, stored {dict(actual.get(area, {}))}"
        for area, figures in expected.items()
        if dict(figures) != dict(actual.get(area, {}))
    ] + [f"{area}: not expected at all" for area in actual.keys() - expected.keys()]
