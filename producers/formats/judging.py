"""One statement of a feed against a night: a report of it, or a refusal with a code and the way out.

    judged(seen, document, night)       → BoxReport, or Refusal E101 … E203
    completed(seen, mapping)            → the same with the third of voters, valid and invalid worked out

Every format that is not in a hurry gives its statements as `Seen` and has them judged here, so that the same
mistake has the same code in every format.

Know before changing: a row is refused here only for what cannot be put into a report at all. Whether the
paper adds up is for `election.checks`, downstream, where it is counted and shown. Nothing that is missing
becomes a zero here.
"""

import difflib
from collections import abc
from dataclasses import replace

from election.night import BOX_LEVEL, BoxId, ChoiceId, Contest, ContestId, Night, SourceId, UnitId
from election.report import COUNT_MAX, REVISION_MAX, BoxReport, Cause
from producers.formats.document import UNNUMBERED, Document, Refusal, Seen
from producers.formats.shapes import FIGURES, Mapping
from producers.formats.slugs import plain, slug

CAUSES = {cause.value: cause for cause in Cause}
KNOWN_SHOWN = 12
"""Most ids listed in a sentence."""


class RefusedError(Exception):
    """Why one statement cannot be read: code, column, sentence. Formats turn it into a Refusal."""

    def __init__(self, code: str, column: str, message: str) -> None:
        self.code, self.column = code, column
        super().__init__(message)


def shown(text: object) -> str:
    """A foreign text in a sentence."""
    return repr(text)[:60]


def listed(known: abc.Iterable[str], wanted: str = "") -> str:
    """The nearest of these to what was wanted, else the first of them."""
    names = [str(name) for name in known]
    near = difflib.get_close_matches(wanted, names[:2000], n=1) if wanted else []
    if near:
        return f"Did you mean {near[0]}?"
    more = " …" if len(names) > KNOWN_SHOWN else ""
    return f"There are: {', '.join(names[:KNOWN_SHOWN])}{more}."


def judged(seen: Seen, document: Document, night: Night) -> BoxReport | Refusal:
    """The report of this statement in this night. Never raises for anything a feed may say."""
    about: tuple[str, str] | None = None
    try:
        contest = contest_in(night, seen.contest, seen.contest_name)
        source = SourceId(document.source or contest.source)
        unit = _unit(seen, contest, source, night)
        about = (contest.id, unit)
        return _report(completed(seen, document.mapping), contest, source, unit, night)
    except RefusedError as refused:
        column = seen.path or refused.column
        return Refusal(refused.code, document.name, seen.line, column, str(refused), about)


def completed(seen: Seen, mapping: Mapping | None) -> Seen:
    """Valid as the sum of the choices, voters as valid, where the mapping says so; then the third of voters,
    valid and invalid from the other two. What is negative then is left for `judged` to refuse.
    """
    voters, valid, invalid = seen.voters, seen.valid, seen.invalid
    if mapping is not None:
        if valid is None and mapping.valid_is_sum and seen.votes:
            valid = sum(seen.votes.values())
        if voters is None and invalid is None and mapping.voters_are_valid:
            voters = valid
    if valid is None and voters is not None and invalid is not None:
        valid = voters - invalid
    if voters is None and valid is not None and invalid is not None:
        voters = valid + invalid
    if invalid is None and voters is not None and valid is not None:
        invalid = voters - valid
    if (voters, valid, invalid) == (seen.voters, seen.valid, seen.invalid):
        return seen
    return replace(seen, voters=voters, valid=valid, invalid=invalid)


def contest_in(night: Night, said: str, name: str = "") -> Contest:
    """The night's contest of this id, or of this name in the night; where nothing is said, its only one.

    Raises RefusedError E101 if there is none.
    """
    found = night.contests.get(ContestId(said))
    if found is None and not said and len(night.contests) == 1:
        (found,) = night.contests.values()
    if found is None and said:
        named = [one for one in night.contests.values() if slug(one.name) in (said, slug(said))]
        found = named[0] if len(named) == 1 else None
    if found is None:
        wanted = name or said
        what = f"There is no contest {shown(wanted)}" if wanted else "No contest is named"
        raise RefusedError("E101", "contest", f"{what} in this night. {listed(night.contests, said)}")
    return found


def _unit(seen: Seen, contest: Contest, source: SourceId, night: Night) -> UnitId:
    who = night.sources.get(source)
    if who is None:
        message = f"There is no source {shown(source)} in this night. {listed(night.sources, source)}"
        raise RefusedError("E102", "source", message)
    unit = UnitId(seen.unit)
    area = night.area_of(who, unit)
    if area is None or contest.area not in night.lines[area]:
        known = night.boxes if who.level == BOX_LEVEL else night.areas_of_level[who.level]
        what = f"There is no {who.level} {shown(seen.unit)} in contest {contest.id} of this night."
        raise RefusedError("E103", "unit", f"{what} {listed(known, seen.unit)}" if known else what)
    return unit


def _report(seen: Seen, contest: Contest, source: SourceId, unit: UnitId, night: Night) -> BoxReport:
    cause = CAUSES.get(seen.cause)
    if cause is None:
        raise RefusedError("E110", "cause", f"There is no cause {shown(seen.cause)}: {', '.join(CAUSES)}.")
    if seen.state not in night.states:
        known = ", ".join(night.states)
        raise RefusedError("E110", "state", f"There is no paper state {shown(seen.state)}: {known}.")
    if seen.revision != UNNUMBERED and not 1 <= seen.revision <= REVISION_MAX:
        raise RefusedError(
            "E111", "revision", f"The revision is {seen.revision}; it is a whole number from 1."
        )
    for name in FIGURES:
        _ranged(name, getattr(seen, name))
    _ranged("boxes", seen.claimed_boxes)
    if cause is not Cause.WITHDRAWN and night.states[seen.state]:
        _needed(seen)
    registered = seen.registered
    if registered is None and night.sources[source].level == BOX_LEVEL:
        registered = night.boxes[BoxId(unit)].registered
    return BoxReport(
        contest.id, source, unit, seen.revision, cause, seen.state, registered, seen.voters, seen.valid,
        seen.invalid, _votes(seen, contest), seen.claimed_boxes, seen.heard_at,
    )  # fmt: skip


def _needed(seen: Seen) -> None:
    """Voters and valid, without which there is nothing to count."""
    if seen.valid is seen.voters is seen.invalid is None and not seen.votes:
        message = (
            "No figure stands in this row. If that is how a box looks that was not heard yet, say "
            '[file] empty_rows = "skip".'
        )
        raise RefusedError("E105", "", message)
    if seen.valid is None:
        message = (
            'There is no figure for valid; where it is the sum of the choices, say [feed] valid = "sum".'
        )
        raise RefusedError("E105", "valid", message)
    if seen.voters is None:
        message = (
            "There is no figure for voters, and none for invalid to work it out; where nobody knows how many "
            'papers were invalid, say [feed] voters = "valid".'
        )
        raise RefusedError("E105", "voters", message)


def _ranged(name: str, count: int | None) -> None:
    if count is None or 0 <= count <= COUNT_MAX:
        return
    if count > COUNT_MAX:
        raise RefusedError("E109", name, f"{shown(count)} is more than {COUNT_MAX}.")
    if name == "invalid":
        raise RefusedError("E203", "valid", "The valid votes are more than the voters.")
    raise RefusedError("E106", name, f"{shown(count)} is negative; a count never is.")


def _votes(seen: Seen, contest: Contest) -> dict[ChoiceId, int]:
    """By the night's ids; a choice may also be called by its name in the night."""
    votes: dict[ChoiceId, int] = {}
    for said, count in seen.votes.items():
        choice = ChoiceId(said)
        if contest.position(choice) is None:
            choice = choice_in(contest, said, seen.choice_names.get(said, said))
        if choice in votes:
            raise RefusedError("E104", choice, f"The choice {choice} stands twice in one statement.")
        _ranged(choice, count)
        votes[choice] = count
    return votes


def choice_in(contest: Contest, said: str, name: str) -> ChoiceId:
    """The contest's choice of this id or name. Raises RefusedError E104 if there is none, or are several."""
    if contest.position(ChoiceId(said)) is not None:
        return ChoiceId(said)
    wanted = {plain(name), said}
    found = [
        one.id for one in contest.choices if wanted & {plain(one.name), slug(one.name), plain(one.short)}
    ]
    if len(found) == 1:
        return found[0]
    ids = [choice.id for choice in contest.choices]
    message = f"{shown(name)} is no choice of contest {contest.id}. {listed(ids, said)}"
    raise RefusedError("E104", said, message)
