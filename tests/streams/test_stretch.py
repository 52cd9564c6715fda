"""Whether a stretch has no hole in it, and ends at its limit."""

from streams.spans import Received, Span
from streams.stretch import RECORDS_MAX, Stretch, span_of

TOPIC = "replay.practice.rulings"


def received(offset: int, partition: int = 0) -> Received:
    """A record of the topic."""
    return Received(TOPIC, partition, offset, b"{}")


def test_a_record_follows_only_if_it_is_the_next_of_its_partition() -> None:
    """The script looks at the ends of a stretch only: a hole in it would be jumped over for good."""
    stretch = Stretch(len)
    assert stretch.follows(received(1))
    stretch.add(received(0))
    expected = {"itself": False, "the next": True, "the one after": False, "another partition": False}
    assert expected == {
        "itself": stretch.follows(received(0)),
        "the next": stretch.follows(received(1)),
        "the one after": stretch.follows(received(2)),
        "another partition": stretch.follows(received(1, partition=1)),
    }


def test_a_stretch_is_full_at_its_limit() -> None:
    """The rest waits for the next step."""
    stretch = Stretch(len)
    for offset in range(RECORDS_MAX):
        assert not stretch.full
        stretch.add(received(offset))
    assert stretch.full
    assert RECORDS_MAX == stretch.finish()


def test_a_span_covers_every_offset_and_what_was_refused_at_it() -> None:
    """From the first to the one after the last."""
    refused = {6: {None: 1}}
    assert Span(f"{TOPIC}/0", 5, 8, refused) == span_of([received(at) for at in (5, 6, 7)], refused)


def test_a_record_that_comes_after_others_begins_a_stretch_of_its_own() -> None:
    """What it comes after is counted first, and the rulings before it must not wait for that."""
    stretch = Stretch(len)
    ordered = Received(TOPIC, 0, 1, b"{}", {"replay.practice.reports/0": 7})
    assert stretch.follows(ordered)
    stretch.add(received(0))
    assert not stretch.follows(ordered)
