"""Calls as they are told: what a rule proposes, the desk decides, and what no longer holds is taken back.

    recheck(telling, asked)         first: a call or proposal that no longer passes is withdrawn
    decide(telling, asked, ruling)  a desk's word on a proposal or a call
    propose(telling, asked)         last: what passes now is proposed, and made if it needs nobody
    why_not(memory, ruling)         the sentence with which a desk's word is refused, or None

Hysteresis: every third proposal that stopped passing or gave way to another rule's, and each call that was
broken, doubles the cushion a rule needs to propose again; a proposal whose cushion has shrunk by a quarter
is withdrawn and made anew, so that nobody approves what they have not seen; one the desk refused comes back
when its cushion has grown by a half or the boxes counted by a twentieth since it was refused.

Know before changing: nobody is asked before a call is taken back. An approval that names another proposal,
another version or the same person is ignored here and refused with a sentence at the desk (`why_not`).
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from election.calls.dossier import dossier
from election.calls.guards import against, ask
from election.calls.verdict import Answer, Guard, Rule, Said, Verdict
from election.memory import MADE, REFUSED, WITHDRAWN, Call, Memory, Proposal, pair
from election.rulings import own_words
from election.telling import Telling
from election.watches import widened
from election.wire.records import Ruling, identity
from languages.saying import said

UNSTEADY_MAX = 3
"""So many proposals that stopped passing, or gave way, count as one broken call."""
DOTLESS = 0x131
"""The small letter that some languages have beside i; of a name in capitals nobody can tell which it was."""


class Asked:
    """What the rules that are on, and the guards, say of one view; each is asked once at most."""

    def __init__(self, telling: Telling, rules: Mapping[str, Rule], guards: Mapping[str, Guard]) -> None:
        on = telling.night.calls
        self.telling, self.guards = telling, guards
        self.ending = {name: guard for name, guard in guards.items() if guard.ends_call}
        self.rules = {name: rule for name, rule in rules.items() if name in on and on[name].on}
        self._all = rules
        self._verdicts: dict[str, Verdict] = {}
        self._answers: dict[str, tuple[Answer, ...]] = {}
        self._against: dict[str, tuple[Answer, ...]] = {}

    def verdict(self, rule: str) -> Verdict:
        """What a rule says."""
        if rule not in self._verdicts:
            self._verdicts[rule] = self.rules[rule].decide(self.telling.view)
        return self._verdicts[rule]

    def answers(self, verdict: Verdict) -> tuple[Answer, ...]:
        """What every guard says of it."""
        if verdict.rule not in self._answers:
            self._answers[verdict.rule] = ask(self.telling.view, verdict, self.guards)
        return self._answers[verdict.rule]

    def against(self, verdict: Verdict) -> tuple[Answer, ...]:
        """What forbids it."""
        if verdict.rule not in self._against:
            self._against[verdict.rule] = against(self.telling.view, verdict, self.guards)
        return self._against[verdict.rule]

    def strongest(self) -> Verdict | None:
        """The verdict of the first rule that names somebody, or None."""
        return next((v for v in map(self.verdict, self.rules) if v.choice is not None), None)

    def best(self) -> Verdict | None:
        """The verdict of the first rule that names somebody and that no guard forbids, or None."""
        named = (v for v in map(self.verdict, self.rules) if v.choice is not None)
        return next((v for v in named if not self.against(v)), None)

    def supports(self, rule: str, elected: tuple[str, ...]) -> Verdict | None:
        """The verdict by which these are still elected, of this rule or of a stronger one; or None."""
        for name in self.rules:
            verdict = self.verdict(name)
            if _elected(verdict) == elected:
                return verdict
            if name == rule:
                break
        return None

    def passing(self, elected: tuple[str, ...]) -> dict[str, int]:
        """By how many votes each rule passes that names these and that no guard forbids."""
        named = [verdict for verdict in map(self.verdict, self.rules) if _elected(verdict) == elected]
        return {one.rule: one.cushion_votes for one in named if not self.against(one)}

    def evidence(self, verdict: Verdict) -> str:
        """SHA-256 (hex) of the dossier, nobody having signed: who makes it again can prove it is the same."""
        telling = self.telling
        made = dossier(
            telling.view, verdict, self.answers(verdict), telling.positions,
            proposed_at=telling.view.now, rules=self._all,
        )  # fmt: skip
        return hashlib.sha256(made).hexdigest()


def _elected(verdict: Verdict) -> tuple[str, ...]:
    if verdict.choice is None:
        return ()
    return tuple(verdict.elected) or (verdict.choice,)


def recheck(telling: Telling, asked: Asked) -> None:
    """Takes back a call that no longer holds, and withdraws a proposal that no longer passes or is weaker."""
    memory = telling.memory
    if not telling.view.ban.is_open:
        return
    if memory.called and memory.call is not None:
        _recheck_call(telling, asked, memory.call)
    if telling.memory.proposal is not None:
        _recheck_proposal(telling, asked, telling.memory.proposal)


def _recheck_call(telling: Telling, asked: Asked, call: Call) -> None:
    ahead = telling.ahead()
    if not ahead or not set(call.elected) <= set(ahead):
        margin = telling.view.seen.margin_votes
        because: Said = said("told.gone", any=bool(ahead), names=telling.names(ahead), margin=margin)
        retract(telling, call, "lead", because, {})
        return
    verdict = asked.supports(call.rule, call.elected)
    if verdict is None:
        because = asked.verdict(call.rule).because if call.rule in asked.rules else call.because
        retract(telling, call, "rule", because, {"numbers": _numbers(asked, call.rule)})
        return
    if forbid := against(telling.view, verdict, asked.ending):
        more = {"guard": forbid[0].guard, "numbers": dict(forbid[0].numbers)}
        retract(telling, call, "guard", forbid[0].because, more)


def _numbers(asked: Asked, rule: str) -> dict[str, Any]:
    return dict(asked.verdict(rule).numbers) if rule in asked.rules else {}


def retract(telling: Telling, call: Call, reason: str, because: Said, more: Mapping[str, Any]) -> None:
    """Says that a call is withdrawn. Reasons: lead, rule, guard, desk, ruling."""
    title = said("told.retracted", names=telling.names(call.elected))
    d = {
        "call": call.id, "rule": call.rule, "choice": call.elected[0], "elected": list(call.elected),
        "reason": reason, "cushion_votes": call.cushion_votes, "called_at_version": call.version,
        **telling.counted(), **more,
    }  # fmt: skip
    telling.say("call-retracted", call.key, title, because, d)


def _recheck_proposal(telling: Telling, asked: Asked, proposal: Proposal) -> None:
    best, strongest = asked.best(), asked.strongest()
    if best is None or _elected(best) != proposal.elected:
        if strongest is not None and _elected(strongest) == proposal.elected:
            _withdraw(telling, proposal, "guard", asked.against(strongest)[0].because)
        else:
            now = asked.verdict(proposal.rule).because if proposal.rule in asked.rules else proposal.because
            _withdraw(telling, proposal, "rule", now)
    elif best.rule != proposal.rule:
        _withdraw(telling, proposal, "another rule", best.because)
    elif best.cushion_votes * 4 < proposal.cushion_votes * 3:
        _withdraw(telling, proposal, "weaker", best.because)


def _withdraw(telling: Telling, proposal: Proposal, reason: str, because: Said) -> None:
    title = said("told.unproposed", names=telling.names(proposal.elected))
    telling.say(
        "proposal-withdrawn", proposal.key, title, because, {"proposal": proposal.id, "reason": reason}
    )


def propose(telling: Telling, asked: Asked) -> None:
    """Proposes what the strongest rule names, if no guard forbids it and the desk has not just refused it."""
    memory, view = telling.memory, telling.view
    if not view.ban.is_open or memory.called or memory.settled:
        return
    if memory.proposal is not None:
        if len(memory.proposal.approvals) >= memory.proposal.people:
            _make(telling)  # who proposed or heard the last approval ended before saying so
        return
    best = asked.best()
    if best is None or best.cushion_votes <= _floor(telling) or _still_refused(telling, best):
        return
    elected, people = _elected(best), telling.night.calls[best.rule].people
    of = pair(best.rule, elected)
    d: dict[str, Any] = {
        "rule": best.rule, "choice": best.choice, "elected": list(elected), "people": people,
        "cushion_votes": best.cushion_votes, "numbers": dict(best.numbers), **telling.counted(),
        "guards": [
            {"id": a.guard, "word": a.word, "numbers": dict(a.numbers), "because": dict(a.because)}
            for a in asked.answers(best)
        ],
        "dossier": asked.evidence(best),
    }  # fmt: skip
    key = f"{of}/{memory.proposed.get(of, 0) + 1}"
    title = said("told.proposed", rule=best.rule, names=telling.names(elected))
    telling.say("call-proposed", key, title, best.because, d)
    if people == 0:
        _make(telling)


def _floor(telling: Telling) -> int:
    """By how much a rule must pass: more than 0, and more each time it turned out unsteady."""
    memory = telling.memory
    times = memory.broken + memory.unsteady // UNSTEADY_MAX
    return widened(telling.night.alerts.lead_change_votes, times - 1) if times else 0


def _still_refused(telling: Telling, verdict: Verdict) -> bool:
    refused = telling.memory.refused.get(pair(verdict.rule, _elected(verdict)))
    if refused is None:
        return False
    grown = verdict.cushion_votes * 2 >= refused.cushion_votes * 3
    return not grown and telling.view.seen.boxes * 20 < refused.boxes * 21


def _make(telling: Telling) -> None:
    """Makes the call that is proposed."""
    proposal = telling.memory.proposal
    if proposal is None:
        return
    elected = proposal.elected
    title = said("told.made", names=telling.names(elected))
    d = {"proposal": proposal.id, "rule": proposal.rule, "choice": elected[0], "elected": list(elected),
         "people": proposal.people, "approved_by": list(proposal.approvals),
         "cushion_votes": proposal.cushion_votes, "proposed_at_version": proposal.version,
         **telling.counted()}  # fmt: skip
    telling.say("call-made", proposal.key, title, proposal.because, d)


def person(actor: str) -> str:
    """Who somebody is, however they write it: spaces and capitals make no second person.

    Nor does a letter that is written in two ways: I is the capital of i and of ı, ş may be two characters.
    """
    plain = normalize("NFC", " ".join(actor.split()).casefold())
    return plain.translate({DOTLESS: "i"}).replace("i\u0307", "i")


def why_not(memory: Memory, ruling: Ruling) -> str | None:
    """Why a desk's word would be ignored, in a sentence; None if it counts, or is no word on a call."""
    if ruling.kind == "call-retracted":
        return _why_not_retract(memory, str(ruling.data.get("call", "")))
    if ruling.kind not in ("call-approved", "call-refused"):
        return None
    name, waiting = str(ruling.data.get("proposal", "")), memory.proposal
    if waiting is None or name not in (waiting.id, waiting.key):
        fate = memory.fates.get(name, "")
        return _FATES.get(fate, f"There is no proposal {name!r} in this contest.")
    if not person(ruling.actor):
        return "A decision names who makes it: --by NAME."
    if ruling.kind == "call-refused":
        return None
    if ruling.data.get("version") != waiting.version:
        seen = ruling.data.get("version")
        return (
            f"This approval saw version {seen}; the proposal stands on version {waiting.version}: look at it "
            "again."
        )
    if person(ruling.actor) in map(person, waiting.approvals):
        return f"{ruling.actor} has approved this proposal; it needs {waiting.people} different people."
    return None


_FATES = {
    WITHDRAWN: "This proposal was withdrawn: what it rested on has changed; sandik calls shows what waits.",
    REFUSED: "This proposal was refused by the desk; clearly stronger, it comes back with another id.",
    MADE: "This proposal was approved and the call was made (sandik calls shows whether it is in force).",
}


def _why_not_retract(memory: Memory, name: str) -> str | None:
    call = memory.call
    if call is None or name not in (call.id, call.key):
        return f"There is no call {name!r} in this contest."
    return None if memory.called else "This call is not in force any more."


def decide(telling: Telling, asked: Asked, ruling: Ruling) -> None:
    """Takes a desk's word in; one that does not count changes nothing."""
    if why_not(telling.memory, ruling) is not None:
        return  # refused with that sentence where it was typed; in the log it is no news
    memory, d = telling.memory, {"ruling": ruling.id or identity(ruling), "by": ruling.actor}
    if ruling.kind == "call-retracted" and memory.call is not None:
        call = memory.call
        cushions = {call.rule: call.cushion_votes} | asked.passing(call.elected)
        retract(telling, call, "desk", own_words(ruling), d | {"cushions": cushions})
    elif ruling.kind == "call-refused" and memory.proposal is not None:
        _refuse(telling, asked, ruling, memory.proposal, d)
    elif ruling.kind == "call-approved" and memory.proposal is not None and telling.view.ban.is_open:
        _approve(telling, ruling, memory.proposal, d)


def _refuse(telling: Telling, asked: Asked, ruling: Ruling, proposal: Proposal, d: Mapping[str, Any]) -> None:
    """Says that the desk said no, and how it stood then: only what has grown since comes back."""
    title = said("told.refused", names=telling.names(proposal.elected))
    cushions = {proposal.rule: proposal.cushion_votes} | asked.passing(proposal.elected)
    more = {"proposal": proposal.id, "cushions": cushions, **telling.counted()}
    telling.say("proposal-refused", proposal.key, title, own_words(ruling), {**d, **more})


def _approve(telling: Telling, ruling: Ruling, proposal: Proposal, d: Mapping[str, Any]) -> None:
    count = len(proposal.approvals) + 1
    title = said(
        "told.approved", actor=ruling.actor, names=telling.names(proposal.elected), count=count,
        people=proposal.people,
    )  # fmt: skip
    key = f"{proposal.key}/{person(ruling.actor)}"
    telling.say("proposal-approved", key, title, own_words(ruling), {**d, "proposal": proposal.id})
    if count >= proposal.people:
        _make(telling)
