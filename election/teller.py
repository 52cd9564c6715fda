"""What there is to tell of a contest now, given what was told before: alerts and calls, each once.

    teller = Teller(night, contest, scope.name)
    facts = teller.tell(view, positions, rulings)     asking again gives the same
    for told in facts: teller.take(told)              now they are told; asking again gives nothing

The rehearsal and the pipeline's evaluator both ask here, so both tell the same of the same view.

Know before changing: the order of `tell` is a promise: the ban lifted, then what is taken back, then rulings,
then totals and sources, then what is proposed. What is told once is told for good; only `Memory` is asked
whether it was.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from election.alerts import Told
from election.calls import GUARDS, RULES
from election.calls.verdict import Guard, Rule, View
from election.calls.words import named
from election.corrections import Corrections, watch_correction
from election.memory import WHOLE, Memory
from election.night import ChoiceId, Contest, Night
from election.rulings import by_language, certified, own_words
from election.teller_calls import Asked, decide, propose, recheck, retract
from election.telling import Telling
from election.watches import WATCHES
from election.watches_sources import watch_agreement, watch_silence
from election.wire.records import Ruling, identity, stamp
from languages.saying import in_each, said

DESK = ("call-approved", "call-refused", "call-retracted")
"""Rulings that are a desk's word on a call."""

WORD_MAX = 200
"""Longest word of a ruling's data in a title or a fact, in characters; longer is cut."""
RULED: Mapping[str, str] = {
    "objection-filed": "objection", "objection-upheld": "objection", "objection-rejected": "objection",
    "recount-ordered": "recount-ordered", "concession": "concession", "certified": "certified",
    "annulled": "annulled", "rerun-set": "rerun-set",
}  # fmt: skip
"""Rulings that are told as they are, and the kind of fact each is."""


class Teller:
    """One contest's teller: what it remembers is what was taken in, from wherever it was told."""

    def __init__(
        self,
        night: Night,
        contest: Contest,
        scope_name: str,
        rules: Mapping[str, Rule] = RULES,
        guards: Mapping[str, Guard] = GUARDS,
    ) -> None:
        """`scope_name` is `topics.Scope.name`: facts of two modes are two facts."""
        self.night, self.contest, self.scope = night, contest, scope_name
        self.memory = Memory()
        self._rules, self._guards = rules, guards
        self._corrections = Corrections(night, contest)

    def take(self, told: Told) -> bool:
        """Takes in a fact that was told. False, and nothing changed, if it does not follow the last one."""
        taken = self.memory.take(told)
        if taken and told.kind == "correction":
            self._corrections.begin_again()
        return taken

    def tell(
        self,
        view: View,
        positions: Mapping[str, int],
        rulings: Sequence[Ruling] = (),
        *,
        behind: bool = False,
    ) -> list[Told]:
        """What there is to tell, in order, each naming the one before. `rulings` are all of the contest so
        far, in the order heard; `positions` say how far the log is counted in this view, and `behind` that it
        goes on from there."""
        telling = Telling(self.night, self.contest, self.scope, self.memory, view, positions)
        asked = Asked(telling, self._rules, self._guards)
        self._corrections.hear(view)
        _embargo(telling, rulings)
        recheck(telling, asked)
        for ruling in rulings:
            if ruling.kind in DESK:
                decide(telling, asked, ruling)
            elif ruling.kind in RULED:
                _ruled(telling, ruling)
        for watch in WATCHES:
            watch(telling)
        watch_correction(telling, self._corrections)
        watch_silence(telling, behind=behind)
        watch_agreement(telling)
        propose(telling, asked)
        return telling.facts


def _embargo(telling: Telling, rulings: Sequence[Ruling]) -> None:
    """The ban is lifted: one opening a contest, by a ruling or by the law's hour. No ban, nothing to tell."""
    ban = telling.view.ban
    if not ban.is_open or ban.opens_at is None:
        return
    lifting = [one for one in rulings if one.kind in _LIFTING and one.at == ban.lifted_at]
    early = ban.law_opens_at is not None and ban.opens_at < ban.law_opens_at
    title = said("told.lifted")
    because = said("told.lifted.because", early=early, hour=telling.hour(ban.opens_at))
    d = {
        "opens_at": stamp(ban.opens_at),
        "law_opens_at": None if ban.law_opens_at is None else stamp(ban.law_opens_at),
        "early": early,
        "ruling": (lifting[-1].id or identity(lifting[-1])) if lifting else "",
    }
    telling.say("embargo-lifted", "open", title, because, d, ban.opens_at)


_LIFTING = ("embargo-announced", "embargo-lifted")


def _ruled(telling: Telling, ruling: Ruling) -> None:
    """A ruling, told as it is; one that ends a call in force takes that back first."""
    kind = RULED[ruling.kind]
    key = ruling.id or identity(ruling)
    if telling.knows(kind, key):
        return
    d: dict[str, Any] = {
        "ruling": key, "ruled": ruling.kind, "source": ruling.source, "actor": ruling.actor,
        "text": ruling.text, "data": dict(ruling.data), **by_language(ruling),
    }  # fmt: skip
    if kind == "recount-ordered":
        d["scope"] = _word(ruling, "scope") or "part"
    if kind == "certified":
        d |= {"elected": _certified(telling, ruling), "by_lot": ruling.data.get("by") == "lot"}
    because = own_words(ruling)
    call = telling.memory.call if telling.memory.called else None
    ends = kind == "annulled" or (kind == "recount-ordered" and d["scope"] == WHOLE)
    if call is not None and (ends or not set(d.get("elected", ())) <= set(call.elected)):
        retract(telling, call, "ruling", because, {"ruling": key})
    about = in_each(lambda language: _about(telling, ruling, language))
    what = said(f"told.ruled.{ruling.kind}")
    title = said("told.ruled", what=what, about=about, named=bool(about["en"]))
    telling.say(kind, key, title, because, d, ruling.at)


def _about(telling: Telling, ruling: Ruling, language: str) -> str:
    """The choice, the area or the day a ruling names in its data, if it names one."""
    choice = telling.contest.position(ChoiceId(str(ruling.data.get("choice", ""))))
    if choice is not None:
        return named(telling.contest, telling.contest.choices[choice].id, language)
    area = next((one for one in telling.night.areas.values() if one.id == ruling.data.get("area")), None)
    return area.name if area is not None else _word(ruling, "date")


def _word(ruling: Ruling, name: str) -> str:
    """A word of a ruling's data, which may be anything; empty where it says none."""
    found = ruling.data.get(name)
    return found[:WORD_MAX] if isinstance(found, str) else ""


def _certified(telling: Telling, ruling: Ruling) -> list[str]:
    """Who is certified: those the ruling names, else those called, else those ahead if that is public."""
    call = telling.memory.call
    if found := certified(ruling, telling.contest):
        return found
    if telling.memory.called and call is not None:
        return list(call.elected)
    return list(telling.ahead()) if telling.view.ban.is_open else []
