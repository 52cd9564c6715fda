"""How fast a source speaks, in spans of ten seconds."""

from sandik.desk_pace import SPANS, Pace


def test_what_a_source_says_more_stands_in_the_span_it_said_it_in() -> None:
    """Nothing of what it had said before anybody looked; a count that falls says nothing."""
    pace = Pace()
    assert [0] * SPANS == pace.note(100.0, "council", 500)
    assert [0] * (SPANS - 1) + [7] == pace.note(105.0, "council", 507)
    assert [7, 3] == pace.note(112.0, "council", 510)[-2:]
    assert [7, 3] == pace.note(113.0, "council", 490)[-2:]
    assert [7, 5] == pace.note(114.0, "council", 492)[-2:]
    assert [0] * SPANS == pace.note(114.0, "party", 492)


def test_what_is_long_ago_is_forgotten() -> None:
    """After as many spans as there are."""
    pace = Pace()
    pace.note(0.0, "council", 0)
    pace.note(1.0, "council", 9)
    assert 9 == pace.note(10.0 * (SPANS - 1), "council", 9)[0]
    assert [0] * SPANS == pace.note(10.0 * SPANS, "council", 9)
