"""The two Istanbul nights told in full: who counted what at which hour, to the vote, and to the end.

Know before changing: the figures named here were published (SOURCE.md of the nights); they are written out so
that a night that drifts is caught.
"""

from collections import Counter

import pytest

from election.wire.nights import read_night
from election.wire.records import decode
from producers.pace import Pace, cues, schedule
from tests.night_rows import counted_at, encode_back, folder, papers, rulings
from tests.plain_count import Row, lines

COUNCIL = {
    "2019-04-01T09:10+03:00": (31086, 4157114, 4129892), "2019-04-01T10:30+03:00": (31102, 4159650, 4131761),
    "2019-04-03T12:57+03:00": (31186, None, 21502), "2019-04-04T14:40+03:00": (31186, 4171441, 4151790),
    "2019-04-05T08:00+03:00": (31186, 4171825, 4153083), "2019-04-05T15:58+03:00": (31186, 4171419, 4151888),
    "2019-04-05T19:51+03:00": (31186, None, 18223), "2019-04-06T17:30+03:00": (31186, None, 17978),
    "2019-04-07T09:00+03:00": (31186, None, 17132), "2019-04-08T08:00+03:00": (31186, None, 15823),
    "2019-04-12T18:00+03:00": (31186, 4170091, 4156184), "2019-04-17T00:30+03:00": (31186, None, 13794),
    "2019-04-17T13:32+03:00": (31186, 4169765, 4156036),
}  # fmt: skip
"""Hour → boxes, and both votes as published; where only the lead was published, None and the lead."""


@pytest.mark.parametrize("hour", COUNCIL)
def test_the_councils_count_of_march_is_the_published_one_at_its_hours(hour: str) -> None:
    """27,222 → 27,889 → 21,502 → 18,742 → 19,531 → 18,223 → 17,978 → 13,794 → 13,729, to the vote."""
    boxes, one, other = COUNCIL[hour]
    found = counted_at("istanbul-2019-03-31", "council", hour)
    assert boxes == found["boxes"]
    if one is None:
        assert other == found["imamoglu"] - found["yildirim"]
    else:
        assert (one, other) == (found["imamoglu"], found["yildirim"])


def test_before_recounts_every_box_of_march_was_in() -> None:
    """The council's totals with all boxes and no correction: 8,547,005 valid and 319,558 invalid votes."""
    found = counted_at("istanbul-2019-03-31", "council", "2019-04-02T18:00+03:00")
    assert (31186, 8547005, 319558, 8866563) == tuple(
        found[key] for key in ("boxes", "valid", "invalid", "voters")
    )


def test_every_correction_of_march_has_a_cause_and_maltepe_is_counted_whole() -> None:
    """Each box revised says why; it is revised once, or twice where it was held and recounted."""
    revised = [row for row in papers("istanbul-2019-03-31") if row["revision"] > 1 and row["level"] == "box"]
    assert {"council"} == {row["source"] for row in revised}
    assert {"recount", "invalid-review", "objection", "typo"} == {row["cause"] for row in revised}
    maltepe = {row["box"] for row in revised if row["area"] == "maltepe" and row["cause"] == "recount"}
    assert 1089 == len(maltepe)
    assert max(row["revision"] for row in revised) <= 3


AGENCIES = {
    ("istanbul-2019-03-31", "agency", "2019-03-31T23:20+03:00"): (30812, 4100640, 4104860),
    ("istanbul-2019-03-31", "agency", "2019-04-01T10:30+03:00"): (30812, 4100640, 4104860),
    ("istanbul-2019-03-31", "agency", "2019-04-01T13:30+03:00"): (31186, 4163188, 4139352),
    ("istanbul-2019-03-31", "party", "2019-04-01T02:49+03:00"): (31086, 4155966, 4126558),
    ("istanbul-2019-06-23", "agency", "2019-06-23T20:10+03:00"): (30933, 4688628, 3915179),
    ("istanbul-2019-06-23", "wire", "2019-06-23T20:10+03:00"): (29839, 4569345, 3769103),
    ("istanbul-2019-06-23", "wire", "2019-06-23T22:50+03:00"): (31186, 4740519, 3934692),
}  # fmt: skip


@pytest.mark.parametrize(("name", "source", "hour"), AGENCIES)
def test_who_else_counted_said_what_was_published(name: str, source: str, hour: str) -> None:
    """Boxes and votes of agencies and of the party's own count at their hours, to the vote."""
    found = counted_at(name, source, hour)
    assert AGENCIES[name, source, hour] == (found["boxes"], found["imamoglu"], found["yildirim"])


def test_the_agency_of_march_begins_far_off_falls_all_evening_and_stops() -> None:
    """78.52 % first, a smaller share with every bulletin until 23:20, and then no word until the next day."""
    last: dict[str, Row] = {}
    shares: dict[str, float] = {}
    for row in papers("istanbul-2019-03-31"):
        if row["source"] == "agency":
            last[row["box"]] = row
            valid = sum(one["valid"] for one in last.values())
            shares[row["heard_at"]] = sum(one["votes"]["yildirim"] for one in last.values()) / valid
    evening = [share for at, share in shares.items() if at < "2019-04-01"]
    assert 78.52 == round(100 * evening[0], 2)
    assert sorted(evening, reverse=True) == evening
    assert "2019-03-31T20:20:00.000Z" == max(at for at in shares if at < "2019-04-01")
    assert "2019-04-01T09:30:00.000Z" == min(at for at in shares if at > "2019-04-01")


def test_the_party_of_march_is_ahead_of_the_council_in_some_districts() -> None:
    """At 20:30 it has about 27.6 % and shows 53.2 to 44.1; in some districts it has more boxes."""
    found = counted_at("istanbul-2019-03-31", "party", "2019-03-31T20:30+03:00")
    assert abs(100 * found["boxes"] / 31186 - 27.6) < 1
    assert abs(100 * found["imamoglu"] / found["valid"] - 53.2) < 0.5
    assert abs(100 * found["yildirim"] / found["valid"] - 44.1) < 0.5
    until = "2019-03-31T17:30:00.000Z"
    seen: dict[str, Counter[str]] = {"council": Counter(), "party": Counter()}
    for row in papers("istanbul-2019-03-31"):
        if row["source"] in seen and row["heard_at"] <= until:
            seen[row["source"]][row["area"]] += 1
    assert 1 <= sum(seen["party"][area] > seen["council"][area] for area in seen["council"]) < 20


def test_march_is_told_to_its_end() -> None:
    """Ban, objections, recounts asked and refused, mandate, annulment, rerun: in this order."""
    kinds = [kind for kind, _, _ in rulings("istanbul-2019-03-31")]
    assert kinds == [
        "embargo-lifted", "objection-filed", "recount-ordered", "objection-filed", "objection-rejected",
        "recount-ordered", "objection-filed", "certified", "annulled", "rerun-set",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "least_s", "most_s"), [
    ("istanbul-2019-03-31", 270, 360), ("istanbul-2019-06-23", 300, 400),
])  # fmt: skip
def test_a_demo_of_a_night_can_be_watched_to_its_end(name: str, least_s: float, most_s: float) -> None:
    """At the night's own speed, with long silences shortened, it is over in minutes and not in weeks."""
    rule = read_night(folder(name)).replay
    records = [decode(encode_back(line)) for line in lines(folder(name)["recording.jsonl.gz"])[1:]]
    due = list(schedule(cues(records), Pace(rule.speed, gap_max_s=rule.gap_max_s)))
    assert least_s <= due[-1].at_s(rule.speed) <= most_s
