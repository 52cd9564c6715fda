"""What there is to see when a night has come to its end: the log, its fold, the store, the gateways.

    await note_ending(actors, night)

Know before changing: the fold is that of `streams.verify`, which counts the log with `election.rehearsal` and
shares no sum with the worker. What was told is what the store tells, for that is what everybody follows: the
log may hold a fact twice, and the store takes it once. What is written down here is judged by nobody here.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from election.alerts import Told
from election.errors import RecordError
from election.night import ContestId, Night
from election.wire.frames import state_hash
from election.wire.frames_told import for_everybody
from election.wire.keys import unpack_total
from election.wire.records import decode, identity
from election.wire.told import decode as decode_told
from election.wire.topics import Scope
from faults.actors import Actors
from faults.checker import CALL, RETRACTION
from producers.history import History
from producers.record import read_log
from producers.settings import Settings as Producing
from streams.settings import Settings as Counting
from streams.store import Store
from streams.verify import Verified, verify

ANSWERS_WITHIN_S = 30.0
"""How long a gateway may say nothing before that is written down in place of what it shows."""


async def note_ending(actors: Actors, night: Night) -> None:
    """Writes down the log, the fold, the store, and what each gateway shows, or that it is silent."""
    producing = Producing.read(actors.environment)
    scope = producing.scope(night.id)
    with History(str(actors.histories), "log") as history:
        await _note_log(history, producing, scope)
    counting = Counting.read(actors.environment)
    store = Store(night, scope, counting)
    try:
        found = await verify(night, store, read_log(producing, _topics(scope)))
    finally:
        await store.close()
    with History(str(actors.histories), "fold") as history:
        _note_fold(history, night, found)
        for contest in night.contests:
            for value in found.held[contest].told:
                history.note("told", **told_facts(decode_told(value, scope)))
    for place in range(len(actors.gateways)):
        with History(str(actors.histories), f"gateway-{place}") as history:
            for contest in night.contests:
                note_shown(history, contest, await _shown(actors, place, contest))


def note_shown(history: History, contest: ContestId, shown: Mapping[str, Any] | None) -> None:
    """Writes down what a gateway shows in the end; None: it did not answer."""
    if shown is None:
        history.note("silent", contest=contest)
    else:
        history.note("end", **{key: shown[key] for key in ("contest", "epoch", "version", "hash")})


def told_facts(fact: Told) -> dict[str, Any]:
    """What is written down of a fact that the store tells; `public`: every reader is told it too."""
    facts = {"contest": fact.contest, "seq": fact.seq, "kind": fact.kind, "key": fact.key}
    return {"id": fact.id, "call": call_of(fact), "public": for_everybody(fact), **facts}


def call_of(fact: Told) -> str:
    """The call that a fact made, which has its id, or that it ended; nothing for any other fact."""
    if fact.kind == CALL:
        return fact.id
    return str(fact.d.get("call", "")) if fact.kind == RETRACTION else ""


def _topics(scope: Scope) -> list[str]:
    return [scope.topic(what) for what in ("reports", "rulings", "told")]


async def _shown(actors: Actors, place: int, contest: ContestId) -> Mapping[str, Any] | None:
    until_s = time.monotonic() + ANSWERS_WITHIN_S
    while True:
        shown = await asyncio.to_thread(actors.snapshot, place, contest)
        if shown is not None or time.monotonic() > until_s:
            return shown
        actors.keep()
        await asyncio.sleep(0.5)


async def _note_log(history: History, producing: Producing, scope: Scope) -> None:
    topics = [scope.topic(what) for what in ("reports", "rulings")]
    async for logged in read_log(producing, topics):
        place = {"topic": logged.topic, "partition": logged.partition, "offset": logged.offset}
        try:
            record = decode(logged.value, scope)
        except RecordError:
            history.note("record", **place, id="")
            continue
        history.note("record", **place, id=record.id or identity(record))


def _note_fold(history: History, night: Night, found: Verified) -> None:
    for contest in night.contests:
        rows = found.rehearsal.rows(contest)
        fold = {f"{source}/{area}": _text(row) for source, of in rows.items() for area, row in of.items()}
        held = found.held[contest].areas
        kept = {
            f"{source}/{area}": _text(unpack_total(row))
            for source, of in held.items()
            for area, row in of.items()
        }
        shown = found.rehearsal.snapshot(contest)
        history.note("fold", contest=contest, totals=_counted(fold), hash=state_hash(shown))
        history.note("store", contest=contest, totals=_counted(kept))
    for sentence in found.differences:
        history.note("difference", said=sentence)


def _text(row: Any) -> str:
    return " ".join(str(int(value)) for value in row)


def _counted(totals: Mapping[str, str]) -> dict[str, str]:
    """Without the places of which nothing was heard: the store keeps none for them."""
    return {name: row for name, row in totals.items() if set(row) - {"0", " "}}
