"""What a snapshot is to a reader: under embargo, too early for colour, or open; a duel or a list; its places.

Know before changing: the rule "no lead before enough is counted" is decided here for the server's page and
in static/face.js for the browser's; a browser test compares the two pages line by line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.words import Words

Snapshot = Mapping[str, Any]
Values = dict[str, str | None]
"""What stands at each marked place of the page; None: the attribute is not there."""

SLOTS_MAX = 10
"""Rows of a list contest; whoever comes after them stands in one row of others, and in the full ballot."""


@dataclass(frozen=True)
class AreaLead:
    """Who is ahead in one place, when that may be shown; `first` is None in a tie."""

    first: int | None
    second: int | None
    margin: int
    valid: int

    @property
    def step(self) -> int:
        """1 under ten points, 2 from ten to twenty-five, 3 over."""
        if self.margin * 10 < self.valid:
            return 1
        return 2 if self.margin * 4 <= self.valid else 3


@dataclass(frozen=True)
class Face:
    """The reading of one snapshot that all parts of the page share."""

    phase: str
    choices: Sequence[Snapshot]
    left: int | None
    right: int | None
    seats: int
    level: str
    areas: Sequence[str]
    leads: Mapping[str, AreaLead]
    scale: int

    @property
    def duel(self) -> bool:
        """Two choices decide it, and face each other across the strip."""
        return self.left is not None

    def mark(self, choice: int | None) -> str:
        """The triangle of one of the two main choices; everybody else has none."""
        if choice is None or not self.duel:
            return ""
        return {self.left: "▲", self.right: "▼"}.get(choice, "")

    def place(self, choice: str | None) -> int | None:
        """Where a choice stands on the ballot."""
        return next((at for at, one in enumerate(self.choices) if one["id"] == choice), None)


def reached(part: int | None, whole: int | None, pct: int) -> bool:
    """Whether at least pct percent are counted; an empty place has reached nothing."""
    return bool(whole) and (part or 0) * 100 >= pct * (whole or 0)


def phase_of(snapshot: Snapshot) -> str:
    """closed under the embargo, early before the contest has passed its threshold, else open."""
    if (snapshot.get("embargo") or {}).get("state", "open") != "open":
        return "closed"
    counted = snapshot["counted"]
    threshold = snapshot.get("lead_from_counted_pct") or 0
    return "open" if reached(counted["boxes"], counted["boxes_total"], threshold) else "early"


def duel_of(snapshot: Snapshot) -> tuple[int | None, int | None]:
    """The two choices that face each other, the one marked ▲ on the left; none in a contest of many."""
    choices = snapshot["choices"]
    if (snapshot.get("seats") or 1) != 1:
        return None, None
    main = [at for at, choice in enumerate(choices) if choice.get("main")]
    if len(main) != 2:
        main = list(range(len(choices)))
    if len(main) != 2:
        return None, None
    if choices[main[0]].get("symbol") == "down" or choices[main[1]].get("symbol") == "up":
        main.reverse()
    return main[0], main[1]


def votes_in(snapshot: Snapshot, area: str) -> dict[str, int]:
    """The votes in a place by choice; a choice that does not stand there is absent, which is not zero."""
    areas = snapshot["areas"]
    line, at = {area}, areas[area].get("parent")
    while at in areas and at not in line:
        line.add(at)
        at = areas[at].get("parent")
    given = areas[area].get("choices") or {}
    stands = {choice["id"]: choice.get("stands_in") for choice in snapshot["choices"]}
    return {
        choice: votes
        for choice, votes in given.items()
        if votes is not None and (votes or stands.get(choice) is None or not line.isdisjoint(stands[choice]))
    }


def lead_in(snapshot: Snapshot, key: str) -> AreaLead | None:
    """The lead in one place, or None while it has too little counted to have one."""
    area = snapshot["areas"][key]
    counted = area["counted"]
    votes = votes_in(snapshot, key)
    threshold = snapshot.get("lead_from_counted_pct") or 0
    if not votes or not area.get("valid") or not reached(counted["boxes"], counted["boxes_total"], threshold):
        return None
    ballot = [(votes.get(choice["id"]), at) for at, choice in enumerate(snapshot["choices"])]
    standing = sorted((-count, at) for count, at in ballot if count is not None)
    if len(standing) < 2:
        return AreaLead(standing[0][1], None, -standing[0][0], area["valid"]) if standing else None
    margin = standing[1][0] - standing[0][0]
    return AreaLead(standing[0][1] if margin else None, standing[1][1], margin, area["valid"])


def places_of(snapshot: Snapshot) -> tuple[str, list[str]]:
    """The level whose places are shown as tiles and rows, and those places in reading order."""
    areas = snapshot.get("areas") or {}
    levels = snapshot.get("levels") or []
    level = levels[-1] if levels else ""
    shown = [area for area, facts in areas.items() if facts["level"] == level]
    return level, sorted(shown, key=lambda area: (areas[area].get("tile") or [999, 0], area))


def face_of(snapshot: Snapshot) -> Face:
    """Read a snapshot once for all parts of the page."""
    phase = phase_of(snapshot)
    left, right = duel_of(snapshot)
    level, areas = places_of(snapshot)
    leads: dict[str, AreaLead] = {}
    if phase == "open":
        for area in areas:
            lead = lead_in(snapshot, area)
            if lead is not None:
                leads[area] = lead
    scale = max((lead.margin for lead in leads.values()), default=0)
    seats = snapshot.get("seats") or 1
    return Face(phase, snapshot["choices"], left, right, seats, level, areas, leads, scale)


def width(part: int, whole: int) -> str:
    """A length on the page in percent, with two decimals, from whole numbers."""
    scaled = part * 10000 // whole if whole else 0
    return f"{scaled // 100}.{scaled % 100:02}%"


def short(w: Words, choice: Snapshot) -> str:
    """The short name of a choice, else its name."""
    return w.name(choice, "short") or w.name(choice)


def hidden(yes: bool) -> str | None:
    """The value of a hidden attribute."""
    return "" if yes else None
