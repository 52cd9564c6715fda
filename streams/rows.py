"""The rows of a source's units as the store keeps them: one string, each row at its place (`Keys.rows`).

    refuse_too_long(night)                       before the count: a string of Redis ends at 512 MB
    await read_rows(client, key, places, width)  the rows at these places
    by_unit(night, contest, source, packed)      the whole string as a mapping

Know before changing: what is not there is zeros, and zeros are a unit of which nothing is held.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from election.errors import UsageError
from election.night import ContestId, Night, SourceId
from election.wire.keys import STRING_MAX, unit_bytes, unpack_rows
from stores.opening import Client

HOLE = 32
"""Rows between two units that are read with them: sooner done than another command."""


def refuse_too_long(night: Night, most: int = STRING_MAX) -> None:
    """Raises UsageError where the rows of a source would not fit into one string of the store."""
    for contest in night.contests.values():
        if max(len(night.boxes), len(night.areas)) * unit_bytes(contest) <= most:
            continue
        for source in night.sources.values():
            units, width = len(night.units(contest, source)), unit_bytes(contest)
            if units * width > most:
                raise UsageError(
                    f"The rows of {source.id} in the contest {contest.id} have {units * width:,} bytes "
                    f"({units:,} units of {width}); the store keeps at most {most:,} of one source in one "
                    "contest. Give each part of the country a contest of its own (`area` in night.toml)."
                )


async def read_rows(client: Client, key: str, places: Sequence[int], width: int) -> NDArray[np.uint8]:
    """What the store holds at these places, which ascend: an array of so many bytes each; zeros: nothing."""
    chosen = np.asarray(places, dtype=np.int64)
    runs = np.split(chosen, np.flatnonzero(np.diff(chosen) > HOLE + 1) + 1) if len(chosen) else []
    pipe = client.pipeline(transaction=False)
    for run in runs:
        pipe.getrange(key, int(run[0]) * width, (int(run[-1]) + 1) * width - 1)
    found = []
    for run, held in zip(runs, await pipe.execute(), strict=True):
        whole = held.ljust((int(run[-1]) - int(run[0]) + 1) * width, b"\0")
        found.append(np.frombuffer(whole, dtype=np.uint8).reshape(-1, width)[run - run[0]])
    return np.concatenate(found) if found else np.zeros((0, width), dtype=np.uint8)


def by_unit(night: Night, contest: ContestId, source: SourceId, packed: bytes | None) -> dict[str, bytes]:
    """The rows of the units of which something is held."""
    asked = night.contests[contest]
    return dict(unpack_rows(night.units(asked, night.sources[source]), unit_bytes(asked), packed or b""))
