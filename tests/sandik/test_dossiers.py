"""Whether a dossier made again from the log is the one that was told, and what is said where it is not."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from election.alerts import Told
from election.wire.records import Record, decode, encode
from election.wire.told import encode as encode_told
from producers.record import whatever
from sandik import dossiers
from tests.sandik.evenings import ENOUGH, LIFTS, Evening, paper


async def remade(
    evening: Evening, proposal: Told | None = None, counts: Callable[[Record, Any], bool] = whatever
) -> dossiers.Remade:
    """The dossier of the proposal, from the evening's log; of this what `counts` says."""
    asked = proposal or evening.proposal
    counted = await dossiers.count_to(evening.night, evening.scope, asked, evening.reading(), counts)
    return dossiers.remake(evening.night, evening.scope, asked, counted)


async def test_the_log_gives_the_bytes_that_were_told() -> None:
    """Whatever was heard and told after it; and the people who decided stand in it."""
    evening = Evening()
    proposal = evening.proposal
    evening.approve()
    evening.approve("Mehmet")
    evening.hear(*(paper(unit, (10, 95, 5), 2, 45) for unit in range(ENOUGH)))
    made = await remade(evening, proposal)
    assert made.difference is None
    assert proposal.d["dossier"] == made.digest
    whole = json.loads(made.text)
    people = [(one["actor"], one["word"]) for one in whole["people"]]
    assert [("Ayşe", "approved"), ("Mehmet", "approved")] == people
    bare = json.dumps({**whole, "people": []}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert made.digest == hashlib.sha256(bare.encode()).hexdigest()
    assert made == await remade(evening, proposal)


async def test_each_of_several_proposals_has_its_own() -> None:
    """A call taken back by the desk, and the next one."""
    evening = Evening()
    first = evening.proposal
    evening.decide("call-refused", proposal=first.id)
    evening.hear(*(paper(unit, (95, 10, 5), 1, 46) for unit in range(ENOUGH, ENOUGH + 4)))
    assert first != evening.proposal
    both = [await remade(evening, first), await remade(evening)]
    assert [None, None] == [one.difference for one in both]
    assert [["refused"], []] == [[who["word"] for who in json.loads(one.text)["people"]] for one in both]


async def test_a_log_with_another_paper_names_the_first_thing_that_differs() -> None:
    """One vote is enough."""
    evening = Evening()
    place = next(at for at, one in enumerate(evening.log) if one.topic.endswith(".reports"))
    held = evening.log[place]
    record: Any = decode(held.value, evening.scope)
    votes = {**record.votes, "deniz": [94], "toprak": [11]}
    evening.log[place] = replace(held, value=encode(replace(record, votes=votes, id=""), evening.scope))
    made = await remade(evening)
    then = evening.proposal.d["cushion_votes"]
    assert f"verdict.cushion_votes: {then} was told, the log gives {then - 2}" == made.difference


async def test_what_its_source_did_not_sign_is_left_out_as_when_it_was_counted() -> None:
    """Workers refused it, so the dossier that was told knows nothing of it; its place in the log counts."""
    evening = Evening(records=())
    forged = encode(paper(1, (5, 95, 10), revision=9), evening.scope)
    evening._write("reports", forged)
    evening.hear(LIFTS, *map(paper, range(ENOUGH)))
    made = await remade(evening, counts=lambda record, logged: logged.value != forged)
    assert made.difference is None
    assert (await remade(evening)).difference is not None


async def test_a_paper_less_is_seen_in_the_positions() -> None:
    """The log ends before the proposal's place."""
    evening = Evening()
    topic = evening.scope.topic("reports")
    evening.log.remove([one for one in evening.log if one.topic == topic][-1])
    made = await remade(evening)
    assert made.difference is not None
    assert f"positions: the proposal saw {topic}/0 up to {ENOUGH}, it ends at {ENOUGH - 1}" == made.difference


async def test_a_proposal_that_the_log_does_not_hold_is_said() -> None:
    """A store that says otherwise than its log."""
    evening = Evening()
    foreign = replace(evening.proposal, d={**evening.proposal.d, "people": 1})
    made = await remade(evening, foreign)
    assert "told: the log does not hold this proposal as the store has it" == made.difference


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dossier": "0" * 64}, "inputs: the dossier told has the SHA-256 0000"),
        ({"rule": "oracle"}, "there is no such rule"),
        ({"choice": "toprak"}, "verdict.choice: 'toprak' was told, the log gives 'deniz'"),
    ],
)
async def test_a_fact_that_tells_otherwise_is_caught(change: dict[str, Any], says: str) -> None:
    """Even where log and store agree on it: the figures do not give it."""
    evening = Evening()
    place = next(at for at, one in enumerate(evening.facts) if one.kind == "call-proposed")
    forged = replace(evening.facts[place], d={**evening.facts[place].d, **change})
    at = next(
        at for at, one in enumerate(evening.log) if one.value == encode_told(evening.proposal, evening.scope)
    )
    evening.log[at] = replace(evening.log[at], value=encode_told(forged, evening.scope))
    made = await remade(evening, forged)
    assert made.difference is not None
    assert says in made.difference


async def test_what_nobody_could_read_counts_for_nobody() -> None:
    """Rubbish in a topic, a ruling among reports, a ruling that was refused."""
    evening = Evening(records=[])
    topics = [evening.scope.topic(what) for what in ("reports", "rulings", "told")]
    for topic in topics:
        evening._write(topic.rpartition(".")[2], b"rubbish")
    evening._write("rulings", encode(paper(0), evening.scope))
    odd = evening.case()
    wrong = replace(Evening().rulings[0], contest="nowhere", id="")
    evening._write("rulings", encode(wrong, evening.scope))
    assert odd.view.seen.boxes == 0
    evening.hear(*Evening().rulings, *(paper(unit) for unit in range(ENOUGH)))
    assert (await remade(evening)).difference is None


@pytest.mark.parametrize(
    ("told", "made", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, None),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b: 1 was told, the log gives 2"),
        ({"a": 0.3333333333}, {"a": 0.333333}, None),
        ({"a": [{"id": "x", "n": 1}]}, {"a": [{"id": "x", "n": 2}]}, "a[x].n: 1 was told, the log gives 2"),
        ({"a": [1, 2]}, {"a": [1]}, "a: [1, 2] was told, the log gives [1]"),
        ({"a": {"b": 1}}, {}, "a.b: 1 was told, the log gives None"),
    ],
)
def test_the_first_difference_is_named(told: object, made: object, expected: str | None) -> None:
    """By its place; what the fact does not hold is not compared."""
    assert expected == dossiers.first_difference(told, made)
