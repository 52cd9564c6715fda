"""A call's dossier made again from the log, and compared with what was told when the call was proposed.

    counted = await count_to(night, scope, proposal, log, counts)    as far as the proposal had seen the log
    made = remake(night, scope, proposal, counted)                   made.difference: what differs from then

A fact keeps the SHA-256 of its dossier before anybody signed, and beside it the verdict, the numbers and
every guard's answer. `made.text` is the dossier with the people who decided since; without them
(`"people":[]`) its bytes have the SHA-256 that was told.

Know before changing: the log is counted one paper at a time (`election.rehearsal`), never read from the
store; only the totals' version and the hour are taken from the fact, because a log has neither.
"""

import hashlib
import json
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from election.alerts import Told
from election.calls import RULES
from election.calls.dossier import Signature, dossier
from election.calls.guards import ask
from election.calls.lookout import Lookout
from election.errors import RecordError
from election.memory import Memory
from election.night import ContestId, Night
from election.rehearsal import Rehearsal
from election.rulings import fault
from election.wire.canonical import DIGITS
from election.wire.frames import ContestState
from election.wire.records import Record, Ruling, decode, stamp
from election.wire.told import decode as decode_told
from election.wire.told_fields import fault as odd
from election.wire.topics import Scope
from sandik.desk import story
from streams.evaluator import wanted_areas
from streams.spans import partition_name
from streams.verify import Logged

L = TypeVar("L", bound=Logged)

WORDS = {"proposal-approved": "approved", "proposal-refused": "refused", "call-retracted": "retracted"}
"""What a person did, by the fact that tells of it."""


@dataclass
class Counted:
    """The log as far as a proposal had seen it, and all that was told of its contest."""

    rehearsal: Rehearsal
    facts: list[Told] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    ends: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Remade:
    """A dossier made again."""

    text: bytes
    """With the people who decided; nothing of it is shown if it is not the one that was told."""
    digest: str
    """SHA-256 (hex) of the bytes before anybody signed."""
    difference: str | None
    """The first thing that is not as it was told, in a sentence; None: the same bytes."""


async def count_to(
    night: Night, scope: Scope, proposal: Told, log: AsyncIterable[L], counts: Callable[[Record, L], bool]
) -> Counted:
    """Counts reports and rulings up to the positions of the proposal, and takes in everything told.

    `counts` is False for a bundle that the workers refused because its source did not sign it.
    """
    counted = Counted(Rehearsal(night, scope.mode))
    async for logged in log:
        name = partition_name(logged.topic, logged.partition)
        counted.ends[name] = max(logged.offset + 1, counted.ends.get(name, 0))
        if logged.topic == scope.topic("told"):
            _take(counted, logged.value, proposal, scope)
        elif logged.offset < proposal.positions.get(name, 0):
            record = _read(logged, scope, night)
            if record is not None and counts(record, logged):
                counted.rehearsal.hear(record)
    return counted


def _take(counted: Counted, value: bytes, proposal: Told, scope: Scope) -> None:
    """A fact of the contest, if it follows; what cannot be read was refused when it was told, too."""
    try:
        fact = decode_told(value, scope)
    except RecordError:
        return
    if fact.contest != proposal.contest or odd(fact, counted.rehearsal.night) is not None:
        return
    if counted.memory.take(fact):
        counted.facts.append(fact)


def _read(logged: Logged, scope: Scope, night: Night) -> Record | None:
    """A record, if it is one of its topic; what cannot be read was refused when it was counted, too."""
    try:
        record = decode(logged.value, scope)
    except RecordError:
        return None
    ruling = isinstance(record, Ruling)
    if ruling != (logged.topic == scope.topic("rulings")):
        return None
    return None if isinstance(record, Ruling) and fault(record, night) is not None else record


def remake(night: Night, scope: Scope, proposal: Told, counted: Counted) -> Remade:
    """The dossier of a proposal from the log counted up to it."""
    short = _short(proposal, counted)
    rule = RULES.get(str(proposal.d["rule"]))
    if short is not None or rule is None:
        why = short or f"rule: {proposal.d['rule']} was told, and there is no such rule here"
        return Remade(b"", "", why)
    contest = night.contests[ContestId(proposal.contest)]
    view = Lookout(night, contest, scope.mode).view(_state(night, proposal, counted), proposal.at)
    verdict = rule.decide(view)
    answers = ask(view, verdict)

    def made(people: Sequence[Signature]) -> bytes:
        return dossier(view, verdict, answers, proposal.positions, proposed_at=proposal.at, people=people)

    bare = made(())
    digest = hashlib.sha256(bare).hexdigest()
    difference = first_difference(told_of(proposal), json.loads(bare))
    if difference is None and digest != proposal.d["dossier"]:
        difference = (
            f"inputs: the dossier told has the SHA-256 {proposal.d['dossier'][:16]}…, the log gives "
            f"{digest[:16]}…, and all that stands in the fact is the same"
        )
    return Remade(made(signatures(counted.facts, proposal)), digest, difference)


def _short(proposal: Told, counted: Counted) -> str | None:
    """What is missing in the log for this proposal to be in it."""
    for name, following in sorted(proposal.positions.items()):
        end = counted.ends.get(name, 0)
        if end < following:
            return f"positions: the proposal saw {name} up to {following}, it ends at {end}"
    if proposal not in counted.facts:
        return "told: the log does not hold this proposal as the store has it"
    return None


def _state(night: Night, proposal: Told, counted: Counted) -> ContestState:
    """What the evaluator was shown: the areas that rules ask about, at the version of the fact."""
    contest, rehearsal = ContestId(proposal.contest), counted.rehearsal
    wanted = wanted_areas(night, night.contests[contest])
    rows = rehearsal.rows(contest)
    return ContestState(
        version=proposal.version,
        lifted_at=rehearsal.lifted_at.get(contest),
        rows={
            source: {area: rows[source][area] for area in areas if area in rows.get(source, {})}
            for source, areas in wanted.items()
        },
        last_at={source: at for (of, source), at in rehearsal.last_at.items() if of == contest},
    )


def signatures(facts: Iterable[Told], proposal: Told) -> list[Signature]:
    """Who decided on a proposal and its call, in order."""
    return [
        Signature(fact.d["by"], WORDS[fact.kind], fact.at)
        for fact in story(list(facts), proposal)
        if fact.kind in WORDS and "by" in fact.d
    ]


def told_of(proposal: Told) -> dict[str, Any]:
    """The parts of a dossier that stand in the fact itself, in the order in which a person would compare."""
    d = proposal.d
    return {
        "totals": {"version": proposal.version, "positions": dict(proposal.positions)},
        "rule": {"id": d["rule"]},
        "verdict": {
            "choice": d["choice"], "elected": d["elected"], "cushion_votes": d["cushion_votes"],
            "numbers": d["numbers"], "because": dict(proposal.because),
        },
        "guards": d["guards"],
        "inputs": {"standing": {"boxes": d["boxes"], "boxes_total": d["boxes_total"]}},
        "proposed_at": stamp(proposal.at),
    }  # fmt: skip


def first_difference(told: object, made: object, place: str = "") -> str | None:
    """The first thing in `told` that `made` has otherwise, in a sentence; None: it has all of it."""
    if isinstance(told, Mapping):
        there: Mapping[str, Any] = made if isinstance(made, Mapping) else {}
        pairs = [(f"{place}.{key}" if place else str(key), one, there.get(key)) for key, one in told.items()]
    elif isinstance(told, list) and isinstance(made, list) and len(told) == len(made):
        both = enumerate(zip(told, made, strict=True))
        pairs = [(f"{place}[{_name(one, number)}]", one, other) for number, (one, other) in both]
    else:
        same = _rounded(told) == _rounded(made)
        return None if same else f"{place}: {told!r:.120} was told, the log gives {made!r:.120}"
    found = (first_difference(one, other, where) for where, one, other in pairs)
    return next((sentence for sentence in found if sentence is not None), None)


def _name(one: object, number: int) -> object:
    return one["id"] if isinstance(one, Mapping) and "id" in one else number


def _rounded(value: object) -> object:
    return round(value, DIGITS) if isinstance(value, float) else value
