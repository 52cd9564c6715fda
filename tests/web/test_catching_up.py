"""A store that holds less than was shown: readers keep what they have until it is counted again."""

from election.night import ContestId
from election.wire.audit import Mark
from web.catching_up import CATCH_UP_WITHIN_S, CatchingUp

MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
MARKS = {"reports/0": Mark(12, "ab"), "reports/1": Mark(7, "cd")}


def offsets(**partitions: int) -> dict[bytes, bytes]:
    """What a store holds: offsets of partitions with their topics' whole names."""
    return {
        f"replay.practice.reports/{name[1:]}".encode(): str(at).encode() for name, at in partitions.items()
    }


class Clock:
    """The time of a test."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_a_new_epoch_waits_until_every_partition_has_come_as_far_as_what_is_shown() -> None:
    """A partition that the store has not begun again yet is not there yet, either."""
    behind = CatchingUp(Clock())
    behind.showed(MAYOR, MARKS)
    assert behind.begins(MAYOR)
    assert (MAYOR,) == behind.contests
    assert behind.waits(MAYOR, offsets(p0=12))
    assert behind.waits(MAYOR, offsets(p0=12, p1=6))
    assert not behind.waits(MAYOR, offsets(p0=40, p1=7, p2=1))
    behind.showed(MAYOR, MARKS)
    assert () == behind.contests


def test_who_was_shown_nothing_of_the_log_waits_for_nothing() -> None:
    """At the start of a gateway, and of a contest."""
    behind = CatchingUp(Clock())
    assert not behind.begins(MAYOR)
    behind.showed(BRIDGE, {})
    assert not behind.begins(BRIDGE)
    assert () == behind.contests


def test_what_never_comes_as_far_is_shown_after_a_while() -> None:
    """A log that was made anew has other places; the time runs from the first look, not from the last."""
    clock = Clock()
    behind = CatchingUp(clock)
    behind.showed(MAYOR, MARKS)
    assert behind.begins(MAYOR)
    clock.now += CATCH_UP_WITHIN_S
    assert behind.begins(MAYOR)
    assert behind.waits(MAYOR, offsets(p0=1))
    clock.now += 0.1
    assert not behind.waits(MAYOR, offsets(p0=1))


def test_a_store_that_is_emptied_meanwhile_has_its_time_from_when_it_holds_something_again() -> None:
    """While it is empty, what was shown stays, however long that is."""
    clock = Clock()
    behind = CatchingUp(clock)
    behind.showed(MAYOR, MARKS)
    assert behind.begins(MAYOR)
    behind.rests(MAYOR)
    assert () == behind.contests
    clock.now += 10 * CATCH_UP_WITHIN_S
    assert behind.begins(MAYOR)
    assert behind.waits(MAYOR, offsets(p0=1))
