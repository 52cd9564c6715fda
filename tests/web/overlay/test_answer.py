"""What is answered under /overlay/."""

import pytest

from tests.web.embed.made import asked


@pytest.mark.parametrize("path", ["", "third", "lower-third/x", "tiles.svg"])
def test_what_there_is_is_said_where_there_is_nothing(path: str) -> None:
    """Somebody who sets up a graphics machine reads it there."""
    answer = asked(f"/overlay/{path}")
    assert 404 == answer.status
    assert b"there is lower-third, tiles" in answer.body


@pytest.mark.parametrize("path", ["lower-third", "tiles", "lower-third/", "lower-third?delay=10&lang=tr"])
def test_a_playout_machine_may_frame_it_where_the_setting_says(path: str) -> None:
    """As an embed."""
    answer = asked(f"/overlay/{path}")
    assert 200 == answer.status
    assert "frame-ancestors 'self' https://news.example" in answer.headers["Content-Security-Policy"]


def test_two_delays_are_two_pages() -> None:
    """What is kept for one is not sent for another."""
    bodies = [asked(f"/overlay/lower-third?delay={delay}").body for delay in (0, 5, 9)]
    assert 3 == len(set(bodies))
