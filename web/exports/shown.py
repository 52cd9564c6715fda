"""What every shape reads of a contest: its snapshot as units, votes, winners and the notes to go with them.

    shown = Shown(night, contest, snapshot)
    for unit in shown.units: unit.id, unit.votes("imamoglu"), …     the whole first, then each area
    shown.notes                                                     what the foreign shapes have no place for
    Asked((shown, …))                                               what a writer is given

Know before changing: figures come from the snapshot and from nowhere else, so the embargo holds here as it
holds there: what a snapshot does not tell is None, and None is never written as 0. Names are the night's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from election.night import AreaId, Choice, ChoiceId, Contest, ContestId, LevelId, Night, SourceId
from election.wire.frames import Json
from election.wire.records import stamp
from web.held import Boxes

ELECTED = frozenset({"called", "certified", "tie by lot"})
"""States of a call in which somebody has won; a call that was taken back, annulled or is counted again has no
winner in any shape."""
SAID = {
    "called": "Called", "retracted": "The call was retracted", "recount": "Recount",
    "certified": "Certified", "tie by lot": "Decided by lot", "annulled": "Annulled", "rerun": "Annulled",
}  # fmt: skip
"""How the notes begin to speak of a call; the resting states say nothing that the figures do not."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A place with figures: the whole contest, or one area of it."""

    id: AreaId
    name: str
    level: LevelId
    parent: AreaId | None
    depth: int
    """0: the whole; 1: the first level below it that is shown, and so on."""
    facts: Json
    """The part of the snapshot that is about it."""

    def count(self, name: str) -> int | None:
        """registered, voters, valid or invalid; None while it may not be told."""
        value = self.facts.get(name)
        return None if value is None else int(value)

    def boxes(self, name: str) -> int:
        """boxes, boxes_total or boxes_quarantined; said at any time."""
        return int(self.facts["counted"][name])

    @property
    def received(self) -> int:
        """Boxes heard, counted or not."""
        return int(self.facts["received"]["boxes"])

    def votes(self, choice: ChoiceId) -> int | None:
        """None where the choice does not stand, and while it may not be told."""
        votes = (self.facts.get("choices") or {}).get(choice)
        return None if votes is None else int(votes)


@dataclass(frozen=True, eq=False)
class Shown:
    """One contest as it is shown."""

    night: Night
    contest: Contest
    snapshot: Json
    units: tuple[Unit, ...] = field(init=False)

    def __post_init__(self) -> None:
        """The units are made once for everybody who reads them."""
        object.__setattr__(self, "units", tuple(self._units()))

    def _units(self) -> Iterator[Unit]:
        s, root = self.snapshot, self.night.areas[self.contest.area]
        votes = {one["id"]: one["votes"] for one in s["choices"] if one["votes"] is not None}
        yield Unit(root.id, root.name, root.level, None, 0, s | {"choices": votes})
        lower = self.night.levels[self.night.levels.index(root.level) + 1 :]
        below = [level for level in lower if level in s["levels"]]
        for id, area in s["areas"].items():
            if id != root.id:
                depth = 1 + below.index(area["level"])
                yield Unit(id, area["name"], area["level"], area["parent"], depth, area)

    @property
    def id(self) -> ContestId:
        """Of the contest."""
        return self.contest.id

    @property
    def whole(self) -> Unit:
        """The contest's total."""
        return self.units[0]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """In the order of the paper."""
        return self.contest.choices

    @property
    def is_open(self) -> bool:
        """Whether totals may be told."""
        return bool(self.snapshot["embargo"]["state"] == "open")

    @property
    def test(self) -> bool:
        """Whether these are not real figures of a night that is being counted now."""
        return self.snapshot["mode"] != "live" or bool(self.snapshot["simulated"])

    @property
    def measure(self) -> bool:
        """Whether a question is asked, not a seat filled."""
        return self.contest.kind == "yes-no"

    @property
    def winners(self) -> frozenset[ChoiceId]:
        """Who was called or certified; nobody before that, or after it was taken back."""
        call = self.snapshot["call"]
        elected = call["elected"] if self.is_open and call["state"] in ELECTED else ()
        return frozenset(ChoiceId(choice) for choice in elected)

    @cached_property
    def changed_at(self) -> str:
        """When what is shown last changed: the newest thing heard, told or opened; UTC with milliseconds.

        Before anything, the beginning of the night's day.
        """
        s = self.snapshot
        ban = s["embargo"]
        begun = datetime(self.night.date.year, self.night.date.month, self.night.date.day, tzinfo=UTC)
        times = [stamp(begun), s["at"], s["call"]["at"], *(alert["at"] for alert in s["alerts"][:1])]
        times.append(ban["opens_at"] if self.is_open else None)
        return max(str(time) for time in times if time)

    @cached_property
    def notes(self) -> str:
        """What the figures do not say: mode, simulation, ban, call, lineage; in English, for people."""
        return " ".join(_notes(self))

    def name_of(self, choice: Choice) -> tuple[str, str]:
        """First and last name, where the night's short name says where to part them; else all is the last."""
        first, last = choice.name.removesuffix(choice.short), choice.short
        if not self.measure and last and first != choice.name and first.endswith(" "):
            return first.strip(), last
        return "", choice.name


def _notes(shown: Shown) -> Iterator[str]:
    s = shown.snapshot
    if s["mode"] != "live":
        yield f"{s['mode'].upper()}: not live."
    if s["simulated"]:
        yield f"SIMULATED: {s['simulated_what']}".strip()
    if not s["official"]:
        yield "Unofficial."
    ban, lineage = s["embargo"], s["lineage"]
    if not shown.is_open:
        opens = ban["opens_at"] or ban["law_opens_at"]
        yield "The publication ban is in force: no totals yet." + (f" It ends {opens}." if opens else "")
    elif s["call"]["state"] in SAID:
        yield f"{SAID[s['call']['state']]}: {s['call']['because']}".rstrip(": ")
    if lineage["state"] != "unofficial":
        yield f"Lineage: {lineage['state']}."
    if lineage["rerun_on"]:
        yield f"Rerun on {lineage['rerun_on']}."
    if lineage["parent"]:
        yield f"Repeats {lineage['parent']}."


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for an export, checked by `web.exporting`: writers only write."""

    contests: tuple[Shown, ...]
    """In the night's order; never none."""
    changed: frozenset[ContestId] | None = None
    """Which of them have changed since the reader's last request; None: it has none, and wants all."""
    next_request: str = ""
    """The address at which the reader goes on, for the shape that says it."""
    bom: bool = False
    """Whether a table begins with a byte order mark."""
    source: SourceId | None = None
    """Whose boxes."""
    boxes: Boxes | None = None
    """What the store holds of them."""
