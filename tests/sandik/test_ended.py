"""Has everything sent been counted, and what does the store say then?"""

from collections.abc import Sequence
from typing import cast

import pytest

from election.errors import OutsideError
from election.night import AreaId, ContestId, SourceId
from election.tally import COLUMN, FIXED
from election.wire.keys import pack_total
from election.wire.topics import Scope
from sandik import ended, folders
from streams.answers import Held
from streams.store import Store

ENDS = {("replay.practice.reports", 0): 5, ("replay.practice.rulings", 0): 1}


class Applies:
    """A store that has applied one record more each time it is asked, up to a limit."""

    def __init__(self, most: int) -> None:
        self.asked, self._most = 0, most

    async def positions(self, partitions: Sequence[str]) -> dict[str, int]:
        """Where each partition has come to."""
        self.asked += 1
        return dict.fromkeys(partitions, min(self.asked, self._most))


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here waits for long."""
    monkeypatch.setattr(ended, "ASK_EVERY_S", 0.0)
    monkeypatch.setattr(ended, "STANDS_STILL_S", 0.02)


async def test_the_end_is_when_every_partition_has_come_to_its_end() -> None:
    """Not sooner, and not after a silence."""
    store = Applies(9)
    await ended.counted(cast("Store", store), ENDS)
    assert 5 == store.asked


async def test_nothing_sent_is_counted_at_once() -> None:
    """A night without records has ended."""
    await ended.counted(cast("Store", Applies(0)), {})


async def test_a_worker_that_stands_still_is_said() -> None:
    """With how much is left."""
    with pytest.raises(OutsideError, match="while 3 records are left"):
        await ended.counted(cast("Store", Applies(2)), ENDS)


def test_what_the_store_holds_is_told_in_the_shape_of_a_rehearsal() -> None:
    """Totals of the published source, epoch, version, hash and what was refused."""
    night = folders.load("practice").night
    contest = night.contests[ContestId("bridge")]
    row = [0] * (len(FIXED) + 2)
    row[COLUMN["boxes"]], row[COLUMN["valid"]], row[len(FIXED)], row[len(FIXED) + 1] = 2, 30, 20, 10
    held = Held(
        {"epoch": "e", "version": "7", "refused": "1", "unreadable": "2", "at": "2024-10-06T20:00:00.000Z",
         "lifted_at": "2024-10-06T15:30:00.000Z"},
        {}, {SourceId("council"): "2024-10-06T20:00:00.000Z"},
        {"council/W301": 3, "party/W301": 9, "council/Q307": 0}, {},
        {contest.source: {AreaId(contest.area): pack_total(tuple(row))}}, {}, 0, "",
    )  # fmt: skip
    found = ended.outcome_of(held, contest.id, night, Scope("replay", night.id))
    assert ("e", 7, 3, 30) == (found["epoch"], found["version"], found["refused"], found["valid"])
    assert {"counted": 2, "total": 20, "quarantined": 0} == found["boxes"]
    assert ("yes", 10, {"yes": 20, "no": 10}) == (found["leader"], found["margin_votes"], found["choices"])
    assert {"W301": 3} == found["findings"]
    assert 16 == len(found["hash"])
