"""What each script of the ledger answers and leaves behind: rows, queues, who is busy, which calls stand.

Know before changing: the promises of the ledger are asked in `test_ledger` and `test_ledger_histories`; here
stand the edges, one script at a time (`tests/live/alone.py`). The server's clock is read, never waited for:
what is due is made so by its score.
"""

import json

import pytest

from tests.live.alone import Alone
from tests.live.book import LONG_MS, Book, row

CALL, RETRACTION = "call-made", "call-retracted"


@pytest.fixture
def book(alone: Alone) -> Book:
    """An open ledger with nothing in it."""
    assert ["OK"] == alone.ledger("restore", 1, 0)
    return Book(alone)


def test_a_first_start_begins_where_it_says_and_no_later_one_does(book: Book) -> None:
    """What was told before is nobody's, and the log hears of it; where it was begun already nothing moves."""
    assert ["OK"] == book.ledger("begin", 3) == book.ledger("begin", 5)
    assert (b"3", ["3"]) == (book.redis.hget("meta", "cursor"), book.outbox())
    assert ["OK", 1] == book.spread(4, "counted", "a")
    assert ["OK"] == book.ledger("begin", 9)
    assert b"4" == book.redis.hget("meta", "cursor")


def test_a_start_before_anything_was_told_is_a_first_start_too(book: Book) -> None:
    """The next one, from now, leaves nothing out; nor does one of another version of this program."""
    assert ["OK"] == book.ledger("begin", 0) == book.ledger("begin", 2)
    assert (b"0", []) == (book.redis.hget("meta", "cursor"), book.outbox())
    assert b"1" == book.redis.hget("meta", "begun")
    assert ["OK", 1] == book.spread(1, "counted", "a")


def test_a_ledger_that_was_made_again_from_the_log_has_begun(book: Book) -> None:
    """Its cursor says so."""
    assert ["OK"] == book.ledger("restore", 1, 2)
    assert ["OK"] == book.ledger("begin", 7)
    assert (b"2", []) == (book.redis.hget("meta", "cursor"), book.outbox())


def test_nothing_begins_before_the_log_was_asked(book: Book) -> None:
    """Another start of the store may know less than was delivered."""
    book.redis.hset("meta", "run_id", "another")
    assert ["LOST"] == book.ledger("begin", 3)
    assert (b"0", []) == (book.redis.hget("meta", "cursor"), book.outbox())
    book.ledger("restore", 1, 0)
    assert ["OK"] == book.ledger("begin", 3)
    assert b"3" == book.redis.hget("meta", "cursor")


def test_a_fact_is_spread_once_in_its_turn(book: Book) -> None:
    """Its rows are due now, those of a later fact later; what is not queued is kept and not sent."""
    before = book.now()
    assert ["OK", 2] == book.spread(1, "counted", "a", "b")
    assert ["AT", "1"] == book.spread(1, "counted", "c") == book.spread(3, "counted", "c")
    assert ["OK", 1] == book.spread(2, CALL, "a")
    assert ["OK", 0] == book.spread(3, "counted", "z", state="dead")
    assert {
        "f1/a": ("queued", 1),
        "f1/b": ("queued", 1),
        "f2/a": ("queued", 1),
        "f3/z": ("dead", 1),
    } == book.rows("state", "n")
    scores = {key.decode(): score for key, score in book.redis.zrange("due", 0, -1, withscores=True)}
    assert {"f1/a", "f1/b", "f2/a"} == set(scores)
    assert before <= scores["f1/a"] == scores["f1/b"] < scores["f2/a"] <= book.now() + 2
    assert {"f2/a"} == book.calls()
    assert [] == book.queued("urgent")
    assert ["f1/a queued", "f1/b queued", "1", "f2/a queued", "2", "f3/z dead", "3"] == book.outbox()
    assert (b"3", scores["f2/a"] + 1) <= (
        book.redis.hget("meta", "cursor"),
        float(book.redis.hget("meta", "score")),
    )
    assert all(before <= at <= book.now() for (at,) in book.rows("at").values())


def test_a_clock_that_goes_back_does_not_put_a_later_fact_first(book: Book) -> None:
    """The next one is due a millisecond after the last, whatever the clock says."""
    book.spread(1, "counted", "a")
    ahead = book.now() + LONG_MS
    book.redis.hset("meta", "score", ahead)
    book.spread(2, "counted", "a")
    assert ahead + 1 == book.redis.zscore("due", "f2/a") == int(book.redis.hget("meta", "score"))
    answer = book.ledger("claim", "me", LONG_MS, 0, 0)
    assert [] == answer[3:]
    assert LONG_MS - 60_000 < answer[1] <= LONG_MS + 1
    assert book.redis.xrevrange("outbox", count=1)[0][0].decode() == answer[2]


def test_what_waits_moves_with_a_clock_that_was_set_back(book: Book) -> None:
    """By just as much, in both queues and in every hand, and once; what nobody waits for stays at nought."""
    book.spread(1, "counted", "a", "b")
    book.spread(2, RETRACTION, "c")
    book.claim(urgent=0, room=2, token="a hand")
    score = int(book.redis.hget("meta", "score"))
    held = [
        (queue, *one)
        for queue in ("due", "urgent")
        for one in book.redis.zrange(queue, 0, -1, withscores=True)
    ]
    until = {name: int(text.split()[0]) for name, text in book.redis.hgetall("busy").items()}
    seen = book.now() + LONG_MS
    book.redis.hset("meta", "clock", seen)
    assert ["OK"] == book.ledger("renew", LONG_MS)
    now = int(book.redis.hget("meta", "clock"))
    by = seen - now
    assert now <= book.now() < now + LONG_MS // 2
    assert [(queue, key, at - by) for queue, key, at in held] == [
        (queue, *one)
        for queue in ("due", "urgent")
        for one in book.redis.zrange(queue, 0, -1, withscores=True)
    ]
    assert {b"a", b"b"} == set(until)
    hands = {name: f"{until_ms - by} a hand".encode() for name, until_ms in until.items()}
    assert hands == book.redis.hgetall("busy")
    assert score - by == int(book.redis.hget("meta", "score"))
    before = book.redis.zrange("due", 0, -1, withscores=True)
    book.redis.hset("meta", mapping={"clock": book.now() + LONG_MS, "score": 5})
    assert ["OK"] == book.ledger("renew", LONG_MS)
    assert b"0" == book.redis.hget("meta", "score")
    book.redis.hdel("meta", "score")
    book.redis.hset("meta", "clock", book.now() + LONG_MS)
    assert ["OK"] == book.ledger("renew", LONG_MS)
    assert b"0" == book.redis.hget("meta", "score")
    assert [key for key, _ in before] == book.redis.zrange("due", 0, -1)


def test_a_clock_that_is_a_second_behind_or_ahead_moves_nothing(book: Book) -> None:
    """Servers differ by as much, and a ledger without a clock has nothing to move."""
    book.spread(1, "counted", "a", "b")
    book.spread(2, RETRACTION, "c")
    book.claim(room=1)
    kept = ("due", "urgent", "busy")
    before = [book.redis.dump(key) for key in kept] + [book.redis.hget("meta", "score")]
    for clock in (book.now() + 1000, book.now() - LONG_MS, None):
        book.redis.hdel("meta", "clock") if clock is None else book.redis.hset("meta", "clock", clock)
        assert ["OK"] == book.ledger("renew", LONG_MS)
        assert before == [book.redis.dump(key) for key in kept] + [book.redis.hget("meta", "score")]
        assert 0 <= book.now() - int(book.redis.hget("meta", "clock")) < LONG_MS // 2


def test_a_retraction_goes_to_whom_the_call_may_have_reached(book: Book) -> None:
    """Sent, waiting or acknowledged: it goes; never tried: it is dropped with its call."""
    book.spread(1, CALL, "tried", "kept", "untried")
    given = {one["target"]: one for one in book.claim(room=3)}
    assert ["OK"] == book.ledger("settle", "me", "acknowledged", 0, "", json.dumps(given["kept"]))
    # As if it had never been handed over.
    held = json.loads(book.redis.hget("deliveries", "f1/untried"))
    book.redis.hset("deliveries", "f1/untried", json.dumps({**held, "tried": False, "state": "queued"}))
    assert ["OK", 3] == book.spread(2, RETRACTION, "new")
    assert {
        "f1/tried": ("superseded", True, True, "its retraction goes instead"),
        "f1/kept": ("acknowledged", True, True, ""),
        "f1/untried": ("superseded", False, True, "it was retracted before it was sent"),
        "f2/tried": ("queued", False, False, ""),
        "f2/kept": ("queued", False, False, ""),
        "f2/untried": ("superseded", False, False, "its call was never sent"),
        "f2/new": ("queued", False, False, ""),
    } == book.rows("state", "tried", "retracted", "note")
    assert [("f2", 2, RETRACTION, 1, 0, "")] * 4 == [
        row for key, row in book.rows("fact", "seq", "kind", "n", "tries", "token").items() if key[:2] == "f2"
    ]
    assert (set(), []) == (book.calls(), book.queued("due"))
    assert ["f2/kept", "f2/new", "f2/tried"] == sorted(book.queued("urgent"))
    assert ["f1/kept acknowledged", "f1/tried superseded", "f1/untried superseded"] == sorted(
        one for one in book.outbox()[-8:] if one[:2] == "f1"
    )


def test_one_retraction_a_target_however_many_of_its_calls_stand(book: Book) -> None:
    """The one that may have been sent decides, whichever is looked at first."""
    for tried in (("f1",), ("f2",), ("f1", "f2"), ()):
        book.redis.delete("deliveries", "calls", "due", "urgent", "outbox", "busy")
        book.redis.hset("meta", "cursor", 0)
        book.spread(1, CALL, "a")
        book.spread(2, CALL, "a")
        for fact in tried:
            held = json.loads(book.redis.hget("deliveries", f"{fact}/a"))
            book.redis.hset(
                "deliveries", f"{fact}/a", json.dumps({**held, "tried": True, "state": "retrying"})
            )
        assert ["OK", int(bool(tried))] == book.spread(3, RETRACTION)
        assert ("queued" if tried else "superseded") == book.rows()["f3/a"]
        assert "superseded" == book.rows()["f1/a"] == book.rows()["f2/a"]


def test_what_is_given_out_is_held_with_its_target(book: Book) -> None:
    """For the lease, in one hand; a call's first try goes to the log, and nothing else does."""
    book.spread(1, "counted", "a")
    book.spread(2, CALL, "a")
    said = len(book.outbox())
    [first] = book.claim(lease_ms=5000)
    assert ("f1", "sent", 1, True, "me", 2) == tuple(
        first[name] for name in ("fact", "state", "tries", "tried", "token", "n")
    )
    assert first == json.loads(book.redis.hget("deliveries", "f1/a"))
    until, token = book.redis.hget("busy", "a").decode().split(" ")
    assert "me" == token
    assert int(until) == book.redis.zscore("due", "f1/a")
    assert 0 <= book.now() + 5000 - int(until) < 5000
    assert (said, []) == (len(book.outbox()), book.claim())
    # Whoever held it has died: its target is free, and the older fact goes first.
    book.redis.hset("busy", "a", f"{book.now()} me")
    book.redis.zadd("due", {"f1/a": book.now() - 9000})
    [again] = book.claim(token="you")
    assert ("f1", 2, "you") == (again["fact"], again["tries"], again["token"])
    assert ["OK"] == book.ledger("settle", "you", "acknowledged", 0, "", json.dumps(again))
    [call] = book.claim()
    assert ["f1/a acknowledged", "f2/a sent"] == book.outbox()[said:]
    assert ["OK"] == book.ledger("settle", "me", "retrying", -5, "no", json.dumps(call))
    [call] = book.claim()
    assert 2 == call["tries"]
    assert said + 2 == len(book.outbox())


def test_room_is_for_retractions_and_for_others_apart(book: Book) -> None:
    """So many of each at most; none where there is none."""
    book.spread(1, CALL, "a", "b", "c")
    book.redis.delete("due", "calls")
    for target in "abc":
        held = json.loads(book.redis.hget("deliveries", f"f1/{target}"))
        book.redis.hset("deliveries", f"f1/{target}", json.dumps({**held, "tried": True}))
        book.redis.sadd("calls", f"f1/{target}")
    book.spread(2, RETRACTION)
    book.spread(3, "counted", "d", "e", "f")
    assert [] == book.claim(0, 0)
    assert [RETRACTION] * 2 == [one["kind"] for one in book.claim(2, 0)]
    assert [RETRACTION, "counted", "counted"] == [one["kind"] for one in book.claim(2, 2)]
    assert ["counted"] == [one["kind"] for one in book.claim(0, 1)]


def test_a_call_waits_while_a_retraction_to_its_target_is_open(book: Book) -> None:
    """Also one that is in somebody's hand or due later; other facts and other targets do not wait."""
    book.spread(1, RETRACTION, "a")
    book.spread(2, CALL, "a", "b")
    book.spread(3, "counted", "a")
    [retraction] = book.claim(room=0)
    assert ["OK"] == book.ledger("settle", "me", "retrying", LONG_MS, "", json.dumps(retraction))
    found = book.claim(lease_ms=2 * LONG_MS)
    assert [("f2", "b"), ("f3", "a")] == sorted((one["fact"], one["target"]) for one in found)
    answer = book.ledger("claim", "me", LONG_MS, 9, 9)
    assert LONG_MS - 60_000 < answer[1] <= LONG_MS
    assert ["OK"] == book.ledger("settle", "", "acknowledged", 0, "", json.dumps(retraction))
    assert [] == book.queued("urgent")
    book.redis.delete("busy")
    assert ["f2"] == [one["fact"] for one in book.claim()]


def test_an_empty_ledger_gives_out_nothing_and_waits_for_nothing(book: Book) -> None:
    """No delivery, no hour of the next, and nothing on the way to the log."""
    assert ["OK", -1, ""] == book.ledger("claim", "me", LONG_MS, 9, 9)


def test_the_clock_of_the_ledger_is_that_of_its_server(book: Book) -> None:
    """To the millisecond."""
    for _ in range(30):
        before = book.now()
        book.ledger("renew", LONG_MS)
        assert before <= int(book.redis.hget("meta", "clock")) <= book.now()


def test_only_the_holder_settles_and_an_acknowledgement_counts_from_anybody(book: Book) -> None:
    """With the note and the wait that it says; a try that does not count is taken back."""
    book.spread(1, "counted", "a")
    [one] = book.claim()
    given = json.dumps(one)
    assert ["NOT"] == book.ledger("settle", "other", "retrying", 0, "", given)
    assert b"me" in book.redis.hget("busy", "a")
    assert ["OK"] == book.ledger("settle", "me", "untried", LONG_MS, "closed", given)
    assert {"f1/a": ("retrying", 0, "closed", "", 3)} == book.rows("state", "tries", "note", "token", "n")
    assert book.redis.hget("busy", "a") is None
    assert 0 <= book.now() + LONG_MS - book.redis.zscore("due", "f1/a") < 60_000
    assert ["NOT"] == book.ledger("settle", "me", "retrying", 0, "", given)
    said = len(book.outbox())
    assert ["OK"] == book.ledger("settle", "other", "acknowledged", 0, "late", given)
    assert ["NOT"] == book.ledger("settle", "other", "acknowledged", 0, "again", given)
    assert {"f1/a": ("acknowledged", "late")} == book.rows("state", "note")
    assert (["f1/a acknowledged"], []) == (book.outbox()[said:], book.queued())
    assert ["NOT"] == book.ledger("settle", "me", "dead", 0, "", json.dumps({**one, "fact": "f9"}))


def test_what_the_ledger_has_forgotten_is_acknowledged_all_the_same(book: Book) -> None:
    """A call that nobody retracted stands again; a retracted one does not, nor another fact."""
    for fact, more in (("f1", {"kind": CALL}), ("f2", {"kind": CALL, "retracted": True}), ("f3", {})):
        assert ["OK"] == book.ledger("settle", "me", "acknowledged", 0, "", row(fact, "a", **more))
    assert {"f1/a": "acknowledged", "f2/a": "acknowledged", "f3/a": "acknowledged"} == book.rows()
    assert {"f1/a"} == book.calls()
    book.spread(1, CALL, "b")
    held = json.loads(book.redis.hget("deliveries", "f1/b"))
    book.redis.hset("deliveries", "f1/b", json.dumps({**held, "state": "superseded"}))
    assert ["NOT"] == book.ledger("settle", "me", "acknowledged", 0, "", json.dumps(held))


def test_what_is_held_for_longer_stays_in_its_hand(book: Book) -> None:
    """Of several only those that are one's own; the rest is as it was."""
    book.spread(1, "counted", "a", "b", "c")
    book.claim(lease_ms=60_000)
    before = book.redis.hgetall("busy")
    book.ledger("settle", "me", "retrying", 0, "", row("f1", "b"))
    asked = ["f1/a", "me", "f1/b", "me", "f1/c", "you", "f9/a", "me"]
    assert ["OK", 1, 0, 0, 0] == book.ledger("renew", LONG_MS, *asked)
    until, token = book.redis.hget("busy", "a").decode().split(" ")
    assert ("me", int(until)) == (token, book.redis.zscore("due", "f1/a"))
    assert 0 <= book.now() + LONG_MS - int(until) < 60_000
    assert before[b"c"] == book.redis.hget("busy", "c")
    assert book.redis.hget("busy", "b") is None


def test_only_what_is_dead_is_sent_again(book: Book) -> None:
    """From its first try on, at once; a call that was retracted stays where it is."""
    assert ["NOT", ""] == book.ledger("resend", "f1/a")
    book.spread(1, "counted", "a")
    assert ["NOT", "queued"] == book.ledger("resend", "f1/a")
    [one] = book.claim()
    assert ["OK"] == book.ledger("settle", "me", "dead", 0, "gone", json.dumps(one))
    assert [] == book.queued()
    assert ["OK"] == book.ledger("resend", "f1/a")
    assert {"f1/a": ("queued", 0, "", 4)} == book.rows("state", "tries", "note", "n")
    assert book.redis.zscore("due", "f1/a") <= book.now()
    assert ["f1/a dead", "f1/a queued"] == book.outbox()[-2:]
    held = json.loads(book.redis.hget("deliveries", "f1/a"))
    book.redis.hset("deliveries", "f1/a", json.dumps({**held, "state": "dead", "retracted": True}))
    assert ["RETRACTED"] == book.ledger("resend", "f1/a")
    assert "dead" == book.rows()["f1/a"]


def test_the_log_completes_the_ledger(book: Book) -> None:
    """The word that changed more often counts; what is open is due now, the oldest fact first."""
    book.redis.flushall()
    for ask in (("spread", 1, "f1", "counted"), ("claim", "me", 1, 1, 1), ("renew", 1), ("resend", "f1/a"),
                ("settle", "me", "dead", 0, "", row("f1", "a"))):  # fmt: skip
        assert ["LOST"] == book.ledger(*ask)
    rows = [
        row("f9", "a", n=2, state="sent", token="x"),
        row("f3", "a", n=1),
        row("f5", "a", n=1, state="retrying"),
        row("f1", "a", n=3, state="acknowledged", kind=CALL),
        row("f2", "a", n=3, state="superseded", kind=CALL),
        row("f4", "a", n=1, state="dead", kind=CALL, retracted=True),
        row("f6", "a", n=1, kind=RETRACTION),
    ]
    assert ["OK"] == book.ledger("restore", 0, 4, *rows)
    assert ["LOST"] == book.ledger("spread", 5, "f5", "counted")
    assert ["OK"] == book.ledger(
        "restore", 1, 9, row("f9", "a", n=2, state="dead"), row("f3", "a", n=2, state="dead")
    )
    assert {"f1/a": "acknowledged", "f2/a": "superseded", "f3/a": "dead", "f4/a": "dead", "f5/a": "retrying",
            "f6/a": "queued", "f9/a": "sent"} == book.rows()  # fmt: skip
    assert ["f5/a", "f9/a"] == book.queued()
    assert book.redis.zscore("due", "f9/a") - book.redis.zscore("due", "f5/a") == 4
    assert book.redis.zscore("due", "f9/a") <= book.now() - 900_000
    assert (["f6/a"], {"f1/a"}) == (book.queued("urgent"), book.calls())
    assert {("",)} == set(book.rows("token").values())
    assert ["OK"] == book.ledger(
        "restore", 1, 3, row("f1", "a", kind=CALL, n=4, state="acknowledged", retracted=True)
    )
    assert set() == book.calls()
    assert b"9" == book.redis.hget("meta", "cursor")


def test_a_fact_that_the_log_knew_already_is_not_sent_again(book: Book) -> None:
    """The log may hold a delivery and not yet that its fact was spread: what became of it stands."""
    book.redis.flushall()
    assert ["OK"] == book.ledger("restore", 1, 0, row("f1", "a", state="acknowledged", n=3))
    assert ["OK", 1] == book.spread(1, "counted", "a", "b")
    assert {"f1/a": ("acknowledged", 3), "f1/b": ("queued", 1)} == book.rows("state", "n")
    assert ["f1/b"] == book.queued()
