"""What changed between two snapshots that were shown: totals, places, and what was told meanwhile.

    made = Between(start, end, before, after, alerts, between)
    moved(made)                 the places whose figures changed, most votes first
    columns(made.after)         whose votes stand beside each place

Know before changing: this is pure, and looks at what was published and at nothing else: what the embargo hid
is not there to be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from web.face import Snapshot, duel_of, phase_of, places_of, votes_in

COLUMNS_MAX = 4
"""Most choices whose votes stand beside each place: of a duel two, of a list those that are ahead."""


@dataclass(frozen=True)
class Between:
    """Two snapshots, and what was told between them."""

    start: datetime
    end: datetime
    before: Snapshot | None
    """What was shown at the start; None: nothing had been."""
    after: Snapshot
    alerts: Sequence[Mapping[str, Any]]
    """Newest first."""
    shown: int
    """How many snapshots were put into the log between the two, the last one included."""

    @property
    def phase(self) -> str:
        """What the later one is to a reader: closed, early or open."""
        return phase_of(self.after)


@dataclass(frozen=True)
class Moved:
    """A place whose figures changed; each pair is before and after, None where it was not told."""

    area: str
    boxes: tuple[int | None, int]
    boxes_total: int
    valid: tuple[int | None, int | None]
    votes: tuple[tuple[int | None, int | None], ...]
    """In the order of `columns`."""

    @property
    def gained(self) -> int:
        """Valid votes, and where they are not told boxes, by which it changed."""
        if self.valid[1] is not None:
            return abs(self.valid[1] - (self.valid[0] or 0))
        return abs(self.boxes[1] - (self.boxes[0] or 0))


def columns(after: Snapshot) -> list[int]:
    """The choices, by their place on the ballot, whose votes stand beside each place."""
    if phase_of(after) == "closed":
        return []
    left, right = duel_of(after)
    if left is not None and right is not None:
        return [left, right]
    ballot = [choice["id"] for choice in after["choices"]]
    ahead = [ballot.index(choice) for choice in after.get("order") or ballot if choice in ballot]
    return ahead[:COLUMNS_MAX]


def part(phase: str) -> str:
    """The boxes that may be spoken of: received under the embargo, counted after it."""
    return "received" if phase == "closed" else "counted"


def moved(made: Between) -> list[Moved]:
    """The places of the shown level whose figures changed, most votes first."""
    after, before = made.after, made.before
    name, chosen = part(made.phase), columns(after)
    ids = [after["choices"][place]["id"] for place in chosen]
    found = []
    for area in places_of(after)[1]:
        new = after["areas"][area]
        old = before["areas"].get(area) if before is not None else None
        then = votes_in(before, area) if before is not None and old is not None else {}
        now = votes_in(after, area)
        one = Moved(
            area,
            (None if old is None else old[name]["boxes"], new[name]["boxes"]),
            new[name]["boxes_total"],
            (None if old is None else old.get("valid"), new.get("valid")),
            tuple((then.get(id), now.get(id)) for id in ids),
        )
        same = then == now and one.boxes[0] == one.boxes[1] and one.valid[0] == one.valid[1]
        nothing = old is None and not one.boxes[1] and not one.valid[1]
        if not (same or nothing):
            found.append(one)
    return sorted(found, key=lambda one: -one.gained)


def lead(snapshot: Snapshot | None) -> tuple[str | None, int | None]:
    """Who led, and by how many votes; nothing where it was not told, or too little was counted."""
    if snapshot is None or phase_of(snapshot) != "open":
        return None, None
    return snapshot.get("leader"), snapshot.get("margin_votes")
