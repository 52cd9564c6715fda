"""JSON by mapping: every shape of a tree that feeds have, each refusal with its path."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.report import BoxReport
from producers.formats.document import Document, FeedError, Refusal, Seen
from producers.formats.json_mapped import parse, survey
from producers.formats.mapping import read_mapping
from tests.producers import tiny

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "formats.md"
WIDE = """
[paths]
rows = "results.boxes[*]"
unit = "id"
registered = "register"
voters = "counts.cast"
valid = "counts.valid"
time = "^.at"
area.ward = "^.ward.name"
[choices]
ada = "votes.ada"
bulut = "votes.bulut"
"""
BOXES: list[dict[str, Any]] = [
    {"id": "n-1", "register": 300, "counts": {"cast": 200, "valid": 190}, "votes": {"ada": 100, "bulut": 90}},
    {
        "id": "n-2",
        "register": 200,
        "counts": {"cast": 100, "valid": 100},
        "votes": {"ada": 60, "bulut": None},
    },
]
TREE = {
    "results": {"at": "2024-10-06T18:00:00+03:00", "ward": {"name": "North"}, "boxes": BOXES, "more": [1]}
}


def document(tree: object, mapping: str = WIDE, size: int = 10**6) -> Document:
    """A document of this tree, or of these bytes."""
    content = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return Document("feed.json", pieces, tiny.HEARD_AT, None, read_mapping("m.toml", mapping.encode()))


def read(tree: object, mapping: str = WIDE) -> list[Seen | Refusal]:
    """Everything that is read."""
    return list(survey(document(tree, mapping)))


def votes(tree: object, mapping: str) -> dict[str, dict[str, int]]:
    """The votes by unit, of a tree that is right."""
    found = read(tree, mapping)
    assert [] == [one for one in found if isinstance(one, Refusal)]
    return {one.unit: dict(one.votes) for one in found if isinstance(one, Seen)}


def changed(**more: Any) -> dict[str, Any]:
    """The tree with its second box changed."""
    return {"results": {**TREE["results"], "boxes": [BOXES[0], {**BOXES[1], **more}]}}


def test_a_row_is_a_statement_with_its_path() -> None:
    """Figures, areas and the time from above; what is null is absent."""
    one, two = read(TREE)
    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert ("n-1", "results.boxes[0]", 1) == (one.unit, one.path, one.line)
    assert (300, 200, 190, 10) == (one.registered, one.voters, one.valid, one.invalid)
    assert (("ward", "north", "North"),) == one.areas
    assert {"ada": 60} == two.votes
    assert "2024-10-06T15:00:00+00:00" == two.heard_at.isoformat()


@given(st.integers(1, 60))
def test_pieces_of_any_size_are_the_same(size: int) -> None:
    """However it is fetched."""
    assert read(TREE) == list(survey(document(TREE, WIDE, size)))


def test_a_night_judges_and_the_refusal_has_the_path() -> None:
    """E103 at the row, with the mapping's own path."""
    night = tiny.night(tiny.ONE_CONTEST)
    made, refused = parse(document(changed(id="x-9")), night)
    assert isinstance(made, BoxReport)
    assert isinstance(refused, Refusal)
    assert ("mayor", "n-1", 0) == (made.contest, made.unit, made.revision)
    assert "E103" == refused.code
    assert refused.column.startswith("results.boxes[1]")


@pytest.mark.parametrize(
    ("more", "code", "column"),
    [
        ({"counts": {"cast": 100.5, "valid": 100}}, "E107", "results.boxes[1].counts.cast"),
        ({"counts": {"cast": -1, "valid": 100}}, "E106", "results.boxes[1].counts.cast"),
        ({"votes": {"ada": [1]}}, "E107", "results.boxes[1].votes.ada"),
        ({"votes": {"ada": True}}, "E107", "results.boxes[1].votes.ada"),
        ({"votes": {"ada": 1, "cem": 2}}, "E104", "results.boxes[1].votes.cem"),
        ({"id": None}, "E103", "results.boxes[1].id"),
        ({"id": {"a": 1}}, "E107", "results.boxes[1].id"),
        ({"id": "n-1"}, "F004", "results.boxes[1].id"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path(more: dict[str, Any], code: str, column: str) -> None:
    """The row alone; a new name among the choices too."""
    one, refused = read(changed(**more))
    assert isinstance(one, Seen)
    assert isinstance(refused, Refusal)
    assert (code, column) == (refused.code, refused.column)


LISTED = """
[feed]
valid = "sum"
[paths]
rows = "areas[*].boxes[*]"
unit = "no"
voters = "cast"
area.ward = "^.name"
choices = "list[*]"
choice = "who"
votes = "n"
party = "party"
[choices]
ada = "Ada L."
"""


def test_choices_may_be_a_list_below_the_row() -> None:
    """In any order; a box without a single one is still a box."""
    tree = {"areas": [
        {"name": "North", "boxes": [
            {"no": 1, "cast": 12, "list": [
                {"who": "Bulut", "n": 3}, {"who": "Ada L.", "n": 7, "party": "A"}]},
            {"no": 2, "cast": 5, "list": []}]},
        {"boxes": [{"no": 3, "cast": 9, "list": [{"who": "Ada L.", "n": 8}]}], "name": "South"},
    ]}  # fmt: skip
    one, two, three = read(tree, LISTED)
    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert isinstance(three, Seen)
    assert [{"bulut": 3, "ada": 7}, {}, {"ada": 8}] == [one.votes, two.votes, three.votes]
    assert {"ada": "A"} == one.parties
    assert (12, 10, 2) == (one.voters, one.valid, one.invalid)
    assert (5, None) == (two.voters, two.valid)
    assert ["North", "South"] == [one.areas[0][2], three.areas[0][2]]
    assert "areas[1].boxes[0]" == three.path


def test_choices_and_rows_may_be_names() -> None:
    """Objects of objects: the name is the @key, what lies there the @value."""
    mapping = """
[paths]
rows = "boxes.*"
unit = "@key"
voters = "cast"
valid = "ok"
choices = "votes.*"
choice = "@key"
votes = "@value"
"""
    tree = {
        "boxes": {
            "n-1": {"cast": 10, "ok": 9, "votes": {"Ada": 4, "Bulut": 5}},
            "n-2": {"cast": 0, "ok": 0, "votes": {}},
        }
    }
    assert {"n-1": {"ada": 4, "bulut": 5}, "n-2": {}} == votes(tree, mapping)


def test_rows_may_be_a_row_a_choice() -> None:
    """A long table in JSON: rows of one box follow one another."""
    mapping = '[feed]\nvalid = "sum"\nvoters = "valid"\n[paths]\nunit = "box"\nchoice = "name"\nvotes = "n"\n'
    tree = [
        {"box": "n-1", "name": "Ada", "n": 4},
        {"box": "n-1", "name": "Bulut", "n": 5},
        {"box": "n-2", "name": "Ada", "n": 1},
    ]
    assert {"n-1": {"ada": 4, "bulut": 5}, "n-2": {"ada": 1}} == votes(tree, mapping)
    tree[1]["n"] = [5]
    refused = [one for one in read(tree, mapping) if isinstance(one, Refusal)]
    assert ["E107", "F005", "F005"] == [one.code for one in refused]


def test_a_name_above_the_cut_must_stand_before_the_rows() -> None:
    """Else they would have been read without it; a name that no row asked for may stand anywhere."""
    late = {"results": {"at": TREE["results"]["at"], "boxes": BOXES, "ward": {"name": "North"}}, "name": "x"}
    with pytest.raises(FeedError, match=r"results\.ward\.name stands in the file after rows"):
        read(late)
    assert 2 == len(read({**TREE, "ward": {"name": "x"}}))


def test_a_path_that_leads_nowhere_in_any_row_is_said() -> None:
    """It is a misspelling, and would be a table without that figure."""
    with pytest.raises(FeedError, match=r"In none of 2 rows there is 'counts\.cst'"):
        read(TREE, WIDE.replace("counts.cast", "counts.cst"))
    with pytest.raises(FeedError, match=r"votes\.cem"):
        read(TREE, WIDE + 'cem = "votes.cem"\n')
    assert 2 == len(read(TREE, WIDE + '[choices.cem]\nmarks = ["votes.cem"]\noptional = true\n'))


def test_a_state_may_stand_where_a_number_belongs() -> None:
    """It is no zero."""
    mapping = WIDE + '[states]\nsealed = ["sealed", "true"]\n'
    for mark in ("sealed", True):
        _, two = read(changed(counts={"cast": mark, "valid": mark}, votes={}), mapping)
        assert isinstance(two, Seen)
        assert ("sealed", None, {}) == (two.state, two.voters, two.votes)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<!doctype html>", "page of HTML"),
        (json.dumps(TREE).encode()[:-4], "ends in the middle"),
        (b"a,b\n", "no JSON"),
    ],
)
def test_what_is_no_whole_json_is_refused(content: bytes, says: str) -> None:
    """With what it is instead."""
    with pytest.raises(FeedError, match=says):
        read(content)


def test_without_paths_there_is_nothing_to_read() -> None:
    """The way out is in the sentence."""
    with pytest.raises(FeedError, match=r"needs \[paths\]"):
        read(TREE, '[columns]\nunit = "a"\n[choices]\nada = "b"\n')
    with pytest.raises(FeedError, match="A mapping is needed"):
        list(survey(Document("feed.json", [b"{}"], tiny.HEARD_AT)))


def test_the_example_of_the_documentation_is_right() -> None:
    """As it stands there, file and mapping."""
    text = DOCS.read_text(encoding="utf-8").partition("## `json`")[2]
    blocks = {kind: text.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("json", "toml")}
    (one,) = read(blocks["json"].encode(), blocks["toml"])
    assert isinstance(one, Seen)
    assert ("1001", {"ada": 140, "bulut": 125}, 270, 265) == (one.unit, one.votes, one.voters, one.valid)
    assert (("ward", "north", "North"),) == one.areas
    assert "2024-10-06T15:00:00+00:00" == one.heard_at.isoformat()
