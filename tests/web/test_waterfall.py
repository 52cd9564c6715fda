"""How the lead of the night became the last one: the steps always add up to it."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from web.points import Point
from web.waterfall import FROM_PERMILLE, STEPS_MAX, day_of, waterfall

ZONE = "Europe/Istanbul"
NIGHT = datetime(2019, 4, 1, 7, 30, tzinfo=UTC)


def point(day: float, boxes: int, lead: int) -> Point:
    """The count so many days after 1 April, 10:30."""
    return Point(int((NIGHT + timedelta(days=day)).timestamp()), boxes, 8_000_000, lead, 0, None)


COURSES = st.lists(
    st.tuples(st.floats(0, 60), st.integers(0, 1000), st.integers(-90_000, 90_000)), max_size=60
).map(lambda rows: [point(*row) for row in sorted(rows)])


def test_the_days_after_the_night_are_steps() -> None:
    """What was counted, and what was corrected, day by day; a day on which nothing moved is none."""
    made = waterfall(
        [point(-1, 900, 4000), point(0, 998, 27889), point(0.2, 1000, 27172), point(2, 1000, 21057),
         point(3, 1000, 21057), point(16, 1000, 13729)],
        1000, ZONE,
    )  # fmt: skip
    assert made is not None
    assert (27889, 13729) == (made.start.lead, made.end.lead)
    assert [(date(2019, 4, 1), -717, 2), (date(2019, 4, 3), -6115, 0), (date(2019, 4, 17), -7328, 0)] == [
        (step.first, step.votes, step.boxes) for step in made.steps
    ]
    assert made.steps[-1].lead == made.end.lead


def test_a_day_is_the_nights_own() -> None:
    """Half past one in Istanbul is still yesterday in London."""
    late = datetime(2019, 4, 1, 22, 30, tzinfo=UTC)
    assert (date(2019, 4, 2), date(2019, 4, 1)) == tuple(
        day_of(int(late.timestamp()), zone) for zone in (ZONE, "Europe/London")
    )


def test_before_nearly_every_box_is_counted_there_is_none() -> None:
    """Nor where nothing moved since, nor without boxes."""
    assert waterfall([point(0, FROM_PERMILLE - 1, 5), point(1, FROM_PERMILLE - 1, 6)], 1000, ZONE) is None
    assert waterfall([point(0, 1000, 5), point(1, 1000, 5)], 1000, ZONE) is None
    assert waterfall([point(0, 1000, 5)], 1000, ZONE) is None
    assert waterfall([], 1000, ZONE) is None
    assert waterfall([point(0, 0, 0), point(1, 0, 1)], 0, ZONE) is None


@given(COURSES)
def test_the_steps_add_up_to_the_last_lead(course: list[Point]) -> None:
    """In votes and in boxes, each step beginning where the one before it ended, whatever the course."""
    made = waterfall(course, 1000, ZONE)
    if made is None:
        return
    lead, boxes = made.start.lead, made.start.boxes
    for step in made.steps:
        lead, boxes = lead + step.votes, boxes + step.boxes
        assert step.lead == lead
        assert step.first <= step.last
    assert (made.end.lead, made.end.boxes) == (lead, boxes)
    assert made.end == [one for one in course if one.boxes >= FROM_PERMILLE][-1]
    assert 1 <= len(made.steps) <= STEPS_MAX
    assert all(one.last < two.first for one, two in zip(made.steps, made.steps[1:], strict=False))
