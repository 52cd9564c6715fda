"""The publication ban: closed, official bulletins only, open.

The law (Turkey, 298/125 and its like): no results before an hour, then only the council's, then all; the
council may lift the ban early. A lifting is a ruling; the law's hour needs none and nothing extends it.
"""

from dataclasses import dataclass
from datetime import datetime

from election.night import EmbargoRule

CLOSED, BULLETINS, OPEN = "closed", "bulletins", "open"


@dataclass(frozen=True, slots=True)
class Embargo:
    """Whether figures may be shown; `opens_at` is the earliest time known at which they may."""

    state: str
    opens_at: datetime | None
    law_opens_at: datetime | None
    lifted_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Totals may be shown to anyone."""
        return self.state == OPEN


def embargo(rule: EmbargoRule, lifted_at: datetime | None, now: datetime | None) -> Embargo:
    """The state at `now` (night time; None: nothing has happened yet).

    `lifted_at` is the hour the council's ruling names; a ruling cannot move the law's hour back, nor open
    anything before `closed_until`. Where only `closed_until` is set, that is the law's hour.
    """
    law = rule.closed_until if rule.law_opens_at is None else rule.law_opens_at
    if law is None:
        return Embargo(OPEN, None, None, lifted_at)
    opens_at = law if lifted_at is None else min(law, lifted_at)
    if rule.closed_until is not None:
        opens_at = max(opens_at, rule.closed_until)
    if now is not None and now >= opens_at:
        return Embargo(OPEN, opens_at, law, lifted_at)
    closed = now is None or (rule.closed_until is not None and now < rule.closed_until)
    return Embargo(CLOSED if closed else BULLETINS, opens_at, law, lifted_at)
