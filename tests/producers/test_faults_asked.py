"""Faults asked for while a recording is played, and written down as a file."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from producers.faults import Fault
from producers.faults_asked import as_toml, read_asked
from producers.faults_file import Mishap, read_faults
from sandik import folders

NIGHT = folders.load("practice").night
NOW = datetime(2024, 10, 6, 15, 30, 0, 1000, tzinfo=UTC)


def test_a_fault_begins_with_the_hour_that_is_given_and_lasts_as_asked() -> None:
    """In the words of a file, without its hour."""
    fault = read_asked({"kind": "stall", "source": "agency", "for_s": 900}, NIGHT, NOW)
    assert Fault("stall", source="agency", begin=NOW, end=NOW + timedelta(seconds=900)) == fault
    assert Mishap("gateway", "kill", NOW, 20) == read_asked(
        {"who": "gateway", "do": "kill", "for_s": 20}, NIGHT, NOW
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "flood"}, "kind is 'flood'"),
        ({"kind": "stall", "source": "nobody", "for_s": 9}, "no source 'nobody'"),
        ({"kind": "duplicate", "for_s": 60, "from": "19:00"}, "begins with the next record"),
        ({"kind": "duplicate", "for_s": "long"}, "a whole number"),
        ({"kind": "duplicate", "for_s": 60, "colour": "red"}, "no colour"),
        ({"who": "printer", "do": "kill", "for_s": 5}, "who is 'printer'"),
    ],
)
def test_what_cannot_be_is_refused_with_every_mistake(fields: dict[str, Any], said: str) -> None:
    """In a sentence, because somebody pressed a button."""
    with pytest.raises(UsageError, match=said):
        read_asked(fields, NIGHT, NOW)


AT = st.integers(0, 6 * 3600 * 1000).map(lambda ms: NOW.replace(microsecond=0) + timedelta(milliseconds=ms))
AREAS = sorted(NIGHT.areas)[:3]


SECONDS = {
    "burst": "every_s", "delay": "by_s", "reorder": "within_s", "duplicate": "after_s",
    "corrupt": "again_after_s", "correct": "after_s", "withdraw": "again_after_s",
}  # fmt: skip


@st.composite
def fields(draw: Any) -> dict[str, Any]:
    """The words of some fault."""
    kind = draw(
        st.sampled_from(
            ["stall", "burst", "delay", "reorder", "duplicate", "drop", "corrupt", "correct", "withdraw"]
        )
    )
    said: dict[str, Any] = {"kind": kind, "for_s": draw(st.integers(1, 9999))}
    if kind not in ("stall", "burst"):
        said["chance_pct"] = draw(st.integers(1, 1000)) / 10
    seconds = SECONDS.get(kind)
    if seconds:
        said[seconds] = draw(st.integers(1, 999))
    if draw(st.booleans()):
        said["source"] = draw(st.sampled_from(sorted(NIGHT.sources)))
    if draw(st.booleans()):
        said["area"] = draw(st.sampled_from(AREAS))
    if kind in ("correct", "withdraw"):
        said["most_reports"] = draw(st.integers(0, 5))
    if kind == "corrupt":
        said["how"] = draw(st.sampled_from(["cut", "rubbish"]))
    return said


@given(st.lists(fields(), min_size=1, max_size=4), AT)
def test_what_is_written_down_is_read_as_the_same(asked: list[dict[str, Any]], at: datetime) -> None:
    """Whatever was asked for: so the same evening comes again out of the file."""
    made = [one for one in (read_asked(words, NIGHT, at) for words in asked) if isinstance(one, Fault)]
    mishap = Mishap("worker", "freeze", at, 7)
    plan = read_faults("again.toml", as_toml(made, (mishap,)).encode(), NIGHT)
    assert (tuple(made), (mishap,)) == (plan.faults, plan.mishaps)
