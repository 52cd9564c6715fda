"""Has everything that was sent been counted, and what does the store say then?

Know before changing: the end is not guessed from silence. Every record has an offset when it is acknowledged,
and the store keeps, in the same step as the totals, which offsets it has applied.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from election.errors import OutsideError
from election.night import AreaId, ContestId, Night, SourceId
from election.wire.audit import read_marks
from election.wire.frames import Board, ContestState
from election.wire.keys import unpack_total
from election.wire.told import held as held_fact
from election.wire.topics import Scope
from sandik import outcome
from streams.answers import Held
from streams.looking import Looks
from streams.spans import partition_name
from streams.store import Store

ASK_EVERY_S = 0.05
STANDS_STILL_S = 60.0


async def counted(store: Store, ends: Mapping[tuple[str, int], int]) -> None:
    """Returns when the store has applied everything up to these offsets.

    Raises OutsideError if it does not come any further for STANDS_STILL_S.
    """
    wanted = {partition_name(*place): end for place, end in ends.items()}
    clock = asyncio.get_running_loop().time
    before: dict[str, int] = {}
    moved_s = clock()
    while True:
        stored = await store.positions(list(wanted))
        if all(stored[name] >= end for name, end in wanted.items()):
            return
        if stored != before:
            before, moved_s = stored, clock()
        elif clock() - moved_s > STANDS_STILL_S:
            left = sum(max(0, end - stored[name]) for name, end in wanted.items())
            raise OutsideError(f"Nothing was counted for {STANDS_STILL_S:g} s while {left} records are left.")
        await asyncio.sleep(ASK_EVERY_S)


async def settled(store: Store) -> None:
    """Returns when of every contest all is told that there is to tell.

    Raises OutsideError where nobody says so within STANDS_STILL_S.
    """
    looks, clock = Looks(store), asyncio.get_running_loop().time
    deadline_s = clock() + STANDS_STILL_S
    while left := await looks.unsettled():
        if clock() > deadline_s:
            raise OutsideError(
                f"Nobody has told what there is to tell of {', '.join(left)} within {STANDS_STILL_S:g} s: "
                "see that a worker runs (sandik doctor)."
            )
        await asyncio.sleep(ASK_EVERY_S)


async def outcomes(store: Store, night: Night) -> dict[ContestId, outcome.Json]:
    """How every contest stands in the store now."""
    return {
        contest: outcome_of(await store.read(contest), contest, night, store.scope)
        for contest in night.contests
    }


def outcome_of(held: Held, contest: ContestId, night: Night, scope: Scope) -> outcome.Json:
    """One contest as the store holds it."""
    facts = night.contests[contest]
    board = Board(night, facts, scope.mode)
    now = state(held, facts.source, scope)
    shown = board.snapshot(now, now.at)
    return {
        "epoch": now.epoch,
        "version": now.version,
        "hash": shown["hash"],
        **outcome.totals(board.standing(now, facts.area), facts),
        "refused": now.refused,
        "findings": shown["findings"],
        "call": shown["call"],
        "alerts": outcome.alerts(now.told),
    }


def state(held: Held, published: SourceId, scope: Scope) -> ContestState:
    """What the store holds, as a board reads it."""
    meta, prefix = held.meta, f"{published}/"
    return ContestState(
        epoch=meta.get("epoch", ""),
        version=int(meta.get("version", "0")),
        at=_time(meta.get("at")),
        lifted_at=_time(meta.get("lifted_at")),
        rows={
            source: {AreaId(area): unpack_total(row) for area, row in rows.items()}
            for source, rows in held.areas.items()
        },
        last_at={source: at for source, text in held.heard.items() if (at := _time(text)) is not None},
        refused=int(meta.get("refused", "0")) + int(meta.get("unreadable", "0")),
        findings={
            code.removeprefix(prefix): papers
            for code, papers in sorted(held.findings.items())
            if code.startswith(prefix) and papers
        },
        told=tuple(held_fact(value, scope) for value in held.told),
        marks=read_marks(meta),
    )


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
