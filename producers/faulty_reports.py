"""Single reports out of a bundle and back into one, for faults that make reports up.

    found = one_report(bundle, 3)
    plain(found)                    whether votes can be moved in it
    replace(bundle, **columns([found]))

Know before changing: a column of a bundle is a list, or one value that all its reports have.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from election.report import COUNTED_STATE, Cause
from election.wire.records import Bundle

FIGURES = ("registered", "voters", "valid", "invalid")


def cell(column: Any, number: int) -> Any:
    """A figure of a report: of a column, or the one that all its reports have."""
    if isinstance(column, list):
        return column[number] if column else None
    return column


def one_report(bundle: Bundle, number: int) -> dict[str, Any]:
    """One report as its figures stand in the bundle."""
    names = (*FIGURES, "box", "boxes", "revision", "cause", "state")
    row = {name: cell(getattr(bundle, name), number) for name in names}
    return {**row, "votes": {choice: column[number] for choice, column in bundle.votes.items()}}


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of these reports as columns of a bundle."""
    return {name: [row[name] for row in rows] for name in FIGURES}


def plain(row: Mapping[str, Any]) -> bool:
    """A report that counts and from which votes can be moved."""
    figures = [row[name] for name in ("voters", "valid", "invalid")]
    votes = [count for count in row["votes"].values() if count is not None]
    return (
        row["state"] == COUNTED_STATE
        and row["cause"] != Cause.WITHDRAWN.value
        and isinstance(row["box"], str)
        and type(row["revision"]) is int
        and all(type(figure) is int for figure in (*figures, *votes))
        and len(votes) >= 2
        and max(votes) >= 2
    )
