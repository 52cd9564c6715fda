"""What `sandik calls` shows of a contest: its state, what waits, what rules and guards say now, its story.

    lines(case, None)       for a terminal
    facts(case, None)       the same for scripts (docs/reference/commands.md)

Know before changing: "then" is what was told with the proposal; "now" is asked of the totals as they are, and
a rule that says otherwise now will withdraw the proposal by itself. While the ban is on there is no total
here either, and nothing of what rules and guards make of them.
"""

from typing import Any

from election.alerts import KINDS, Told
from election.calls.state import resting_state
from election.calls.verdict import FORBIDS, Answer, Verdict
from election.calls.words import named
from election.memory import Proposal
from election.night import ChoiceId
from election.wire.records import read_time, stamp
from election.wire.told import call_json, shown_call
from languages.saying import listed
from sandik.desk import Case, clock, fact_json
from sandik.desk_contest import asked_now

STORY = ("call", "ruling")
"""What the facts of the story are about."""
Json = dict[str, Any]


def facts(case: Case, fact: Told | None) -> Json:
    """A contest, or one proposal of it with its story, as JSON."""
    view, waiting = case.view, case.memory.proposal
    seen, contest = view.seen, view.contest
    resting = resting_state(seen, contest, view.night, view.ban)
    is_open = view.ban.is_open
    return {
        "name": contest.name,
        "version": case.version,
        "at": None if case.at is None else stamp(case.at),
        "boxes": {"counted": seen.boxes, "total": seen.boxes_total, "quarantined": seen.boxes_quarantined},
        "leader": seen.leader if is_open else None,
        "margin_votes": seen.margin_votes if is_open else None,
        "votes_max": seen.outstanding.votes_max if is_open else None,
        "call": shown_call(call_json(case.memory), resting),
        "proposal": None if waiting is None or not is_open else _proposal(case, waiting),
        "rules": [_asked(verdict, answers) for verdict, answers in asked_now(case)] if is_open else [],
        "history": [fact_json(one) for one in _story(case, fact)],
    }


def _story(case: Case, fact: Told | None) -> list[Told]:
    if fact is not None:
        return case.about(fact) or [fact]
    return [one for one in case.facts if KINDS[one.kind].about in STORY]


def _asked(verdict: Verdict, answers: tuple[Answer, ...]) -> Json:
    return {
        "rule": verdict.rule,
        "choice": verdict.choice,
        "cushion_votes": verdict.cushion_votes,
        "because": verdict.because["en"],
        "guards": [{"id": one.guard, "word": one.word, "because": one.because["en"]} for one in answers],
    }


def _proposal(case: Case, waiting: Proposal) -> Json:
    told = case.fact(waiting.id)
    then = {} if told is None else told.d
    seen = case.view.seen
    cushions = {verdict.rule: verdict.cushion_votes for verdict, _ in asked_now(case)}
    margin_then = then.get("numbers", {}).get("margin_votes")
    return {
        "id": waiting.id,
        "rule": waiting.rule,
        "choice": waiting.elected[0],
        "elected": list(waiting.elected),
        "version": waiting.version,
        "at": stamp(waiting.at),
        "because": waiting.because["en"],
        "cushion_votes": waiting.cushion_votes,
        "people": waiting.people,
        "approved_by": list(waiting.approvals),
        "guards": [
            {"id": one["id"], "word": one["word"], "because": one["because"]["en"]}
            for one in then.get("guards", ())
        ],
        "since": {
            "versions": case.version - waiting.version,
            "boxes": seen.boxes - waiting.boxes,
            "cushion_votes": cushions.get(waiting.rule),
            "margin_votes_then": margin_then if isinstance(margin_then, int) else None,
            "margin_votes": seen.margin_votes,
        },
        "dossier_sha256": then.get("dossier"),
    }


def lines(case: Case, fact: Told | None) -> list[str]:
    """A contest, or one proposal of it with its story, for a terminal."""
    shown, night = facts(case, fact), case.view.night
    call, boxes, waiting = shown["call"], shown["boxes"], shown["proposal"]
    whom = f" ({_names(case, call['elected'])})" if call["elected"] else ""
    said = [
        f"{shown['name']} ({case.contest.id})  version {case.version}, {clock(night, case.at)}, "
        f"{boxes['counted']:,} of {boxes['total']:,} boxes counted",
        f"  {call['state']}{whom}: {call['because']}",
    ]
    if waiting is not None and (fact is None or any(one.id == waiting["id"] for one in case.about(fact))):
        said += _waiting_lines(case, waiting)
    if fact is None and case.view.ban.is_open:
        said += _rule_lines(shown["rules"], every_guard=waiting is None)
    elif fact is None:
        said.append("  what the rules say is told when the ban has ended")
    told = _story(case, fact)
    said += ["  what was told:"] if told else []
    return said + [f"    {clock(night, one.at)}  {one.kind}  {one.id}  {one.because['en']}" for one in told]


def _names(case: Case, choices: list[str]) -> str:
    return listed([named(case.contest, ChoiceId(choice), "en") for choice in choices], "en")


def _waiting_lines(case: Case, waiting: Json) -> list[str]:
    """What a person signs: whom, why, since when, what has moved, and every guard's answer."""
    since, signed = waiting["since"], waiting["approved_by"]
    more = waiting["people"] - len(signed)
    by = f", signed by {', '.join(signed)}" if signed else ""
    margin = "" if since["margin_votes_then"] is None else f"{since['margin_votes_then']:,} → "
    cushion = "" if since["cushion_votes"] is None else f" → {since['cushion_votes']:,}"
    at = clock(case.view.night, read_time(waiting["at"], "at"))
    return [
        f"  WAITS FOR {more} OF {waiting['people']}{by}: call for {_names(case, waiting['elected'])} "
        f"by rule {waiting['rule']}",
        f"    {waiting['because']}",
        f"    proposed {at} at version {waiting['version']}; since then {since['versions']:,} versions and "
        f"{since['boxes']:,} boxes, margin {margin}{since['margin_votes']:,}, passes by "
        f"{waiting['cushion_votes']:,}{cushion} votes",
        *_guard_lines(waiting["guards"], "    "),
        f"    sandik approve {waiting['id']} --by NAME --because TEXT",
        f"    sandik refuse {waiting['id']} --by NAME --because TEXT",
    ]


def _rule_lines(rules: list[Json], every_guard: bool) -> list[str]:
    """Each rule's sentence and what forbids; every guard once, where no proposal shows them already."""
    said = ["  what the rules say now:"]
    for number, asked in enumerate(rules):
        every = every_guard and number == 0
        guards = [one for one in asked["guards"] if every or one["word"] == FORBIDS]
        said += [f"    {asked['rule']}: {asked['because']}", *_guard_lines(guards, "      ")]
    return said


def _guard_lines(guards: list[Json], indent: str) -> list[str]:
    return [f"{indent}{one['word']:<14} {one['id']}: {one['because']}" for one in guards]
