"""What the desk and the replay page do over the gateway's socket, carried out: the way into the log.

    actor = Acting(folder, environment)
    await actor.act("Ayşe Demir", "approve", {"call": "6b1f…", "version": 412, "because": "…"})

Know before changing: the name under which a decision is written is the one its token was made for, never one
that a client says. Every answer is `ok`, `outcome` (a word) and `d`, which holds a sentence; what is refused
is no exception, and what breaks is the gateway's to log.
"""

import argparse
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from election.errors import RecordError, SandikError, UsageError
from election.wire.controls import VERBS, read
from election.wire.records import stamp
from producers import controls
from producers.settings import Settings as Producing
from sandik import desk, folders
from sandik.commands import approve, refuse, retract, rule
from sandik.deciding import Room
from sandik.say import Out
from streams.settings import Settings as Counting

Json = dict[str, Any]

DECISION_WITHIN_S = 15.0
"""How long an outcome is waited for; the decision is in the log by then and counts all the same."""
REPLAY_WITHIN_S = 5.0
TEXTS = ("call", "proposal", "because", "kind", "contest", "at")


class _Quiet(Out):
    """Nobody reads a terminal here."""

    def tell(self, line: str) -> None:
        """Nothing."""

    def progress(self, done: float, text: str) -> None:
        """Nothing."""


class Acting:
    """The `Actor` of a gateway."""

    def __init__(self, folder: folders.Folder, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._producing, self._counting = Producing.read(environment), Counting.read(environment)

    async def act(self, name: str, do: str, fields: Json) -> Json:
        """Does it; says what became of it. Raises OutsideError without Kafka or Redis."""
        try:
            if do in VERBS:
                return await self._steer(name, do, fields)
            return await self._decide(name, do, fields)
        except (desk.RefusedError, UsageError, RecordError) as error:
            return _said(False, "refused", str(error))

    async def _decide(self, name: str, do: str, fields: Json) -> Json:
        args = _arguments(name, do, fields)
        prepare = _prepare(do, args, fields)
        async with Room(self._folder, self._producing, self._counting) as room:
            wish = prepare(await room.cases(), args)
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

    async def _steer(self, name: str, do: str, fields: Json) -> Json:
        if self._producing.mode == "live":
            raise UsageError("A live night is not replayed: there is nothing to steer.")
        asked: Json = {key: fields[key] for key in ("speed", "to", "records") if key in fields}
        asked |= {"id": uuid.uuid4().hex[:16], "do": do, "by": name, "at": stamp(datetime.now(UTC))}
        control = read(asked)
        within_s = DECISION_WITHIN_S if do == "jump" else REPLAY_WITHIN_S  # it may have to go back first
        answer = await controls.ask(self._producing, self._folder.night.id, control, within_s)
        if answer is None:
            return _said(False, "nobody", "No replay of this night is running.")
        where: Json = {"speed": answer.speed, "paused": answer.paused, "records": answer.records}
        where["at"] = None if answer.at is None else stamp(answer.at)
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
        because=fields.get("because", ""), kind=fields.get("kind", ""), contest=fields.get("contest", ""),
        at=fields.get("at"),
    )  # fmt: skip


def _prepare(do: str, args: argparse.Namespace, fields: Json) -> desk.Prepare:
    """What makes a wish of them. Raises UsageError for what nobody can do."""
    wishes: Mapping[str, Callable[[Sequence[desk.Case], argparse.Namespace], desk.Wish]] = {
        "approve": approve.wish, "refuse": refuse.wish, "retract": retract.wish,
    }  # fmt: skip
    if do in wishes:
        return wishes[do]
    if do != "rule":
        raise UsageError(f"Nobody can {do!r:.40}: approve, refuse, retract, rule, {', '.join(VERBS)}.")
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
