"""Facts are made in one place: with mode and SIMULATED in the title, never twice, nothing under the ban."""

from datetime import datetime

import pytest

from election.memory import Memory
from election.telling import Telling, lasted
from tests.election.strategies import CLOSED_UNTIL, LAW_OPENS_AT
from tests.election.tellings import SCOPE, by_itself
from tests.election.views import view

SAID = {"en": "a", "tr": "b"}


def telling(mode: str = "rehearsal", now: datetime = LAW_OPENS_AT) -> Telling:
    """A telling of nothing yet."""
    of = by_itself()
    what = view((60, 50, 0), of, mode=mode, now=now)
    return Telling(of, what.contest, SCOPE, Memory(), what, {})


@pytest.mark.parametrize(
    ("mode", "en", "tr"),
    [
        ("live", "LIVE · SIMULATED · Mayor: a", "CANLI · BENZETİM · Mayor: b"),
        ("rehearsal", "REHEARSAL · SIMULATED · Mayor: a", "PROVA · BENZETİM · Mayor: b"),
        ("replay", "REPLAY · SIMULATED · Mayor: a", "TEKRAR · BENZETİM · Mayor: b"),
    ],
)
def test_every_title_begins_with_the_mode(mode: str, en: str, tr: str) -> None:
    """Nobody takes a replay for the night itself."""
    one = telling(mode)
    one.say("counted", "50", SAID, SAID, {"pct": 50})
    assert {"en": en, "tr": tr} == one.facts[0].title


def test_nothing_about_totals_is_said_under_the_ban() -> None:
    """Whatever a watch would say; rulings and sources may be told of."""
    one = telling(now=CLOSED_UNTIL)
    one.say("counted", "50", SAID, SAID, {"pct": 50})
    one.say("concession", "x", SAID, SAID, {})
    assert ["concession"] == [told.kind for told in one.facts]


def test_facts_are_chained_and_told_once() -> None:
    """The second names the first; saying it again says nothing; the memory given stays as it was."""
    one = telling()
    before = one.memory
    for key in ("50", "50", "75"):
        one.say("counted", key, SAID, SAID, {"pct": int(key)})
    assert [(1, ""), (2, one.facts[0].id)] == [(told.seq, told.prev) for told in one.facts]
    assert (Memory(), 75) == (before, one.memory.counted_pct)


def test_a_length_of_time_is_said_in_hours_and_minutes() -> None:
    """Rounded down, and never as nothing at all."""
    assert ["0 min", "1 h", "13 h 10 min"] == [lasted(one)["en"] for one in (59, 3600, 47_459)]
    assert "2 sa 5 dk" == lasted(7500)["tr"]
