"""The shipped nights: their official figures to the vote, their endings, and every awkward case of practice.

Know before changing: the figures named here are facts, written out so that a night that drifts is caught.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from election.rehearsal import Rehearsal
from election.wire.nights import read_night
from election.wire.records import decode, encode
from tests.night_rows import council, encode_back, folder, papers, rulings, settled
from tests.plain_count import SHIPPED, Row, count, lines, newest, table

ISTANBUL = SHIPPED[1:]
CITY = {
    "istanbul-2019-03-31": {
        "boxes": 31186, "registered": 10570939, "voters": 8865072, "valid": 8549822, "invalid": 315250,
        "imamoglu": 4169765, "yildirim": 4156036, "gokcinar": 103364, "others": 120657,
    },
    "istanbul-2019-06-23": {
        "boxes": 31186, "registered": 10570354, "voters": 8925166, "valid": 8746566, "invalid": 178600,
        "imamoglu": 4742082, "yildirim": 3936068, "gokcinar": 47832, "others": 20584,
    },
}  # fmt: skip


def ending(night: str) -> dict[str, dict[str, Any]]:
    """The golden totals by contest, without what was called and told, which other tests look at."""
    contests = json.loads(folder(night)["ending.json"])["contests"]
    return {
        contest: {key: value for key, value in golden.items() if key not in ("call", "alerts")}
        for contest, golden in contests.items()
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_night_is_read_without_a_mistake(name: str) -> None:
    """Every folder that ships is a night, named like its folder."""
    assert name == read_night(folder(name)).id


@pytest.mark.parametrize("name", SHIPPED)
def test_the_ending_is_what_a_plain_count_of_the_recording_gives(name: str) -> None:
    """The golden totals are confirmed by a count that shares no line with ours."""
    assert ending(name) == {contest: count(folder(name), contest) for contest in ending(name)}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_rehearsal_ends_as_the_night_says(name: str) -> None:
    """The oracle of the pipeline agrees with the golden totals, contest by contest."""
    night = read_night(folder(name))
    records = [encode_back(line) for line in lines(folder(name)["recording.jsonl.gz"])[1:]]
    rehearsal = Rehearsal(night, "replay").hear_all(decode(record) for record in records)
    for contest, expected in ending(name).items():
        shown = rehearsal.snapshot(next(c for c in night.contests if c == contest))
        counted = shown["counted"]
        assert expected == {
            "boxes": {
                "counted": counted["boxes"],
                "total": counted["boxes_total"],
                "quarantined": counted["boxes_quarantined"],
            },
            **{key: shown[key] for key in ("registered", "voters", "valid", "invalid")},
            "choices": {choice["id"]: choice["votes"] for choice in shown["choices"]},
            "leader": shown["leader"],
            "margin_votes": shown["margin_votes"],
        }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_recording_is_written_as_records_are(name: str) -> None:
    """Replayed and recorded again, a shipped recording is the same bytes."""
    for line in lines(folder(name)["recording.jsonl.gz"])[1:]:
        compact = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()
        assert compact == encode(decode(compact))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_recording_is_in_the_order_heard(name: str) -> None:
    """Nothing is heard before what stands above it; bundles hold 1 to 200; the first line names the night."""
    first, *rest = lines(folder(name)["recording.jsonl.gz"])
    assert (name, "replay", True) == (first["night"], first["mode"], first["simulated"])
    times = [line["heard_at"] for line in rest]
    assert sorted(times) == times
    assert all(1 <= len(line["box"]) <= 200 for line in rest if line["t"] == "bundle")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_night_says_that_it_is_simulated_and_names_no_path(name: str) -> None:
    """What is not a fact says so, in the folder's text and in every snapshot's sentence."""
    facts = tomllib.loads(folder(name)["night.toml"].decode())
    source = folder(name)["SOURCE.md"].decode()
    assert facts["simulated"] is True
    assert "seed 7" in facts["simulated_what"]
    assert "tohum 7" in facts["simulated_whats"]["tr"]
    assert "seed 7" in source
    assert not any(path in source for path in ("/home", "/work", "../", "/tmp"))


@pytest.mark.parametrize("name", ISTANBUL)
def test_the_boxes_of_each_district_sum_to_its_official_total(name: str) -> None:
    """Every column of every district, to the vote."""
    sums: dict[str, Counter[str]] = {}
    for row in settled(name).values():
        total = sums.setdefault(row["area"], Counter())
        figures = {figure: row[figure] for figure in ("registered", "voters", "valid", "invalid")}
        total.update({"boxes": 1, **figures, **row["votes"]})
    official = {
        line.pop("area"): {column: int(cell) for column, cell in line.items()}
        for line in table(folder(name)["totals.csv"])
    }
    assert official == {area: dict(total) for area, total in sums.items()}


@pytest.mark.parametrize("name", ISTANBUL)
def test_the_official_totals_sum_to_the_published_result(name: str) -> None:
    """39 districts, and the city's figures as they were published."""
    totals = table(folder(name)["totals.csv"])
    assert len(totals) == 39
    assert CITY[name] == {column: sum(int(line[column]) for line in totals) for column in CITY[name]}


@pytest.mark.parametrize("name", ISTANBUL)
def test_no_simulated_box_is_refused_or_held_back(name: str) -> None:
    """The default checks only warn: 31,186 boxes count, and some have a few voters more than registered."""
    assert {"counted": 31186, "total": 31186, "quarantined": 0} == ending(name)["mayor"]["boxes"]
    over = [row["voters"] - row["registered"] for row in council(name) if row["voters"] > row["registered"]]
    assert 25 <= len(over) <= 90
    assert max(over) <= 8


def test_both_nights_of_istanbul_have_the_same_boxes() -> None:
    """The same ids; the same register wherever the district's official register is the same."""
    march, june = (table(folder(name)["boxes.csv"]) for name in ISTANBUL)
    assert [box["id"] for box in march] == [box["id"] for box in june]
    official = [
        {line["area"]: line["registered"] for line in table(folder(n)["totals.csv"])} for n in ISTANBUL
    ]
    same = {area for area, registered in official[0].items() if official[1][area] == registered}
    moved = [a["id"] for a, b in zip(march, june, strict=True) if a["registered"] != b["registered"]]
    assert len(same) == 32
    assert not [box for box in moved if box.rsplit("-", 1)[0] in same]
    assert len(moved) < 250


def test_the_parent_figures_of_june_are_those_of_march() -> None:
    """parent.csv holds March's last word on each box, and no box moved by more than the check allows."""
    march, june = (settled(name) for name in ISTANBUL)
    parents = table(folder("istanbul-2019-06-23")["parent.csv"])
    assert len(parents) == 31186
    for parent in parents:
        before, after = march[parent["box"]], june[parent["box"]]["votes"]
        assert int(parent["valid"]) == before["valid"]
        assert before["votes"] == {choice: int(parent[choice]) for choice in before["votes"]}
        was = before["votes"]["imamoglu"] - before["votes"]["yildirim"]
        assert abs(after["imamoglu"] - after["yildirim"] - was) <= 150


def test_nearly_all_of_june_is_in_when_the_ban_is_lifted() -> None:
    """29,439 boxes are heard before 19:15, when the ban ends; the last one before 22:50."""
    times = [row["heard_at"] for row in council("istanbul-2019-06-23")]
    assert sum(at < "2019-06-23T16:15:00.000Z" for at in times) == 29439
    assert "2019-06-23T14:15:00.000Z" <= times[0] <= "2019-06-23T14:20:00.000Z"
    assert "2019-06-23T19:30:00.000Z" <= times[-1] <= "2019-06-23T19:52:00.000Z"
    assert rulings("istanbul-2019-06-23") == [
        ("embargo-announced", "2019-06-23T16:15:00.000Z", "2019-06-23T16:05:00.000Z"),
        ("embargo-lifted", "2019-06-23T16:15:00.000Z", "2019-06-23T16:15:00.000Z"),
        ("concession", "2019-06-23T16:16:00.000Z", "2019-06-23T16:16:00.000Z"),
        ("certified", "2019-06-27T12:00:00.000Z", "2019-06-27T12:00:00.000Z"),
    ]


def test_march_waits_for_84_boxes_the_next_morning() -> None:
    """31,086 boxes by 09:10 and 31,102 by 10:30 on 1 April; 84 are told of, without a figure, as held."""
    times = [row["heard_at"] for row in council("istanbul-2019-03-31")]
    assert sum(at <= "2019-04-01T06:10:00.000Z" for at in times) == 31086
    assert sum(at <= "2019-04-01T07:30:00.000Z" for at in times) == 31102
    held = [row for row in papers("istanbul-2019-03-31") if row["state"] == "objected"]
    assert 84 == len({row["box"] for row in held}) == len(held)
    assert {"2019-04-01T07:28:00.000Z"} == {row["heard_at"] for row in held}
    assert {None} == {value for row in held for value in (row["valid"], *row["votes"].values())}


@pytest.mark.parametrize(("name", "early", "late"), [
    ("istanbul-2019-03-31", -20.0, -0.2), ("istanbul-2019-06-23", -20.0, 8.4),
])  # fmt: skip
def test_the_first_boxes_lean_to_the_one_who_loses(name: str, early: float, late: float) -> None:
    """The lead of the winner grows all night: far behind at 1 %, and at 96 % nearly at its end."""
    lead = valid = 0
    points = []
    for row in council(name):
        lead += row["votes"]["imamoglu"] - row["votes"]["yildirim"]
        valid += row["valid"]
        points.append(100 * lead / valid)
    steps = [points[int(31186 * share)] for share in (0.01, 0.1, 0.3, 0.6, 0.96)]
    assert sorted(steps) == steps
    assert abs(steps[0] - early) < 3
    assert abs(steps[-1] - late) < 0.2


def test_the_tiles_of_istanbul_keep_the_bosphorus_open() -> None:
    """39 tiles in 39 cells with codes of their own; no European tile touches an Asian one."""
    night = read_night(folder("istanbul-2019-06-23"))
    tiles = {area.tile: area for area in night.areas.values() if area.tile is not None}
    assert len(tiles) == 39
    assert len({area.short for area in tiles.values()}) == 39
    assert night.areas[next(a for a in night.areas if a == "adalar")].tile == (6, 9)
    for (row, col), area in tiles.items():
        shift = row % 2
        near = [(row, col + 1), (row + 1, col - 1 + shift), (row + 1, col + shift)]
        assert {tiles[cell].side for cell in near if cell in tiles} <= {area.side}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_files_of_a_night_stay_small(name: str) -> None:
    """A checkout is fetched over slow lines too: no file of a night is much over 1 MB."""
    assert max(len(content) for content in folder(name).values()) < 1_400_000


def said(box: str, contest: str = "mayor", source: str = "council") -> list[Row]:
    """Everything one source said of a box on the practice night, in order."""
    return [
        row for row in papers("practice")
        if (row["box"], row["contest"], row["source"]) == (box, contest, source)
    ]  # fmt: skip


def revisions(box: str, contest: str = "mayor") -> list[tuple[int, str, str]]:
    """Revision, cause and state of what the council said of a box, in order."""
    return [(row["revision"], row["cause"], row["state"]) for row in said(box, contest)]


def figures(row: Row) -> tuple[Any, ...]:
    """The figures of a paper."""
    return (row["registered"], row["voters"], row["valid"], row["invalid"], *row["votes"].values())


def held_in_the_end(box: str, contest: str = "mayor") -> list[Row]:
    """The papers of the newest accepted revision."""
    return newest(folder("practice"), contest, "council").get(box, [])


CASES: dict[str, Callable[[], bool]] = {
    "typing error put right": lambda: [(1, "first", "counted"), (2, "typo", "counted")]
    == revisions("carsi-3"),
    "invalid votes reviewed": lambda: (2, "invalid-review", "counted") in revisions("asma-4"),
    "recount, a revision left out": lambda: [(1, "first", "counted"), (3, "recount", "counted")]
    == revisions("asma-5"),
    "objection upheld": lambda: (2, "objection", "counted") in revisions("kuyu-1"),
    "withdrawn for good": lambda: revisions("degirmen-2")[-1][1] == "withdrawn",
    "withdrawn and reinstated": lambda: ["first", "withdrawn", "reinstated"]
    == [cause for _, cause, _ in revisions("pinar-3")],
    "illegible, then counted with the same figures": lambda: [
        (1, "first", "illegible"), (2, "recount", "counted")] == revisions("ardic-2")
    and len({figures(row) for row in said("ardic-2")}) == 1,
    "illegible to the end": lambda: [(1, "first", "illegible")] == revisions("pinar-2", "assembly"),
    "sealed to the end, without a figure": lambda: [(1, "first", "sealed")] == revisions("kayalik-5")
    and set(figures(said("kayalik-5")[0])) == {None},
    "the same bytes twice": lambda: [2] == [n for n in Counter(
        line["id"] for line in lines(folder("practice")["recording.jsonl.gz"])[1:]).values() if n > 1],
    "the same words again": lambda: figures(said("iskele-2")[0]) == figures(said("iskele-2")[1]),
    "out of order": lambda: [3, 1, 2] == [revision for revision, _, _ in revisions("fener-2")],
    "stale news after a correction": lambda: [1, 2, 1] == [r for r, _, _ in revisions("asma-4")],
    "a conflict for good": lambda: len(held_in_the_end("carsi-5")) == 2,
    "a conflict ended by a newer revision": lambda: [1, 1, 2] == [r for r, _, _ in revisions("kuyu-6")]
    and figures(said("kuyu-6")[0]) != figures(said("kuyu-6")[1]) and len(held_in_the_end("kuyu-6")) == 1,
    "a fifth or more invalid": lambda: said("pinar-6")[-1]["invalid"] * 5 >= said("pinar-6")[-1]["voters"],
    "a main choice without a vote": lambda: said("ardic-5")[0]["votes"]["deniz"] == 0,
    "more voters than the law allows": lambda: said("degirmen-4")[0]["voters"]
    > said("degirmen-4")[0]["registered"] + 10,
    "a few voters over the register": lambda: said("asma-6")[0]["voters"]
    == said("asma-6")[0]["registered"] + 3,
    "refused, and nothing held": lambda: said("degirmen-6")[0]["voters"]
    < said("degirmen-6")[0]["valid"] + said("degirmen-6")[0]["invalid"],
    "a box without a register": lambda: {None} == {row["registered"] for row in said("fener-6")},
    "a box never heard": lambda: not said("kayalik-7"),
    "a choice absent, not zero": lambda: {None} == {row["votes"]["ruzgar"] for row in said("ardic-3")},
    "a source by district": lambda: {"liman", "baglar", "yayla"}
    == {row["box"] for row in papers("practice") if row["level"] == "town"},
    "a source's own claim": lambda: all(
        row["claimed"] for row in papers("practice") if row["source"] == "agency"),
    "two sources differ": lambda: figures(said("iskele-4")[0])
    != figures(said("iskele-4", "mayor", "party")[0]),
    "a contest of one part": lambda: ending("practice")["bridge"]["boxes"]["total"] == 20,
    "a tie": lambda: (None, 0) == (ending("practice")["bridge"]["leader"],
                                   ending("practice")["bridge"]["margin_votes"]),
    "yes or no, and two seats": lambda: [("choice", 1), ("choice", 2), ("yes-no", 1)] == [
        (one["kind"], one["seats"])
        for one in tomllib.loads(folder("practice")["night.toml"].decode())["contests"]],
    "a ban lifted early": lambda: {("embargo-lifted", "2024-10-06T15:30:00.000Z", "2024-10-06T15:30:00.000Z")}
    == set(rulings("practice")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_practice_night_has_every_awkward_case(case: str) -> None:
    """What a night can throw at a counter stands in the practice recording once."""
    assert CASES[case]()


def test_the_practice_night_has_a_paper_for_every_refusal() -> None:
    """Every reason to refuse a paper is there, and the papers held before stand."""
    night = read_night(folder("practice"))
    records = [decode(encode_back(line)) for line in lines(folder("practice")["recording.jsonl.gz"])[1:]]
    rehearsal = Rehearsal(night, "replay").hear_all(records)
    codes = {finding.code for refusal in rehearsal.refused for finding in refusal.paper.findings}
    assert {f"E{number}" for number in (101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112)} <= codes
    assert {"E201", "E202", "E203"} <= codes
    assert [1] == [row["revision"] for row in held_in_the_end("asma-1")]


def test_times_of_a_recording_have_a_zone() -> None:
    """UTC with milliseconds, so that text order is time order."""
    for line in lines(folder("practice")["recording.jsonl.gz"])[1:]:
        at = datetime.fromisoformat(line["heard_at"])
        assert at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" == line["heard_at"]
