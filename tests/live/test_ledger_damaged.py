"""Whether a ledger that was damaged in the store is made again from the log, and nobody is forgotten by it.

Know before changing: nothing of ours leaves such rows; what is written here is what a disk, another program
or a slip in redis-cli may leave. Each damage is looked at by whatever reads the row.
"""

import json

import pytest

from tests.live.alone import Alone
from tests.live.book import LONG_MS, Book, row

CALL, RETRACTION = "call-made", "call-retracted"
A = "f1/a"


@pytest.fixture
def book(alone: Alone) -> Book:
    """An open ledger with nothing in it."""
    assert ["OK"] == alone.ledger("restore", 1, 0)
    return Book(alone)


def changed(**more: object) -> bytes:
    """The row of the first fact for a, with something else in it."""
    return json.dumps({**json.loads(row("f1", "a", n=1)), **more}).encode()


DAMAGES: dict[str, bytes | None] = {
    "gone": None, "empty": b"", "no JSON": b"{", "a list": b"[]", "null": b"null", "a number": b"7",
    "another's row": changed(target="b"), "no kind": changed(kind=None), "no channel": changed(channel=7),
    "an unknown state": changed(state="lost"), "half a try": changed(tries=1.5), "under none": changed(n=-1),
    "more than can be": changed(at=10**13 + 1), "no number": changed().replace(b'"n": 1,', b'"n": NaN,'),
    "a word for yes": changed(tried="yes"), "no text": changed(who="?").replace(b'"?"', b'"\xff"'),
    "half a letter": changed(who="?").replace(b'"?"', b'"\xe2\x82"'),
    "half a pair": changed(who="?").replace(b'"?"', b'"\xed\xa0\x80"'),
}  # fmt: skip


def damage(book: Book, content: bytes | None) -> None:
    """Does it to the row of the first fact for a."""
    if content is None:
        book.redis.hdel("deliveries", A)
    else:
        book.redis.hset("deliveries", A, content)


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_row_is_made_again_from_the_log_and_the_others_go_out_meanwhile(
    book: Book, content: bytes | None
) -> None:
    """It ended sandik deliver, and again at every start: newsrooms were told nothing more."""
    book.spread(1, "counted", "a", "b")
    damage(book, content)
    assert ["b"] == [one["target"] for one in book.claim()]
    assert ["f1/b"] == book.queued()
    assert b"1" == book.redis.hget("meta", "damaged")
    assert ["LOST"] == book.ledger("claim", "me", LONG_MS, 9, 9)
    assert ["OK"] == book.ledger("restore", 1, 1, row("f1", "a", n=1))
    assert [("a", "counted")] == [(one["target"], one["kind"]) for one in book.claim()]
    assert book.redis.hget("meta", "damaged") is None


def test_what_was_damaged_takes_no_room(book: Book) -> None:
    """Nor does what stands in a queue and is the name of no delivery; the next one goes out."""
    book.spread(1, "counted", "a", "b")
    book.spread(2, RETRACTION, "c")
    damage(book, b"{")
    for queue in ("due", "urgent"):
        book.redis.zadd(queue, {"rubbish": 0})
    assert ["c", "b"] == [one["target"] for one in book.claim(urgent=1, room=1)]
    assert b"2" == book.redis.hget("meta", "damaged")


def test_a_row_with_every_letter_is_none_that_was_damaged(book: Book) -> None:
    """From the first that takes two bytes to the last that takes four."""
    who = "aşığ\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U00050000\U0010ffff"
    book.spread(1, "counted", "a", who=who)
    assert [who] == [one["who"].encode("latin-1").decode() for one in book.claim()]


def test_a_row_with_the_largest_number_that_can_be_is_none_that_was_damaged(book: Book) -> None:
    """One more is (`delivered.NUMBER_MAX`)."""
    book.spread(1, "counted", "a")
    damage(book, changed(at=10**13))
    assert ["a"] == [one["target"] for one in book.claim()]


def test_a_damaged_call_that_the_log_does_not_have_holds_up_no_retraction(book: Book) -> None:
    """Nobody knows any more that somebody was sent it; the others hear."""
    book.spread(1, CALL, "a", "b")
    book.claim()
    damage(book, b"{")
    assert ["LOST"] == book.spread(2, RETRACTION)
    assert ["OK"] == book.ledger("restore", 1, 1)
    assert ["OK", 1] == book.spread(2, RETRACTION)
    assert {"f1/b": "superseded", "f2/b": "queued"} == book.rows()


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_whoever_was_sent_a_call_hears_of_its_retraction_though_its_row_was_damaged(
    book: Book, content: bytes | None
) -> None:
    """Nothing is written before the log has said who it was."""
    book.spread(1, CALL, "a", "b")
    book.claim()
    damage(book, content)
    before = book.redis.hgetall("deliveries")
    assert ["LOST"] == book.spread(2, RETRACTION) == book.spread(2, RETRACTION)
    before.pop(A.encode(), None)
    assert book.redis.hget("meta", "run_id") is None
    assert before == book.redis.hgetall("deliveries")
    assert ["OK"] == book.ledger("restore", 1, 1, row("f1", "a", kind=CALL, n=2, tried=True, state="sent"))
    assert ["OK", 2] == book.spread(2, RETRACTION)
    assert {"f2/a": "queued", "f2/b": "queued"} == {
        key: state for key, state in book.rows().items() if key.startswith("f2")
    }


def test_whoever_holds_a_delivery_whose_row_was_damaged_does_not_fail(book: Book) -> None:
    """It is no longer its own; that it was acknowledged is true all the same."""
    for what in ("renew", "settle", "resend"):
        book.redis.delete("deliveries", "due", "urgent", "busy", "meta")
        book.ledger("restore", 1, 0)
        book.spread(1, "counted", "a")
        (held,) = book.claim()
        damage(book, b"{")
        if what == "renew":
            assert ["OK", 0] == book.ledger("renew", LONG_MS, A, "me")
        elif what == "resend":
            assert ["NOT", ""] == book.ledger("resend", A)
        else:
            assert ["OK"] == book.ledger("settle", "me", "acknowledged", 0, "", json.dumps(held))
            assert {A: "acknowledged"} == book.rows()
        assert ["LOST"] == book.ledger("claim", "me", LONG_MS, 9, 9)
