"""What a newsroom must hear, as facts: each has an id made from what happened, so it is told once.

    Told(kind="lead-change", key="3", …)        a fact that was told; `Told.id` is the same wherever made
    KINDS["call-retracted"].first               whether it goes to the front of every queue

Know before changing: the names of kinds are kept (outsiders subscribe to them). A fact's key says what
happened, never when it was computed; two workers that see the same thing make the same id.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from election.calls.verdict import Said

ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: `totals` are never told before the embargo opens; `desk` ones are not alerts."""

    id: str
    about: str
    """totals · call · source · ruling."""
    asks: str
    desk: bool = False
    first: bool = False
    """Goes before everything else in a delivery queue."""


_ALL = (
    Kind("first-boxes", "totals", "the first boxes are counted"),
    Kind("counted", "totals", "a step of boxes is counted"),
    Kind("lead-change", "totals", "another choice leads"),
    Kind("band-entered", "totals", "the margin is inside the recount band"),
    Kind("band-left", "totals", "the margin is outside the recount band again"),
    Kind("call-proposed", "call", "a rule passes and the desk is asked"),
    Kind("call-made", "call", "a call is public"),
    Kind("call-retracted", "call", "a call is withdrawn", first=True),
    Kind("source-stalled", "source", "a source has gone silent"),
    Kind("source-resumed", "source", "a silent source speaks again"),
    Kind("source-skewed", "totals", "a source resumed with a different mix"),
    Kind("sources-disagree", "totals", "two sources have different choices ahead"),
    Kind("sources-agree", "totals", "the sources have the same choice ahead again"),
    Kind("correction", "totals", "a correction moved the margin by more than the night's limit"),
    Kind("quarantine-decisive", "totals", "the boxes in question can change the winner"),
    Kind("quarantine-cleared", "totals", "the boxes in question can no longer change the winner"),
    Kind("embargo-lifted", "ruling", "the ban on publishing has ended"),
    Kind("objection", "ruling", "an objection was filed, upheld or rejected"),
    Kind("concession", "ruling", "a choice conceded"),
    Kind("recount-ordered", "ruling", "a recount was ordered"),
    Kind("certified", "ruling", "the result is certified"),
    Kind("annulled", "ruling", "the election is annulled"),
    Kind("rerun-set", "ruling", "the day of a rerun is set"),
    Kind("lead-noted", "totals", "who was ahead when enough was counted to say so", desk=True),
    Kind("proposal-withdrawn", "call", "a proposal no longer passes", desk=True),
    Kind("proposal-refused", "call", "the desk refused a proposal", desk=True),
    Kind("proposal-approved", "call", "one of several people approved a proposal", desk=True),
)
KINDS: Mapping[str, Kind] = {kind.id: kind for kind in _ALL}
"""Every kind of fact, in the order they are documented."""
ALERT_KINDS = tuple(kind.id for kind in _ALL if not kind.desk)
"""Those a newsroom may subscribe to."""


def identity(scope: str, contest: str, kind: str, key: str) -> str:
    """The id of a fact: 16 hex digits of SHA-256 over scope name, contest, kind and key, a line each."""
    return hashlib.sha256("\n".join((scope, contest, kind, key)).encode()).hexdigest()[:ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that was told. `seq` counts from 1 in its contest; `prev` is the id of the one before."""

    scope: str
    """`topics.Scope.name`: mode, night and session."""
    contest: str
    seq: int
    prev: str
    kind: str
    key: str
    """What happened, in a word: with the kind it makes the id."""
    at: datetime
    """Night time of what happened."""
    version: int
    """The totals' version it was seen at."""
    positions: Mapping[str, int]
    """Partition → next offset: how far the log was counted when this was seen."""
    title: Said
    because: Said
    d: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same wherever and however often it is made."""
        return identity(self.scope, self.contest, self.kind, self.key)
