"""The promises, checked from histories: what was acknowledged, logged, counted, shown, told and delivered.

    for one in check(read(folder)): print(one)         P1 producer-7: reports/2: offset 9 … is not in the log

Know before changing: it knows nothing of the program, only what actors wrote down (docs/reliability.md has
the facts and their fields), and it must be able to fail: tests/faults/test_checker.py gives it histories with
one lie each. What clients showed is read by `watching`, which tests of clients use too. A fact that is
missing breaks a promise too: a run that nobody looked at proves nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from faults.history import Fact, HistoryError
from faults.watching import broken, here

RECOVERED_WITHIN_S = 60.0
"""Longest recovery after a fault that is still the promise's (P7)."""
MEMORY_PER_CLIENT_BYTES = 20 * 1024
"""What a connection may cost a gateway (P6)."""
GROWN_FACTOR = 1.5
"""How much a gateway's memory may grow over a run, beside its clients."""
SHOWN_AT = 12
"""Most differences that are told of one kind: the first ones say enough."""

EVERYTHING, CLIENTS, GATEWAYS = "", "watch", "gateway"
"""All facts in the order they were read; and how the names of histories of clients and of gateways begin."""
CALL, RETRACTION = "call-made", "call-retracted"


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that did not hold, and what shows it."""

    promise: str
    who: str
    said: str

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.promise} {self.who}: {self.said}"


def check(facts: Sequence[Fact]) -> list[Broken]:
    """Every promise that these histories break, in the order of the promises. Raises HistoryError."""
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.what].append(fact)
        by_kind[EVERYTHING].append(fact)
    found: list[Broken] = []
    for promise in PROMISES:
        broken = list(promise(by_kind))
        found += broken[:SHOWN_AT]
        if len(broken) > SHOWN_AT:
            found.append(
                Broken(broken[0].promise, "the checker", f"{len(broken) - SHOWN_AT} more like these")
            )
    return found


Kinds = Mapping[str, Sequence[Fact]]
Told = Fact | Mapping[str, Any]


def _missing(promise: str, kinds: Kinds, *whats: str) -> Iterator[Broken]:
    """What nobody wrote down cannot have been checked."""
    for what in whats:
        if not kinds.get(what):
            yield Broken(promise, "nobody", f"no history says {what!r}: nothing was checked")


def _second_plan(kinds: Kinds) -> bool:
    """Whether the seed was drawn by the second plan, or a later one; the first ones did not write it down."""
    return any(one.facts.get("plan", 1) > 1 for one in kinds.get("seed", ()))


def _staged(kinds: Kinds) -> bool:
    """Whether the night makes calls and takes them back; nights of before 24 November 2026 do not say it."""
    return any(one.facts.get("staged") for one in kinds.get("seed", ()))


def nothing_lost(kinds: Kinds) -> Iterator[Broken]:
    """P1: every report that Kafka acknowledged is in the log, where it was said to be, as it was sent."""
    yield from _missing("P1", kinds, "acknowledged", "record")
    log = {(one["topic"], one["partition"], one["offset"]): one["id"] for one in kinds.get("record", ())}
    for one in kinds.get("acknowledged", ()):
        place = one["topic"], one["partition"], one["offset"]
        where = f"{place[0]}/{place[1]}: offset {place[2]}"
        if place not in log:
            yield Broken("P1", one.by, f"{where} was acknowledged and is not in the log")
        elif log[place] != one["id"]:
            yield Broken("P1", one.by, f"{where} holds another record than the one acknowledged")


def counted_once(kinds: Kinds) -> Iterator[Broken]:
    """P2: the totals in the store are those of an independent fold over the log, to the vote.

    So is all else that it holds: what `sandik verify` finds to differ differs.
    """
    yield from _missing("P2", kinds, "fold", "store")
    for one in kinds.get("difference", ()):
        yield Broken("P2", "the store", one["said"])
    folds = {one["contest"]: one["totals"] for one in kinds.get("fold", ())}
    stores = {one["contest"]: one["totals"] for one in kinds.get("store", ())}
    for contest in sorted(folds.keys() | stores.keys()):
        fold, store = folds.get(contest), stores.get(contest)
        if fold is None or store is None:
            yield Broken("P2", contest, f"is in the {'store' if fold is None else 'fold'} alone")
            continue
        for name in sorted(fold.keys() | store.keys()):
            if fold.get(name) != store.get(name):
                said = f"{name} is {store.get(name)} in the store and {fold.get(name)} in the log"
                yield Broken("P2", contest, said)


def watched(kinds: Kinds) -> Iterator[Broken]:
    """P3 and P4, as `watching` reads them from what each client and each gateway wrote down."""
    clients, gateways = _lives(kinds, CLIENTS), _lives(kinds, GATEWAYS)
    yield from _missing("P3", kinds, "shown", "crowd")
    yield from _missing("P4", kinds, "end", "compared", "fold")
    # Of nights of before it was written down who is told a fact, nobody knows what readers had to hear.
    public = [{"t": one.what, **one.facts} for one in kinds.get("told", ()) if one.facts.get("public")]
    try:
        sentences = broken(list(clients.values()), [*gateways.values(), public])
    except KeyError as error:
        raise HistoryError(f"a line of a client or of a gateway does not say its {error}") from error
    for sentence in sentences:
        promise, _, said = sentence.partition(": ")
        who = "a client" if said.startswith("client") else "a gateway"
        yield Broken(promise if promise in ("P3", "P4") else "P5", who, said)
    for one in kinds.get("seed", ()):  # gateways of before 24 November 2026 wrote nothing down
        asked, serve = one.facts.get("gateways", 0), len(kinds.get("serves", ()))
        if serve < asked:
            yield Broken("P4", "a gateway", f"{serve} of {asked} wrote down what they published")
    for one in kinds.get("watchers", ()):  # nights of before 24 November 2026 did not write down how many
        there = sum(here(lines) for lines in clients.values())
        if there < one["asked"]:
            yield Broken("P4", "a client", f"{there} of {one['asked']} that watch show something in the end")
    ends = {one["contest"]: one["hash"] for one in kinds.get("end", ())}
    for one in kinds.get("crowd", ()):
        yield from _crowd(one, ends)
    folds = {one["contest"]: one["hash"] for one in kinds.get("fold", ())}
    for one in kinds.get("end", ()):  # of each gateway: two may hold two things
        if one["hash"] != folds.get(one["contest"]):
            said = f"{one.by} holds {one['hash']}, the fold of the log is {folds.get(one['contest'])}"
            yield Broken("P4", one["contest"], said)
    for one in kinds.get("silent", ()):
        yield Broken("P4", one["contest"], f"{one.by} does not answer in the end")
    for contest in sorted(folds.keys() - ends.keys()):
        yield Broken("P4", contest, f"no gateway holds it, the fold of the log is {folds[contest]}")


def _crowd(one: Fact, ends: Mapping[str, str]) -> Iterator[Broken]:
    """What a crowd saw; and in the end all of it is there, and holds what the gateways hold.

    Crowds of before 23 November 2026 did not write down what they hold.
    """
    who = f"the crowd at gateway {one['gateway']}"
    for fault in one["faults"]:
        yield Broken("P3", who, str(fault))
    if "held" not in one.facts:
        return
    if one["alive"]["fast"] != one["asked"]:
        yield Broken("P4", who, f"{one['alive']['fast']} of {one['asked']} clients are there in the end")
    there = sum(one["held"].values())
    if there != one["asked"]:
        yield Broken("P4", who, f"{there} of {one['asked']} clients hold something in the end")
    for name, clients in one["held"].items():
        held = name.rpartition(":")[2]
        if held != ends.get(one["contest"]):
            said = f"{clients} clients hold {held}, the gateways {ends.get(one['contest'])}"
            yield Broken("P4", who, said)


def _lives(kinds: Kinds, begins: str) -> dict[str, list[Mapping[str, Any]]]:
    """The lines of each actor of that name, in its order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in kinds.get(EVERYTHING, ()):
        if one.by.startswith(begins):
            found.setdefault(one.by, []).append({"t": one.what, **one.facts})
    return found


def told_once(kinds: Kinds) -> Iterator[Broken]:
    """P5: one event is told once; whoever has it has its retraction; a delivery is repeated under its id."""
    yield from _missing("P5", kinds, "told", "subscribed", "delivered")
    retracted = any(one["kind"] == RETRACTION for one in kinds.get("told", ()))
    # Nights of the first plan make no call, and their seed may say nothing.
    if _second_plan(kinds) and not retracted:
        yield Broken("P5", "nobody", "no call was retracted: nothing was checked")
    yield from _in_turn([one for one in kinds.get("told", ()) if "seq" in one.facts])
    told: dict[str, Fact] = {}
    for one in kinds.get("told", ()):
        if one["id"] in told:
            event = one["contest"], one["kind"], one["key"]
            yield Broken("P5", " ".join(event), f"{one['id']} stands twice among what was told")
        told[one["id"]] = one
    got: dict[str, set[str]] = defaultdict(set)
    said: dict[str, str] = {}
    for one in kinds.get("delivered", ()):
        got[one["to"]].add(one["id"])
        if one["id"] not in told:
            yield Broken("P5", one["to"], f"received {one['id']}, which nobody told")
        elif one.facts.get("kind", told[one["id"]]["kind"]) != told[one["id"]]["kind"]:
            yield Broken("P5", one["to"], f"received {one['id']} as {one['kind']}, which it is not")
        if said.setdefault(one["id"], one["digest"]) != one["digest"]:
            yield Broken("P5", one["to"], f"{one['id']} was said in two ways")
    if _staged(kinds) and retracted and not any(pairs(told.values(), ids) for ids in got.values()):
        yield Broken("P5", "nobody", "no newsroom received a call and its retraction: nothing was checked")
    for one in kinds.get("subscribed", ()):
        yield from _received(one, told.values(), got[one["to"]])


def pairs(told: Iterable[Told], got: Container[str]) -> set[str]:
    """The calls that stand among what somebody got, and their retractions too."""
    here = [one for one in told if one["id"] in got]
    calls = {one["call"] for one in here if one["kind"] == CALL}
    return calls & {one["call"] for one in here if one["kind"] == RETRACTION}


def _in_turn(told: Iterable[Fact]) -> Iterator[Broken]:
    """Facts are numbered without a gap; a contest has one call at a time, and that one is taken back.

    An id is made from contest, kind and key, so two ids never show that one event was told twice: a call that
    is made while another stands does. Nights of before wrote down what the log holds, without numbers.
    """
    last: dict[str, int] = {}
    stands: dict[str, str] = {}
    for one in told:
        contest, kind, call = one["contest"], one["kind"], one["call"]
        if one["seq"] != last.get(contest, 0) + 1:
            yield Broken("P5", contest, f"fact {one['seq']} was told after {last.get(contest, 0)}")
        last[contest] = one["seq"]
        if kind == CALL:
            if contest in stands:
                yield Broken("P5", contest, f"{call} was called while {stands[contest]} stood")
            stands[contest] = call
        elif kind == RETRACTION and stands.pop(contest, "") != call:
            yield Broken("P5", contest, f"{call} was taken back and did not stand")


def _received(who: Fact, told: Iterable[Fact], got: set[str]) -> Iterator[Broken]:
    """What a subscriber had to receive: all of its kinds, and the end of each call that reached it.

    A call that was retracted before it was sent is history, and so is its retraction: neither has to come.
    """
    calls = {one["call"] for one in told if one["kind"] == CALL and one["id"] in got}
    over = {one["call"] for one in told if one["kind"] == RETRACTION} - calls
    for one in told:
        ends = one["kind"] == RETRACTION and one["call"] in calls
        if ends and one["id"] not in got:
            said = f"was told of the call {one['call']} and never of its retraction {one['id']}"
            yield Broken("P5", who["to"], said)
        elif one["kind"] in who["kinds"] and one["id"] not in got and one["call"] not in over:
            yield Broken("P5", who["to"], f"never received {one['kind']} {one['id']}")


def bounded(kinds: Kinds) -> Iterator[Broken]:
    """P6: what a gateway holds stays within its clients' share, whatever they do or do not do."""
    yield from _missing("P6", kinds, "size")
    sizes: dict[str, list[Fact]] = defaultdict(list)
    for one in kinds.get("size", ()):
        sizes[one["process"]].append(one)
    for one in kinds.get("crowd", ()):
        process = f"gateway-{one['gateway']}"
        if len(sizes[process]) < 2:
            yield Broken("P6", process, f"was looked at {len(sizes[process])} times: nothing was compared")
    for process, seen in sorted((name, looks) for name, looks in sizes.items() if looks):
        first = seen[0]["bytes"]
        if not all(one["bytes"] for one in seen):
            yield Broken("P6", process, "was not there when it was looked at")
        for one in seen[1:]:
            may = first * GROWN_FACTOR + MEMORY_PER_CLIENT_BYTES * one["clients"]
            most = max(one["bytes"], one.facts.get("peak", 0))
            if most > may:
                said = f"held {most:,} bytes for {one['clients']} clients; at first {first:,}"
                yield Broken("P6", process, said)


def recovers(kinds: Kinds) -> Iterator[Broken]:
    """P7: after each fault all is right again, within a time that has a name."""
    yield from _missing("P7", kinds, "fault")
    yield from _recovered(kinds, "recovered", "right again")
    if _second_plan(kinds):  # nights of before did not ask the crowds
        yield from _recovered(kinds, "readers", "shown by every reader again")


def _recovered(kinds: Kinds, fact: str, means: str) -> Iterator[Broken]:
    again = {one["fault"]: one["seconds"] for one in kinds.get(fact, ())}
    for one in kinds.get("fault", ()):
        seconds = again.get(one["fault"])
        what = f"{one['kind']} of {one['target']}"
        if seconds is None:
            yield Broken("P7", f"fault {one['fault']}", f"{what}: nobody saw all {means}")
        elif seconds > RECOVERED_WITHIN_S:
            yield Broken("P7", f"fault {one['fault']}", f"{what}: {means} after {seconds:.1f} s")


PROMISES: tuple[Callable[[Kinds], Iterator[Broken]], ...] = (
    nothing_lost, counted_once, watched, told_once, bounded, recovers,
)  # fmt: skip
"""P1 to P7, in order."""
