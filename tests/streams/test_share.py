"""Whether looking takes no more of a worker than its share, whatever a look costs and however many look."""

import pytest

from streams.share import SHARE_MAX, WAIT_S_MAX, Share


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def __call__(self) -> float:
        """Now."""
        return self.at_s


def test_whoever_has_not_looked_yet_need_not_wait() -> None:
    """The first look of a night is at once."""
    assert 0 == Share(Clock()).wait_s()


def test_after_a_look_it_waits_until_the_look_is_only_the_share_of_the_time() -> None:
    """A look of 20 ms has just ended: the next begins 400 ms after it began, and then nothing is owed."""
    clock = Clock()
    share = Share(clock)
    clock.at_s += 0.02
    share.spend(0.02)
    assert 0.02 / SHARE_MAX == pytest.approx(share.wait_s() + 0.02)
    clock.at_s += 1
    assert 0 == share.wait_s()


@pytest.mark.parametrize("contests", [1, 2, 10])
def test_contests_that_look_as_often_as_they_may_take_the_share_together(contests: int) -> None:
    """Ten evaluators that each took the whole share would take half of the time for counting."""
    clock, cost_s, spent_s = Clock(), 0.003, 0.0
    share, began_s = Share(clock), clock.at_s
    due = [clock.at_s] * contests
    while clock.at_s - began_s < 60:
        one = min(range(contests), key=due.__getitem__)
        clock.at_s = max(clock.at_s, due[one]) + cost_s
        share.spend(cost_s)
        spent_s += cost_s
        due[one] = clock.at_s + share.wait_s()
    assert SHARE_MAX == pytest.approx(spent_s / (clock.at_s - began_s), rel=0.05)


def test_time_that_was_not_used_is_not_saved_up() -> None:
    """After a quiet hour a hundred looks in a row would be a burst that counting has to wait for."""
    clock = Clock()
    share = Share(clock)
    clock.at_s += 3600
    share.spend(0.02)
    assert share.wait_s() > 0


def test_however_dear_a_look_is_the_next_one_comes() -> None:
    """A ban's hour and a silent source are seen by looking, and by nothing else."""
    share = Share(Clock())
    share.spend(60)
    assert WAIT_S_MAX == share.wait_s()
