"""What has become of an election since its night: unofficial, counted again, certified, annulled, run again.

    lineage(night, rulings).state       "annulled"
    lineage(night, rulings).rerun_on    date(2019, 6, 23)

Every event keeps its hour, its actor and its source; totals of an annulled night stay readable, and are
marked with this. A rerun knows the night it repeats (`Night.parent`).

Know before changing: events are ordered by the hour they count from, and of one hour by the order they were
heard; the state is that of the last event that changes it. A recount of single boxes or areas changes
nothing; one whose data says `scope = "all"` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from election.memory import WHOLE
from election.night import Night, NightId
from election.wire.records import Ruling, identity

UNOFFICIAL, RECOUNT, CERTIFIED, ANNULLED = "unofficial", "recount", "certified", "annulled"

EVENTS = (
    "concession", "objection-filed", "objection-upheld", "objection-rejected", "recount-ordered", "certified",
    "annulled", "rerun-set",
)  # fmt: skip
"""Rulings that are events of an election; the ban, quarantines and calls are not."""


@dataclass(frozen=True, slots=True)
class Event:
    """One decision about the election: what, from when, by whom, and who told of it."""

    id: str
    kind: str
    at: datetime
    actor: str
    source: str
    text: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where an election stands, the night it repeats, the day it is repeated on, and what led there."""

    state: str
    parent: NightId | None
    rerun_on: date | None
    events: tuple[Event, ...]


def lineage(night: Night, rulings: Sequence[Ruling]) -> Lineage:
    """The lineage after these rulings of one contest, in the order heard; the same ruling twice is one."""
    known: dict[str, Event] = {}
    for ruling in rulings:
        if ruling.kind in EVENTS:
            made = _event(ruling)
            known.setdefault(made.id, made)
    events = tuple(sorted(known.values(), key=lambda event: event.at))
    state, rerun_on = UNOFFICIAL, None
    for event in events:
        state = _state(event, state)
        rerun_on = day_of(event.data.get("date")) if event.kind == "rerun-set" else rerun_on
    return Lineage(state, night.parent, rerun_on, events)


def _event(ruling: Ruling) -> Event:
    return Event(
        ruling.id or identity(ruling), ruling.kind, ruling.at, ruling.actor, ruling.source, ruling.text,
        dict(ruling.data),
    )  # fmt: skip


def _state(event: Event, before: str) -> str:
    if event.kind in (CERTIFIED, ANNULLED):
        return event.kind
    if event.kind == "recount-ordered" and event.data.get("scope") == WHOLE:
        return RECOUNT
    return before


def day_of(value: object) -> date | None:
    """The day in a ruling's data, as 2019-06-23; None if it names none that can be read."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
