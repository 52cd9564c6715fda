"""The course of a contest stays small, true, and free of what was held back."""

from copy import deepcopy
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tests.browser.fake_odd import two_seats
from tests.web.courses import JUMP, hour, june, june_steps, march_steps, taken
from web.points import POINTS_MAX, Line, Received, Thinned, counts_of, moment, point_of


@dataclass(frozen=True)
class At:
    """Something with a time."""

    at: int
    number: int


@given(st.lists(st.integers(0, 10**6), max_size=400), st.integers(1, 30))
def test_of_each_stretch_of_time_the_newest_is_kept(times: list[int], most: int) -> None:
    """Stretches are the shortest, doubled, of which there are few enough; and never a thing that was not."""
    kept: Thinned[At] = Thinned(5, most)
    every = [At(at, number) for number, at in enumerate(sorted(times))]
    for one in every:
        kept.put(one)
    step = 5
    while len({one.at // step for one in every}) > most:
        step *= 2
    assert list({one.at // step: one for one in every}.values()) == kept.kept()
    assert step == kept.step_s


@given(st.lists(st.integers(0, 10**5), max_size=200), st.integers(0, 200), st.integers(1, 20))
def test_what_was_before_is_put_before(times: list[int], cut: int, most: int) -> None:
    """Read later, it is the same line as seen from the start."""
    every = [At(at, number) for number, at in enumerate(sorted(times))]
    whole: Thinned[At] = Thinned(5, most)
    older: Thinned[At] = Thinned(5, most)
    newer: Thinned[At] = Thinned(5, most)
    for one in every:
        whole.put(one)
    for one in every[:cut]:
        older.put(one)
    for one in every[cut:]:
        newer.put(one)
    newer.put_before(older)
    assert whole.kept() == newer.kept()


def test_a_night_of_any_length_is_small() -> None:
    """A second at a time for six hours: no more points than are drawn."""
    line, s = Line("live"), next(iter(reversed(list(march_steps()))))
    began = moment(s["at"]) or 0
    for second in range(0, 6 * 3600, 7):
        hours, rest = divmod(second, 3600)
        at = hour(f"{17 + hours}:{rest // 60:02}:{rest % 60:02}", "2019-03-31")
        line.take(s | {"at": at, "version": second + 1})
    assert began
    assert POINTS_MAX >= len(line.points) > POINTS_MAX // 2
    assert all(len(one) <= POINTS_MAX for one in line.counts.values())


def test_nothing_is_taken_of_totals_before_the_ban_ends() -> None:
    """Boxes that came in are; then everything is there at once, and how much that was is known."""
    steps = list(june_steps())
    line, _ = taken(iter(steps[:25]))
    assert [] == line.points.kept()
    assert {} == line.counts
    assert line.received.kept()
    for s in steps[25:27]:
        line.take(s)
    assert JUMP == line.jump
    assert hour("19:15:00") == steps[25]["at"]
    assert moment(steps[25]["at"]) == line.points.kept()[0].at


def test_a_point_is_what_its_snapshot_says() -> None:
    """Votes of the left above the right, of the valid; and the parent night's margin likewise."""
    _, s = june()
    point = point_of(s)
    assert point is not None
    left, right = s["choices"][:2]
    assert left["votes"] - right["votes"] == point.lead
    assert (s["counted"]["boxes"], s["valid"], -90, 0) == (point.boxes, point.valid, point.then, point.ahead)
    turned = deepcopy(s)
    turned["swing"] |= {"first": "yildirim", "second": "imamoglu"}
    other = point_of(turned)
    assert other is not None
    assert 90 == other.then


def test_in_a_contest_of_many_the_lead_is_the_margin() -> None:
    """At the line between the last in and the first out."""
    s = two_seats()
    point = point_of(s)
    assert point is not None
    assert (s["margin_votes"], None) == (point.lead, point.then)


def test_another_count_is_told_at_the_moment_it_spoke() -> None:
    """With its own boxes and votes, and never the published one again."""
    _, s = june()
    s["sources"][1] |= {"valid": 8_000_000}
    found = counts_of(s)
    assert {"agency-a"} == set(found)
    assert (moment("2019-06-23T16:14:04.000Z"), 28990, 641182) == (
        found["agency-a"].at, found["agency-a"].boxes, found["agency-a"].lead
    )  # fmt: skip


def test_a_replay_that_goes_back_forgets_what_was_not_yet() -> None:
    """Another epoch, an earlier hour: what comes later is to come again."""
    line, _ = june("replay")
    steps = list(june_steps())
    line.take(steps[30] | {"epoch": "e2", "version": 1})
    assert max(one.at for one in line.points.kept()) == moment(steps[30]["at"])
    line.take(steps[10] | {"epoch": "e3", "version": 1})
    assert [] == line.points.kept()
    assert line.jump is None


def test_a_live_count_that_is_made_again_does_not_fall() -> None:
    """Nothing of the way back is taken; from where it was it goes on."""
    line, last = june("live")
    before = line.points.kept()
    steps = list(june_steps())
    for version, s in enumerate(steps[25:40]):
        line.take(s | {"epoch": "e2", "version": version})
    assert before == line.points.kept()
    line.take(last | {"epoch": "e2", "version": 500, "at": hour("19:50:00")})
    assert moment(hour("19:50:00")) == line.points.kept()[-1].at


def test_a_snapshot_without_a_time_or_seen_before_changes_nothing() -> None:
    """Nothing was heard yet, or nothing new."""
    line, s = june()
    moves = line.moves
    line.take(s)
    line.take(s | {"version": 999, "at": None})
    assert moves == line.moves
    assert Received(moment(s["at"]) or 0, s["received"]["boxes"]) == line.received.kept()[-1]
