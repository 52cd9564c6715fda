"""One telling: the facts made at one view of a contest, chained one to the next; and how they are worded.

    telling = Telling(night, contest, scope, memory, view, positions)
    telling.say("lead-change", "3", title, because, d)     a fact; or nothing: it is known, or banned
    telling.facts                                          what was said so far

Know before changing: `say` is the one place where facts are made. It keeps two laws for all of them: nothing
about totals while the embargo is not open, and nothing twice. The memory given is not changed; the telling
has a copy that each fact is taken into at once, so that the next watch sees it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from election.alerts import KINDS, Told, identity
from election.calls.verdict import Said, View
from election.calls.words import named
from election.memory import Memory
from election.night import ChoiceId, Contest, Night, Source
from languages.saying import in_each, listed, said, say


class Telling:
    """The facts of one view. `memory` is what is known with them."""

    def __init__(
        self,
        night: Night,
        contest: Contest,
        scope: str,
        memory: Memory,
        view: View,
        positions: Mapping[str, int],
    ) -> None:
        self.night, self.contest, self.view = night, contest, view
        self.memory, self.positions = memory, positions
        self.facts: list[Told] = []
        self._scope = scope

    def say(
        self,
        kind: str,
        key: str,
        title: Said,
        because: Said,
        d: Mapping[str, Any],
        at: datetime | None = None,
    ) -> None:
        """Makes the fact, unless it is known or it is about totals that may not be told yet."""
        if KINDS[kind].about == "totals" and not self.view.ban.is_open:
            return
        when = at or self.view.now
        if when is None or self.knows(kind, key):
            return
        told = Told(
            scope=self._scope,
            contest=self.contest.id,
            seq=self.memory.seq + 1,
            prev=self.memory.last,
            kind=kind,
            key=key,
            at=when,
            version=self.view.version,
            positions=dict(self.positions),
            title=self._titled(title),
            because=because,
            d=d,
        )
        if not self.facts:
            self.memory = self.memory.copy()
        self.memory.take(told)
        self.facts.append(told)

    def knows(self, kind: str, key: str) -> bool:
        """Whether this was told already."""
        return identity(self._scope, self.contest.id, kind, key) in self.memory.ids

    def _titled(self, title: Said) -> Said:
        """Mode, SIMULATED where the night is, and the contest stand before every title."""
        before = [f"told.mode.{self.view.mode}"] + (["told.simulated"] if self.night.simulated else [])
        return {
            language: " · ".join(
                [*(say(language, word) for word in before), f"{self._contest(language)}: {text}"]
            )
            for language, text in title.items()
        }

    def _contest(self, language: str) -> str:
        return self.contest.names.get(language, self.contest.name)

    def names(self, choices: Iterable[str]) -> Said:
        """Choices by their short names: one, or several as part of a sentence."""
        there = [ChoiceId(choice) for choice in choices]
        return in_each(lambda lang: listed([named(self.contest, choice, lang) for choice in there], lang))

    def hour(self, at: datetime) -> Said:
        """An hour as the people of the night read it; another day's with its date."""
        local = at.astimezone(ZoneInfo(self.night.time_zone))
        return said("told.hour", hour=local, date=f"{local:%Y-%m-%d}", other=local.date() != self.night.date)

    def ahead(self) -> tuple[str, ...]:
        """Those in at the moment, as many as are elected, in the order of the paper; nobody where it is a tie
        at the line, where nothing is counted, or where there is a seat for everyone."""
        seen, contest = self.view.seen, self.contest
        if seen.margin_votes <= 0 or len(contest.choices) <= contest.seats:
            return ()
        first = set(seen.order[: contest.seats])
        return tuple(choice.id for choice in contest.choices if choice.id in first)

    def counted(self) -> dict[str, int]:
        """How far the count is, as most facts say it in `d`."""
        return {"boxes": self.view.seen.boxes, "boxes_total": self.view.seen.boxes_total}


def source_name(source: Source) -> Said:
    """What a source is called, by language."""
    return in_each(lambda language: source.names.get(language, source.name))


def lasted(seconds: float) -> Said:
    """A length of time in hours and minutes, rounded down."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    return said("told.lasted", hours=hours, minutes=minutes)
