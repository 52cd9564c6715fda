"""Rows of a feed as the formats give them, for the tests of what is made of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from producers.formats.document import UNNUMBERED, Seen
from sandik.scaffold_seen import Survey

AT = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)


def place(*pairs: tuple[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Areas above a box, from (level, id); each is called by its id in capitals."""
    return tuple((level, id_, id_.upper()) for level, id_ in pairs)


def seen(unit: str, votes: dict[str, int], areas: tuple[tuple[str, str, str], ...] = (), **more: Any) -> Seen:
    """A row whose votes are all there is, unless more is said."""
    valid = sum(votes.values())
    facts: dict[str, Any] = {
        "line": 2, "path": "", "contest": "mayor", "contest_name": "Mayor", "areas": areas, "unit": unit,
        "unit_name": "", "revision": UNNUMBERED, "cause": "first", "state": "counted", "registered": 100,
        "voters": valid, "valid": valid, "invalid": 0, "votes": votes,
        "choice_names": {choice: choice.capitalize() for choice in votes}, "parties": {},
        "claimed_boxes": None, "heard_at": AT,
    }  # fmt: skip
    return Seen(**{**facts, **more})


def survey(*documents: list[Seen], only: tuple[str, ...] = ()) -> Survey:
    """Everything folded; a minute between two documents."""
    found = Survey(only)
    for number, rows in enumerate(documents):
        for row in rows:
            found.take(row, number, f"{number}.csv")
    return found


def later(minutes: int) -> datetime:
    """So many minutes after the first row."""
    return AT + timedelta(minutes=minutes)
