"""What a rule is shown and what it answers; what a guard answers; both always with a *because* in numbers.

    view = lookout.view(known, now)               everything known of a contest at one version
    verdict = RULES["certain"].decide(view)       who may be called, or None, and why
    answer = GUARDS["embargo"].answer(view, verdict)

Know before changing: a view is a value; a rule never reaches for a clock, a store or a random number, so that
a dossier can be made again from the log, byte for byte.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from election.embargo import Embargo
from election.night import AreaId, ChoiceId, Contest, Night, SourceId
from election.outstanding import Registers
from election.sources import Count
from election.standing import Standing
from election.swing import Then as Then
from election.tally import Row

Said = Mapping[str, str]
"""A sentence in every language of `headline.LANGUAGES`, by language code."""

CLEAR, FORBIDS, DOES_NOT_APPLY = "clear", "forbids", "does not apply"


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a source has said nothing, in seconds of the night's clock, against its own limit.

    `pace` is how many boxes (or claimed boxes) a minute it told of before, None where that cannot be said.
    """

    source: SourceId
    for_s: int
    limit_s: int
    finished: bool
    """Every unit is counted: a finished source is not silent."""
    pace: float | None

    @property
    def stalled(self) -> bool:
        """Whether it should have said something by now."""
        return not self.finished and self.for_s > self.limit_s


@dataclass(frozen=True)
class View:
    """Everything known of one contest at one version, by the published source unless it says otherwise."""

    night: Night
    contest: Contest
    mode: str
    version: int
    now: datetime | None
    """Night time: the clock in live mode, the newest thing heard in a rehearsal or replay."""
    ban: Embargo
    seen: Standing
    """The whole contest."""
    rows: Mapping[AreaId, Row]
    """Totals of every area that anything was heard of."""
    registers: Registers
    areas: Sequence[AreaId]
    """The strata: areas of the night's leaf level inside the contest, in the night's order."""
    counts: Sequence[Count]
    """Every source's count of the whole contest, side by side."""
    silences: Mapping[SourceId, Silence] = field(default_factory=dict)
    then: Mapping[AreaId, Then] = field(default_factory=dict)
    """By leaf area; empty where the night has no parent or nothing is known of it."""
    whole_then: Then | None = None
    """Of the whole contest; None where nothing is known of it."""
    largest_box: int = 0
    """Most registered voters of one box of the contest: the bound of a box whose register is not summed."""
    worked_out: dict[str, object] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What several guards ask of this view, worked out once; empty again in a view made from this one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says: the choice that may be called, or None; the numbers behind it, and the sentence."""

    rule: str
    choice: ChoiceId | None
    cushion_votes: int
    """By how many votes the rule passes (positive) or fails (zero or negative)."""
    numbers: Mapping[str, int | float | str]
    because: Said
    elected: tuple[ChoiceId, ...] = ()
    """Everyone who is in where several are elected, in the order of the paper; `choice` is the first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a guard says of a verdict: clear, forbids or does not apply, with its numbers and the sentence."""

    guard: str
    word: str
    numbers: Mapping[str, int | float | str]
    because: Said


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the table holds it: its name, what it asks in a sentence, its paper or law, and how."""

    id: str
    asks: str
    source: str
    decide: Callable[[View], Verdict]
    version: int = 1
    """Rises when the same view may give another verdict: a dossier says by which one it was made."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard as the table holds it."""

    id: str
    asks: str
    answer: Callable[[View, Verdict], Answer]
    ends_call: bool = True
    """Whether it also ends a call already made: it judges the evidence, and not only the moment to speak."""
    bounds: bool = True
    """Whether it may forbid what a rule says that holds whatever is still to come (`order.BOUNDS`)."""
