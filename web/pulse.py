"""How far the workers are behind the log, as they last said, and how long ago that was.

    pulses.take({contest: hash}, store_s, now)      what the store holds, its clock and ours, at one look
    pulses.lags(now)                                 of each partition: records not counted yet, and its age

Know before changing: ages are told by the store's clock and by how long ago we looked, never by comparing our
clock with a worker's: two machines never agree. What was once heard is kept and grows old; a worker that has
gone leaves a number that is visibly of the past, not none.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from election.wire.keys import Pulse, unpack_pulse

LOG = logging.getLogger("sandik.gateway")
PARTITIONS_MAX = 1024
"""Most partitions kept; a night has some dozens. Beyond, what the store holds besides is not ours."""


@dataclass(frozen=True, slots=True)
class Lag:
    """One partition of the log."""

    topic: str
    """What it is of: reports, rulings or told."""
    partition: str
    records: int
    """In the log and not counted yet, when it was last said."""
    applied: int
    end: int
    age_s: float
    """Since then."""


class Pulses:
    """The newest pulse of each partition."""

    def __init__(self) -> None:
        self._newest: dict[str, tuple[Pulse, float]] = {}
        """By partition: what was said, and when that was by our own clock."""
        self._odd = False

    def take(self, hashes: Mapping[str, Mapping[bytes, bytes]], store_s: float, now: float) -> None:
        """What the store held of each contest when its clock said `store_s` and ours `now`."""
        try:
            found = self._merged([unpack_pulse(fields) for fields in hashes.values()])
        except ValueError as error:
            if not self._odd:
                LOG.warning("the pulse of the workers cannot be read (%s): another version wrote it", error)
            self._odd = True
            return
        self._odd = False
        for name, pulse in found.items():
            if name in self._newest or len(self._newest) < PARTITIONS_MAX:
                self._newest[name] = (pulse, now - max(0.0, store_s - pulse.at_s))

    def _merged(self, contests: list[dict[str, Pulse]]) -> dict[str, Pulse]:
        """Of each partition the contest that was counted least far: only what all have is counted."""
        found: dict[str, Pulse] = {}
        for pulses in contests:
            for name, pulse in pulses.items():
                known = found.get(name)
                if known is None or pulse.applied < known.applied:
                    found[name] = pulse
        return found

    def lags(self, now: float) -> tuple[Lag, ...]:
        """Every partition that a worker has ever told of, in the order of their names."""
        return tuple(
            Lag(*_parts(name), pulse.behind, pulse.applied, pulse.end, max(0.0, now - said_at))
            for name, (pulse, said_at) in sorted(self._newest.items())
        )


def _parts(name: str) -> tuple[str, str]:
    """What a partition's topic is of, and its number: `live.kent.reports/2` → reports, 2."""
    topic, _, partition = name.rpartition("/")
    return topic.rpartition(".")[2], partition
