"""The desk: how a contest stands for those who sign calls off, what a decision says, and what became of it.

    case = Case(...)                        what was told of a contest, and how it stands, read at one moment
    told = proposed(cases, "6b1f…")         the proposal a person names, or RefusedError
    ruling = decision("call-approved", case, by="Ayşe", because="…", data={…}, heard_at=now)
    became(ruling, case, taken_in)          what was told of it, or None: nothing yet

Know before changing: nothing is decided here. A decision is a ruling in the log; the evaluator says what it
means, and what it told is the outcome. The desk only refuses before anything is sent what would be ignored.
"""

import argparse
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from election.alerts import KINDS, Told
from election.calls.verdict import View
from election.errors import SandikError, UsageError
from election.memory import Memory
from election.night import Contest, Night
from election.rulings import fault
from election.teller import DESK, RULED
from election.teller_calls import why_not
from election.wire.records import Ruling, identity, stamp
from election.wire.told import call_json

WAIT_S = 30.0
SOURCE = "desk"
"""The source of every ruling made here."""
NAME_MAX = 200
BECAUSE_MAX = 2000
"""Characters, as a ruling can hold them; longer is refused before it is sent."""
DIGITS_MAX = 15
"""Of a number that is typed."""
LIFTING = ("embargo-announced", "embargo-lifted")
"""Rulings on the ban: told when it opens, which may be later."""


def asks_where(parser: argparse.ArgumentParser) -> None:
    """The arguments of everything at the desk: which night, and how to answer."""
    parser.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")
    parser.add_argument("--session", metavar="NAME", help="a replay session")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def asks_who(parser: argparse.ArgumentParser) -> None:
    """The arguments of a decision: who, why, and how long its outcome is waited for."""
    parser.add_argument("--by", metavar="NAME", required=True, help="who decides; two people are two names")
    parser.add_argument("--because", metavar="TEXT", required=True, help="why; it is told with the decision")
    parser.add_argument(
        "--wait",
        metavar="S",
        type=float,
        default=WAIT_S,
        help="how long to wait for the outcome (30 seconds)",
    )


def whole(word: str) -> int | None:
    """A whole number from 1 as typed; None for anything else, and for more digits than a record can hold."""
    right = word.isascii() and word.isdigit() and len(word) <= DIGITS_MAX
    return int(word) or None if right else None


def version(word: str) -> int:
    """The version of the totals that a person saw, as typed. Raises ArgumentTypeError."""
    number = whole(word)
    if number is None:
        raise argparse.ArgumentTypeError(f"{word!r} is no version: it is a number, as sandik calls shows it")
    return number


class RefusedError(SandikError):
    """What the desk does not do, and why: nothing was sent."""


@dataclass(frozen=True)
class Case:
    """One contest as the desk sees it."""

    contest: Contest
    view: View
    """How it stands now; rules and guards are asked about this."""
    facts: Sequence[Told]
    """All that was told of it, in order."""
    memory: Memory
    """The same, summed up."""
    at: datetime | None
    """Night time of the newest thing heard, of any source."""

    @property
    def version(self) -> int:
        """The version of the totals; it rises with everything that is heard, ruled or told."""
        return self.view.version

    def fact(self, name: str) -> Told | None:
        """What was told under this id."""
        return next((fact for fact in self.facts if fact.id == name), None)

    def about(self, fact: Told) -> list[Told]:
        """What was told of a proposal and the call it became, given any of these facts, in order."""
        return story(self.facts, fact)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants decided, before it is a ruling. `at`: from when it counts; None: now."""

    case: Case
    kind: str
    data: Mapping[str, Any]
    at: datetime | None = None


Prepare = Callable[[Sequence[Case], argparse.Namespace], Wish]
"""What a command makes of the cases and its arguments. Raises RefusedError, or UsageError."""


def story(facts: Sequence[Told], fact: Told) -> list[Told]:
    """The facts of one proposal and the call it became: they share a key, approvals have a name behind it."""
    of_calls = [one for one in facts if KINDS[one.kind].about == "call"]
    begun = [one.key for one in of_calls if one.kind == "call-proposed" and _belongs(fact, one.key)]
    return [one for one in of_calls if any(_belongs(one, key) for key in begun)]


def _belongs(fact: Told, key: str) -> bool:
    return fact.key == key or (fact.kind == "proposal-approved" and fact.key.startswith(f"{key}/"))


def proposed(cases: Sequence[Case], name: str) -> tuple[Case, Told]:
    """The proposal with this id, and its case. Raises RefusedError that says which are waiting."""
    return _of_kind(cases, name, "call-proposed", "proposal", _waiting(cases))


def called(cases: Sequence[Case], name: str) -> tuple[Case, Told]:
    """The call with this id, and its case. Raises RefusedError that says which are in force."""
    in_force = [case.memory.call.id for case in cases if case.memory.called and case.memory.call is not None]
    return _of_kind(cases, name, "call-made", "call", in_force)


def _waiting(cases: Sequence[Case]) -> list[str]:
    return [case.memory.proposal.id for case in cases if case.memory.proposal is not None]


def _of_kind(
    cases: Sequence[Case], name: str, kind: str, word: str, there: Sequence[str]
) -> tuple[Case, Told]:
    known = ", ".join(there) if there else "none"
    now = f"{'waiting' if word == 'proposal' else 'in force'} now: {known} (sandik calls shows them)."
    for case in cases:
        fact = case.fact(name)
        if fact is None:
            continue
        if fact.kind == kind:
            return case, fact
        raise RefusedError(f"{name} is no {word}: it is what was told as {fact.kind}; {now}")
    raise RefusedError(f"There is no {word} {name!r}{_near(name, cases, kind)}; {now}")


def _near(name: str, cases: Sequence[Case], kind: str) -> str:
    ids = [fact.id for case in cases for fact in case.facts if fact.kind == kind]
    found = difflib.get_close_matches(name, ids, n=1, cutoff=0.8)
    return f" (did you mean {found[0]}?)" if found else ""


def chosen(cases: Sequence[Case], name: str | None) -> list[tuple[Case, Told | None]]:
    """What an id means: a fact with its case, or a contest; no id: every contest. Raises RefusedError."""
    if name is None:
        return [(case, None) for case in cases]
    for case in cases:
        fact = case.fact(name)
        if fact is not None or case.contest.id == name:
            return [(case, fact)]
    ids = [one.id for case in cases for one in case.facts if KINDS[one.kind].about == "call"]
    near = difflib.get_close_matches(name, [*ids, *(case.contest.id for case in cases)], n=1)
    hint = f"did you mean {near[0]}?" if near else "sandik calls shows them all."
    raise RefusedError(f"There is no proposal, call or contest {name!r}: {hint}")


def contest_of(cases: Sequence[Case], name: str) -> Case:
    """The case of a contest. Raises RefusedError that says which there are."""
    ids = [str(case.contest.id) for case in cases]
    for case in cases:
        if case.contest.id == name:
            return case
    near = difflib.get_close_matches(name, ids, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there {_are(ids)} {', '.join(ids)}."
    raise RefusedError(f"There is no contest {name!r} in this night: {hint}")


def _are(several: Sequence[str]) -> str:
    return "is" if len(several) == 1 else "are"


def hour(case: Case, mode: str, now: datetime) -> datetime:
    """When a decision counts as heard: the clock in a live night; otherwise the newest thing heard of it.

    Where nothing was heard yet, the close of polls, or noon of the night.
    """
    if mode == "live":
        return now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
    night = case.view.night
    noon = datetime.combine(night.date, time(12), ZoneInfo(night.time_zone))
    return (case.at or night.polls_close_at or noon).astimezone(UTC)


def decision(
    kind: str, case: Case, *, by: str, because: str, data: Mapping[str, Any], heard_at: datetime,
    at: datetime | None = None,
) -> Ruling:  # fmt: skip
    """A decision as a ruling. Raises UsageError for a name or a reason that is missing or too long."""
    actor, text = " ".join(by.split()), because.strip()
    for word, value, most in (("--by", actor, NAME_MAX), ("--because", text, BECAUSE_MAX)):
        if not value:
            raise UsageError(f"A decision says who made it and why: {word} is empty.")
        if len(value) > most:
            raise UsageError(f"{word} has {len(value):,} characters; a ruling holds {most:,}.")
        if any("\ud800" <= letter <= "\udfff" for letter in value):  # what Python makes of other bytes
            raise UsageError(f"{word} is not UTF-8: type it in a terminal that writes UTF-8.")
    ruling = Ruling(
        contest=case.contest.id, kind=kind, at=at or heard_at, heard_at=heard_at, source=SOURCE, actor=actor,
        text=text, data=dict(data),
    )  # fmt: skip
    return replace(ruling, id=identity(ruling))


def refuse_what_is_ignored(ruling: Ruling, case: Case) -> None:
    """Raises RefusedError with the sentence that says why this decision would change nothing."""
    found = fault(ruling, case.view.night)
    sentence = str(found.message) if found is not None else why_not(case.memory, ruling)
    if sentence is not None:
        raise RefusedError(sentence)


DONE, TAKEN, LATE, WAITS = "done", "taken in", "too late", "not taken in yet"
"""What can become of a decision that was sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision: the facts it gave rise to, in order, or the sentence why there are none."""

    word: str
    facts: tuple[Told, ...] = ()
    because: str = ""


def became(ruling: Ruling, case: Case, taken_in: bool) -> Outcome | None:
    """What was told of a decision; None while that is not clear yet.

    `taken_in`: the store has come past it in the log, so what was told by then was told without it.
    """
    if ruling.kind in DESK:
        return _signed(ruling, case, taken_in)
    if ruling.kind in RULED:
        own = any(fact.key == ruling.id for fact in case.facts)
        return Outcome(DONE, _named(ruling, case)) if own else None
    if not taken_in:
        return None
    if ruling.kind in LIFTING and case.view.ban.is_open and case.view.ban.opens_at is not None:
        lifted = tuple(fact for fact in case.facts if fact.kind == "embargo-lifted")
        return Outcome(DONE, lifted) if lifted else None
    return Outcome(TAKEN)


def _named(ruling: Ruling, case: Case) -> tuple[Told, ...]:
    return tuple(fact for fact in case.facts if ruling.id in (fact.key, fact.d.get("ruling")))


def _signed(ruling: Ruling, case: Case, taken_in: bool) -> Outcome | None:
    """What became of a word on a call: what names it, and the call it made; or why it came too late."""
    named = _named(ruling, case)
    if not named:
        sentence = why_not(case.memory, ruling) if taken_in else None
        return None if sentence is None else Outcome(LATE, (), sentence)
    waiting = case.memory.proposal
    if ruling.kind != "call-approved" or waiting is None or waiting.id != ruling.data["proposal"]:
        return Outcome(DONE, (*named, *_made_by(named, case)))
    on_its_way = len(waiting.approvals) >= waiting.people
    return None if on_its_way else Outcome(DONE, named)


def _made_by(named: Sequence[Told], case: Case) -> list[Told]:
    """The call that these approvals made: it was told right after."""
    approvals = [fact for fact in named if fact.kind == "proposal-approved"]
    return [
        fact
        for fact in case.facts
        if fact.kind == "call-made" and any(fact.prev == approval.id for approval in approvals)
    ]


def in_words(ruling: Ruling, outcome: Outcome, case: Case) -> list[str]:
    """An outcome as lines for a terminal."""
    lines = []
    for fact in outcome.facts:
        lines += [fact.title["en"], f"  {fact.because['en']}"]
    waiting = case.memory.proposal
    if outcome.word == TAKEN:
        lines.append(f"{ruling.kind} is taken in; nothing is told of it now.")
    elif outcome.word == LATE:
        lines.append(f"It came too late: {outcome.because}")
    elif outcome.word == WAITS:
        lines.append(outcome.because)
    elif ruling.kind == "call-approved" and waiting is not None and waiting.id == ruling.data["proposal"]:
        more = waiting.people - len(waiting.approvals)
        lines.append(f"  It needs {more} more {'person' if more == 1 else 'people'}, of another name.")
    return lines


def in_json(ruling: Ruling, outcome: Outcome, case: Case) -> dict[str, Any]:
    """An outcome as it is scripted against (docs/reference/commands.md)."""
    return {
        "contest": case.contest.id,
        "kind": ruling.kind,
        "ruling": ruling.id,
        "done": outcome.word in (DONE, TAKEN),
        "outcome": outcome.word,
        "because": outcome.because,
        "told": [fact_json(fact) for fact in outcome.facts],
        "call": call_json(case.memory),
    }


def fact_json(fact: Told) -> dict[str, Any]:
    """A fact in short."""
    return {
        "id": fact.id,
        "seq": fact.seq,
        "kind": fact.kind,
        "at": stamp(fact.at),
        "version": fact.version,
        "title": fact.title["en"],
        "because": fact.because["en"],
    }


def clock(night: Night, at: datetime | None) -> str:
    """A time as the people of the night read it; another day's with its date."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(night.time_zone))
    return local.strftime("%H:%M:%S" if local.date() == night.date else "%Y-%m-%d %H:%M:%S")
