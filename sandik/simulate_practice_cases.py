"""The awkward cases of the practice night, each at a box of its own, as the papers that tell it.

Know before changing: beside each paper stands what it *should* leave behind (`Desk.final`, `Desk.held`), so
that a counter that is wrong about a case disagrees with the ending. A new case needs its line in
nights/practice/SOURCE.md and in tests/test_nights.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from election.wire.records import Bundle, Record

WARDS = {"iskele": 7, "carsi": 7, "fener": 6, "asma": 7, "kuyu": 7, "degirmen": 6, "pinar": 7, "ardic": 6,
         "kayalik": 7}  # fmt: skip
TOWNS = {"liman": ("iskele", "carsi", "fener"), "baglar": ("asma", "kuyu", "degirmen"),
         "yayla": ("pinar", "ardic", "kayalik")}  # fmt: skip
NO_REGISTER = "fener-6"
NEVER_HEARD = "kayalik-7"
CHOICES = {
    "mayor": ("deniz", "toprak", "ruzgar"),
    "assembly": ("ada", "bulut", "ceviz", "dere"),
    "bridge": ("yes", "no"),
}
START = datetime.fromisoformat("2024-10-06T17:20:00+03:00")

Votes = dict[str, int | None]


@dataclass(frozen=True)
class Paper:
    """One box's figures in one contest; `registered` None where the box has no register."""

    registered: int | None
    valid: int
    invalid: int
    votes: Votes

    @property
    def voters(self) -> int:
        """Everyone whose ballot was in the box."""
        return self.valid + self.invalid

    def moved(self, **votes: int) -> "Paper":
        """The same box after a second look: so many votes more or fewer; `invalid` may be among them."""
        invalid = self.invalid + votes.pop("invalid", 0)
        after = {name: (count or 0) + votes.get(name, 0) for name, count in self.votes.items()}
        kept = {name: None if self.votes[name] is None else after[name] for name in after}
        return replace(self, invalid=invalid, votes=kept, valid=self.valid + sum(votes.values()))


@dataclass
class Desk:
    """What has been said so far, and what should be left of it in the end."""

    contest: str
    papers: dict[str, Paper]
    records: list[Record] = field(default_factory=list)
    final: dict[str, Paper] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    """Boxes quarantined in the end."""

    def say(
        self, minute: float, revision: int | list[int], papers: Mapping[str, Paper], *,
        source: str = "council", cause: str | list[str] = "first", state: str = "counted",
        counts: bool = True, odd: Mapping[str, Any] | None = None,
    ) -> Bundle:  # fmt: skip
        """One bundle; `odd` replaces whole columns. Papers that count become the final ones."""
        boxes = list(papers)
        record = Bundle(
            contest=self.contest, source=source, area=boxes[0].rsplit("-", 1)[0], level="box",
            heard_at=START + timedelta(minutes=minute), box=boxes, revision=revision,
            registered=[paper.registered for paper in papers.values()],
            voters=[paper.voters for paper in papers.values()],
            valid=[paper.valid for paper in papers.values()],
            invalid=[paper.invalid for paper in papers.values()],
            votes={c: [p.votes[c] for p in papers.values()] for c in CHOICES[self.contest]},
            cause=cause, state=state,
        )  # fmt: skip
        record = replace(record, **(odd or {}))
        self.records.append(record)
        if source == "council" and counts:
            self.final.update(papers)
        return record

    def drop(self, box: str, *, held: bool = False) -> None:
        """This box counts nothing (any more)."""
        self.final.pop(box, None)
        if held:
            self.held.add(box)


def _mayor(desk: Desk) -> None:
    """Every case of a box's life, one box each."""
    _mayor_first(desk)
    _mayor_corrected(desk)
    _mayor_odd(desk)
    _mayor_refused(desk)


def _mayor_first(desk: Desk) -> None:
    papers = desk.papers
    asma6, kuyu3 = papers["asma-6"], papers["kuyu-3"]
    # Officials voted where they serve: three voters more than registered (W301).
    extra = (asma6.registered or 0) + 3 - asma6.voters
    desk.say(41, 1, {"asma-6": asma6.moved(toprak=extra)})
    # The paper's register differs from the night's (W310).
    desk.say(44, 1, {"kuyu-3": replace(kuyu3, registered=(kuyu3.registered or 0) - 4)})
    # One vote in four is invalid: quarantined, and stays so (Q304).
    bad = papers["pinar-6"].voters // 4
    desk.say(52, 1, {"pinar-6": papers["pinar-6"].moved(toprak=-bad, invalid=bad)}, counts=False)
    desk.drop("pinar-6", held=True)
    # A main choice has no vote at all: quarantined (Q307) until the correction below.
    none = papers["ardic-5"].votes["deniz"] or 0
    desk.say(55, 1, {"ardic-5": papers["ardic-5"].moved(deniz=-none, toprak=none)}, counts=False)
    # More voters than the register and the slack allow: quarantined (Q302) until the correction below.
    degirmen4 = papers["degirmen-4"]
    desk.say(57, 1, {"degirmen-4": degirmen4.moved(deniz=degirmen4.registered or 0)}, counts=False)
    # Illegible with figures, and sealed without any: heard, and counted for nothing.
    desk.say(58, 1, {"ardic-2": papers["ardic-2"]}, state="illegible", counts=False)
    nothing = {name: [None] for name in CHOICES["mayor"]}
    blank: dict[str, Any] = {name: [None] for name in ("registered", "voters", "valid", "invalid")}
    desk.say(
        59,
        1,
        {"kayalik-5": papers["kayalik-5"]},
        state="sealed",
        counts=False,
        odd={"votes": nothing, **blank},
    )


def _mayor_corrected(desk: Desk) -> None:
    papers = desk.papers
    # Typing error: two columns swapped, and put right.
    carsi3 = papers["carsi-3"]
    swapped = {
        "deniz": carsi3.votes["toprak"],
        "toprak": carsi3.votes["deniz"],
        "ruzgar": carsi3.votes["ruzgar"],
    }
    desk.say(12, 1, {"carsi-3": replace(carsi3, votes=swapped)})
    desk.say(84, 2, {"carsi-3": carsi3}, cause="typo")
    # Two boxes in one bundle, each with its own revision and cause.
    both = {
        "asma-4": papers["asma-4"].moved(deniz=1, invalid=-1),
        "asma-5": papers["asma-5"].moved(deniz=-3, toprak=3),
    }
    desk.say(88, [2, 3], both, cause=["invalid-review", "recount"])
    desk.say(90, 2, {"kuyu-1": papers["kuyu-1"].moved(toprak=-6, invalid=6)}, cause="objection")
    # Put right after quarantine; the illegible paper is read at last, not a figure changes.
    desk.say(92, 2, {"ardic-5": papers["ardic-5"]}, cause="typo")
    desk.say(93, 2, {"degirmen-4": papers["degirmen-4"]}, cause="typo")
    desk.say(95, 2, {"ardic-2": papers["ardic-2"]}, cause="recount")
    # Withdrawn for good; withdrawn and reinstated.
    desk.say(97, 2, {"degirmen-2": papers["degirmen-2"]}, cause="withdrawn", counts=False)
    desk.drop("degirmen-2")
    desk.say(98, 2, {"pinar-3": papers["pinar-3"]}, cause="withdrawn", counts=False)
    desk.say(126, 3, {"pinar-3": papers["pinar-3"].moved(deniz=1, toprak=-1)}, cause="reinstated")


def _mayor_odd(desk: Desk) -> None:
    papers = desk.papers
    # Sent twice, the same bytes; said again later in the same words; and stale news after a correction.
    again = next(r for r in desk.records if isinstance(r, Bundle) and "iskele-1" in r.box)
    desk.records.append(again)
    desk.say(70, 1, {"iskele-2": papers["iskele-2"]})
    desk.say(100, 1, {"asma-4": papers["asma-4"]}, counts=False)
    # Out of order: the third revision comes first, then the first, then the second.
    fener2 = papers["fener-2"]
    desk.say(61, 3, {"fener-2": fener2.moved(deniz=-2, ruzgar=2)}, cause="recount")
    desk.say(63, 1, {"fener-2": fener2}, counts=False)
    desk.say(66, 2, {"fener-2": fener2.moved(deniz=-5, toprak=5)}, cause="typo", counts=False)
    # One revision says two things: quarantined, for good at carsi-5, until a newer revision at kuyu-6.
    carsi5, kuyu6 = papers["carsi-5"], papers["kuyu-6"]
    desk.say(64, 1, {"carsi-5": carsi5}, counts=False)
    desk.say(68, 1, {"carsi-5": carsi5.moved(deniz=9, toprak=-9)}, counts=False)
    desk.say(69, 1, {"carsi-5": carsi5}, counts=False)
    desk.drop("carsi-5", held=True)
    desk.say(72, 1, {"kuyu-6": kuyu6.moved(deniz=-7, toprak=7)}, counts=False)
    desk.say(110, 2, {"kuyu-6": kuyu6.moved(deniz=-7, toprak=7)}, cause="recount")


def _mayor_refused(desk: Desk) -> None:
    """Papers that must be refused; what was held before stands, degirmen-6 has nothing until the end."""
    paper, first = desk.papers["asma-1"], desk.papers["degirmen-6"]
    odd: Sequence[tuple[str, dict[str, Any]]] = (
        ("unknown box", {"box": ["iskele-99"]}),
        ("unknown choice", {"votes": {**_columns(paper), "marti": [4]}}),
        ("negative", {"votes": {**_columns(paper), "deniz": [-3]}}),
        ("fraction", {"voters": [paper.voters + 0.5]}),
        ("text", {"invalid": ["three"]}),
        ("missing", {"valid": [None]}),
        ("too large", {"registered": [2**31]}),
        ("valid and invalid are not the voters", {"voters": [paper.voters + 10]}),
        ("choices are not the valid", {"votes": {**_columns(paper), "toprak": [0]}}),
        ("a choice has no count", {"votes": {**_columns(paper), "ruzgar": [None]}}),
        ("revision zero", {"revision": [0]}),
        ("unknown cause", {"cause": ["guess"]}),
        ("unknown state", {"state": ["lost"]}),
        ("unknown source", {"source": "radio"}),
        ("unknown contest", {"contest": "sheriff"}),
        ("wrong level", {"level": "ward"}),
    )  # fmt: skip
    for number, (_, columns) in enumerate(odd):
        desk.say(102 + number * 0.5, 2, {"asma-1": paper}, counts=False, cause="recount", odd=columns)
    elsewhere = desk.papers["pinar-1"]
    there = {**_columns(elsewhere), "ruzgar": [2]}
    desk.say(111, 2, {"pinar-1": elsewhere}, cause="typo", counts=False, odd={"votes": there})
    desk.say(60, 1, {"degirmen-6": first}, counts=False, odd={"voters": [first.voters - 20]})
    desk.say(128, 2, {"degirmen-6": first}, cause="typo")


def _columns(paper: Paper) -> dict[str, list[int | None]]:
    return {name: [votes] for name, votes in paper.votes.items()}


def _assembly(desk: Desk) -> None:
    """Two seats: a recount moves the line between the second and the third, and a withdrawn box stays out."""
    papers = desk.papers
    desk.say(62, 1, {"fener-3": papers["fener-3"].moved(bulut=-20, ceviz=20)})
    desk.say(101, 2, {"fener-3": papers["fener-3"]}, cause="recount")
    desk.say(65, 1, {"pinar-2": papers["pinar-2"]}, state="illegible", counts=False)
    desk.say(71, 1, {"kuyu-4": papers["kuyu-4"]})
    desk.say(113, 2, {"kuyu-4": papers["kuyu-4"]}, cause="withdrawn", counts=False)
    desk.drop("kuyu-4")


def _bridge(desk: Desk) -> None:
    """Yes is four ahead until the last recount of the night: a tie."""
    first = desk.papers["iskele-1"]
    desk.say(30, 1, {"iskele-1": first.moved(yes=2, no=-2)})
    desk.say(130, 2, {"iskele-1": first}, cause="recount")


CASES = {"mayor": _mayor, "assembly": _assembly, "bridge": _bridge}


def party(desk: Desk) -> None:
    """Volunteers carried signed papers out of two towns; at two boxes they say something else at once."""
    for place, ward in enumerate((*TOWNS["liman"], *TOWNS["baglar"])):
        boxes = [box for box in desk.papers if box.startswith(f"{ward}-")]
        papers = {box: desk.papers[box] for box in boxes}
        if ward == "iskele":
            papers["iskele-4"] = papers["iskele-4"].moved(deniz=8, toprak=-8)
        if ward == "kuyu":
            papers["kuyu-2"] = papers["kuyu-2"].moved(toprak=-3, ruzgar=3)
        desk.say(9 + place * 11, 1, papers, source="party")


def agency(desk: Desk) -> None:
    """Whole towns, four times a town; the figures it says are in are its claim. Then it falls silent."""
    for turn, parts in enumerate((2, 4, 5, 6), 1):
        for place, (town, wards) in enumerate(TOWNS.items()):
            boxes = [box for box in desk.papers if box.rsplit("-", 1)[0] in wards]
            papers = [desk.papers[box] for box in boxes[: len(boxes) * parts // 7]]
            votes = {
                name: None
                if name == "ruzgar" and town == "yayla"
                else sum(p.votes[name] or 0 for p in papers)
                for name in CHOICES["mayor"]
            }
            whole = Paper(
                sum(p.registered or 0 for p in papers), sum(p.valid for p in papers),
                sum(p.invalid for p in papers), votes,
            )  # fmt: skip
            desk.say(
                20 + turn * 16 + place, turn, {town: whole}, source="agency",
                odd={"level": "town", "area": "kizilcay", "boxes": [len(papers) + (turn == 3)]},
            )  # fmt: skip
