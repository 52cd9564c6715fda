"""The checker finds each lie in a history, and finds none where there is none."""

from collections.abc import Callable
from typing import Any

import pytest

from faults.checker import RECOVERED_WITHIN_S, SHOWN_AT, check
from faults.history import Fact, HistoryError

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


def told(id: str, kind: str, key: str, seq: int, call: str = "", *, public: bool = False) -> Fact:
    """A fact that the store tells, readers too if it is `public`."""
    return fact("told", id=id, contest="mayor", seq=seq, kind=kind, key=key, call=call, public=public)


def heard(*ids: str, who: str, joined: int = 0) -> Facts:
    """A client follows what is told from after a number on, and hears these."""
    events = [
        fact("event", who, sub="e", contest="mayor", seq=seq, prev=seq - 1, id=id, again=False)
        for seq, id in enumerate(ids, joined + 1)
    ]
    return [fact("joined", who, sub="e", contest="mayor", seq=joined), *events]


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
        told("a3", "counted", "50", 1, public=True),
        told("a1", "call-made", "1", 2, "call/1", public=True),
        told("a2", "call-retracted", "1", 3, "call/1", public=True),
        *heard("a3", "a1", "a2", who="watch-1"), *heard("a1", "a2", who="watch-2", joined=1),
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
    "a client that watched is gone in the end": ("P4", more(fact("watchers", "faults", asked=3))),
    "a client that watches was never shown anything": (
        "P4",
        more(fact("watchers", "faults", asked=3), fact("hello", "watch-3")),
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
    "a gateway is silent in the end": ("P4", more(fact("silent", "gateway-1", contest="mayor"))),
    "the store differs from the log in something else": ("P2", more(fact("difference", said="3 facts"))),
    "something is delivered that nobody told": ("P5", more(delivered("a7"))),
    "one id is said in two ways": ("P5", changed("delivered", 3, digest="other")),
    "a gateway grows": ("P6", more(fact("size", process="gateway-0", bytes=200_000_000, clients=300))),
    "a gateway is gone when it is looked at": (
        "P6",
        more(fact("size", process="gateway-0", bytes=0, clients=0)),
    ),
    "a gateway held more between two looks": ("P6", changed("size", 1, peak=200_000_000)),
    "a gateway is looked at once": ("P6", without("size", 1)),
    "a gateway with clients is never looked at": ("P6", changed("crowd", gateway=1)),
    "a fault is never mended": ("P7", without("recovered")),
    "a fault is mended late": ("P7", changed("recovered", seconds=RECOVERED_WITHIN_S + 1)),
}


def test_an_honest_history_breaks_nothing() -> None:
    """Repeated deliveries, resumed clients and a new epoch are no faults."""
    assert [] == check(honest())
    assert [] == check([*honest(), fact("watchers", "faults", asked=2)])


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found_under_the_promise_it_breaks(lie: str) -> None:
    """And under no other."""
    promise, change = LIES[lie]
    assert {promise} == {one.promise for one in check(change(honest()))}


FOR_DESKS = [delivered(id, to) for id in ("a4", "a5") for to in ("desk", "calls")]
TOLD_TWICE: dict[str, tuple[str, Callable[[Facts], Facts]]] = {
    "one id stands twice": ("a3 stands twice", more(told("a3", "counted", "50", 4))),
    "one event is told as two calls": (
        "call/3 was called while call/2 stood",
        more(
            told("a4", "call-made", "2", 4, "call/2"),
            told("a5", "call-made", "3", 5, "call/3"),
            *FOR_DESKS,
        ),
    ),
    "a call is taken back twice": (
        "call/1 was taken back and did not stand",
        more(told("a4", "call-retracted", "2", 4, "call/1"), *FOR_DESKS[:2]),
    ),
    "a fact is left out": (
        "fact 5 was told after 3",
        more(told("a4", "counted", "60", 5), *FOR_DESKS[:1]),
    ),
    "a reader is not told": ("e was never told 3 (a2)", without("event", 2)),
}


@pytest.mark.parametrize("lie", TOLD_TWICE)
def test_what_is_told_twice_or_not_at_all_is_found(lie: str) -> None:
    """By that one sentence, so that no other check hides a check that finds nothing."""
    said, change = TOLD_TWICE[lie]
    [found] = check(change(honest()))
    assert ("P5", True) == (found.promise, said in found.said)


def test_nights_that_wrote_down_no_numbers_of_facts_are_checked_without_them() -> None:
    """They held what the log held, in which a fact may stand that was not told."""
    old = [
        Fact(one.by, one.what, {name: one[name] for name in one.facts if name not in ("seq", "public")})
        if one.what == "told"
        else one
        for one in honest()
    ]
    assert [] == check(old)
    assert ["P5"] == [one.promise for one in check(without("delivered", 1)(old))]


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


def staged(*more: Fact) -> Facts:
    """The honest night, whose seed says that calls are taken back and that a gateway writes."""
    seed = fact("seed", plan=2, staged=True, gateways=1)
    return [
        seed,
        fact("serves", "gateway-7", gateway="g1"),
        fact("readers", fault=1, seconds=4.0),
        *honest(),
        *more,
    ]


def test_a_night_that_makes_calls_needs_a_newsroom_that_got_one_and_its_retraction() -> None:
    """Or both may be missing everywhere, and nothing was checked; nights of before are not asked."""
    assert [] == check(staged())
    calls = ("a1", "a2")
    nobody = [one for one in staged() if not (one.what == "delivered" and one["id"] in calls)]
    assert ["no newsroom received a call and its retraction: nothing was checked"] == [
        one.said for one in check(nobody)
    ]
    assert [] == check(changed("seed", staged=False)(nobody))
    other = changed("told", 2, call="call/0")(staged())  # what was taken back is no call that anybody got
    assert "no newsroom received" in " ".join(map(str, check(other)))


def test_a_delivery_under_the_id_of_another_event_is_found() -> None:
    """An id is one event, whatever its first delivery said."""
    right = changed("delivered", 2, kind="counted")
    assert [] == check(right(staged()))
    [found] = check(changed("delivered", 2, kind="call-made")(staged()))
    assert "P5 desk: received a3 as call-made, which it is not" == str(found)


def test_a_gateway_that_wrote_nothing_is_missed() -> None:
    """What its clients showed could not be held against anything."""
    [found] = check(without("serves")(staged()))
    assert "P4 a gateway: 0 of 1 wrote down what they published" == str(found)


def at(version: int, epoch: str = "e2", hash: str = "h9", who: str = "gateway-7") -> Fact:
    """What a gateway published."""
    return fact("at", who, contest="mayor", epoch=epoch, version=version, open=True, hash=hash)


@pytest.mark.parametrize(
    ("published", "found"),
    [
        ([at(4)], []),
        ([at(4, hash="h8")], ["h9 at ('mayor', 'e2', 4), its gateway g1 published h8"]),
        ([at(3)], ["h9 at ('mayor', 'e2', 4), its gateway g1 published nothing there"]),
        (
            [at(4), fact("serves", "gateway-8", gateway="g2"), at(4, hash="h8", who="gateway-8")],
            ["the gateways published ('mayor', 'e2', 4) as h8 and as h9"],
        ),
    ],
)
def test_a_client_that_shows_what_its_gateway_did_not_publish_is_found(
    published: Facts, found: list[str]
) -> None:
    """By hash, at the very version: what a client lays together itself counts as well."""
    client = [
        fact("hello", "watch-3", gateway="g1"),
        *life((4, None), who="watch-3", epoch="e2", hash="h9")[1:],
    ]
    facts = check(staged(*published, *client))
    assert [True] * len(found) == [said in str(one) for said, one in zip(found, facts, strict=True)]


def test_a_run_that_nobody_looked_at_proves_nothing() -> None:
    """Each promise names what was not written down."""
    assert ["P1", "P2", "P3", "P4", "P5", "P6", "P7"] == sorted({one.promise for one in check([])})


@pytest.mark.parametrize("what", sorted({one.what for one in honest()} - {"recovered", "hello", "took"}))
def test_a_kind_of_fact_that_nobody_wrote_down_is_missed(what: str) -> None:
    """An actor that forgot to look is no proof that all was well."""
    assert check([one for one in honest() if one.what != what])


@pytest.mark.parametrize("what", ["acknowledged", "shown", "took", "event", "end", "recovered"])
def test_a_line_that_lacks_something_is_an_error_of_its_history(what: str) -> None:
    """The night cannot be judged, and the next one is played."""
    place = [one.what for one in honest()].index(what)
    facts = [*honest()[:place], fact(what, honest()[place].by), *honest()[place + 1 :]]
    with pytest.raises(HistoryError, match="does not say its"):
        check(facts)


def test_of_many_alike_the_first_are_told() -> None:
    """And how many more there are."""
    facts = [
        *honest(),
        *(fact("acknowledged", topic="t", partition=0, offset=n, id="") for n in range(99)),
    ]
    found = check(facts)
    assert SHOWN_AT + 1 == len(found)
    assert str(99 - SHOWN_AT) in str(found[-1])
