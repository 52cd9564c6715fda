"""What was told of a contest, as the sum of its facts: who was said to lead, what was called, what is silent.

    memory = Memory()
    memory.take(told)     True: accepted; False: not the next fact of this contest, and nothing changed

Know before changing: everything a teller knows of the past stands here and comes from facts alone, so that a
worker that starts again, or a store made again from the log, goes on where the last one stopped. The rule of
`take` (the fact before it was the last accepted one, and its id is new) is also that of the store's script.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from election.alerts import Told
from election.calls import state as life
from election.calls.verdict import Said

WAITING, WITHDRAWN, REFUSED, MADE = "waiting", "withdrawn", "refused", "made"
"""What became of a proposal."""
RESTING = ""
"""The public state of a call while nothing was told of it: what `calls.state.resting_state` says then."""


PAIR_MAX = 3000
"""Most characters of a pair that names everyone: with how often and who signed a key can still be told."""


def pair(rule: str, elected: tuple[str, ...]) -> str:
    """A rule and whom it names, as the key of a proposal begins: `certain/ada`, `certain/ada+bora`.

    Of so many that they would be longer than `PAIR_MAX`: the first, how many more, and a digest of them all.
    """
    whole = f"{rule}/{'+'.join(elected)}"
    if len(whole) <= PAIR_MAX:
        return whole
    return f"{rule}/{elected[0]}+{len(elected) - 1}~{sha256(whole.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that passed, waiting for the desk. `id` is the id of the fact that proposed it."""

    id: str
    key: str
    rule: str
    elected: tuple[str, ...]
    """Who is in by it: one choice, or several where several are elected."""
    cushion_votes: int
    """By how many votes the rule passed when it proposed."""
    version: int
    at: datetime
    boxes: int
    boxes_total: int
    people: int
    because: Said
    approvals: tuple[str, ...] = ()
    """Who approved, in the order they did."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made. `id` is the id of the fact that made it public."""

    id: str
    key: str
    rule: str
    elected: tuple[str, ...]
    cushion_votes: int
    at: datetime
    version: int
    boxes: int
    boxes_total: int
    because: Said
    approvals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stall:
    """A source that was told of as silent: when it last spoke, and what it had then (None: under the ban)."""

    key: str
    last_at: datetime | None
    votes: tuple[int, ...] | None
    valid: int
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """What the desk said no to, as it stood then: by how much it passed, and how many boxes were counted."""

    cushion_votes: int
    boxes: int


@dataclass
class Memory:
    """Every fact told of one contest, summed up."""

    last: str = ""
    """The id of the last fact."""
    seq: int = 0
    ids: set[str] = field(default_factory=set)
    times: dict[str, int] = field(default_factory=dict)
    """How often each kind was told."""
    counted_pct: int = 0
    """The highest step of boxes counted that was told."""
    ahead: tuple[str, ...] = ()
    """Who was last said, or noted, to be ahead: as many as are elected."""
    in_band: bool = False
    decisive: bool = False
    disagreeing: bool = False
    corrections_at: tuple[datetime, ...] = ()
    stalls: dict[str, Stall] = field(default_factory=dict)
    state: str = RESTING
    because: Said = field(default_factory=dict)
    at: datetime | None = None
    """Since when the state is what it is."""
    certified: tuple[str, ...] = ()
    """Who was certified as elected."""
    proposal: Proposal | None = None
    call: Call | None = None
    """The last call made, in force or not: `state` says."""
    proposed: dict[str, int] = field(default_factory=dict)
    """How often each rule proposed each choice, by `pair`."""
    fates: dict[str, str] = field(default_factory=dict)
    """What became of each proposal, by id and by key."""
    refused: dict[str, Refused] = field(default_factory=dict)
    """By `pair`, what the desk said no to, as it stood then."""
    unsteady: int = 0
    """How often a proposal stopped passing, or gave way to another rule's."""
    broken: int = 0
    """How often a call that was made was withdrawn because it no longer passed."""

    def copy(self) -> "Memory":
        """A memory of its own with the same in it."""
        return replace(
            self,
            ids=set(self.ids),
            times=dict(self.times),
            stalls=dict(self.stalls),
            proposed=dict(self.proposed),
            fates=dict(self.fates),
            refused=dict(self.refused),
        )

    def take(self, told: Told) -> bool:
        """Takes in the next fact. False, and nothing changed, unless it follows the last one and is new."""
        if told.prev != self.last or told.seq != self.seq + 1 or told.id in self.ids:
            return False
        self.last, self.seq = told.id, told.seq
        self.ids.add(told.id)
        self.times[told.kind] = self.times.get(told.kind, 0) + 1
        taking = _TAKES.get(told.kind)
        if taking is not None:
            taking(self, told)
        return True

    def told(self, kind: str) -> int:
        """How often this kind was told."""
        return self.times.get(kind, 0)

    @property
    def called(self) -> bool:
        """Whether a call is in force."""
        return self.state == life.CALLED

    @property
    def settled(self) -> bool:
        """Whether no rule is asked any more: counted again as a whole, certified or annulled."""
        return self.state in SETTLED

    def live(self, event: str, told: Told) -> None:
        """The next state of the call's life (`calls.state.LIFE`); where the table has no row it stays."""
        was = life.PROPOSED if event == "call-made" else self.state or life.OPEN
        if life.step(was, event) is not None:
            self.state, self.at, self.because = life.after(was, event), told.at, told.because


def _counted(memory: Memory, told: Told) -> None:
    memory.counted_pct = told.d["pct"]


def _lead(memory: Memory, told: Told) -> None:
    memory.ahead = tuple(told.d["ahead"])


def _in_band(memory: Memory, told: Told) -> None:
    memory.in_band = told.kind == "band-entered"


def _decisive(memory: Memory, told: Told) -> None:
    memory.decisive = told.kind == "quarantine-decisive"


def _sources(memory: Memory, told: Told) -> None:
    memory.disagreeing = told.kind == "sources-disagree"


def _correction(memory: Memory, told: Told) -> None:
    memory.corrections_at = (*memory.corrections_at, told.at)


def _stalled(memory: Memory, told: Told) -> None:
    last_at, votes = told.d["last_at"], told.d.get("votes")
    memory.stalls[told.d["source"]] = Stall(
        told.key,
        datetime.fromisoformat(last_at) if last_at else None,
        None if votes is None else tuple(votes),
        told.d.get("valid") or 0,
    )


def _resumed(memory: Memory, told: Told) -> None:
    source = told.d["source"]
    stall = memory.stalls.pop(source, None)
    if stall is not None and stall.votes is not None:  # else there is nothing to compare its mix with
        memory.stalls[source] = replace(stall, resumed=True)


def _skewed(memory: Memory, told: Told) -> None:
    memory.stalls.pop(told.d["source"], None)


def _proposed(memory: Memory, told: Told) -> None:
    d = told.d
    elected = tuple(d["elected"])
    of = pair(d["rule"], elected)
    memory.proposed[of] = memory.proposed.get(of, 0) + 1
    memory.proposal = Proposal(
        told.id, told.key, d["rule"], elected, d["cushion_votes"], told.version, told.at,
        d["boxes"], d["boxes_total"], d["people"], told.because,
    )  # fmt: skip
    _fate(memory, WAITING)


def _fate(memory: Memory, fate: str) -> Proposal | None:
    """Says what became of the proposal; one that waits no longer is put away."""
    proposal = memory.proposal
    if proposal is not None:
        memory.fates[proposal.id] = memory.fates[proposal.key] = fate
        memory.proposal = proposal if fate == WAITING else None
    return proposal


def _approved(memory: Memory, told: Told) -> None:
    if memory.proposal is not None:
        approvals = (*memory.proposal.approvals, told.d["by"])
        memory.proposal = replace(memory.proposal, approvals=approvals)


def _withdrawn(memory: Memory, told: Told) -> None:
    _fate(memory, WITHDRAWN)
    memory.unsteady += told.d["reason"] in UNSTEADY


UNSTEADY = ("rule", "guard", "another rule")
"""Reasons for a withdrawal that make a rule pass by more before it may propose again."""


def _refused(memory: Memory, told: Told) -> None:
    proposal = _fate(memory, REFUSED)
    if proposal is not None:
        _said_no(memory, told, proposal.elected, proposal.boxes, {proposal.rule: proposal.cushion_votes})


def _said_no(
    memory: Memory, told: Told, elected: tuple[str, ...], boxes: int, cushions: Mapping[str, int]
) -> None:
    """Keeps what the desk looked at when it said no: every rule that named these, and by how much it passed.

    `boxes` and `cushions` are of the proposal or the call: for facts that do not say how it stood since.
    """
    for rule, cushion_votes in (told.d.get("cushions") or cushions).items():
        memory.refused[pair(rule, elected)] = Refused(cushion_votes, told.d.get("boxes", boxes))


def _made(memory: Memory, told: Told) -> None:
    d = told.d
    _fate(memory, MADE)
    memory.call = Call(
        told.id, told.key, d["rule"], tuple(d["elected"]), d["cushion_votes"], told.at, told.version,
        d["boxes"], d["boxes_total"], told.because, tuple(d["approved_by"]),
    )  # fmt: skip
    memory.live("call-made", told)


def _retracted(memory: Memory, told: Told) -> None:
    d = told.d
    if d["reason"] == "desk":
        _said_no(memory, told, tuple(d["elected"]), d["boxes"], {d["rule"]: d["cushion_votes"]})
    else:
        memory.broken += 1
    memory.live("call-retracted", told)


def _settled(memory: Memory, told: Told) -> None:
    """Certified, annulled, a rerun, or a recount of the whole contest; a proposal is of no use any more."""
    if told.kind == "recount-ordered" and told.d["scope"] != WHOLE:
        return
    _fate(memory, WITHDRAWN)
    if told.kind == "certified":
        memory.certified = tuple(told.d["elected"])
    memory.live("certified-by-lot" if told.d.get("by_lot") else told.kind, told)


WHOLE = "all"
"""The scope of a recount that counts the whole contest again; of any other, the count goes on."""
SETTLED = (life.RECOUNT, life.CERTIFIED, life.BY_LOT, life.ANNULLED, life.RERUN)

_TAKES: Mapping[str, Callable[[Memory, Told], None]] = {
    "counted": _counted,
    "lead-noted": _lead,
    "lead-change": _lead,
    "band-entered": _in_band,
    "band-left": _in_band,
    "quarantine-decisive": _decisive,
    "quarantine-cleared": _decisive,
    "sources-disagree": _sources,
    "sources-agree": _sources,
    "correction": _correction,
    "source-stalled": _stalled,
    "source-resumed": _resumed,
    "source-skewed": _skewed,
    "call-proposed": _proposed,
    "proposal-approved": _approved,
    "proposal-withdrawn": _withdrawn,
    "proposal-refused": _refused,
    "call-made": _made,
    "call-retracted": _retracted,
    "recount-ordered": _settled,
    "certified": _settled,
    "annulled": _settled,
    "rerun-set": _settled,
}
"""What each kind of fact leaves behind; a kind that is not here only counts."""
