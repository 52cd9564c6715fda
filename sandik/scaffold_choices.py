"""Choices, parties and colours of a scaffolded night, and where each choice stands.

    contests = [plan(contest, tree, last_document, name) for contest in survey.contests.values()]
    colours(contests)     "#0072B2" for the two choices in front …

Know before changing: colours are those that nearly everybody can tell apart, the same as the page's safe
switch (`web/styles.py`); a party has one colour in all contests. A choice stands only in some areas if the
feed has a figure for it in all boxes of those and in no other box; anything in between is left to check E112.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from election.wire.topics import WORD
from sandik.scaffold_seen import ContestSeen
from sandik.scaffold_tree import Tree

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
OTHERS = "#7B8494"
MAIN = 2
SUM_PCT = 80
SYMBOLS = ("up", "down")
YES_NO = tuple(
    frozenset(pair.split("/"))
    for pair in ("yes/no", "evet/hayır", "ja/nein", "ja/nee", "ja/nej", "oui/non", "sí/no", "si/no",
                 "sim/não", "tak/nie", "ano/ne", "igen/nem", "for/against")
)  # fmt: skip


@dataclass(slots=True)
class ChoicePlan:
    """A choice as night.toml will have it."""

    id: str
    name: str
    party: str
    votes: int
    main: bool = False
    symbol: str = ""
    colour: str = OTHERS
    areas: tuple[str, ...] = ()
    is_sum: bool = False
    """Whether it has in nearly every box what all others have together: then it is none."""


@dataclass(slots=True)
class ContestPlan:
    """A contest as night.toml will have it."""

    id: str
    name: str
    area: str
    kind: str
    marks: int
    heard: int
    """Boxes heard in it."""
    boxes: int
    """Boxes that lie in its area."""
    named: bool = True
    """Whether the feed has a name for it."""
    choices: list[ChoicePlan] = field(default_factory=list)


def plan(contest: ContestSeen, tree: Tree, last_document: int | None, name: str) -> ContestPlan:
    """One contest; `name` where the feed has none for it."""
    totals = contest.totals(last_document)
    area = tree.common(contest.said)
    boxes = sum(area in tree.line(own) for own in tree.area_of.values())
    kind = "yes-no" if frozenset(map(str.casefold, contest.choices.values())) in YES_NO else "choice"
    named = contest.name not in ("", contest.id)
    made = ContestPlan(
        contest.id, contest.name if named else name, area, kind, contest.marks, len(contest.said), boxes,
        named,
    )  # fmt: skip
    places = _standing(contest, tree, area)
    made.choices = [
        ChoicePlan(id_, label, contest.parties.get(id_, ""), totals[id_], areas=places.get(id_, ()))
        for id_, label in contest.choices.items()
    ]
    for place, choice in enumerate(made.choices):
        choice.is_sum = _is_sum(contest, place)
    ranked = sorted(made.choices, key=lambda choice: (choice.is_sum, -choice.votes))
    for choice, symbol in zip(ranked[:MAIN], SYMBOLS, strict=False):
        choice.main, choice.symbol = True, symbol
    return made


def colours(contests: Iterable[ContestPlan]) -> dict[str, str]:
    """Gives every choice its colour, and each party its own; gives the parties' colours by name."""
    parties: dict[str, str] = {}
    for contest in contests:
        ranked = sorted(contest.choices, key=lambda choice: -choice.votes)
        taken = {parties[choice.party] for choice in ranked if choice.party in parties}
        free = iter([colour for colour in PALETTE if colour not in taken])
        for choice in ranked:
            choice.colour = parties.get(choice.party) or next(free, OTHERS)
            if choice.party:
                parties.setdefault(choice.party, choice.colour)
    return parties


def party_ids(names: Iterable[str]) -> dict[str, str]:
    """An id for each party's name."""
    from producers.formats.slugs import slug

    found: dict[str, str] = {}
    for name in names:
        plain = name if WORD.fullmatch(name) else slug(name)
        wanted, number = plain, 1
        while wanted in found.values():
            number += 1
            wanted = f"{plain[:59]}-{number}"
        found[name] = wanted
    return found


def _is_sum(contest: ContestSeen, place: int) -> bool:
    """Whether the choice at this place adds up the others, of which there are several."""
    right = of = 0
    for said in contest.said.values():
        votes = [count or 0 for count in said.votes]
        if len(votes) > place and sum(count > 0 for count in votes) > MAIN:
            of += 1
            right += 2 * votes[place] == sum(votes)
    return of > 0 and right * 100 >= SUM_PCT * of


def _standing(contest: ContestSeen, tree: Tree, root: str) -> Mapping[str, tuple[str, ...]]:
    """The areas of each choice that stands only in some; a choice that has holes elsewhere is not here."""
    boxes: dict[str, int] = {}
    stated: dict[str, dict[str, int]] = {choice: {} for choice in contest.choices}
    for unit, said in contest.said.items():
        if not said.counts or not any(votes is not None for votes in said.votes):
            continue
        line = tree.line(tree.area_of[unit])
        for area in line:
            boxes[area] = boxes.get(area, 0) + 1
        for choice, votes in zip(contest.choices, said.votes, strict=False):
            if votes is not None:
                for area in line:
                    stated[choice][area] = stated[choice].get(area, 0) + 1
    below = _below(tree)
    found = {}
    for choice, counts in stated.items():
        areas = _whole(root, counts, boxes, below)
        if areas and areas != [root]:
            found[choice] = tuple(areas)
    return found


def _below(tree: Tree) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for area in tree.areas.values():
        below.setdefault(area.parent, []).append(area.id)
    return below


def _whole(
    area: str, counts: Mapping[str, int], boxes: Mapping[str, int], below: Mapping[str, Sequence[str]]
) -> list[str] | None:
    """The fewest areas that a choice stands in whole; None if it is missing in some box of one of them."""
    has, of = counts.get(area, 0), boxes.get(area, 0)
    if has == of:
        return [area] if of else []
    if has == 0:
        return []
    if not below.get(area):
        return None
    found: list[str] = []
    for inner in below[area]:
        areas = _whole(inner, counts, boxes, below)
        if areas is None:
            return None
        found += areas
    return found
