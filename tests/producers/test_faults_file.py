"""A file of faults read: what it means, and every mistake in it with its line."""

from datetime import UTC, datetime

import pytest

from election.errors import MistakesError
from producers.faults import Fault
from producers.faults_file import Mishap, read_faults
from sandik import folders

NIGHT = folders.load("practice").night

STORM = b"""
[[fault]]
kind = "stall"
source = "agency"
from = "18:00"
for_s = 1200

[[fault]]
kind = "duplicate"
chance_pct = 12.5

[[fault]]
kind = "corrupt"
how = "rubbish"
again_after_s = 30
until = "19:00"

[[process]]
who = "worker"
do = "kill"
at = "18:30"
for_s = 3
"""


def test_a_file_says_what_befalls_the_night() -> None:
    """In its order, hours in the night's zone."""
    plan = read_faults("storm.toml", STORM, NIGHT)
    six = datetime.fromisoformat(f"{NIGHT.date}T18:00:00").replace(tzinfo=plan.faults[0].begin.tzinfo)  # type: ignore[union-attr]
    assert ["stall", "duplicate", "corrupt"] == [fault.kind for fault in plan.faults]
    stall, twice, bad = plan.faults
    assert "agency" == stall.source
    assert 1200 == (stall.end - stall.begin).total_seconds()  # type: ignore[operator]
    assert six.tzinfo is UTC
    assert Fault("duplicate", chance=0.125) == twice
    assert ("rubbish", 30, None) == (bad.how, bad.again_after_s, bad.begin)
    (mishap,) = plan.mishaps
    assert isinstance(mishap, Mishap)
    assert ("worker", "kill", 3) == (mishap.who, mishap.do, mishap.for_s)
    assert 1800 == (mishap.at - stall.begin).total_seconds()  # type: ignore[operator]


@pytest.mark.parametrize(("text", "line", "words"), [
    ('[[fault]]\nkind = "storm"', 2, "it is one of stall"),
    ('[[fault]]\nsource = "council"', 1, "kind is missing"),
    ('[[fault]]\nkind = "drop"\nsource = "nobody"', 3, "There is no source 'nobody' in this night: council"),
    ('[[fault]]\nkind = "drop"\narea = "moon"', 3, "There is no area 'moon'"),
    ('[[fault]]\nkind = "drop"\ncontest = "x"', 3, "There is no contest 'x'"),
    ('[[fault]]\nkind = "drop"\nchance_pct = 120', 3, "0 to 100"),
    ('[[fault]]\nkind = "drop"\nchance = 1', 3, "There is no fault.chance"),
    ('[[fault]]\nkind = "stall"\nfrom = "18:00"', 1, "a beginning and an end"),
    ('[[fault]]\nkind = "drop"\nfrom = "18:00"\nuntil = "17:00"', 4, "ends before it begins"),
    ('[[fault]]\nkind = "drop"\nfrom = "tonight"', 3, "'tonight' is neither"),
    ('[[fault]]\nkind = "drop"\nfor_s = 5', 3, "from is missing"),
    ('[[fault]]\nkind = "drop"\nfrom = "18:00"\nfor_s = 5\nuntil = "19:00"', 4, "not both"),
    ('[[fault]]\nkind = "delay"', 1, "by_s is missing"),
    ('[[fault]]\nkind = "corrupt"\nhow = "eaten"', 3, "it is one of cut, rubbish"),
    ('[[process]]\nwho = "printer"\ndo = "kill"\nat = "18:00"\nfor_s = 1', 2, "it is one of worker"),
    ('[[process]]\nwho = "store"\ndo = "kill"\nfor_s = 1', 1, "at is missing"),
    ('[[process]]\nwho = "store"\ndo = "kill"\nat = "18:00"\nfor_s = 0', 5, "at least 1"),
    ('[[process]]\nwho = "store"\ndo = "kill"\nat = "18:00"\nfor_s = 99999999999999999', 5, "a year"),
    ('[[fault]]\nkind = "drop"\nfrom = "18:00"\nfor_s = 99999999999999999', 4, "a year"),
    ('[[fault]]\nkind = "drop"\nfrom = "18:00"\nfor_s = -99999999999999999', 4, "at least 0"),
    ('[[fault]]\nkind = "delay"\nby_s = 99999999999999999', 3, "a year"),
    ('[[fault]]\nkind = "delay"\nby_s = 60\nuntil = "9999-12-31T23:59:59Z"', 4, "the years 1900 to 2999"),
    ('[[fault]]\nkind = "drop"\nfrom = "9999-12-31T23:59:59Z"\nfor_s = 5', 3, "the years 1900 to 2999"),
    ("", 1, "nothing in this file"),
    ("kind = 1 1\n", 1, "not TOML"),
    ('faults = "x"', 1, "There is no faults"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line(text: str, line: int, words: str) -> None:
    """And with what would be right."""
    with pytest.raises(MistakesError) as caught:
        read_faults("storm.toml", text.encode(), NIGHT)
    assert any(line == one.line and words in one.message for one in caught.value.mistakes), str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    """A file is mended in one go."""
    text = b'[[fault]]\nkind = "x"\n[[fault]]\nkind = "drop"\nsource = "y"\n' + b"[[process]]\nwho = 1\n"
    with pytest.raises(MistakesError) as caught:
        read_faults("storm.toml", text, NIGHT)
    assert {2, 5, 7} <= {one.line for one in caught.value.mistakes}


def test_a_file_has_a_limit() -> None:
    """Fifty faults are enough for any night."""
    with pytest.raises(MistakesError, match="51 \\[\\[fault\\]\\] are more than 50"):
        read_faults("storm.toml", b'[[fault]]\nkind = "drop"\n' * 51, NIGHT)


def test_the_latest_hour_that_may_be_named_has_an_end() -> None:
    """It is asked whether anything is still to come of a fault: a year later, here."""
    text = b'[[fault]]\nkind = "delay"\nby_s = 31622400\nuntil = "2999-12-31T23:59:59Z"\n'
    (fault,) = read_faults("storm.toml", text, NIGHT).faults
    assert fault.over_at is not None
    assert (3001, 1) == (fault.over_at.year, fault.over_at.month)
