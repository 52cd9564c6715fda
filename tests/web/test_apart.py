"""Boxes on which two counts differ: as `sandik sources` says, once for a crowd, nothing before its time."""

import asyncio
import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from election.night import ContestId, SourceId, UnitId
from election.sources import differences
from election.tally import Statement, Status
from election.wire.keys import pack_unit
from sandik.commands.sources import compared
from tests.web.made import Worker, night, records
from tests.web.shapes import ASSEMBLY, COUNCIL, MAYOR, Moment, begun, counted, values
from web import apart
from web.apart import SHOWN_MAX, TRIES, Apart, line, places_of
from web.box_tables import AGAIN_AFTER_S
from web.held import Boxes
from web.workshop import Workshop

PARTY = SourceId("party")
MARCH = "istanbul-2019-03-31"


class Store:
    """What a store gives out, and how often it was asked; it may move on between two reads."""

    def __init__(self, at: Moment) -> None:
        self.at, self.now, self.asked, self.moves = at, 0.0, 0, 0
        self.apart = Apart(at.night, self.read, at.exports.shown, Workshop(lambda: self.now))

    async def read(self, contest: ContestId, source: SourceId) -> Boxes:
        """The boxes of one source."""
        self.asked += 1
        await asyncio.sleep(0)
        boxes = self.at.packed(contest, source)
        if self.moves:
            self.moves -= 1
            boxes = replace(boxes, version=boxes.version + self.asked)
        return boxes

    async def facts(self, contest: ContestId = MAYOR) -> Any:
        """What is said of a contest."""
        return json.loads((await self.apart.get(contest)).plain)


@cache
def march() -> Moment:
    """All of 31 March 2019, by every count."""
    worker = Worker(night(MARCH))
    worker.count(records(MARCH))
    return Moment(night(MARCH), worker)


async def test_of_the_march_night_it_says_what_sandik_sources_says() -> None:
    """As many boxes, the same effect, the same boxes first, with the same figures; and whose they are."""
    at = march()
    tallies = at.worker.rehearsal.tallies
    units = {source: dict(tallies[MAYOR, source].held) for source in (COUNCIL, PARTY)}
    expected = compared(at.night, MAYOR, units)[PARTY]
    facts = await Store(at).facts()
    (pair,) = facts["pairs"]
    assert ("council", "party", "imamoglu", "yildirim", True) == (
        facts["source"], pair["source"], facts["first"], facts["second"], facts["simulated"]
    )  # fmt: skip
    assert ["agency"] == facts["areas_only"]
    same = ("both", "differ", "effect_votes")
    assert [expected[key] for key in same] == [pair[key] for key in same]
    assert expected["differ"] > SHOWN_MAX
    assert expected["boxes"][:SHOWN_MAX] == [
        {
            "box": one["box"], "effect_votes": one["effect_votes"],
            "ours": list(one["ours"].values()), "theirs": list(one["theirs"].values()),
        }
        for one in pair["boxes"]
    ]  # fmt: skip
    assert all(one["area"] == at.night.boxes[one["box"]].area for one in pair["boxes"])


papers = st.builds(
    Statement, st.integers(1, 3), st.just(0), st.sampled_from(list(Status)), st.booleans(), st.none(),
    st.integers(0, 9), st.integers(0, 9), st.just(0), st.none(),
    st.tuples(*[st.none() | st.integers(0, 3)] * 3),
)  # fmt: skip
held = st.dictionaries(st.sampled_from([UnitId(f"box-{at}") for at in range(6)]), papers)


@given(held, held)
def test_taking_only_some_boxes_apart_changes_nothing(
    ours: dict[UnitId, Statement], theirs: dict[UnitId, Statement]
) -> None:
    """It is what the differences of all of them are."""
    found = line(packed(ours), packed(theirs), (0, 1))
    expected = tuple(differences(ours, theirs, (0, 1)))
    assert (len(ours.keys() & theirs.keys()), expected) == (found.both, found.found)
    assert sum(one.effect_votes for one in expected) == found.effect_votes


def packed(papers: dict[UnitId, Statement]) -> Boxes:
    """As the store gives them out."""
    return Boxes("e", 1, "", {unit.encode(): pack_unit(held) for unit, held in papers.items()})


async def test_before_the_ban_is_lifted_nothing_is_compared() -> None:
    """The store is not asked, and there is no number of boxes that differ; when it opens there is."""
    at = begun()
    store = Store(at)
    before = await store.facts()
    assert (0, [], "bulletins") == (store.asked, before["pairs"], before["embargo"]["state"])
    figures = [one for key, one in before.items() if key not in ("v", "version")]
    assert not [one for one in values(figures) if isinstance(one, int) and not isinstance(one, bool)]
    at.worker.count(records()[at.worker.rehearsal.records :])
    at.show()
    after = await store.facts()
    assert ("open", 1) == (after["embargo"]["state"], len(after["pairs"]))


async def test_a_crowd_costs_one_comparison_a_version() -> None:
    """It is kept while nothing moves, and made again some seconds after the count has moved on."""
    store = Store(counted())
    crowd = await asyncio.gather(*(store.apart.get(MAYOR) for _ in range(40)))
    assert (2, 1) == (store.asked, len(set(map(id, crowd))))
    store.now += 3600
    assert crowd[0] is await store.apart.get(MAYOR)
    store.at.worker.versions[MAYOR] += 1
    store.at.show()
    store.now += AGAIN_AFTER_S
    assert store.at.worker.versions[MAYOR] == (await store.facts())["version"]
    assert 4 == store.asked


@pytest.mark.parametrize(("moves", "reads", "same"), [(0, 1, True), (2, 2, True), (99, TRIES, False)])
async def test_counts_that_are_not_of_one_version_are_read_again(moves: int, reads: int, same: bool) -> None:
    """Some times; then each is of its own version, and says so."""
    store = Store(counted())
    store.moves = moves
    (pair,) = (await store.facts())["pairs"]
    assert (2 * reads, same) == (store.asked, len(set(pair["versions"])) == 1)


async def test_a_count_of_which_there_are_no_boxes_says_so() -> None:
    """Nothing is held of it, and nothing compared."""
    at = counted()
    at.worker.rehearsal.tallies.pop((MAYOR, PARTY))
    (pair,) = (await Store(at).facts())["pairs"]
    assert (0, 0, []) == (pair["held"][1], pair["both"], pair["boxes"])
    assert pair["held"][0] > 0


async def test_a_contest_of_too_many_boxes_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks is told."""
    monkeypatch.setattr(apart, "BOXES_MAX", 3)
    with pytest.raises(UsageError, match="more than 3 boxes"):
        await Store(counted()).apart.get(MAYOR)


def test_the_margin_meant_is_that_of_the_two_main_choices_or_at_the_line() -> None:
    """Where a contest has neither, nothing is compared."""
    mayor, assembly = (night().contests[contest] for contest in (MAYOR, ASSEMBLY))
    assert (0, 1) == places_of(mayor, ["toprak", "deniz"])
    plain = replace(assembly, choices=tuple(replace(one, main=False) for one in assembly.choices))
    assert (2, 0) == places_of(plain, ["bulut", "ceviz", "ada", "dere"])
    assert places_of(plain, ["ada", "bulut"]) is None
    assert places_of(plain, None) is None
