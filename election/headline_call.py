"""What the headline says of a call: made, withdrawn, certified or annulled; a sentence with its numbers.

    SPOKEN["called"](Told(seen, contest, night, Public("called", …), "en", now))    "Kaya is called …"

Know before changing: the numbers are those of the count now, so that the sentence and the race below it never
differ; the reason a rule gave stands in the call itself. Two lines of the page at most.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from election.headline_words import counted_pct, short
from election.night import ChoiceId, Contest, Night
from election.standing import Standing
from languages.saying import listed, say

SENTENCE_MAX = 115
"""Letters that fit two lines of the page; a reason that would make it longer gives way to the numbers."""


@dataclass(frozen=True, slots=True)
class Public:
    """What is public of a contest's call, as in a snapshot's `call` and `lineage`.

    `elected` whom it names (empty: nobody), `at` since when the state is what it is, `because` the reason by
    language, `rerun_on` the day of a rerun after an annulment.
    """

    state: str
    elected: tuple[ChoiceId, ...] = ()
    at: datetime | None = None
    because: Mapping[str, str] = field(default_factory=dict)
    rerun_on: date | None = None


def public(call: Mapping[str, Any], lineage: Mapping[str, Any]) -> Public:
    """The same, of `call` and `lineage` as a snapshot has them (docs/reference/snapshot.md)."""
    at, rerun_on = call.get("at"), lineage.get("rerun_on")
    return Public(
        call["state"],
        tuple(ChoiceId(choice) for choice in call.get("elected") or ()),
        datetime.fromisoformat(at) if at else None,
        call.get("becauses") or {},
        date.fromisoformat(rerun_on) if rerun_on else None,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A call in one language, with the standing it is said beside."""

    seen: Standing
    contest: Contest
    night: Night
    call: Public
    language: str
    now: str
    """How the count stands, as a sentence."""

    def say(self, key: str, **values: Any) -> str:
        """The sentence of the language."""
        return say(self.language, f"headline.{key}", **values)

    def names(self, choices: tuple[ChoiceId, ...]) -> str:
        """Choices by their short names."""
        known = {choice.id: short(choice, self.language) for choice in self.contest.choices}
        return listed([known[choice] for choice in choices if choice in known], self.language)

    @property
    def local(self) -> datetime | None:
        """Since when the call is what it is, by the clock of the night."""
        return None if self.call.at is None else self.call.at.astimezone(ZoneInfo(self.night.time_zone))

    @property
    def moment(self) -> str:
        """The hour by the clock of the night, as a sentence ends; with the day if it is another one."""
        at = self.local
        if at is None:
            return ""
        return self.say("moment", day=at, hour=at, other=at.date() != self.night.date)

    def dated(self) -> dict[str, Any]:
        """The day in words, without its year, as the sentences that may name it want it."""
        return {"day": self.local, "dated": self.call.at is not None}

    def counted(self) -> str:
        """How far the count is, as the end of a sentence."""
        total = self.seen.boxes_total
        return self.say("counted", done=self.seen.boxes == total, total=total, part=counted_pct(self.seen))

    def ahead(self) -> str:
        """By how much the first is ahead, and what may still come where that is less."""
        out, margin = self.seen.outstanding, self.seen.margin_votes
        return self.say(
            "ahead", margin=margin, out=0 < out.votes_max < margin, boxes=out.boxes, most=out.votes_max,
            counted=self.counted(),
        )  # fmt: skip

    def stands(self) -> bool:
        """Whether one alone is ahead who is the one named, so that a lead may be said too."""
        alone = self.contest.seats == 1 and self.seen.leader is not None
        return alone and self.call.elected in ((), (self.seen.leader,))


def _called(told: Told) -> str:
    names = told.names(told.call.elected)
    if told.contest.seats > 1:
        return told.say("called.several", names=names, counted=told.counted())
    if not told.stands():
        return told.say("called.plain", names=names)
    return told.say("called", names=names, asked=told.contest.kind == "yes-no", ahead=told.ahead())


def _withdrawn(told: Told) -> str:
    begin = told.say("withdrawn", names=told.names(told.call.elected), moment=told.moment)
    because = told.call.because.get(told.language, "").strip()
    if because and len(begin) + 2 + len(because) <= SENTENCE_MAX:
        return told.say("withdrawn.because", begin=begin, because=because)
    if len(begin) + 2 + len(told.now) <= SENTENCE_MAX:
        return told.say("withdrawn.now", begin=begin, now=told.now)
    return told.say("alone", begin=begin)


def _recounted(told: Told) -> str:
    begin = told.say("recount", **told.dated())
    if not (told.contest.seats == 1 and told.seen.leader is not None):
        return told.say("alone", begin=begin)
    leader, margin = told.names((told.seen.leader,)), told.seen.margin_votes
    return told.say("recount.lead", begin=begin, leader=leader, margin=margin, counted=told.counted())


def _certified(told: Told) -> str:
    begin = told.say("certified", **told.dated())
    names = told.names(told.call.elected or ((told.seen.leader,) if told.seen.leader else ()))
    if told.contest.seats > 1 or not told.stands():
        return told.say("certified.names" if names else "alone", begin=begin, names=names)
    asked = told.contest.kind == "yes-no"
    return told.say("certified.won", begin=begin, names=names, margin=told.seen.margin_votes, asked=asked)


def _annulled(told: Told) -> str:
    rerun = told.call.rerun_on
    begin = told.say("annulled", **told.dated(), again=rerun is not None, rerun=rerun)
    leader = told.seen.leader
    if told.contest.seats > 1 or leader is None:
        return told.say("alone", begin=begin)
    name, margin = told.names((leader,)), told.seen.margin_votes
    return told.say("annulled.ended", begin=begin, leader=name, margin=margin)


SPOKEN: Mapping[str, Callable[[Told], str]] = {
    "called": _called,
    "retracted": _withdrawn,
    "recount": _recounted,
    "certified": _certified,
    "tie by lot": _certified,
    "annulled": _annulled,
    "rerun": _annulled,
}
"""The states of `calls.state` in which the headline is about the call, not the count."""
