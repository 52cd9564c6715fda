"""The sentences of a comparison: what a table did not do, how much of it, and what to type.

Know before changing: both `sandik produce` and `sandik convert` say these, so the flags named here are flags
of both.
"""

from datetime import datetime

from election.wire.records import stamp

ACCEPT = "--accept-withdrawals"
BEYOND = (
    "it stands at the highest revision there is, so nothing newer can be said of it; "
    "a person has to rule on it (sandik rule)."
)
TWICE = (
    "it stands twice in this table with different figures; both are kept under one revision and neither "
    "counts until the feed says one thing or a person settles it."
)
FOREIGN = (
    "this row is of another source than {source}, which the table is compared for, and has no revision: "
    "feed each source on its own with --source."
)


def held_back(missing: int, standing: int, name: str, units: str, because: str) -> str:
    """Nothing was withdrawn though something is missing."""
    share = 100 * missing / standing
    return f"{missing:,} of the {standing:,} {units} that stand ({share:.1f} %) are not in {name}: {because}"


def cut(error: str) -> str:
    """The table was not read to its end."""
    return (
        f"it could not be read to its end ({error.rstrip('.')}), so nothing is withdrawn. "
        "Fetch it again; what could be read was taken."
    )


def unread(rows: int) -> str:
    """Rows that may be theirs could not be read."""
    return (
        f"{rows:,} of its rows could not be read and may be theirs, so nothing is withdrawn. Mend the rows "
        f"or the mapping; or, if they were really taken away, run it again with {ACCEPT}."
    )


def empty() -> str:
    """A table of which only the heading is there, or rows of other nights and contests alone."""
    return (
        "it has not one row of this night, as a file that is published before it is filled, so nothing is "
        f"withdrawn. If they were really taken away, run it again with {ACCEPT}."
    )


def too_many(pct: int, least: int) -> str:
    """More is missing than the night allows at once."""
    return (
        f"more than this source may take away at once (withdrawals_max_pct = {pct}, withdrawals_min = "
        f"{least}), as a download cut short looks, so nothing is withdrawn. If they were really taken away, "
        f"run it again with {ACCEPT}."
    )


def silent(contest: str, standing: int, units: str, name: str) -> str:
    """A contest that was there before is not in the table at all."""
    return (
        f"{name} says nothing of contest {contest}: its {standing:,} {units} stay as they are. If they were "
        "really taken away, send a table in which at least one of them stands."
    )


def older(count: int, units: str, name: str, at: datetime, table: bool) -> str:
    """A table, or rows of it, from before what is held."""
    what = f"{name} is of {stamp(at)}, and its source has spoken since" if table else f"{name} is older there"
    return (
        f"{count:,} {units} stay as they are: {what}. What is new in it was taken. If its clock is wrong, "
        "run it again with --at and the right time."
    )
