"""What a client may wish to follow, and what it wished for.

    Wanted(contest)                                       everything of a contest, by the published count
    Wanted(contest, areas=frozenset({"liman"}))           of these areas only
    Wanted(contest, kind=EVENT, after=0)                  everything that is told of it
    Wanted(WHOLE_NIGHT, kind=FOR_DESK)                    what the desk is shown

Know before changing: two wishes that mean the same areas are equal, so that they share one encoding.
`session` makes these from what strangers say; the hub takes them as they are.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from election.alerts import ALERT_KINDS, KINDS
from election.night import AreaId, ContestId, LevelId, Night, SourceId

MERGE, EVENT = "merge", "event"
FOR_DESK = "desk"
"""What the desk is shown, of the whole night: a subscription of no contest."""
WHOLE_NIGHT = ContestId("")
PROPOSED = "call-proposed"

PUBLIC_KINDS = frozenset(ALERT_KINDS) - {PROPOSED}
"""Kinds of facts that are for everybody."""
DESK_KINDS = PUBLIC_KINDS | {kind.id for kind in KINDS.values() if kind.about == "call"}
"""Those that are for the desk: also what is proposed, and what becomes of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One subscription as it was asked for, checked."""

    contest: ContestId
    kind: str = MERGE
    areas: frozenset[AreaId] | None = None
    """The areas that pass; None: all."""
    source: SourceId | None = None
    """Whose count; None: the published one."""
    resume: str = ""
    """The name of the content that the client holds."""
    kinds: frozenset[str] = PUBLIC_KINDS
    """The kinds of facts, of an event subscription."""
    after: int | None = None
    """The events after this number; None: from now on."""

    @property
    def needs_desk(self) -> bool:
        """Whether there is something in it that only the desk may see."""
        return self.kind == FOR_DESK or (self.kind == EVENT and not self.kinds <= PUBLIC_KINDS)


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be followed at a gateway."""

    areas: Mapping[ContestId, Mapping[AreaId, LevelId]]
    """The areas shown of each contest, and their levels."""
    published: Mapping[ContestId, SourceId]
    sources: Collection[SourceId]
    levels: Collection[LevelId]

    @classmethod
    def of(cls, night: Night, areas: Mapping[ContestId, Iterable[AreaId]]) -> "Offer":
        """Of a night, with the areas that are shown of each contest."""
        return cls(
            areas={
                contest: {area: night.areas[area].level for area in shown} for contest, shown in areas.items()
            },
            published={contest: night.contests[contest].source for contest in areas},
            sources=tuple(night.sources),
            levels=night.shown_levels,
        )

    def filter(
        self, contest: ContestId, areas: Collection[str] | None, levels: Collection[str] | None
    ) -> frozenset[AreaId] | None:
        """The areas of a contest that one of the two names; None where that is all, or neither is given."""
        if areas is None and levels is None:
            return None
        shown, named, of = self.areas[contest], set(areas or ()), set(levels or ())
        passing = frozenset(area for area, level in shown.items() if area in named or level in of)
        return None if len(passing) == len(shown) else passing
