"""What befalls a recording on its way: the faults one fears, on purpose, from a file and a seed.

    faults = Faults(plan.faults, seed=7)
    for cue in faults(cues(records)): …         the same recording, file and seed: the same cues
    faults.done                                 how many records each kind has touched

Each fault is a stage; the cues go through all of them in the order of the file, and come out by the hour at
which they play. Only bundles are touched: a ruling is somebody's word, and there is one of it.

Know before changing: this is pure, and the dice of a fault are its own, so that one more fault in a file does
not change what the others do. What a fault makes up still adds up, and carries a higher revision than what it
takes the place of; what the recording says later of the same unit is numbered after it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any

from election.night import Night
from election.report import COUNTED_STATE, Cause
from election.wire.records import Bundle, encode, identity
from producers.pace import Cue

LOSSLESS = ("stall", "burst", "delay", "reorder", "duplicate")
"""After these the night ends as it must: everything comes, only later or twice."""
LOSING = ("drop", "corrupt", "correct", "withdraw")
KINDS = (*LOSSLESS, *LOSING)
MAKING_UP = ("correct", "withdraw")
MADE_UP = "simulated-{kind}-{id}"
"""The id of a record that a fault made up or rewrote; it stays in the log and in a recording of it."""
RUBBISH_BYTES = 40

Unit = tuple[str, str, object]
"""Contest, source and box or area."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; empty words and None stand for all of them, seconds are of the recorded night."""

    kind: str
    source: str = ""
    contest: str = ""
    areas: frozenset[str] = frozenset()
    begin: datetime | None = None
    end: datetime | None = None
    chance: float = 1.0
    """Of each record, or of each report where reports are made up."""
    after_s: int = 0
    """delay: by so much · duplicate, correct, withdraw: so much later · burst: the length of one."""
    spread_s: int = 0
    """delay, reorder: and up to so much more, by chance."""
    again_after_s: int = 0
    """corrupt: the right record comes then · withdraw: reinstated then; 0: never."""
    most_pct: int = 5
    """correct: of a choice's votes at most so many move to another one."""
    how: str = "cut"
    """corrupt: `cut` or `rubbish`."""

    @property
    def loses(self) -> bool:
        """Whether the night may end otherwise after it."""
        return not (self.kind in LOSSLESS or (self.kind in ("corrupt", "withdraw") and self.again_after_s))


class Faults:
    """The faults of one file with a seed; may be gone through as often as the recording is played."""

    def __init__(self, faults: Sequence[Fault], seed: int) -> None:
        self._faults, self._seed = tuple(faults), seed
        self.done: Counter[str] = Counter()
        """Records touched, by kind, since the recording was last begun."""

    @property
    def lost(self) -> bool:
        """Whether anything was lost or made up, so that the night may end otherwise."""
        return any(fault.loses and self.done[fault.kind] for fault in self._faults)

    def __call__(self, played: Iterable[Cue]) -> Iterator[Cue]:
        """The cues as they come after all that befalls them."""
        self.done.clear()
        found = iter(played)
        for number, fault in enumerate(self._faults):
            found = _Stage(fault, Random(f"{self._seed}/{number}"), self.done).run(found)
        return found


class _Stage:
    """One fault at work."""

    def __init__(self, fault: Fault, dice: Random, done: Counter[str]) -> None:
        self._fault, self._dice, self._done = fault, dice, done
        self._act = getattr(self, f"_{fault.kind}")
        self._made_up: dict[Unit, dict[int, int]] = {}
        """Of a unit: after which revision, as it came, how many were made up."""
        self._newest: dict[Unit, int] = {}
        """The newest revision that came of a unit: after an older one nothing is made up."""
        self._as_it_came: Bundle | None = None

    def run(self, played: Iterable[Cue]) -> Iterator[Cue]:
        """Every cue, in the order of the hours at which they play now."""
        held: list[tuple[datetime, int, Cue]] = []
        number = 0
        for cue in played:
            while held and held[0][0] <= cue.at:
                yield heappop(held)[2]
            for out in self._befall(cue):
                heappush(held, (out.at, number, out))
                number += 1
            while held and held[0][0] <= cue.at:
                yield heappop(held)[2]
        while held:
            yield heappop(held)[2]

    def _befall(self, cue: Cue) -> Sequence[Cue]:
        bundle = cue.record
        if not isinstance(bundle, Bundle) or cue.damaged is not None:
            return (cue,)
        self._as_it_came = bundle
        if self._made_up:
            cue = self._numbered_after(cue, bundle)
        found: Sequence[Cue] = self._act(cue) if self._meant(cue) else (cue,)
        if self._fault.kind in MAKING_UP:
            self._remember(bundle)
        return found

    def _meant(self, cue: Cue) -> bool:
        fault, record = self._fault, cue.record
        assert isinstance(record, Bundle)
        return (
            fault.source in ("", record.source)
            and fault.contest in ("", record.contest)
            and (not fault.areas or record.area in fault.areas)
            and (fault.begin is None or cue.at >= fault.begin)
            and (fault.end is None or cue.at < fault.end)
        )

    def _hit(self) -> bool:
        return self._dice.random() < self._fault.chance

    def _marked(self, cue: Cue, **changes: Any) -> Cue:
        """The cue with a mark of this fault, counted."""
        self._done[self._fault.kind] += 1
        words = [*filter(None, cue.mark.split("+")), self._fault.kind]
        return replace(cue, mark="+".join(dict.fromkeys(words)), **changes)

    def _late(self, cue: Cue, seconds: float) -> Cue:
        return self._marked(cue, at=_later(cue.at, seconds))

    # What each kind does.

    def _stall(self, cue: Cue) -> Sequence[Cue]:
        """The source says nothing until the end of the window, then everything."""
        assert self._fault.end is not None
        return (self._marked(cue, at=self._fault.end),)

    def _burst(self, cue: Cue) -> Sequence[Cue]:
        """What was heard within a stretch comes at its end, together."""
        begin = self._fault.begin or cue.at.replace(hour=0, minute=0, second=0, microsecond=0)
        length = timedelta(seconds=self._fault.after_s)
        at = begin + ((cue.at - begin) // length + 1) * length
        return (self._marked(cue, at=at if self._fault.end is None else min(at, self._fault.end)),)

    def _delay(self, cue: Cue) -> Sequence[Cue]:
        if not self._hit():
            return (cue,)
        return (self._late(cue, self._fault.after_s + self._dice.uniform(0, self._fault.spread_s)),)

    def _reorder(self, cue: Cue) -> Sequence[Cue]:
        return (self._late(cue, self._dice.uniform(0, self._fault.spread_s)),) if self._hit() else (cue,)

    def _duplicate(self, cue: Cue) -> Sequence[Cue]:
        return (cue, self._late(cue, self._fault.after_s)) if self._hit() else (cue,)

    def _drop(self, cue: Cue) -> Sequence[Cue]:
        if not self._hit():
            return (cue,)
        self._done[self._fault.kind] += 1
        return ()

    def _corrupt(self, cue: Cue) -> Sequence[Cue]:
        """Bytes that are no record in its place; the right record later, if it is to come at all."""
        if not self._hit():
            return (cue,)
        whole = encode(cue.record)
        if self._fault.how == "cut":
            damaged = whole[: self._dice.randrange(1, len(whole))]
        else:
            damaged = self._dice.randbytes(RUBBISH_BYTES)
        bad = self._marked(cue, damaged=damaged)
        if not self._fault.again_after_s:
            return (bad,)
        return bad, replace(cue, at=_later(cue.at, self._fault.again_after_s), mark=bad.mark)

    def _correct(self, cue: Cue) -> Sequence[Cue]:
        """Some reports again, in a later revision, with votes moved from one choice to another."""
        rows = self._rows(cue, 1)
        if not rows:
            return (cue,)
        changed = [self._moved(row) for row in rows]
        return cue, self._again(cue, changed, 1, Cause.TYPO, self._fault.after_s)

    def _withdraw(self, cue: Cue) -> Sequence[Cue]:
        """Some reports taken away, and given back if they are to be."""
        again_s = self._fault.again_after_s
        rows = self._rows(cue, 2 if again_s else 1)
        if not rows:
            return (cue,)
        gone = self._again(cue, rows, 1, Cause.WITHDRAWN, self._fault.after_s)
        if not again_s:
            return cue, gone
        back = self._again(cue, rows, 2, Cause.REINSTATED, self._fault.after_s + again_s)
        return cue, gone, back

    # Reports that are made up.

    def _rows(self, cue: Cue, more: int) -> list[dict[str, Any]]:
        """Plain reports of a bundle that dice pick; so many revisions will be made up after each."""
        bundle, as_it_came = cue.record, self._as_it_came
        assert isinstance(bundle, Bundle)
        assert as_it_came is not None
        found = []
        for number in range(len(bundle)):
            row = _row(bundle, number)
            if not _plain(row) or not self._hit():
                continue
            unit = (bundle.contest, bundle.source, row["box"])
            made_up = self._made_up.setdefault(unit, {})
            revision = _cell(as_it_came.revision, number)
            if revision not in made_up and revision >= self._newest.get(unit, 0):
                made_up[revision] = more
                found.append(row)
        return found

    def _remember(self, bundle: Bundle) -> None:
        for number, box in enumerate(bundle.box):
            revision = _cell(bundle.revision, number)
            if isinstance(box, str) and type(revision) is int:
                unit = (bundle.contest, bundle.source, box)
                self._newest[unit] = max(revision, self._newest.get(unit, 0))

    def _moved(self, row: dict[str, Any]) -> dict[str, Any]:
        votes: dict[str, Any] = dict(row["votes"])
        standing = [choice for choice, count in votes.items() if count is not None]
        giver = self._dice.choice([choice for choice in standing if votes[choice] >= 2])
        taker = self._dice.choice([choice for choice in standing if choice != giver])
        moved = 1 + int(self._dice.random() * votes[giver] * self._fault.most_pct / 100)
        moved = min(moved, votes[giver] - 1)
        votes[giver], votes[taker] = votes[giver] - moved, votes[taker] + moved
        return {**row, "votes": votes}

    def _again(self, cue: Cue, rows: Sequence[dict[str, Any]], more: int, cause: Cause, late_s: int) -> Cue:
        """These reports as one bundle of their own, `more` revisions later, heard when it plays."""
        bundle = cue.record
        assert isinstance(bundle, Bundle)
        at = _later(cue.at, late_s)
        made = replace(
            bundle, heard_at=at, cause=cause.value, state=COUNTED_STATE, id="",
            box=[row["box"] for row in rows], revision=[row["revision"] + more for row in rows],
            boxes=None if bundle.boxes is None else [row["boxes"] for row in rows],
            votes={choice: [row["votes"].get(choice) for row in rows] for choice in bundle.votes},
            **_columns(rows),
        )  # fmt: skip
        return self._marked(replace(cue, mark=""), at=at, record=_named(made, self._fault.kind))

    def _numbered_after(self, cue: Cue, bundle: Bundle) -> Cue:
        """The recording's own later statements of a unit come after what was made up before them."""
        revisions = [_cell(bundle.revision, number) for number in range(len(bundle))]
        later = [self._later(bundle, number, revision) for number, revision in enumerate(revisions)]
        if later == revisions:
            return cue
        renumbered = _named(replace(bundle, revision=later, id=""), "renumbered")
        words = [*filter(None, cue.mark.split("+")), "renumbered"]
        return replace(cue, record=renumbered, mark="+".join(dict.fromkeys(words)))

    def _later(self, bundle: Bundle, number: int, revision: Any) -> Any:
        made_up = self._made_up.get((bundle.contest, bundle.source, bundle.box[number]))
        if made_up is None or type(revision) is not int:
            return revision
        return revision + sum(more for after, more in made_up.items() if after < revision)


FIGURES = ("registered", "voters", "valid", "invalid")


def _cell(column: Any, number: int) -> Any:
    if isinstance(column, list):
        return column[number] if column else None
    return column


def _row(bundle: Bundle, number: int) -> dict[str, Any]:
    """One report as its figures stand in the bundle."""
    names = (*FIGURES, "box", "boxes", "revision", "cause", "state")
    row = {name: _cell(getattr(bundle, name), number) for name in names}
    return {**row, "votes": {choice: column[number] for choice, column in bundle.votes.items()}}


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: [row[name] for row in rows] for name in FIGURES}


def _plain(row: Mapping[str, Any]) -> bool:
    """A report that counts and from which votes can be moved."""
    figures = [row[name] for name in ("voters", "valid", "invalid")]
    votes = [count for count in row["votes"].values() if count is not None]
    return (
        row["state"] == COUNTED_STATE
        and row["cause"] != Cause.WITHDRAWN.value
        and isinstance(row["box"], str)
        and type(row["revision"]) is int
        and all(type(figure) is int for figure in (*figures, *votes))
        and len(votes) >= 2
        and max(votes) >= 2
    )


def _named(bundle: Bundle, kind: str) -> Bundle:
    return replace(bundle, id=MADE_UP.format(kind=kind, id=identity(bundle)))


def _later(at: datetime, seconds: float) -> datetime:
    """So much later, in whole milliseconds: what a record can say."""
    return at + timedelta(milliseconds=round(seconds * 1000))


def below(night: Night, area: str) -> frozenset[str]:
    """An area and all areas below it."""
    return frozenset(one for one, line in night.lines.items() if area in line)
