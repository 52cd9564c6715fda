"""`sandik rule`: what an authority decided, from a shell into the log: objections, recounts, certification, …

Know before changing: what each kind may say stands in ASKS and nowhere else; a word that is not there is
refused, because a ruling with a slip in it would be kept for ever and do nothing.
"""

import argparse
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import hexdigits
from typing import Any

from election.alerts import ID_DIGITS
from election.errors import UsageError
from election.night import AreaId, BoxId, ChoiceId, SourceId
from election.wire.records import RULING_KINDS
from sandik import desk
from sandik.say import Out

EXAMPLE = """  sandik rule embargo-lifted --contest mayor --at 19:15 --by "Election Council" --because early
  sandik rule quarantine-cleared --contest mayor --data source=council box=kadikoy-1042 revision=2 \\
      --by "Ayşe Demir" --because "tally sheet seen"
  sandik rule recount-ordered --contest mayor --data scope=all --by "City board" --because "objection upheld"
  sandik rule rerun-set --contest mayor --data date=2019-06-23 --by "Election Council" --because annulled"""


@dataclass(frozen=True, slots=True)
class Asks:
    """What a kind of ruling says beside who, when and why: words it needs, and words it may have."""

    means: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


PLACES = ("area", "box", "source")
ASKS: Mapping[str, Asks] = {
    "embargo-announced": Asks("the hour (--at) at which the ban will be lifted"),
    "embargo-lifted": Asks("the ban is lifted, from --at on"),
    "objection-filed": Asks("an objection was filed", may=PLACES),
    "objection-upheld": Asks("an objection was upheld", may=PLACES),
    "objection-rejected": Asks("an objection was rejected", may=PLACES),
    "recount-ordered": Asks("a recount; scope=all: of the whole contest", may=("scope", *PLACES)),
    "quarantine-cleared": Asks("a paper held back counts", needs=("source", "box", "revision")),
    "quarantine-upheld": Asks("a paper held back stays so", needs=("source", "box", "revision")),
    "concession": Asks("a choice conceded", needs=("choice",)),
    "call-approved": Asks("as sandik approve", needs=("proposal", "version")),
    "call-refused": Asks("as sandik refuse", needs=("proposal",), may=("version",)),
    "call-retracted": Asks("as sandik retract", needs=("call",), may=("version",)),
    "certified": Asks("the result is certified; by=lot: a tie was drawn", may=("choice", "elected", "by")),
    "annulled": Asks("the election is annulled"),
    "rerun-set": Asks("the day of the rerun", needs=("date",)),
    "alert-acknowledged": Asks("somebody of the desk has seen it", needs=("alert",)),
    "alert-reopened": Asks("it was not seen after all", needs=("alert",)),
}
"""Every kind of ruling and what it says in its data."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What was decided, of which contest, from when on, and what the kind needs."""
    parser.add_argument("kind", metavar="KIND", help=f"{', '.join(RULING_KINDS)}")
    parser.add_argument("--contest", metavar="C", required=True, help="the contest it is about")
    parser.add_argument("--at", metavar="T", help="from when it counts: 19:15, or a whole time (else: now)")
    parser.add_argument(
        "--data", metavar="KEY=VALUE", nargs="+", default=[], action="extend", help="what the kind needs"
    )
    desk.asks_who(parser)
    desk.asks_where(parser)


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when it is told or taken in; 1 if it would not count, and then nothing is sent; 3 if nobody does."""
    if args.kind not in ASKS:
        near = difflib.get_close_matches(args.kind, RULING_KINDS, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(RULING_KINDS)}."
        raise UsageError(f"There is no ruling {args.kind!r}: {hint}")
    given = pairs(args.kind, args.data)
    from sandik import deciding

    return deciding.run(args, out, lambda cases, words: wish(cases, words, given))


def pairs(kind: str, words: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE words as they were typed. Raises UsageError for one too many, too few, twice or unknown."""
    asks, found = ASKS[kind], dict[str, str]()
    known = (*asks.needs, *asks.may)
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or not value:
            raise UsageError(f"--data {word!r} is not KEY=VALUE.")
        if key not in known:
            raise UsageError(f"{kind} has no {key!r}: {', '.join(known) or 'it takes no --data'}.")
        if key in found:
            raise UsageError(f"--data names {key!r} twice.")
        found[key] = value
    missing = [key for key in asks.needs if key not in found]
    if missing:
        example = " ".join(f"{key}=…" for key in missing)
        raise UsageError(f"{kind} needs {' and '.join(missing)}: --data {example}")
    return found


def wish(cases: Sequence[desk.Case], args: argparse.Namespace, given: Mapping[str, str]) -> desk.Wish:
    """The ruling as it was typed. Raises RefusedError for an unknown contest, UsageError for a bad value."""
    from producers.pace import read_from

    case = desk.contest_of(cases, args.contest)
    night = case.view.night
    try:
        at = read_from(args.at, night.date, night.time_zone) if args.at else None
    except UsageError as error:
        raise UsageError(f"--at: {error}") from error
    data = {key: value(case, key, text) for key, text in given.items()}
    return desk.Wish(case, args.kind, data, at)


def value(case: desk.Case, key: str, text: str) -> Any:
    """One value as a ruling has it. Raises UsageError for what the night does not know."""
    night, contest = case.view.night, case.contest
    if key in ("version", "revision"):
        number = desk.whole(text)
        if number is None:
            raise UsageError(f"{key} is {text!r}; it is a whole number from 1.")
        return number
    if key == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise UsageError(f"date is {text!r}; it is a day such as 2019-06-23.") from error
    if key == "elected":
        return [_known(contest, one) for one in text.split(",")]
    if key == "choice":
        return _known(contest, text)
    there: Mapping[str, bool] = {
        "scope": text in ("all", "part"),
        "by": text == "lot",
        "source": SourceId(text) in night.sources,
        "area": AreaId(text) in night.areas and contest.area in night.lines[AreaId(text)],
        "alert": len(text) == ID_DIGITS and set(text) <= set(hexdigits),
        "box": BoxId(text) in night.boxes or AreaId(text) in night.areas,
    }
    if not there.get(key, True):
        words = {
            "scope": "it is all or part",
            "by": "it is lot",
            "alert": "it is an id, as the desk shows it",
        }
        raise UsageError(f"{key} is {text!r}; {words.get(key, f'there is no such {key} in this contest')}.")
    return text


def _known(contest: Any, text: str) -> str:
    if contest.position(ChoiceId(text)) is None:
        known = ", ".join(choice.id for choice in contest.choices)
        raise UsageError(f"There is no choice {text!r} in {contest.id}: {known}.")
    return text
