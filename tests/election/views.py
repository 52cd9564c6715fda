"""Views for tests of rules and guards: of totals that were heard, or of totals written down.

Know before changing: a view is always built by the Lookout, as in the rooms, and only then changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from election.calls.lookout import Lookout
from election.calls.verdict import View
from election.night import AreaId, Night, SourceId
from election.tally import FIXED, Row, Tally, columns
from election.wire.nights import read_night
from tests.election.strategies import LAW_OPENS_AT, contest_of, files, night

COUNCIL, PARTY, AGENCY = SourceId("council"), SourceId("party"), SourceId("agency")
KENT = AreaId("kent")


@dataclass(frozen=True)
class Held:
    """What is known of a contest, as the Lookout wants it."""

    rows: Mapping[SourceId, Mapping[AreaId, Row]]
    version: int = 1
    lifted_at: datetime | None = None
    last_at: Mapping[SourceId, datetime] = field(default_factory=dict)


def made(of: Night | None = None, contest: str = "mayor", mode: str = "rehearsal") -> Lookout:
    """A Lookout of its own."""
    the = of or night()
    return Lookout(the, contest_of(contest, the), mode)


def heard(tally: Tally, now: datetime | None = LAW_OPENS_AT) -> View:
    """The view of what one source was heard to say."""
    looks = Lookout(tally.night, tally.contest, "rehearsal")
    return looks.view(Held({tally.source.id: dict(tally.rows)}), now)


def row(votes: tuple[int, ...], of: Night | None = None, contest: str = "mayor", **figures: int) -> Row:
    """A total with these votes and columns."""
    the = of or night()
    names = columns(contest_of(contest, the), the)
    total = [0] * len(names)
    for name, many in ({"valid": sum(votes)} | figures).items():
        total[names.index(name)] = many
    for place, many in enumerate(votes):
        total[len(FIXED) + place] = many
    return tuple(total)


def view(
    votes: tuple[int, ...], of: Night | None = None, contest: str = "mayor", mode: str = "rehearsal",
    now: datetime | None = LAW_OPENS_AT, **figures: int,
) -> View:  # fmt: skip
    """The view of a contest whose whole total is this, with all eight boxes counted unless said otherwise."""
    looks = made(of, contest, mode)
    known = looks.registers[looks.contest.area]
    usual = {"boxes": known.boxes, "register": known.registered, "no_register": known.no_register}
    total = row(votes, looks.night, contest, **(usual | figures))
    return looks.view(Held({COUNCIL: {looks.contest.area: total}}), now)


def toml(extra: str) -> Night:
    """The night with more in its night.toml."""
    made_of = files(outstanding="")
    return read_night(made_of | {"night.toml": made_of["night.toml"] + extra.encode()})
