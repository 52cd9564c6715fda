"""What the desk does besides deciding: a dead letter sent again, a dossier made again, an alert to be seen.

    await resend(ledger, night, "0aa1b2c3d4e5f607")         empty, or why not in a sentence
    await recompute(folder, environment, "6b1f0c2a9d3e4f58")    what `sandik calls ID --recompute` says
    wish = await seen(cases, ledger, "alert-acknowledged", "0c33…")    the ruling that says so

Know before changing: a dossier is made again from the whole log, which takes seconds of work: in a process of
its own, so that the clients of the gateway do not wait for it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from election.errors import OutsideError, RecordError, UsageError
from election.night import BoxId, Night, SourceId, UnitId
from election.tally import Status
from election.wire.delivered import DEAD
from election.wire.told import Json
from sandik import desk
from sandik.program import ourselves
from streams.ledger import Ledger
from streams.looking import Looks

RECOMPUTE_WITHIN_S = 120.0
CONFLICT = Status.CONFLICT.name.lower()


async def resend(ledger: Ledger, night: Night, id: str) -> str:
    """Sends a dead delivery again, as `sandik deliver dead resend` does; empty, or why not."""
    for contest in night.contests:
        for one in await ledger.dead(contest):
            if one.id == id:
                return await ledger.resend(contest, one)
    return "there is no dead delivery of this id"


async def seen(cases: Sequence[desk.Case], ledger: Ledger, kind: str, alert: str) -> desk.Wish:
    """The ruling that an alert, or a dead letter's, was seen (or not). Raises RefusedError for no alert."""
    for case in cases:
        if case.fact(alert) is not None:
            return desk.Wish(case, kind, {"alert": alert})
    for case in cases:
        async for one in ledger.deliveries(case.contest.id):
            if one.id == alert and one.state == DEAD:
                return desk.Wish(case, kind, {"alert": alert})
    raise desk.RefusedError(f"There is no alert {alert!r:.40}.")


async def settles_nothing(looks: Looks, case: desk.Case, data: Mapping[str, Any]) -> str:
    """Why clearing this paper would not count it, or empty: of two statements nobody knows which is meant."""
    night, source, unit = case.view.night, SourceId(str(data.get("source"))), str(data.get("box"))
    if source not in night.sources or night.area_of(night.sources[source], UnitId(unit)) is None:
        return ""
    kept = await looks.paper(case.contest.id, source, UnitId(unit))
    found: Json = {} if kept is None else orjson.loads(kept)
    if found.get("status") != CONFLICT or found.get("revision") != data.get("revision"):
        return ""
    name = night.boxes[BoxId(unit)].name if BoxId(unit) in night.boxes else unit
    return (
        f"Revision {found['revision']} of {name or unit} says two things, and nobody knows which is meant: "
        "a newer revision from the source counts."
    )


async def recompute(path: Path, environment: Mapping[str, str], id: str) -> Json:
    """What a dossier made again from the log is like, beside the one that was told.

    Raises UsageError for what is no id, OutsideError if it cannot be made now.
    """
    if not id or not id.isalnum():
        raise UsageError("Which proposal? Its id is missing.")
    command = ourselves("calls", id, "--recompute", "--json", "--night", f"{path}/")
    process = await asyncio.create_subprocess_exec(
        *command, env=dict(environment), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(RECOMPUTE_WITHIN_S):
            out, said = await process.communicate()
    except TimeoutError as error:
        raise OutsideError("The dossier is not made again in two minutes; use sandik calls.") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    try:
        return read(out, said)
    except RecordError as error:
        raise OutsideError(f"The dossier cannot be made again: {error}") from error


def read(out: bytes, said: bytes) -> Json:
    """The answer of that command. Raises RecordError with its last words where it gave none."""
    lines = out.splitlines()
    with suppress(orjson.JSONDecodeError):
        found = orjson.loads(lines[-1]) if lines else None
        if isinstance(found, dict):
            return found
    words = said.decode(errors="replace").strip().splitlines()
    raise RecordError("R001", "answer", words[-1] if words else "it said nothing.")
