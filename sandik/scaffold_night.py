"""The texts of a scaffolded night: night.toml with its assumptions, and SOURCE.md to fill in.

    page = night_toml(said, survey, tree, contests, allowed, checks, sources)
    page.assumed          every assumption as a line, for whoever made the night

Know before changing: what nobody said is written with an assumption on its line, and what is left out has an
assumption where it would stand. A default of the program that the feed does not touch is not repeated here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from election.night import BOX_LEVEL
from sandik.scaffold_choices import ChoicePlan, ContestPlan, colours, party_ids
from sandik.scaffold_limits import Limits, Relaxed
from sandik.scaffold_seen import Survey
from sandik.scaffold_toml import Page
from sandik.scaffold_tree import Tree

TO_FILL = "FILL IN: "
"""Begins every line of SOURCE.md that somebody has to write."""
LONG = timedelta(hours=12)
GAP_MAX_S = 300


@dataclass(frozen=True, slots=True)
class Said:
    """What the person who makes the night said of it; empty or None where nothing was said."""

    id: str
    name: str = ""
    day: date | None = None
    time_zone: str = ""
    simulated_what: str = ""
    """What is simulated, where the feed says that something is."""


@dataclass(frozen=True, slots=True)
class Source:
    """One of the counts of the night; the first of them is the published one."""

    id: str
    name: str
    level: str = BOX_LEVEL
    note: str = ""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One of the files the night was made of."""

    name: str
    size: int
    digest: str


def night_name(said: Said, survey: Survey) -> str:
    """The name given, else the contest's, else the id."""
    names = [contest.name for contest in survey.contests.values() if contest.name not in ("", contest.id)]
    return said.name or (names[0] if len(names) == 1 else "") or said.id


def night_toml(
    said: Said,
    survey: Survey,
    tree: Tree,
    contests: Sequence[ContestPlan],
    allowed: Limits,
    checks: Sequence[Relaxed],
    sources: Sequence[Source],
) -> Page:
    """The file. The first of the sources is the published one."""
    page = Page()
    page.comment(
        "Made by `sandik night new`. What the feed does not say was assumed: each such line is marked."
    )
    page.comment(
        "Look at it, put it right or leave it, and delete the mark; `sandik night check` counts them."
    )
    _facts(page, said, survey, tree)
    _left_out(page)
    _outstanding(page, allowed, survey)
    _states(page, survey)
    _checks(page, checks, survey.runs_on)
    _replay(page, survey)
    parties = colours(contests)
    ids = party_ids(parties)
    _parties(page, parties, ids)
    for contest in contests:
        _contest(page, contest, ids, sources[0].id, contest is contests[0])
    for source in sources:
        page.header("[[sources]]", f"source {source.id}")
        page.put("id", source.id)
        page.put("name", source.name, source.note)
        if source.level != BOX_LEVEL:
            page.put("level", source.level)
    return page


def _facts(page: Page, said: Said, survey: Survey, tree: Tree) -> None:
    zone = said.time_zone or "UTC"
    page.put("id", said.id)
    page.put("name", night_name(said, survey), "" if said.name else "--name names it")
    heard = survey.first_at
    day = said.day or (heard.astimezone(ZoneInfo(zone)).date() if heard else date(1970, 1, 1))
    page.put("date", day, "" if said.day else "the day of the first figures; --date says another")
    page.put("time_zone", zone, "" if said.time_zone else "nobody said; --time-zone says where the night is")
    if said.simulated_what:
        page.put("simulated", True)
        page.put("simulated_what", said.simulated_what, "the recording says so; write what is simulated")
    notes = [note for key, note in tree.notes if key == "levels"]
    page.put("levels", tree.levels, "; ".join(notes))
    if len(tree.shown_levels) < len(tree.levels):
        notes = [note for key, note in tree.notes if key == "shown_levels"]
        page.put("shown_levels", tree.shown_levels, "; ".join(notes))


def _left_out(page: Page) -> None:
    page.lines.append("")
    page.assume("no hour at which the polls close; else: polls_close_at = 2024-10-06T17:00:00+03:00")
    page.assume("no publication ban; else a table [embargo] with closed_until and law_opens_at")
    page.assume("no alliances; else [[alliances]] with id and name, and alliance = … at the choices")


def _outstanding(page: Page, allowed: Limits, survey: Survey) -> None:
    page.header("[outstanding]")
    for key, number in allowed.numbers.items():
        page.put(key, number, allowed.notes[key])
    if survey.registers_differ:
        page.assume(
            f"{len(survey.registers_differ):,} boxes state different registers; the newest is in boxes.csv"
        )
    if survey.runs_on:
        page.header("[display]")
        page.put(
            "lead_from_counted_pct", 100,
            "sums that run on: counted says how many units have spoken, and not how much of their vote is in",
        )  # fmt: skip
        page.header("[alerts]")
        page.put("counted_pct", [], "for the same reason nobody is told how much is counted")


def _states(page: Page, survey: Survey) -> None:
    if survey.states:
        page.header("[states]")
    for state, papers in survey.states.items():
        page.put(state, False, f"{papers:,} papers are marked so; they do not count until they change")


def _checks(page: Page, checks: Sequence[Relaxed], runs_on: bool) -> None:
    if checks or runs_on:
        page.header("[checks]")
    for check in checks:
        page.put(check.code, {"level": "W"}, check.note)
    if runs_on:
        page.put("W305", {"level": "off"}, "the turnout of sums that run on says nothing")


def _replay(page: Page, survey: Survey) -> None:
    if survey.first_at and survey.last_at and survey.last_at - survey.first_at > LONG:
        page.header("[replay]")
        page.put("gap_max_s", GAP_MAX_S, "the figures reach over a long time: longer silences play as this")


def _parties(page: Page, parties: Mapping[str, str], ids: Mapping[str, str]) -> None:
    for number, (name, colour) in enumerate(parties.items()):
        page.header("[[parties]]", f"party {name}")
        page.put("id", ids[name])
        page.put("name", name)
        page.put("colour", colour, _COLOURS if not number else "")


_COLOURS = (
    "this and all other colours are of a palette that nearly everybody can tell apart; put the parties' own"
)


def _contest(page: Page, contest: ContestPlan, parties: Mapping[str, str], source: str, first: bool) -> None:
    page.header("[[contests]]", contest.id)
    page.put("id", contest.id)
    page.put("name", contest.name, "" if contest.named else "the feed names no contest")
    out = contest.boxes - contest.heard
    note = f"{out:,} of its {contest.boxes:,} boxes are never heard: they stay out" if out else ""
    page.put("area", contest.area, note)
    page.put("kind", contest.kind)
    page.put("seats", 1, "how many are elected")
    note = "some rows have more votes than valid papers: so many marks a paper" if contest.marks > 1 else ""
    page.put("marks", contest.marks, note)
    page.put("source", source)
    for number, choice in enumerate(contest.choices):
        _choice(page, choice, parties, first and not number and not parties, contest.id)
    if sum(choice.main for choice in contest.choices) > 1:
        page.header("# The choices that decide it are marked main.", contest.id)
        page.assume("the two with the most votes are the main choices of this contest")


def _choice(page: Page, choice: ChoicePlan, parties: Mapping[str, str], first: bool, contest: str) -> None:
    page.header("  [[contests.choices]]", f"{contest}, {choice.id}")
    page.put("  id", choice.id)
    page.put("  name", choice.name)
    if choice.party:
        page.put("  party", parties[choice.party])
    page.put("  colour", choice.colour, _COLOURS if first else "")
    if choice.symbol:
        page.put("  symbol", choice.symbol)
    if choice.main:
        page.put("  main", True)
    if choice.areas:
        page.put("  areas", list(choice.areas), "the feed has figures of it there and nowhere else")


def source_md(said: Said, feeds: Sequence[FeedFile], assumed: Sequence[str], command: str, sums: bool) -> str:
    """SOURCE.md, with what only a person can say left to fill in."""
    files = "\n".join(f"| `{feed.name}` | {feed.size:,} | `{feed.digest}` |" for feed in feeds)
    lines = "\n".join(f"* {line}" for line in assumed)
    about = _SUMS if sums else _NO_SUMS
    return f"""# Where the figures of this night come from

{TO_FILL}who counted this, who published it, and at which address.
{TO_FILL}when it was fetched, and whether the figures are provisional or final.
{TO_FILL}who may use it, and what has to be said beside it.

Made with `{command}` from:

| file | bytes | SHA-256 |
|---|---|---|
{files}

{about}

## Assumed when it was made

{lines}
"""


_SUMS = """`ending.json` holds plain sums over the last rows of these files, made without counting the
recording. So it proves that everything in the files is counted, and nothing about the files: compare it with
a total that somebody else has published."""
_NO_SUMS = """There is no `ending.json`: the recording is all there is, and its own count would prove nothing.
Put the official totals into one."""
