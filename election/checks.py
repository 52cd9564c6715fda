"""Does the paper add up?  Every finding of a paper at once, each with a permanent code and a sentence.

E refuses (the statement held before stands), Q counts nothing until a person clears it, W counts and says so.
A code keeps its letter for ever; the *level* is the night's to set, down to off, because in other countries
right papers fail these by the hundred (semantics.md, Checks).

Know before changing: `streams.batch` decides with numpy which papers may have a finding and sends only those
here, so a new check needs its line there too; a property test compares the two.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from election.night import (
    BOX_LEVEL,
    AreaId,
    BoxId,
    CheckRule,
    Choice,
    ChoiceId,
    Contest,
    ContestId,
    Night,
    Source,
    SourceId,
    UnitId,
)
from election.report import COUNT_MAX, MISSING, REVISION_MAX, BoxReport, Cause, Claim


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its default level and thresholds, whether a night may set it, and what it asks."""

    level: str
    asks: str
    thresholds: Mapping[str, int] = field(default_factory=dict)
    settable: bool = True


def _fixed(asks: str) -> Check:
    """A check no night may relax: without it there is nothing to count."""
    return Check("E", asks, settable=False)


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "E101": _fixed("the contest is one of this night's"),
        "E102": _fixed("the source is one of this night's"),
        "E103": _fixed("the box or area is one of this contest's"),
        "E104": _fixed("the choice stands in this place"),
        "E105": _fixed("no field is missing"),
        "E106": _fixed("no count is negative"),
        "E107": _fixed("every count is a whole number"),
        "E108": _fixed("the report is of the level its source declares"),
        "E109": _fixed("no count is beyond what a unit can hold"),
        "E110": _fixed("cause and state are known words"),
        "E111": _fixed("the revision is a whole number from 1"),
        "E112": Check("E", "every choice that stands in this place has a count"),
        "E201": Check("E", "valid and invalid together are the voters"),
        "E202": Check("E", "the choices together are no fewer than the valid votes"),
        "E203": Check("E", "valid votes are at most the voters"),
        "E204": _fixed("the choices together are at most what the valid papers can hold"),
        "W301": Check("W", "voters are at most the registered"),
        "Q302": Check("Q", "voters are at most the register and the slack the law allows"),
        "W303": Check("W", "few votes are invalid", {"at_least_pct": 10}),
        "Q304": Check("Q", "few votes are invalid", {"at_least_pct": 20}),
        "W305": Check("W", "turnout is usual", {"under_pct": 50}),
        "W306": Check("W", "no choice has nearly all", {"at_least_pct": 95, "more_than_votes": 20}),
        "Q307": Check("Q", "every main choice has a vote where it stands"),
        "W308": Check("W", "two sources say the same of a box"),
        "W309": Check("W", "the margin is near the parent night's", {"more_than_votes": 150}),
        "W310": Check("W", "the registered are those of the night's register"),
        "Q311": Check("Q", "one revision of one source says one thing", settable=False),
    }
)


def default_rules() -> dict[str, CheckRule]:
    """The levels and thresholds where a night says nothing: those measured on Istanbul's boxes."""
    return {code: CheckRule(check.level, check.thresholds) for code, check in CHECKS.items()}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check noticed: code, level as the night sets it, the field, a sentence for a clerk."""

    code: str
    level: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A report with what the checks say of it; `report` is None if it could not even be read."""

    report: BoxReport | None
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        """An E was found (or nothing could be read): the statement held before stands."""
        return self.report is None or any(finding.level == "E" for finding in self.findings)

    @property
    def quarantined(self) -> bool:
        """A Q was found: it counts nothing until a person clears it."""
        return any(finding.level == "Q" for finding in self.findings)


SHOWN_MAX = 60
"""Most characters of a foreign value in a sentence; the rest is cut off."""

Say = Callable[[str, str, str], None]
"""Notes a finding: code, field, sentence."""


def check(claim: Claim, night: Night) -> Paper:
    """Everything there is to say about one report as it came; never raises on a bad paper."""
    findings: list[Finding] = []

    def say(code: str, where: str, message: str) -> None:
        level = night.checks[code].level
        if level != "off":
            findings.append(Finding(code, level, where, message))

    report = _read(claim, night, say)
    if report is not None and _has_figures(report, night):
        for finding in _weigh(report, night):
            say(*finding)
    return Paper(report, tuple(findings))


def _has_figures(report: BoxReport, night: Night) -> bool:
    return night.states[report.state] and report.cause is not Cause.WITHDRAWN


def _read(claim: Claim, night: Night, say: Say) -> BoxReport | None:
    """The claim as a report, or None after saying what makes it unreadable."""
    found: list[str] = []

    def tell(code: str, where: str, message: str) -> None:
        found.append(code)
        say(code, where, message)

    contest = night.contests.get(ContestId(claim.contest)) if isinstance(claim.contest, str) else None
    if contest is None:
        tell("E101", "contest", f"There is no contest {_shown(claim.contest)} in this night.")
    source = night.sources.get(SourceId(claim.source)) if isinstance(claim.source, str) else None
    if source is None:
        tell("E102", "source", f"There is no source {_shown(claim.source)} in this night.")
    if contest is None or source is None:
        return None
    area = _area(claim, contest, source, night, tell)
    cause, state = _words(claim, night, tell)
    revision = _revision(claim.revision, tell)
    required = cause is not Cause.WITHDRAWN and (state is None or night.states[state])
    figures = {
        name: _count(getattr(claim, name), name, required, tell) for name in ("voters", "valid", "invalid")
    }
    registered = _registered(claim, source, night, required, tell)
    claimed = _count(claim.claimed_boxes, "boxes", False, tell)
    votes = _votes(claim, contest, area, night, required, tell)
    if area is None or cause is None or state is None or revision is None or set(found) - {"E112"}:
        return None
    return BoxReport(
        contest.id, source.id, UnitId(str(claim.unit)), revision, cause, state, registered,
        figures["voters"], figures["valid"], figures["invalid"], votes, claimed, claim.heard_at,
    )  # fmt: skip


def _area(claim: Claim, contest: Contest, source: Source, night: Night, tell: Say) -> AreaId | None:
    if claim.level != source.level:
        tell(
            "E108", "level",
            f"Source {source.id} reports level {source.level}, this report is of {_shown(claim.level)}.",
        )  # fmt: skip
        return None
    unit = claim.unit
    area = night.area_of(source, UnitId(unit)) if isinstance(unit, str) else None
    if area is None or contest.area not in night.lines[area]:
        tell("E103", "box", f"There is no {source.level} {_shown(unit)} in contest {contest.id}.")
        return None
    return area


def _words(claim: Claim, night: Night, tell: Say) -> tuple[Cause | None, str | None]:
    causes = {word.value: word for word in Cause}
    cause = causes.get(claim.cause) if isinstance(claim.cause, str) else None
    if cause is None and not _missing(claim.cause, "cause", tell):
        known = ", ".join(causes)
        tell("E110", "cause", f"There is no cause {_shown(claim.cause)}; the causes are {known}.")
    state = claim.state if isinstance(claim.state, str) and claim.state in night.states else None
    if state is None and not _missing(claim.state, "state", tell):
        known = ", ".join(night.states)
        tell("E110", "state", f"There is no paper state {_shown(claim.state)}; this night's are {known}.")
    return cause, state


def _missing(value: object, where: str, tell: Say) -> bool:
    """Whether the field is not there; says so."""
    if value is MISSING or value is None:
        tell("E105", where, f"The field {where} is missing.")
        return True
    return False


def _revision(value: object, tell: Say) -> int | None:
    if _missing(value, "revision", tell):
        return None
    if type(value) is int and 1 <= value <= REVISION_MAX:
        return value
    tell("E111", "revision", f"The revision is {_shown(value)}; it is a whole number from 1.")
    return None


def _shown(value: object) -> str:
    """A value in a sentence: short whatever came, because a feed may hold anything of any size and depth."""
    if isinstance(value, str):
        return repr(value[:SHOWN_MAX])
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, int) and value.bit_length() > SHOWN_MAX:
        return "a number of more than 18 digits"
    return "(none given)" if value is MISSING or value is None else repr(value)[:SHOWN_MAX]


def _count(value: object, where: str, required: bool, tell: Say) -> int | None:
    """A count, or None where it is missing; says what is wrong with anything that is no count."""
    if value is MISSING or value is None:
        if required:
            _missing(value, where, tell)
        return None
    if type(value) is not int:
        tell("E107", where, f"{where} is {_shown(value)}; a count is a whole number.")
        return None
    if value < 0:
        tell("E106", where, f"{where} is {_shown(value)}; a count is never negative.")
        return None
    if value > COUNT_MAX:
        tell("E109", where, f"{where} is {_shown(value)}; a unit holds at most {COUNT_MAX}.")
        return None
    return value


def _registered(claim: Claim, source: Source, night: Night, required: bool, tell: Say) -> int | None:
    """Registered voters as the paper says; a box without a register, or an area's feed, may leave it out."""
    box = night.boxes.get(BoxId(claim.unit)) if isinstance(claim.unit, str) else None
    has_register = source.level == BOX_LEVEL and box is not None and box.registered is not None
    return _count(claim.registered, "registered", required and has_register, tell)


def _votes(
    claim: Claim, contest: Contest, area: AreaId | None, night: Night, required: bool, tell: Say
) -> dict[ChoiceId, int]:
    votes: dict[ChoiceId, int] = {}
    for name, value in claim.votes.items():
        if value is None or value is MISSING:
            continue  # absent, which is not zero; another paper of the bundle may have the column
        position = contest.position(ChoiceId(name))
        if position is None:
            where = f"votes.{name:.{SHOWN_MAX}}"
            tell("E104", where, f"There is no choice {_shown(name)} in contest {contest.id}.")
            continue
        count = _count(value, f"votes.{name}", False, tell)
        if area is not None and not night.stands(contest.choices[position], area):
            tell("E104", f"votes.{name}", f"{name} does not stand in {area}, yet has a count there.")
        elif count is not None:
            votes[ChoiceId(name)] = count
    if required and area is not None:
        for choice in contest.choices:
            told = claim.votes.get(choice.id)
            if (told is None or told is MISSING) and night.stands(choice, area):
                tell("E112", f"votes.{choice.id}", f"{choice.id} stands in {area} and has no count.")
    return votes


def _weigh(report: BoxReport, night: Night) -> Iterator[tuple[str, str, str]]:
    """The checks of a readable paper with figures, as code, field and sentence."""
    voters, valid, invalid = report.voters or 0, report.valid or 0, report.invalid or 0
    total = sum(report.votes.values())
    if valid + invalid != voters:
        yield "E201", "voters", f"{valid} valid and {invalid} invalid are {valid + invalid}, not {voters}."
    marks = night.contests[report.contest].marks
    if total > marks * valid or max(report.votes.values(), default=0) > valid:
        yield "E204", "valid", f"The choices add up to {total}: more than {valid} valid papers can hold."
    elif total < valid:
        yield "E202", "valid", f"The choices add up to {total}, not to {valid} valid votes."
    if valid > voters:
        yield "E203", "valid", f"{valid} valid votes are more than {voters} voters."
    if night.sources[report.source].level == BOX_LEVEL:
        yield from _weigh_box(report, night, voters, valid, invalid)


def _weigh_box(
    report: BoxReport, night: Night, voters: int, valid: int, invalid: int
) -> Iterator[tuple[str, str, str]]:
    """Checks that only make sense for a single box."""
    box = night.boxes[BoxId(report.unit)]
    registered = report.registered
    if registered is not None and voters > registered:
        yield "W301", "voters", f"{voters} voters are more than {registered} registered."
    most = voters_max(night, box.registered)
    papers = max(voters, valid)  # where a night relaxes E203, the bound of what is out rests on both
    if papers > most:
        yield "Q302", "voters", f"{papers} voters are more than the {most} the law allows at this box."
    if registered is not None and box.registered is not None and registered != box.registered:
        yield "W310", "registered", f"{registered} registered, but the register says {box.registered}."
    for code in ("W303", "Q304"):
        pct = night.checks[code].thresholds["at_least_pct"]
        if voters > 0 and invalid * 100 >= pct * voters:
            yield code, "invalid", f"{invalid} of {voters} votes are invalid: {pct}% or more."
    pct = night.checks["W305"].thresholds["under_pct"]
    if registered and voters * 100 < pct * registered:
        yield "W305", "voters", f"{voters} of {registered} registered voted: under {pct}%."
    yield from _weigh_choices(report, night, valid, night.contests[report.contest].choices, box.area)
    yield from _weigh_parent(report, night)


def _weigh_choices(
    report: BoxReport, night: Night, valid: int, choices: tuple[Choice, ...], area: AreaId
) -> Iterator[tuple[str, str, str]]:
    limits = night.checks["W306"].thresholds
    for choice in choices:
        votes = report.votes.get(choice.id)
        if votes is None:
            continue
        where = f"votes.{choice.id}"
        if valid > limits["more_than_votes"] and votes * 100 >= limits["at_least_pct"] * valid:
            yield "W306", where, f"{choice.id} has {votes} of {valid}: {limits['at_least_pct']}% or more."
        if choice.main and votes == 0 and night.stands(choice, area):
            yield "Q307", where, f"{choice.id} stands here and has no vote at all."


def _weigh_parent(report: BoxReport, night: Night) -> Iterator[tuple[str, str, str]]:
    before = night.parent_votes.get(report.contest, {}).get(BoxId(report.unit))
    pair = main_pair(night.contests[report.contest])
    if before is None or pair is None:
        return
    first, second = pair
    choices = night.contests[report.contest].choices
    was = before[first] - before[second]
    now = report.votes.get(choices[first].id, 0) - report.votes.get(choices[second].id, 0)
    limit = night.checks["W309"].thresholds["more_than_votes"]
    if abs(now - was) > limit:
        yield "W309", "votes", f"The margin here moved from {was} to {now}: more than {limit} votes."


def main_pair(contest: Contest) -> tuple[int, int] | None:
    """Positions of the two main choices of a contest, or None if it does not have just two."""
    places = [place for place, choice in enumerate(contest.choices) if choice.main]
    return (places[0], places[1]) if len(places) == 2 else None


def voters_max(night: Night, registered: int | None) -> int:
    """Most voters a box may have by law: its register and the slack, or the limit without a register."""
    rule = night.outstanding
    return rule.voters_max_without_register if registered is None else registered + rule.slack_per_box


def conflict(revision: int) -> Finding:
    """The finding of a second, different statement with the same revision."""
    message = f"Two different papers are revision {revision}; only a newer revision settles it."
    return Finding("Q311", "Q", "revision", message)
