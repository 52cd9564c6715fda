"""Limits and checks of a scaffolded night, so that the feed's own papers can be counted, and how often each
had to be relaxed.

    limits(survey)                what the register must allow for
    relaxed(fires, papers)        [checks] of night.toml, with a sentence each

Know before changing: nothing is relaxed in silence, and never to *off*: a check at W still says what it sees.
Q302 is not relaxed at all, the bound of what is still out rests on it; the slack is raised instead, and not
for boxes that state more than twice their register: a person looks at those.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from election.checks import CHECKS
from sandik.scaffold_seen import Survey

TIMES_WITHOUT_REGISTER = 2
"""A box without a register may hold so many times the most voters that any box has stated."""


@dataclass(slots=True)
class Limits:
    """[outstanding] of night.toml, with what was assumed for each key."""

    numbers: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, number: int, note: str) -> None:
        """One limit and why."""
        self.numbers[key], self.notes[key] = number, note


def limits(survey: Survey) -> Limits:
    """What the law is taken to allow, as far as the feed's newest rows need it."""
    papers, registers = dict(_papers(survey)), survey.registers()
    boxes, found = len(survey.places), Limits()
    over = {
        unit: most - registers[unit]
        for unit, most in papers.items()
        if unit in registers and most > registers[unit]
    }
    likely = {unit: excess for unit, excess in over.items() if excess <= registers[unit]}
    slack = max(likely.values(), default=0)
    if not over:
        note = "no box has more voters than registered"
    else:
        note = f"{len(over):,} of {boxes:,} boxes have more voters than registered, at most {slack:,} more"
        if len(likely) < len(over):
            note += f"; {len(over) - len(likely):,} have more than twice their register: Q302 holds them back"
    found.put("slack_per_box", slack, note)
    without = boxes - sum(unit in registers for unit in survey.places)
    if without:
        most = _rounded(TIMES_WITHOUT_REGISTER * max(papers.values(), default=0))
        found.put(
            "voters_max_without_register", most,
            f"{without:,} of {boxes:,} boxes have no register in the feed: what is still out rests on this "
            f"number, {TIMES_WITHOUT_REGISTER} times the most voters a box states; larger is safe",
        )  # fmt: skip
    if survey.runs_on:
        whole = sum(registers.values()) + without * found.numbers.get("voters_max_without_register", 0)
        found.put("unexpected_boxes", 1, "the figures are sums that run on: a box that was heard is not done")
        found.put(
            "unexpected_box_voters", whole,
            "every registered voter may still come while sums run on, so no call is certain; lower both to "
            "0 when the count is complete",
        )  # fmt: skip
    return found


def _papers(survey: Survey) -> Iterator[tuple[str, int]]:
    """The most voters or valid votes that each box states in any contest."""
    most: dict[str, int] = {}
    for contest in survey.contests.values():
        for unit, said in contest.said.items():
            most[unit] = max(most.get(unit, 0), said.voters or 0, said.valid or 0)
    yield from most.items()


def _rounded(number: int) -> int:
    """The number, rounded up to two digits that count, since it is a guess."""
    step = int("1" + "0" * max(0, len(str(number)) - 2))
    return -(-number // step) * step


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A check whose level the night sets lower, and how many of its papers break it."""

    code: str
    papers: int
    of: int

    @property
    def note(self) -> str:
        """What was assumed, in a sentence."""
        doubt = "; so many: is the mapping right?" if self.papers * 2 > self.of else ""
        return (
            f"{self.papers:,} of {self.of:,} papers do not pass ({CHECKS[self.code].asks}): "
            f"they count and it is said{doubt}"
        )


def relaxed(fires: Mapping[str, int], papers: int) -> list[Relaxed]:
    """The checks that the feed's own papers break and a night may set, each lowered to W."""
    return [
        Relaxed(code, fires[code], papers)
        for code, check in CHECKS.items()
        if fires.get(code) and check.level in ("E", "Q") and check.settable and code != "Q302"
    ]


def kept(fires: Mapping[str, int]) -> list[tuple[str, int]]:
    """Checks that hold papers back and cannot be relaxed: code and how many papers."""
    return [
        (code, fires[code])
        for code, check in CHECKS.items()
        if fires.get(code) and check.level in ("E", "Q") and (not check.settable or code == "Q302")
    ]
