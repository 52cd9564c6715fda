"""The facts of a night that are made of a survey: the tree, the contests, the limits, and its files.

    draft = make(said, survey, sources, whole=True, asked=False)
    files = draft.files(checks=[], feeds=[], command="sandik night new …")

Know before changing: the draft is made twice. The first one, with the checks as they are by default, is there
for the feed to be read against; how often each check fires on it then decides what the second one relaxes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from election.errors import UsageError
from sandik.scaffold_choices import ContestPlan, plan
from sandik.scaffold_limits import Limits, Relaxed, limits
from sandik.scaffold_night import FeedFile, Said, Source, night_name, night_toml, source_md
from sandik.scaffold_seen import Survey
from sandik.scaffold_sums import ending
from sandik.scaffold_toml import Page
from sandik.scaffold_tree import Tree, grow

HELD_PCT = 50
"""A contest heard in fewer of a hundred boxes of its area is held in a part of it, which has no name here."""
LISTED_MAX = 12


@dataclass(slots=True)
class Draft:
    """Everything a night folder is made of but the recording."""

    said: Said
    survey: Survey
    tree: Tree
    contests: list[ContestPlan]
    allowed: Limits
    sources: list[Source]
    whole: bool
    sums: bool = True
    """Whether there are rows to sum up for ending.json."""
    notes: list[str] = field(default_factory=list)
    """What was assumed and stands in no file of facts."""

    def files(self, checks: Sequence[Relaxed], feeds: Sequence[FeedFile], command: str) -> dict[str, bytes]:
        """night.toml, areas.csv, boxes.csv, SOURCE.md and, where there are sums, ending.json."""
        page = self.page(checks)
        assumed = [*page.assumed, *self.notes]
        made = {
            "night.toml": page.text().encode(),
            "areas.csv": self.tree.areas_csv(),
            "boxes.csv": self.tree.boxes_csv(self.survey),
            # A file's name may be no UTF-8.
            "SOURCE.md": source_md(self.said, feeds, assumed, command, self.sums).encode(
                errors="backslashreplace"
            ),
        }
        if self.sums:
            areas = {contest.id: contest.area for contest in self.contests}
            made["ending.json"] = ending(self.survey, self.tree, self.whole, areas)
        return made

    def page(self, checks: Sequence[Relaxed]) -> Page:
        """night.toml."""
        return night_toml(
            self.said, self.survey, self.tree, self.contests, self.allowed, checks, self.sources
        )


def make(
    said: Said, survey: Survey, sources: list[Source], *, whole: bool, asked: bool, sums: bool = True
) -> Draft:
    """A night of what was seen. `asked`: somebody named the contests, so each of them is in it.

    Raises UsageError where there is nothing to make a night of.
    """
    notes: list[str] = []
    if survey.left_out:
        notes.append(f"left out, since --contest names others: {_listed(survey.left_out.values())}")
    tree, contests = _contests(said, survey, whole)
    if not asked:
        parts = [contest for contest in contests if contest.heard * 100 < HELD_PCT * contest.boxes]
        if parts:
            notes.append(_only_parts(parts, contests))
            survey.drop({contest.id for contest in parts})
            tree, contests = _contests(said, survey, whole)
    notes += [
        f"{one.name}: {choice.name!r} has in nearly every box what all others have together: is it a sum, "
        "and no choice? Put it under [figures] or [[file.skip]] in the mapping"
        for one in contests
        for choice in one.choices
        if choice.is_sum
    ]
    if survey.moved:
        notes.append(
            f"{len(survey.moved):,} boxes change their area between two files: they lie where the newest says"
        )
    return Draft(said, survey, tree, contests, limits(survey), sources, whole, sums, notes)


def _contests(said: Said, survey: Survey, whole: bool) -> tuple[Tree, list[ContestPlan]]:
    if not survey.contests:
        other = f"; there are {_listed(survey.left_out.values())}" if survey.left_out else ""
        raise UsageError(f"Nothing was found to make a night of{other}.")
    name = night_name(said, survey)
    tree, last = grow(survey, name), survey.last_document if whole else None
    only = len(survey.contests) == 1
    return tree, [
        plan(contest, tree, last, name if only else contest.id) for contest in survey.contests.values()
    ]


def _only_parts(parts: Sequence[ContestPlan], contests: Sequence[ContestPlan]) -> str:
    """What is left out because it is held in a part of its area. UsageError if that is everything."""
    told = [f"{one.name} ({one.heard:,} of {one.boxes:,} boxes)" for one in parts]
    if len(parts) == len(contests):
        raise UsageError(
            "Every contest of this feed is held in a part of its area only, and a night counts a contest in "
            f"every box below one area. Name one or more with --contest: {_listed(told)}."
        )
    return f"left out, held in a part only (a night of its own: --contest NAME): {_listed(told)}"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - LISTED_MAX:,} more" if len(every) > LISTED_MAX else ""
    return ", ".join(every[:LISTED_MAX]) + more
