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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any

from election.night import Night
from election.report import COUNTED_STATE, Cause
from election.wire.records import Bundle, encode, identity
from producers.faulty_reports import cell, columns, one_report, plain
from producers.pace import Cue

LOSSLESS = ("stall", "burst", "delay", "reorder", "duplicate")
"""After these the night ends as it must: everything comes, only later or twice."""
LOSING = ("drop", "corrupt", "correct", "withdraw")
KINDS = (*LOSSLESS, *LOSING)
MAKING_UP = ("correct", "withdraw")
MADE_UP = "simulated-{kind}-{id}"
"""The id of a record that a fault made up or rewrote; it stays in the log and in a recording of it."""
RUBBISH_BYTES = 40

MADE_UP_KEPT = 20
"""Of so many reports it is remembered what was made up."""

Unit = tuple[str, str, object]
"""Contest, source and box or area."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """So many votes of a box were moved from one choice to another."""

    box: str
    giver: str
    taker: str
    votes: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; empty words and None stand for all of them, seconds are of the recorded night."""

    kind: str
    source: str = ""
    contest: str = ""
    areas: frozenset[str] = frozenset()
    """An area with all below it."""
    area: str = ""
    """The area that was named, to write it down again."""
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
    most: int = 0
    """correct, withdraw: of so many reports at most; 0: of as many as there are."""

    @property
    def loses(self) -> bool:
        """Whether the night may end otherwise after it."""
        return not (self.kind in LOSSLESS or (self.kind in ("corrupt", "withdraw") and self.again_after_s))

    @property
    def over_at(self) -> datetime | None:
        """The hour after which nothing more comes of it; None: it lasts as long as the recording."""
        late_s = self.again_after_s + self.spread_s + (0 if self.kind == "burst" else self.after_s)
        return None if self.end is None else _later(self.end, late_s)


class Faults:
    """The faults of one file with a seed; may be gone through as often as the recording is played.

    One more may be added while it is played: it works on what comes after. Played anew, with it from the
    start, the recording gives the same cues again, because its window begins after what had come by then.
    """

    def __init__(self, faults: Sequence[Fault], seed: int) -> None:
        self._faults, self._seed = list(faults), seed
        self.stages: list[Stage] = []
        """Each fault at work, since the recording was last begun."""
        self._tail: Iterator[Cue] = iter(())
        self.come_to: datetime | None = None
        """The hour of the newest cue that came out."""
        self.done: Counter[str] = Counter()
        """Records touched, by kind, since the recording was last begun."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in their order."""
        return tuple(self._faults)

    @property
    def lost(self) -> bool:
        """Whether anything was lost or made up, so that the night may end otherwise."""
        return any(fault.loses and self.done[fault.kind] for fault in self._faults)

    def __call__(self, played: Iterable[Cue]) -> Iterator[Cue]:
        """The cues as they come after all that befalls them."""
        self.done.clear()
        self.stages.clear()
        self.come_to, self._tail = None, iter(played)
        for fault in self._faults:
            self._put(fault)
        return self._come()

    def add(self, fault: Fault) -> int:
        """One more fault, from the next cue on; its number. Its window begins at `next_at`."""
        self._faults.append(fault)
        self._put(fault)
        return len(self._faults) - 1

    def next_at(self) -> datetime | None:
        """The earliest hour that is still to come, by a millisecond; None before the first cue."""
        return None if self.come_to is None else _later(self.come_to, 0.001)

    def end(self, number: int) -> None:
        """Ends one now; what a stalled source has said meanwhile comes next."""
        at, fault = self.next_at(), self._faults[number]
        if at is None or (fault.end is not None and fault.end <= at):
            return
        self._faults[number] = replace(fault, end=max(at, fault.begin or at))
        self.stages[number].ends(self._faults[number])

    def _put(self, fault: Fault) -> None:
        stage = Stage(fault, Random(f"{self._seed}/{len(self.stages)}"), self.done)
        self.stages.append(stage)
        self._tail = stage.run(self._tail)

    def _come(self) -> Iterator[Cue]:
        while (cue := next(self._tail, None)) is not None:
            self.come_to = cue.at
            yield cue


class Stage:
    """One fault at work."""

    def __init__(self, fault: Fault, dice: Random, done: Counter[str]) -> None:
        self._fault, self._dice, self._done = fault, dice, done
        self.touched = 0
        """Records."""
        self.made_up: list[MadeUp] = []
        """What votes were moved."""
        self._reports = 0
        self._held: list[tuple[datetime, int, Cue]] = []
        self._act = getattr(self, f"_{fault.kind}")
        self._numbers: dict[Unit, dict[int, int]] = {}
        """Of a unit: after which revision, as it came, how many were made up."""
        self._newest: dict[Unit, int] = {}
        """The newest revision that came of a unit: after an older one nothing is made up."""
        self._as_it_came: Bundle | None = None

    @property
    def had_enough(self) -> bool:
        """Whether it has made up as many reports as it may."""
        return 0 < self._fault.most <= self._reports

    def run(self, played: Iterable[Cue]) -> Iterator[Cue]:
        """Every cue, in the order of the hours at which they play now."""
        held, number = self._held, 0
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

    def ends(self, fault: Fault) -> None:
        """It is this fault from now on, with an earlier end: what is held until the end comes then."""
        self._fault = fault
        if fault.kind == "stall" and fault.end is not None:
            end = fault.end
            self._held[:] = [(end, number, replace(cue, at=end)) for _, number, cue in sorted(self._held)]

    def _befall(self, cue: Cue) -> Sequence[Cue]:
        bundle = cue.record
        if not isinstance(bundle, Bundle) or cue.damaged is not None:
            return (cue,)
        self._as_it_came = bundle
        if self._numbers:
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
        self.touched += 1
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
        self.touched += 1
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
            row = one_report(bundle, number)
            if not plain(row) or self.had_enough or not self._hit():
                continue
            unit = (bundle.contest, bundle.source, row["box"])
            made_up = self._numbers.setdefault(unit, {})
            revision = cell(as_it_came.revision, number)
            if revision not in made_up and revision >= self._newest.get(unit, 0):
                made_up[revision] = more
                found.append(row)
                self._reports += 1
        return found

    def _remember(self, bundle: Bundle) -> None:
        for number, box in enumerate(bundle.box):
            revision = cell(bundle.revision, number)
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
        if len(self.made_up) < MADE_UP_KEPT:
            self.made_up.append(MadeUp(str(row["box"]), giver, taker, moved))
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
            **columns(rows),
        )  # fmt: skip
        return self._marked(replace(cue, mark=""), at=at, record=_named(made, self._fault.kind))

    def _numbered_after(self, cue: Cue, bundle: Bundle) -> Cue:
        """The recording's own later statements of a unit come after what was made up before them."""
        revisions = [cell(bundle.revision, number) for number in range(len(bundle))]
        later = [self._later(bundle, number, revision) for number, revision in enumerate(revisions)]
        if later == revisions:
            return cue
        renumbered = _named(replace(bundle, revision=later, id=""), "renumbered")
        words = [*filter(None, cue.mark.split("+")), "renumbered"]
        return replace(cue, record=renumbered, mark="+".join(dict.fromkeys(words)))

    def _later(self, bundle: Bundle, number: int, revision: Any) -> Any:
        made_up = self._numbers.get((bundle.contest, bundle.source, bundle.box[number]))
        if made_up is None or type(revision) is not int:
            return revision
        return revision + sum(more for after, more in made_up.items() if after < revision)


def _named(bundle: Bundle, kind: str) -> Bundle:
    return replace(bundle, id=MADE_UP.format(kind=kind, id=identity(bundle)))


def _later(at: datetime, seconds: float) -> datetime:
    """So much later, in whole milliseconds: what a record can say."""
    return at + timedelta(milliseconds=round(seconds * 1000))


def below(night: Night, area: str) -> frozenset[str]:
    """An area and all areas below it."""
    return frozenset(one for one, line in night.lines.items() if area in line)
