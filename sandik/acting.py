"""What the desk and the replay page do over the gateway's socket, carried out: the way into the log.

    actor = Acting(folder, environment)
    await actor.act("Ayşe Demir", "approve", {"call": "6b1f…", "version": 412, "because": "…"})

Know before changing: the name under which a decision is written is the one its token was made for, never one
that a client says. Every answer is `ok`, `outcome` (a word) and `d`, which holds a sentence; what is refused
is no exception, and what breaks is the gateway's to log.
"""

import argparse
import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from election.errors import RecordError, SandikError, UsageError
from election.wire.controls import VERBS, read
from election.wire.records import stamp
from producers import controls
from producers.settings import Settings as Producing
from sandik import desk, desk_acts, folders
from sandik.commands import approve, refuse, retract, rule
from sandik.deciding import Room
from sandik.say import Out
from streams.ledger import Ledger
from streams.settings import Settings as Counting

Json = dict[str, Any]

DECISION_WITHIN_S = 15.0
"""How long an outcome is waited for; the decision is in the log by then and counts all the same."""
REPLAY_WITHIN_S = 5.0
STEERS = ("speed", "to", "records", "fault", "outline")
TEXTS = ("call", "proposal", "because", "kind", "contest", "at")
SEEN: Mapping[str, str] = {"acknowledge": "alert-acknowledged", "reopen": "alert-reopened"}
"""What is said of an alert, and the ruling that says it; no reason is asked for."""
_BECAUSE: Mapping[str, str] = {"acknowledge": "seen", "reopen": "not seen after all"}


class _Quiet(Out):
    """Nobody reads a terminal here."""

    def tell(self, line: str) -> None:
        """Nothing."""

    def progress(self, done: float, text: str) -> None:
        """Nothing."""


class Acting:
    """The `Actor` of a gateway."""

    def __init__(self, folder: folders.Folder, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._producing, self._counting = Producing.read(environment), Counting.read(environment)
        self._lookouts = Room(folder, self._producing, self._counting).lookouts
        """Made once: that takes longer than the clients of a gateway should wait."""
        self._remaking = asyncio.Semaphore(1)  # one dossier at a time

    async def act(self, name: str, do: str, fields: Json) -> Json:
        """Does it; says what became of it. Raises OutsideError without Kafka or Redis."""
        try:
            if do in VERBS:
                return await self._steer(name, do, fields)
            if do == "resend":
                return await self._resend(fields)
            if do == "recompute":
                return await self._recompute(fields)
            return await self._decide(name, do, fields)
        except (desk.RefusedError, UsageError, RecordError) as error:
            return _said(False, "refused", str(error))

    async def _decide(self, name: str, do: str, fields: Json) -> Json:
        args = _arguments(name, do, fields)
        prepare = None if do in SEEN else _prepare(do, args, fields)
        async with self._room() as room:
            cases = await room.cases()
            if prepare is None:
                async with self._ledger() as ledger:
                    wish = await desk_acts.seen(cases, ledger, SEEN[do], _text(fields, "alert"))
            else:
                wish = prepare(cases, args)
            clears = wish.kind == "quarantine-cleared"
            if clears and (why := await desk_acts.settles_nothing(room.looks, wish.case, wish.data)):
                raise desk.RefusedError(why)
            heard_at = desk.hour(wish.case, room.scope.mode, datetime.now(UTC))
            ruling = desk.decision(
                wish.kind, wish.case, by=args.by, because=args.because, data=wish.data, heard_at=heard_at,
                at=wish.at,
            )  # fmt: skip
            outcome = await room.decide(wish.case, ruling, DECISION_WITHIN_S, _Quiet())
            case = await room.case(wish.case.contest.id)
            said = desk.in_json(ruling, outcome, case)
            because = " ".join(line.strip() for line in desk.in_words(ruling, outcome, case))
            return _said(bool(said.pop("done")), said.pop("outcome"), because, said)

    def _room(self) -> Room:
        return Room(self._folder, self._producing, self._counting, self._lookouts)

    @asynccontextmanager
    async def _ledger(self) -> AsyncIterator[Ledger]:
        ledger = Ledger(self._folder.night, self._producing.scope(self._folder.night.id), self._counting)
        try:
            yield ledger
        finally:
            await ledger.close()

    async def _resend(self, fields: Json) -> Json:
        delivery = _text(fields, "delivery")
        async with self._ledger() as ledger:
            why = await desk_acts.resend(ledger, self._folder.night, delivery)
        facts = {"delivery": delivery}
        return (
            _said(False, "refused", f"{delivery} is left: {why}.", facts)
            if why
            else _said(True, "done", f"{delivery} is sent again.", facts)
        )

    async def _recompute(self, fields: Json) -> Json:
        proposal = _text(fields, "proposal")
        async with self._remaking:
            found = await desk_acts.recompute(self._folder.path, self._environment, proposal)
        if "refused" in found:
            return _said(False, "refused", str(found["refused"]))
        facts = {key: found.get(key) for key in ("proposal", "same", "difference", "told_sha256", "sha256")}
        if found.get("same") is not True:
            return _said(False, "differs", f"The log does not give it: {found.get('difference')}", facts)
        return _said(True, "done", "The same bytes, made again from the log.", facts)

    async def _steer(self, name: str, do: str, fields: Json) -> Json:
        if self._producing.mode == "live":
            raise UsageError("A live night is not replayed: there is nothing to steer.")
        asked: Json = {key: fields[key] for key in STEERS if key in fields}
        asked |= {"id": uuid.uuid4().hex[:16], "do": do, "by": name, "at": stamp(datetime.now(UTC))}
        control = read(asked)
        # A jump may have to go back first, and the outline of a recording is read out of all of it.
        within_s = DECISION_WITHIN_S if do in ("jump", "look") else REPLAY_WITHIN_S
        answer = await controls.ask(self._producing, self._folder.night.id, control, within_s)
        if answer is None:
            return _said(False, "nobody", "No replay of this night is running.")
        where: Json = {"speed": answer.speed, "paused": answer.paused, "records": answer.records}
        where |= {**answer.facts, "at": None if answer.at is None else stamp(answer.at)}
        if do == "look":
            where["session"] = self._producing.session
        return _said(not answer.because, "refused" if answer.because else "done", answer.because, where)


def _said(ok: bool, outcome: str, because: str, facts: Mapping[str, Any] | None = None) -> Json:
    return {"ok": ok, "outcome": outcome, "d": {**(facts or {}), "because": because}}


def _arguments(name: str, do: str, fields: Json) -> argparse.Namespace:
    """The words of the command line that says the same. Raises UsageError for a field of another type."""
    for key in TEXTS:
        if not isinstance(fields.get(key, ""), str):
            raise UsageError(f"{key} is a text.")
    version = fields.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        raise UsageError("version is a whole number: the version of the totals that was looked at.")
    if do == "approve" and version is None:
        raise UsageError("An approval names the version of the totals it saw: version is missing.")
    return argparse.Namespace(
        id=fields.get("call") or fields.get("proposal") or "", version=version, by=name,
        because=fields.get("because") or _BECAUSE.get(do, ""), kind=fields.get("kind", ""),
        contest=fields.get("contest", ""), at=fields.get("at"),
    )  # fmt: skip


def _text(fields: Json, key: str) -> str:
    """A field that has to be there. Raises UsageError."""
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise UsageError(f"Which {key}? It is named by its id.")
    return value


def _prepare(do: str, args: argparse.Namespace, fields: Json) -> desk.Prepare:
    """What makes a wish of them. Raises UsageError for what nobody can do."""
    wishes: Mapping[str, Callable[[Sequence[desk.Case], argparse.Namespace], desk.Wish]] = {
        "approve": approve.wish, "refuse": refuse.wish, "retract": retract.wish,
    }  # fmt: skip
    if do in wishes:
        return wishes[do]
    if do != "rule":
        there = (*wishes, "rule", *SEEN, "resend", "recompute", *VERBS)
        raise UsageError(f"Nobody can {do!r:.40}: {', '.join(there)}.")
    data = fields.get("data", {})
    if not isinstance(data, dict) or not all(isinstance(value, str | int) for value in data.values()):
        raise UsageError("data is an object of texts and whole numbers, as sandik rule --data takes them.")
    if args.kind not in rule.ASKS:
        raise UsageError(f"There is no ruling {args.kind!r:.40}: there are {', '.join(rule.ASKS)}.")
    given = rule.pairs(args.kind, [f"{key}={value}" for key, value in data.items()])
    return lambda cases, words: rule.wish(cases, words, given)


def make(folder: folders.Folder, environment: Mapping[str, str]) -> Acting:
    """The actor of a gateway in this environment. Raises SandikError for settings that cannot be read."""
    try:
        return Acting(folder, environment)
    except UsageError as error:
        raise SandikError(f"The desk cannot work from this gateway: {error}") from error
