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

from election.headline_words import clock, counted_pct, number, percent, short, some
from election.headline_words import day as day_of
from election.night import ChoiceId, Contest, Night
from election.standing import Standing

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

    def say(self, en: str, tr: str) -> str:
        """The sentence of the language."""
        return tr if self.language == "tr" else en

    def names(self, choices: tuple[ChoiceId, ...]) -> str:
        """Choices by their short names."""
        known = {choice.id: short(choice, self.language) for choice in self.contest.choices}
        names = [known[choice] for choice in choices if choice in known]
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self.say('and', 've')} {names[-1]}"

    @property
    def moment(self) -> str:
        """The hour by the clock of the night, as a sentence ends; with the day if it is another one."""
        if self.call.at is None:
            return ""
        local = self.call.at.astimezone(ZoneInfo(self.night.time_zone))
        hour = clock(local, self.language)
        other = local.date() != self.night.date
        return self.say(
            (f" on {self.day}" if other else "") + f" at {hour}",
            f" ({self.day} {hour})" if other else f" ({hour})",
        )

    @property
    def day(self) -> str:
        """The day in words, without its year."""
        if self.call.at is None:
            return ""
        return day_of(self.call.at.astimezone(ZoneInfo(self.night.time_zone)).date(), self.language)

    def counted(self) -> str:
        """How far the count is, as the end of a sentence."""
        if self.seen.boxes == self.seen.boxes_total:
            every = number(self.seen.boxes_total, self.language)
            return self.say(f"with all {every} boxes counted", f"{every} sandığın hepsi sayıldı")
        part = percent(counted_pct(self.seen), self.language)
        return self.say(f"with {part} of boxes counted", f"sandıkların {part} kadarı sayıldı")

    def ahead(self) -> str:
        """By how much the first is ahead, and what may still come where that is less."""
        out, margin = self.seen.outstanding, self.seen.margin_votes
        by = self.say(some(margin, "vote", "votes"), f"{number(margin, 'tr')} oy")
        if not 0 < out.votes_max < margin:
            return self.say(f"{by} ahead, {self.counted()}", f"{by} önde; {self.counted()}")
        hold = "box not yet counted holds" if out.boxes == 1 else "boxes not yet counted hold"
        boxes, most = number(out.boxes, self.language), number(out.votes_max, self.language)
        return self.say(
            f"{by} ahead, and the {boxes} {hold} at most {most}",
            f"{by} önde; açılmayan {boxes} sandıkta en çok {most} oy var",
        )

    def stands(self) -> bool:
        """Whether one alone is ahead who is the one named, so that a lead may be said too."""
        alone = self.contest.seats == 1 and self.seen.leader is not None
        return alone and self.call.elected in ((), (self.seen.leader,))


def _called(told: Told) -> str:
    names = told.names(told.call.elected)
    if told.contest.seats > 1:
        return told.say(
            f"{names} are called elected, {told.counted()}.",
            f"Seçilenler ilan edildi: {names}; {told.counted()}.",
        )
    if not told.stands():
        return told.say(f"{names} is called the winner.", f"Kazanan ilan edildi: {names}.")
    asked = told.contest.kind == "yes-no"
    what = told.say("the answer", "Yanıt") if asked else told.say("the winner", "Kazanan")
    return told.say(
        f"{names} is called {what}: {told.ahead()}.", f"{what} ilan edildi: {names}, {told.ahead()}."
    )


def _withdrawn(told: Told) -> str:
    names = told.names(told.call.elected)
    said = (
        told.say(f"The call for {names} was withdrawn", f"{names} için yapılan ilan geri alındı")
        + told.moment
    )
    because = told.call.because.get(told.language, "").strip()
    if because and len(said) + 2 + len(because) <= SENTENCE_MAX:
        return f"{said}: {because}"
    now = told.now
    return f"{said}. {now}" if len(said) + 2 + len(now) <= SENTENCE_MAX else f"{said}."


def _recounted(told: Told) -> str:
    day = f" ({told.day})" if told.day else ""
    said = told.say(f"A recount was ordered{day}", f"Yeniden sayım kararı verildi{day}")
    if not (told.contest.seats == 1 and told.seen.leader is not None):
        return f"{said}."
    leader, margin = told.names((told.seen.leader,)), told.seen.margin_votes
    votes = told.say(some(margin, "vote", "votes"), f"{number(margin, 'tr')} oy")
    return told.say(
        f"{said}. {leader} leads by {votes}, {told.counted()}.",
        f"{said}. {leader} {votes} önde; {told.counted()}.",
    )


def _certified(told: Told) -> str:
    day = told.day
    said = told.say(
        f"Certified on {day}" if day else "Certified", f"Kesinleşti ({day})" if day else "Kesinleşti"
    )
    names = told.names(told.call.elected or ((told.seen.leader,) if told.seen.leader else ()))
    if told.contest.seats > 1 or not told.stands():
        return f"{said}: {names}." if names else f"{said}."
    margin = told.seen.margin_votes
    if told.contest.kind == "yes-no":
        return told.say(
            f"{said}: {names}, by {some(margin, 'vote', 'votes')}.",
            f"{said}: {names}, {number(margin, 'tr')} oy farkla.",
        )
    return told.say(
        f"{said}: {names} won by {some(margin, 'vote', 'votes')}.",
        f"{said}: {names} {number(margin, 'tr')} oy farkla kazandı.",
    )


def _annulled(told: Told) -> str:
    day, rerun = told.day, told.call.rerun_on
    said = told.say(
        f"Annulled on {day}" if day else "Annulled",
        f"{day}: seçim iptal edildi" if day else "Seçim iptal edildi",
    )
    if rerun is not None:
        said += told.say(f"; rerun on {day_of(rerun, 'en')}", f", yenisi {day_of(rerun, 'tr')}")
    leader = told.seen.leader
    if told.contest.seats > 1 or leader is None:
        return f"{said}."
    name, margin = told.names((leader,)), told.seen.margin_votes
    return told.say(
        f"{said}. This count ended with {name} {some(margin, 'vote', 'votes')} ahead.",
        f"{said}. Bu sayım bittiğinde {name} {number(margin, 'tr')} oy öndeydi.",
    )


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
