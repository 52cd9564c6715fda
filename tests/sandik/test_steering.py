"""A running replay asked from a shell: what the words mean, and what is printed of the answer."""

import re

import pytest

from election.errors import UsageError
from sandik import folders, steering

NIGHT = folders.load("istanbul-2019-06-23").night


def test_words_are_what_a_replay_understands() -> None:
    """Hours as for --from, in the night's zone; a speed as for --speed."""
    asks = [
        steering.control(words.split(), NIGHT, "ayse")
        for words in ("pause", "speed 60", "speed max", "jump 19:10", "step", "step 5")
    ]
    assert ["pause", "speed", "speed", "jump", "step", "step"] == [one.do for one in asks]
    assert [60.0, None] == [one.speed for one in asks[1:3]]
    assert asks[3].to is not None
    assert "2019-06-23T16:10:00+00:00" == asks[3].to.isoformat()
    assert [1, 5] == [one.records for one in asks[4:]]
    assert {"ayse"} == {one.by for one in asks}


@pytest.mark.parametrize(("words", "said"), [
    ("fly", "A replay can pause"),
    ("pause now", "takes nothing more"),
    ("jump", "an hour such as"),
    ("jump tonight", "'tonight' is neither"),
    ("speed 0", "neither max nor"),
    ("step many", "a whole number from 1"),
    ("step 0", "a whole number from 1"),
    ("step \u00b2", "a whole number from 1"),
    (f"step {'9' * 5000}", "a whole number from 1"),
    (f"fault kind=stall for_s={'9' * 5000}", "--ask: "),
])  # fmt: skip
def test_words_that_mean_nothing_are_refused_with_what_would(words: str, said: str) -> None:
    """Before anything is written into the log."""
    with pytest.raises(UsageError, match=re.escape(said)):
        steering.control(words.split(), NIGHT, "ayse")


def test_a_fault_is_asked_for_in_the_words_of_a_file() -> None:
    """Numbers are numbers; the rest is text."""
    made = steering.control(
        ["fault", "kind=stall", "source=agency", "for_s=900", "chance_pct=12.5"], NIGHT, "ayse"
    )
    assert {"kind": "stall", "source": "agency", "for_s": 900, "chance_pct": 12.5} == made.fault
    assert {"end": "c1"} == steering.control(["fault", "end=c1"], NIGHT, "ayse").fault
    assert "look" == steering.control(["look"], NIGHT, "ayse").do
    for words in (["fault"], ["fault", "stall"]):
        with pytest.raises(UsageError):
            steering.control(words, NIGHT, "ayse")


def test_what_came_of_faults_is_a_line_each() -> None:
    """Whether it is running, held or did not."""
    faults = [
        {"id": "a", "kind": "stall", "over": False, "checks": {}},
        {"id": "b", "kind": "duplicate", "over": True, "checks": {"holds": True}},
        {"id": "c", "kind": "reorder", "over": True, "checks": {"holds": False, "differs": ["valid is 1"]}},
        {"id": "d", "who": "gateway", "do": "kill", "over": True, "checks": {}},
    ]
    said = ["running", "held", "DID NOT HOLD; valid is 1", "over"]
    assert said == [line.split(": ", 1)[1] for line in steering.faults_in_words(faults)]
