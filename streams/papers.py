"""What is kept of a unit whose paper the checks say something about: JSON beside the row, for people to read.

Know before changing: the store's count of findings is moved by the difference of these codes, so what is
written here must depend only on what is held, not on the order in which it came; the statements of a conflict
are the exception, and nothing is counted from them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from election.checks import Finding
from election.night import Contest, Night
from election.tally import HELD_BACK, Statement, Status

CONFLICT = "Q311"
STATEMENTS_MAX = 4
"""Statements kept of one conflict; at the limit further ones are not kept (the paper stays in conflict)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement as it was accepted, with what the checks said and when it was heard."""

    new: Statement
    findings: tuple[Finding, ...]
    heard_at: str


def said(held: Statement, contest: Contest) -> dict[str, Any]:
    """What a statement says, for JSON."""
    return {
        "registered": held.registered,
        "voters": held.voters,
        "valid": held.valid,
        "invalid": held.invalid,
        "claimed": held.claimed,
        "votes": {choice.id: votes for choice, votes in zip(contest.choices, held.votes, strict=True)},
    }


def paper(
    after: Statement,
    before: Statement | None,
    heard: Heard,
    old: bytes | None,
    contest: Contest,
    night: Night,
) -> bytes | None:
    """The JSON to keep for what is now held, or None if there is nothing to say about it."""
    if after.status is Status.CONFLICT:
        findings: Iterable[Finding] = (_conflict(after.revision, night),)
        statements = [*_statements(before, old, contest), _statement(heard.new, heard.heard_at, contest)]
    elif heard.findings:
        findings, statements = heard.findings, [_statement(heard.new, heard.heard_at, contest)]
    else:
        return None
    return orjson.dumps(
        {
            "revision": after.revision,
            "edition": after.edition,
            "status": after.status.name.lower(),
            "findings": [
                {"code": item.code, "level": item.level, "field": item.field, "message": item.message}
                for item in findings
            ],
            "statements": statements[:STATEMENTS_MAX],
        }
    )


def _statement(held: Statement, heard_at: str | None, contest: Contest) -> dict[str, Any]:
    return {"heard_at": heard_at, **said(held, contest)}


def _statements(before: Statement | None, old: bytes | None, contest: Contest) -> Sequence[dict[str, Any]]:
    """What was said before a conflict: as it was kept, or as it is held if nothing was kept of it."""
    if old is not None:
        kept: list[dict[str, Any]] = orjson.loads(old)["statements"]
        return kept
    return [] if before is None else [_statement(before, None, contest)]


def _conflict(revision: int, night: Night) -> Finding:
    message = f"Revision {revision} was stated in more than one way: none of them is counted."
    return Finding(CONFLICT, night.checks[CONFLICT].level, "revision", message)


def codes(kept: bytes | None) -> frozenset[str]:
    """The codes in a paper's JSON."""
    if kept is None:
        return frozenset()
    return frozenset(finding["code"] for finding in orjson.loads(kept)["findings"])


def held_back(kept: bytes) -> bool:
    """Whether the paper kept as this JSON counts nothing until somebody decides."""
    return any(word in kept for word in _HELD_BACK)


_HELD_BACK = tuple(b'"status":"%s"' % status.name.lower().encode() for status in HELD_BACK)
"""As `paper` writes it: the field comes before anything that a feed may have said."""
