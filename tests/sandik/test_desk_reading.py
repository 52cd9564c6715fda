"""What the desk reads again and again: only what is new, and all of it in another life of the store."""

from typing import Any

import pytest

from election.errors import SandikError
from election.night import SourceId
from election.wire.records import encode
from producers.settings import Settings as Producing
from sandik import folders
from sandik.deciding import Room
from sandik.desk_reading import Readings
from streams.answers import Looked
from streams.settings import Settings as Counting
from tests.sandik.evenings import ENOUGH, MAYOR, Evening, Stored, paper


class Kept(Stored):
    """A store that gives out rulings too, and counts what it is asked for."""

    def __init__(self, evening: Evening, epoch: str = "e1") -> None:
        super().__init__(evening)
        self.epoch, self.asked = epoch, list[tuple[int, int]]()

    async def look(self, contest: str, areas: Any, rulings_from: int, told_after: int) -> Looked:
        """As a store of this life says it."""
        self.asked.append((rulings_from, told_after))
        found = await super().look(contest, areas, rulings_from, told_after)
        facts, rulings = self.evening.facts, self.evening.rulings[rulings_from:]
        meta = {**found.meta, "epoch": self.epoch, "told_seq": str(len(facts)), "told": facts[-1].id}
        values = [encode(one, self.evening.scope) for one in rulings]
        return Looked(meta, found.offsets, found.heard, found.rows, values, found.told)


def readings(store: Kept) -> Readings:
    """The readings of a room with this store."""
    folder = folders.Folder(folders.find("practice"), store.evening.night)
    room = Room(folder, Producing(), Counting())
    room.store = room.looks = store  # type: ignore[assignment]
    return Readings(room)


async def test_what_was_read_is_not_read_again() -> None:
    """The second look asks for what came after the first; the case has all of it."""
    evening = Evening()
    store = Kept(evening)
    reading = readings(store)
    first = await reading.read(MAYOR)
    evening.approve()
    second = await reading.read(MAYOR)
    assert [(0, 0), (len(first.rulings), len(first.case.facts))] == store.asked
    assert evening.facts == list(second.case.facts)
    assert [one.kind for one in evening.rulings] == [one.kind for one in second.rulings]
    assert evening.case().memory.proposal == second.case.memory.proposal


async def test_another_life_of_the_store_is_read_from_its_beginning() -> None:
    """A replay that began anew, or a store with less than before: nothing of the old one is left."""
    evening = Evening()
    evening.approve()
    store = Kept(evening)
    reading = readings(store)
    await reading.read(MAYOR)
    for other, epoch in ((Evening(), "e1"), (Evening(records=Evening().rulings), "e2")):
        store.evening, store.epoch = other, epoch
        read = await reading.read(MAYOR)
        assert (other.facts, epoch) == (list(read.case.facts), read.epoch)
        assert len(other.rulings) == len(read.rulings)


async def test_facts_that_do_not_follow_are_said() -> None:
    """Instead of being shown."""
    store = Kept(Evening())
    del store.evening.facts[0]
    with pytest.raises(SandikError, match="does not follow"):
        await readings(store).read(MAYOR)


async def test_how_many_units_are_held_back_is_read_with_the_totals() -> None:
    """By source: so that papers are looked for only where there are any."""
    evening = Evening()
    assert {0} == set((await readings(Kept(evening)).read(MAYOR)).held.values())
    evening.hear(paper(ENOUGH, (95, 0, 15)))
    assert 1 == (await readings(Kept(evening)).read(MAYOR)).held[SourceId("council")]
