"""A call's evidence as canonical bytes: made again from the log, they are the same bytes.

    dossier(view, verdict, answers, positions, proposed_at=…, people=[…])

Canonical JSON (`wire.canonical`), numbers with six decimals at most, times in UTC with milliseconds.
It holds the rule and the version of its code, the night's digest, the totals' version and how far the log was
counted, the standing and every number the rule used, every guard's answer, who approved and when.

Know before changing: adding a field changes the bytes of dossiers already filed; raise DOSSIER_VERSION then,
and the version of a rule whenever the same view may give another verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from election.calls import RULES
from election.calls.verdict import Answer, Rule, Said, Then, Verdict, View
from election.tally import columns
from election.wire.canonical import canonical, whole

DOSSIER_VERSION = 1
LANGUAGES = ("en", "tr")
"""What its sentences are in, whatever languages there are: a language more must not change what was filed."""
THEN = tuple(one.name for one in fields(Then))


@dataclass(frozen=True, slots=True)
class Signature:
    """What one person decided, and when."""

    actor: str
    word: str
    """approved · refused · retracted."""
    at: datetime


def dossier(
    view: View,
    verdict: Verdict,
    answers: Sequence[Answer],
    positions: Mapping[str, int],
    *,
    proposed_at: datetime | None,
    people: Sequence[Signature] = (),
    rules: Mapping[str, Rule] = RULES,
) -> bytes:
    """The dossier of one proposal. Raises KeyError for a verdict of a rule that is not in `rules`."""
    night, contest, rule = view.night, view.contest, rules[verdict.rule]
    facts: dict[str, Any] = {
        "v": DOSSIER_VERSION,
        "night": {"id": night.id, "digest": night.digest, "mode": view.mode, "simulated": night.simulated},
        "contest": {
            "id": contest.id,
            "seats": contest.seats,
            "marks": contest.marks,
            "choices": [choice.id for choice in contest.choices],
            "source": contest.source,
        },
        "rule": {"id": rule.id, "version": rule.version, "asks": rule.asks, "source": rule.source},
        "totals": {"version": view.version, "positions": dict(positions), "at": _time(view.now)},
        "inputs": _inputs(view),
        "verdict": {
            "choice": verdict.choice,
            "elected": list(verdict.elected),
            "cushion_votes": verdict.cushion_votes,
            "numbers": dict(verdict.numbers),
            "because": _spoken(verdict.because),
        },
        "guards": [
            {"id": one.guard, "word": one.word, "numbers": dict(one.numbers), "because": _spoken(one.because)}
            for one in answers
        ],
        "proposed_at": _time(proposed_at),
        "people": [{"actor": one.actor, "word": one.word, "at": _time(one.at)} for one in people],
    }
    return canonical(facts)


def _spoken(because: Said) -> dict[str, str]:
    return {language: text for language, text in because.items() if language in LANGUAGES}


def _inputs(view: View) -> dict[str, Any]:
    """Everything the rule was shown: the standing, the night's numbers for rules, totals, sources.

    Totals of the whole and of the leaf areas: what lies between is their sum, and not every process keeps it.
    """
    night = view.night
    return {
        "embargo": {"state": view.ban.state, "opens_at": _time(view.ban.opens_at)},
        "standing": asdict(view.seen),
        "calls": {name: asdict(rule) for name, rule in night.calls.items()},
        "guards": {name: asdict(rule) for name, rule in night.guards.items()},
        "columns": list(columns(view.contest, night)),
        "rows": whole(
            {
                area: view.rows[area]
                for area in (view.contest.area, *view.areas)
                if any(view.rows.get(area, ()))
            }
        ),
        # Each is numbers and rows of them: `asdict` would copy every vote of every area one by one.
        "then": whole(
            {area: {name: getattr(then, name) for name in THEN} for area, then in view.then.items()}
        ),
        "sources": [
            {
                "id": one.source.id,
                "published": one.published,
                "units": one.units,
                "claimed_boxes": one.claimed_boxes,
                "votes": list(one.votes),
                "last_at": _time(one.last_at),
            }
            for one in view.counts
        ],
        "silences": {source: asdict(silence) for source, silence in view.silences.items()},
    }


def _time(at: datetime | None) -> str | None:
    """As every record writes it: UTC, milliseconds, Z."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
