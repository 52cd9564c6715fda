"""The band above every page that is no election night."""

import re
from pathlib import Path

import pytest

from tests.browser import fakes
from web.face import face_of
from web.html import Filler
from web.pages import page_values
from web.ribbon import followed, ribbon, ribbon_values
from web.words import words

LIVE = {"mode": "live", "simulated": False}


@pytest.mark.parametrize(
    ("lang", "tag", "right"),
    [
        ("en", "REPLAY · SIMULATED", "Replaying 23 June 2019"),
        ("tr", "TEKRAR · BENZETİM", "23 Haziran 2019 gecesinin tekrarı"),
    ],
)
def test_a_replay_says_what_it_is_and_of_which_night_and_not_how_fast_it_began(
    lang: str, tag: str, right: str
) -> None:
    """In both languages, with what of it is simulated between the two; its speed may be another by now."""
    said = ribbon_values(fakes.june() | {"speed": 60}, words(lang))
    assert (None, tag, right) == tuple(said[f"ribbon.{part}"] for part in ("hide", "tag", "right"))
    html = ribbon(fakes.june() | {"speed": 60}, words(lang))
    assert [tag, said["ribbon.what"], right] == re.findall(r"<(?:strong|span)[^>]*>([^<]*)<", html)


def test_a_rehearsal_is_not_an_election_and_a_live_night_can_be_simulated_too() -> None:
    """Each says what it is, and no more."""
    w = words("en")
    assert "REHEARSAL · SIMULATED" == ribbon_values(fakes.june() | {"mode": "rehearsal"}, w)["ribbon.tag"]
    live = ribbon_values(fakes.june() | {"mode": "live"}, w)
    assert ("SIMULATED", "") == (live["ribbon.tag"], live["ribbon.right"])


def test_a_live_night_of_real_boxes_has_no_band() -> None:
    """It is left out of a page that is sent once, and hidden in one that is renewed."""
    s = fakes.june() | LIVE
    assert "" == ribbon(s, words("en"))
    values = page_values(s, face_of(s), words("en"))
    assert '<div class="ribbon" hidden=""' in followed(Filler(values))


def test_what_a_night_calls_simulated_is_shown_as_text() -> None:
    """A night folder is somebody's data."""
    html = ribbon(
        fakes.june() | {"simulated_what": "<script>alert(1)</script>", "simulated_whats": {}}, words("en")
    )
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_every_page_with_figures_of_the_count_has_the_band() -> None:
    """No page makes one of its own: they would come to say different things."""
    web = Path(__file__).parents[2] / "web"
    own = [
        path.name
        for path in web.rglob("*.py")
        if path.name != "ribbon.py" and re.search(r'class_="ribbon"', path.read_text())
    ]
    assert set(own) <= {"page.py"}  # the embed's, which is of another height, and those filled in by scripts
