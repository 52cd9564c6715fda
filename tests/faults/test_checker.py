"""The checker finds each lie in a history, and finds none where there is none."""

from collections.abc import Callable
from typing import Any

import pytest

from faults.checker import RECOVERED_WITHIN_S, SHOWN_AT, check
from faults.history import Fact

Facts = list[Fact]


def fact(what: str, who: str = "somebody", **facts: Any) -> Fact:
    """One fact."""
    return Fact(who, what, facts)


def took(version: int, prev: int | None, who: str = "watch-1", epoch: str = "e1", hash: str = "h") -> Facts:
    """A client is led to a state, by a whole one or by a change from `prev`, and shows it."""
    at = {"sub": "a", "epoch": epoch, "version": version}
    by = "snapshot" if prev is None else "change"
    return [
        fact("took", who, **at, prev=prev, by=by),
        fact("shown", who, **at, contest="mayor", open=True, whole=True, hash=hash),
    ]


def life(*steps: tuple[int, int | None], who: str = "watch-1", **more: str) -> Facts:
    """A client's connection, and the states that it was led to."""
    return [fact("hello", who), *(one for step in steps for one in took(*step, who=who, **more))]


def told(id: str, kind: str, key: str, call: str = "") -> Fact:
    """A fact that the log of what was told holds."""
    return fact("told", id=id, contest="mayor", kind=kind, key=key, call=call)


def delivered(id: str, to: str = "desk") -> Fact:
    """A delivery that a receiver took."""
    return fact("delivered", to=to, id=id, digest=f"d-{id}")


VOTES = {"istanbul/kaya": 90, "istanbul/demir": 80}


def honest() -> Facts:
    """A small run in which every promise held, with everything in it that has to be looked at."""
    reports = [("night.reports", 0, offset, f"r{offset}") for offset in range(5)]
    names = ("topic", "partition", "offset", "id")
    return [
        *(fact("acknowledged", who="producer", **dict(zip(names, one, strict=True))) for one in reports[:4]),
        *(fact("record", who="log", **dict(zip(names, one, strict=True))) for one in reports),
        fact("fold", contest="mayor", totals=VOTES, hash="h9"),
        fact("store", contest="mayor", totals=VOTES),
        fact("end", "gateway-0", contest="mayor", epoch="e2", version=4, hash="h9"),
        *life((1, None), (2, 1), (3, 2), (5, None), (6, 5)),
        *took(1, None, epoch="e2"), *took(4, 1, epoch="e2", hash="h9"),
        fact("compared", "watch-1", sub="a", ours="h9", theirs="h9"),
        *life((4, None), (4, None), who="watch-2", epoch="e2", hash="h9"),
        fact("crowd", "faults", gateway=0, faults=[], frames=900, alive={"fast": 93, "slow": 5}),
        told("a1", "call-made", "1", "call/1"), told("a2", "call-retracted", "1", "call/1"),
        told("a3", "counted", "50"),
        fact("subscribed", to="desk", kinds=["call-made", "call-retracted", "counted"]),
        fact("subscribed", to="calls", kinds=["call-made"]),
        *(delivered(id) for id in ("a1", "a2", "a3", "a1")),
        *(delivered(id, "calls") for id in ("a1", "a2")),
        fact("size", process="gateway-0", bytes=80_000_000, clients=0),
        fact("size", process="gateway-0", bytes=84_000_000, clients=300),
        fact("fault", fault=1, kind="SIGKILL", target="worker-0"),
        fact("recovered", fault=1, seconds=3.5),
    ]  # fmt: skip


def without(what: str, number: int = 0) -> Callable[[Facts], Facts]:
    """One fact of a kind is not there."""

    def change(facts: Facts) -> Facts:
        place = [at for at, one in enumerate(facts) if one.what == what][number]
        return facts[:place] + facts[place + 1 :]

    return change


def changed(what: str, number: int = 0, **new: Any) -> Callable[[Facts], Facts]:
    """One fact of a kind says something else."""

    def change(facts: Facts) -> Facts:
        place = [at for at, one in enumerate(facts) if one.what == what][number]
        old = facts[place]
        return [*facts[:place], Fact(old.by, old.what, old.facts | new), *facts[place + 1 :]]

    return change


def more(*facts: Fact) -> Callable[[Facts], Facts]:
    """There is more."""
    return lambda held: [*held, *facts]


LOST = fact("lost", "watch-3")
"""The client's connection ends, so nobody asks what it holds in the end."""
LIES: dict[str, tuple[str, Callable[[Facts], Facts]]] = {
    "a report that was acknowledged is lost": ("P1", without("record")),
    "another record stands in its place": ("P1", changed("record", id="other")),
    "a report is counted twice": (
        "P2",
        changed("store", totals={"istanbul/kaya": 180, "istanbul/demir": 80}),
    ),
    "a vote is missing": ("P2", changed("store", totals={"istanbul/kaya": 89, "istanbul/demir": 80})),
    "a place is missing": ("P2", changed("store", totals={"istanbul/kaya": 90})),
    "a contest is in the store alone": ("P2", more(fact("store", contest="council", totals={}))),
    "a contest is in the log alone": (
        "P2",
        more(
            fact("fold", contest="council", totals={}, hash="x"),
            fact("end", "gateway-0", contest="council", hash="x", epoch="e2", version=1),
        ),
    ),
    "a client goes backwards": ("P3", more(*life((9, None), (8, None), who="watch-3"), LOST)),
    "a change is laid over a gap": ("P3", more(*life((1, None), (3, 2), who="watch-3"), LOST)),
    "one of a crowd goes backwards": ("P3", changed("crowd", faults=["older at 7"])),
    "a client begins with a change": ("P3", more(*life((3, 2), who="watch-3"), LOST)),
    "an epoch that was left comes back": (
        "P3",
        more(
            *life((9, None), who="watch-3"),
            *took(1, None, "watch-3", "e2"),
            took(9, None, "watch-3")[1],
            LOST,
        ),
    ),
    "a client holds something else in the end": (
        "P4",
        more(
            *life((4, None), who="watch-3", epoch="e2", hash="h8"),
        ),
    ),
    "a client's proof is not the server's": ("P4", changed("compared", ours="h8")),
    "the server holds something else than the log": ("P4", changed("fold", hash="h8")),
    "one gateway of two holds something else than the log": (
        "P4",
        lambda held: [
            fact("end", "gateway-1", contest="mayor", epoch="e2", version=4, hash="h8"),
            *held,
        ],
    ),
    "no gateway holds a contest": (
        "P4",
        more(
            fact("fold", contest="council", totals={}, hash="x"),
            fact("store", contest="council", totals={}),
        ),
    ),
    "a retraction never comes": ("P5", without("delivered", 1)),
    "a retraction never comes to who asked for calls alone": ("P5", without("delivered", 5)),
    "an alert never comes": ("P5", without("delivered", 2)),
    "one event has two ids": ("P5", more(told("a9", "counted", "50"), delivered("a9"))),
    "one id stands twice": ("P5", more(told("a3", "counted", "50"))),
    "something is delivered that nobody told": ("P5", more(delivered("a7"))),
    "one id is said in two ways": ("P5", changed("delivered", 3, digest="other")),
    "a gateway grows": ("P6", more(fact("size", process="gateway-0", bytes=200_000_000, clients=300))),
    "a gateway is gone when it is looked at": (
        "P6",
        more(fact("size", process="gateway-0", bytes=0, clients=0)),
    ),
    "a fault is never mended": ("P7", without("recovered")),
    "a fault is mended late": ("P7", changed("recovered", seconds=RECOVERED_WITHIN_S + 1)),
}


def test_an_honest_history_breaks_nothing() -> None:
    """Repeated deliveries, resumed clients and a new epoch are no faults."""
    assert [] == check(honest())


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found_under_the_promise_it_breaks(lie: str) -> None:
    """And under no other."""
    promise, change = LIES[lie]
    assert {promise} == {one.promise for one in check(change(honest()))}


def test_a_call_that_was_retracted_before_it_was_sent_need_not_come_nor_its_retraction() -> None:
    """To who has the call, its retraction must; to who was told of one alone, neither is owed."""
    neither = [one for one in honest() if one.what != "delivered" or one["id"] not in ("a1", "a2")]
    assert [] == check(neither)


def test_nights_of_the_second_plan_in_which_nothing_was_retracted_prove_nothing() -> None:
    """Nobody could miss a retraction there."""
    readers = fact("readers", fault=1, seconds=4.0)
    night = [fact("seed", plan=2), readers, *honest()]
    assert [] == check(night)
    quiet = [one for one in night if not (one.what in ("told", "delivered") and one["id"] in ("a1", "a2"))]
    assert ["P5"] == [one.promise for one in check(quiet)]


def test_a_run_that_nobody_looked_at_proves_nothing() -> None:
    """Each promise names what was not written down."""
    assert ["P1", "P2", "P3", "P4", "P5", "P6", "P7"] == sorted({one.promise for one in check([])})


@pytest.mark.parametrize("what", sorted({one.what for one in honest()} - {"recovered", "hello", "took"}))
def test_a_kind_of_fact_that_nobody_wrote_down_is_missed(what: str) -> None:
    """An actor that forgot to look is no proof that all was well."""
    assert check([one for one in honest() if one.what != what])


def test_of_many_alike_the_first_are_told() -> None:
    """And how many more there are."""
    facts = [
        *honest(),
        *(fact("acknowledged", topic="t", partition=0, offset=n, id="") for n in range(99)),
    ]
    found = check(facts)
    assert SHOWN_AT + 1 == len(found)
    assert str(99 - SHOWN_AT) in str(found[-1])
