"""What is said of a contest: its resting states before any rule speaks, and the life of a call as a table.

    resting_state(seen, contest, night, ban)    not started, too early, too close or open
    after("called", "call-retracted")           "retracted"
    drawing(), life_table()                     what docs/reference/calls.md shows of LIFE

Know before changing: LIFE is the law; the docs are drawn from it and a test compares. `called` is reached by
a rule and a desk only, and every way out of it is told as an alert. Counting moves a contest among its
resting states only; a call ends by a fact that is told, never by counting alone.
"""

from dataclasses import dataclass

from election.calls.words import Sentence
from election.embargo import Embargo
from election.night import Contest, Night
from election.standing import Standing, margin_within
from languages.saying import said

NOT_STARTED, TOO_EARLY, TOO_CLOSE, OPEN = "not started", "too early", "too close", "open"
RESTING = (NOT_STARTED, TOO_EARLY, TOO_CLOSE, OPEN)
"""What the counts alone say; a proposal is for the desk, so the public is shown this meanwhile."""
PROPOSED, CALLED, RETRACTED = "proposed", "called", "retracted"
RECOUNT, CERTIFIED, ANNULLED, RERUN, BY_LOT = "recount", "certified", "annulled", "rerun", "tie by lot"
STATES = (*RESTING, PROPOSED, CALLED, RETRACTED, RECOUNT, CERTIFIED, BY_LOT, ANNULLED, RERUN)


@dataclass(frozen=True, slots=True)
class CallState:
    """What is said of a contest, and the sentence with the numbers that says why."""

    state: str
    becauses: Sentence

    @property
    def because(self) -> str:
        """The sentence in English."""
        return self.becauses["en"]


def resting_state(seen: Standing, contest: Contest, night: Night, ban: Embargo) -> CallState:
    """The state without any rule. Says nothing about totals while the embargo is closed."""
    if not ban.is_open:
        return CallState(NOT_STARTED, said("calls.state.ban"))
    if seen.boxes == 0:
        return CallState(NOT_STARTED, said("calls.state.none"))
    if not seen.counted_at_least(night.lead_from_counted_pct):
        return CallState(TOO_EARLY, _too_early(seen, night))
    if seen.tie:
        return CallState(TOO_CLOSE, said("calls.state.tie"))
    contested = len(contest.choices) > contest.seats
    if contested and margin_within(seen, night.recount_band_permille):
        return CallState(TOO_CLOSE, _within(seen, night))
    return CallState(OPEN, _open(seen))


def _too_early(seen: Standing, night: Night) -> Sentence:
    pct = night.lead_from_counted_pct
    return said("calls.state.early", boxes=seen.boxes, total=seen.boxes_total, pct=pct)


def _within(seen: Standing, night: Night) -> Sentence:
    return said("calls.state.within", margin=seen.margin_votes, band=night.recount_band_permille / 10)


def _open(seen: Standing) -> Sentence:
    return said("calls.state.open", margin=seen.margin_votes, most=seen.outstanding.votes_max)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of LIFE: in `state`, after `event`, `next` holds and `alert` is told (empty: nobody)."""

    state: str
    event: str
    next: str
    alert: str


COUNTED = {
    "nothing-counted": NOT_STARTED,
    "little-counted": TOO_EARLY,
    "margin-close": TOO_CLOSE,
    "margin-apart": OPEN,
}
"""What counting does: each leads from any resting state to the one it names."""


def _counting() -> tuple[Step, ...]:
    return tuple(
        Step(state, event, to, "") for state in RESTING for event, to in COUNTED.items() if state != to
    )


def _from(states: tuple[str, ...], event: str, to: str, alert: str) -> tuple[Step, ...]:
    return tuple(Step(state, event, to, alert) for state in states)


_BEFORE_RECOUNT = (*RESTING, PROPOSED, CALLED, RETRACTED)
_BEFORE_CERTIFIED = (*_BEFORE_RECOUNT, RECOUNT)

LIFE: tuple[Step, ...] = (
    *_counting(),
    *_from((TOO_EARLY, TOO_CLOSE, OPEN, RETRACTED), "call-proposed", PROPOSED, "call-proposed"),
    Step(PROPOSED, "proposal-approved", PROPOSED, ""),
    Step(PROPOSED, "proposal-withdrawn", OPEN, ""),
    Step(PROPOSED, "proposal-refused", OPEN, ""),
    Step(PROPOSED, "call-made", CALLED, "call-made"),
    Step(CALLED, "call-retracted", RETRACTED, "call-retracted"),
    *_from((*_BEFORE_RECOUNT, CERTIFIED, BY_LOT), "recount-ordered", RECOUNT, "recount-ordered"),
    *_from(_BEFORE_CERTIFIED, "certified", CERTIFIED, "certified"),
    *_from(_BEFORE_CERTIFIED, "certified-by-lot", BY_LOT, "certified"),
    *_from((*_BEFORE_CERTIFIED, CERTIFIED, BY_LOT), "annulled", ANNULLED, "annulled"),
    Step(ANNULLED, "rerun-set", RERUN, "rerun-set"),
)
"""The life of a call. Events are the kinds of facts that are told (`alerts.KINDS`), what counting does, and
*certified-by-lot*: certified where the choices at the line had as many votes. *open* after a proposal that
ended stands for the resting state the counts give."""

_NEXT = {(step.state, step.event): step for step in LIFE}


def after(state: str, event: str) -> str:
    """The state after an event; an event the table has no row for changes nothing."""
    step = _NEXT.get((state, event))
    return state if step is None else step.next


def step(state: str, event: str) -> Step | None:
    """The row of the table, or None: the event changes nothing in this state."""
    return _NEXT.get((state, event))


def drawing() -> str:
    """LIFE as a Mermaid state diagram; counting is drawn as one state with the four resting ones inside."""
    lines = ["stateDiagram-v2", "  [*] --> resting", "  state resting {"]
    lines += [f"    {_word(state)} : {state}" for state in RESTING]
    lines += ["  }"]
    lines += [f"  {_word(state)} : {state}" for state in STATES if state not in RESTING]
    arrows: dict[tuple[str, str, str], None] = {}
    for row in LIFE:
        if row.event in COUNTED:
            continue
        ends = ["resting" if state in RESTING else _word(state) for state in (row.state, row.next)]
        arrows[(ends[0], ends[1], row.event)] = None
    lines += [f"  {old} --> {new} : {event}" for old, new, event in arrows]
    return "\n".join(lines) + "\n"


def life_table() -> str:
    """LIFE as a Markdown table; rows that differ in their first state only are one."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for row in LIFE:
        together.setdefault((row.event, row.next, row.alert), []).append(row.state)
    lines = ["| in the state | after | comes | alert |", "|---|---|---|---|"]
    lines += [
        f"| {', '.join(states)} | `{event}` | {to} | {f'`{alert}`' if alert else ''} |"
        for (event, to, alert), states in together.items()
    ]
    return "\n".join(lines) + "\n"


def _word(state: str) -> str:
    return state.replace(" ", "_")
