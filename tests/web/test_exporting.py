"""Queries of exports: right ones make the right table, wrong ones a sentence that names the field."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.errors import UsageError
from tests.web.made import Worker, night, parts, records
from tests.web.shapes import BRIDGE, FROM_SNAPSHOTS, HOST, MAYOR, Moment, counted, rows, values
from web import exporting
from web.exporting import Exports
from web.exports import EXPORTS


@pytest.mark.parametrize(
    ("name", "query", "field"),
    [
        ("elex.csv", {"contest": ["king"]}, "contest"),
        ("elex.csv", {"contest": ["mayor", "bridge"]}, "contest"),
        ("areas.csv", {"bom": ["yes"]}, "bom"),
        ("races.json", {"minDateTime": ["yesterday"]}, "minDateTime"),
        ("races.json", {"minDateTime": ["2019-13-01"]}, "minDateTime"),
        ("races.json", {"minDateTime": ["0001-01-01T00:00+14:00"]}, "minDateTime"),
        ("races.json", {"have": ["x"]}, "have"),
        ("races.json", {"have": ["00000000o1"]}, "have"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(name: str, query: dict[str, list[str]], field: str) -> None:
    """With what is there instead, and never with more of a stranger's text than a line holds."""
    with pytest.raises(UsageError) as caught:
        counted().exports.wanted(name, query, HOST)
    assert str(caught.value).startswith(f"{field}: ")
    assert str(caught.value).isascii()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"contest": ["king"]}, "contest"),
        ({"source": ["nobody"]}, "source"),
        ({"source": ["agency"]}, "source"),
        ({"source": ["party", "council"]}, "source"),
        ({"bom": ["2"]}, "bom"),
    ],
)  # fmt: skip
async def test_a_wrong_value_for_boxes_is_named(query: dict[str, list[str]], field: str) -> None:
    """Before the store is asked anything."""
    at = counted()
    with pytest.raises(UsageError) as caught:
        await at.exports.boxes(query)
    assert str(caught.value).startswith(f"{field}: ")
    assert 0 == at.reads


async def test_more_boxes_than_a_table_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks is told how many there are, and the store is not asked."""
    monkeypatch.setattr(exporting, "BOXES_MAX", 3)
    at = counted()
    with pytest.raises(UsageError, match="mayor has 60 boxes; a table holds at most 3"):
        await at.exports.boxes({})
    assert 0 == at.reads


def test_what_is_not_given_is_the_whole_or_the_first() -> None:
    """All contests where a shape holds several; an empty value is as if it were not there."""
    at = counted()
    assert {"mayor"} == {row["contest"] for row in rows(at.bytes_of("areas.csv"))}
    assert {"bridge"} == {row["contest"] for row in rows(at.bytes_of("areas.csv", {"contest": ["bridge"]}))}
    assert at.bytes_of("elex.csv") == at.bytes_of("elex.csv", {"contest": [""]})
    assert at.bytes_of("elex.csv") == at.bytes_of("elex.csv", {"unknown": ["1"]})


async def test_boxes_are_the_published_counts_unless_another_is_asked_for() -> None:
    """By contest and source."""
    at = counted()
    assert {("mayor", "council")} == {
        (row["contest"], row["source"]) for row in rows((await at.exports.boxes({})).plain)
    }
    other = await at.exports.boxes({"contest": ["bridge"], "source": ["party"], "bom": ["1"]})
    assert {("bridge", "party")} == {(row["contest"], row["source"]) for row in rows(other.plain)}
    assert other.plain.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", FROM_SNAPSHOTS)
def test_the_name_of_a_content_changes_with_it(name: str) -> None:
    """Two bodies that differ have different tags, whatever was asked; the same body asked twice has one."""
    at = counted()
    asked = [{}, {"contest": ["mayor"]}, {"contest": ["bridge"]}]
    asked += [{"bom": ["1"]}] if name.endswith(".csv") else []
    if name == "races.json":
        asked += [
            {"minDateTime": ["2031-01-01"]},
            {"minDateTime": ["2032-01-01"]},
            {"contest": ["mayor"], "minDateTime": ["2000-01-01"]},
        ]
    seen: dict[str, bytes] = {}
    for query in asked:
        for headers in (HOST, {"host": "other.example"}):
            wanted = at.exports.wanted(name, query, headers)
            assert wanted.etag == at.exports.wanted(name, query, headers).etag
            body = wanted.make()
            assert body == seen.setdefault(wanted.etag, body)
    group = at.hub.groups[MAYOR]
    group.shown = group.shown | {"version": group.shown["version"] + 1}
    assert at.exports.wanted(name, {}, HOST).etag not in seen


def test_a_follower_does_not_make_a_new_place_for_each_request() -> None:
    """Where a body is kept hangs on what is asked, not on positions, which are others at every version."""
    worker = Worker(night())
    at, keys, next_query = Moment(night(), worker), Counter[str](), {}
    for batch in parts(records(), 4):
        worker.count(batch)
        at.show()
        wanted = at.exports.wanted("races.json", next_query, HOST)
        keys[wanted.key] += 1
        query = json.loads(wanted.make())["nextrequest"].partition("?")[2]
        next_query = {
            field: [value] for field, _, value in (part.partition("=") for part in query.split("&"))
        }
        next_query["minDateTime"] = [next_query["minDateTime"][0].replace("%3A", ":")]
    assert len(keys) <= 2 ** len(at.night.contests) + 1
    assert max(keys.values()) > 3


def test_more_contests_than_an_address_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader goes on by time alone: what changed at that moment comes twice."""
    monkeypatch.setattr(exporting, "HAVE_MAX", 2)
    answer = json.loads(counted().bytes_of("races.json"))
    assert "have=" not in answer["nextrequest"]
    assert "minDateTime=" in answer["nextrequest"]


@pytest.mark.parametrize("name", FROM_SNAPSHOTS)
async def test_a_large_export_is_the_same_made_in_a_thread(name: str) -> None:
    """While the count moves it may be a second old; what a follower is told is its own, and never old."""
    at, now = counted(0.9), [0.0]
    exports = Exports(at.hub, at.night, at.boxes, lambda: now[0])
    wanted = exports.wanted(name, {}, HOST)
    first = await exports.made(wanted)
    assert (wanted.etag, wanted.make()) == (first.etag, first.plain)
    assert first is await exports.made(exports.wanted(name, {}, HOST))
    at.worker.count(records()[at.worker.rehearsal.records :])
    at.show()
    moved = exports.wanted(name, {}, HOST)
    assert moved.etag != first.etag
    assert (first is await exports.made(moved)) == (name != "races.json")
    now[0] += exporting.AGAIN_AFTER_S
    assert moved.etag == (await exports.made(exports.wanted(name, {}, HOST))).etag


def test_a_night_of_many_places_is_not_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks waits a moment, and nobody's changes wait for them."""
    at = counted()
    assert at.exports.wanted("elex.csv", {}, HOST).at_once
    monkeypatch.setattr(exporting, "CELLS_AT_ONCE_MAX", 10)
    assert not at.exports.wanted("elex.csv", {}, HOST).at_once


@settings(deadline=None, max_examples=60)
@given(
    name=st.sampled_from(FROM_SNAPSHOTS),
    query=st.dictionaries(
        st.sampled_from(["contest", "bom", "minDateTime", "have"]), st.lists(st.text(), max_size=2)
    ),
    host=st.text(),
)
def test_whatever_is_asked_is_answered_or_refused_by_name(
    name: str, query: dict[str, list[str]], host: str
) -> None:
    """A stranger's query is never an error of ours."""
    exports: Exports = NIGHT.exports
    sentence = ""
    try:
        assert exports.wanted(name, query, {"host": host}).make()
    except UsageError as error:
        sentence = str(error)
    assert not sentence or sentence.split(":")[0] in query


NIGHT = counted()


@settings(deadline=None, max_examples=6)
@given(size=st.integers(2, 30), other=st.integers(1, 10**6))
def test_under_the_embargo_figures_make_no_difference(size: int, other: int) -> None:
    """Were every vote, voter and finding another one, every export would be the same bytes."""
    plain, changed = Moment(night(), Worker(night())), Moment(night(), Worker(night()))
    changed.other = other
    heard = 0
    for batch in parts(records(), size):
        plain.worker.count(batch)
        changed.worker.count(batch)
        plain.show()
        changed.show()
        if any(plain.shown(contest).is_open for contest in plain.night.contests):
            break
        heard = plain.shown().whole.received
        assert plain.everything() == changed.everything()
    else:
        raise AssertionError("the ban was never lifted")
    assert heard > 0 or size > 20
    assert plain.everything() != changed.everything()


@settings(deadline=None, max_examples=15)
@given(share=st.floats(0, 0.45), secret=st.integers(10**11, 10**12))
def test_under_the_embargo_no_figure_stands_in_any_export(share: float, secret: int) -> None:
    """Looked for: every vote is a number that nothing else is, and it stands nowhere."""
    at = Moment(night(), Worker(night()))
    at.worker.count(records()[: int(len(records()) * share)])
    at.other = secret
    at.show()
    assert not at.shown().is_open
    for name, body in at.everything().items():
        assert str(secret)[:6] not in body.decode(), name


def test_every_export_says_its_mode_and_that_it_is_simulated() -> None:
    """In each row of a table, and at the head of the others."""
    for mode in ("replay", "rehearsal", "live"):
        for name, body in counted(mode=mode).everything().items():
            if name.endswith(".csv"):
                assert {(mode, "True")} == {(row["mode"], row["simulated"]) for row in rows(body)}
                continue
            found = set(map(str, values(json.loads(body))))
            assert any("SIMULATED" in value for value in found)
            assert mode == "live" or any(mode.upper() in value for value in found)


def test_the_table_of_exports_is_whole() -> None:
    """Each address of the reference has a writer and a type."""
    assert {"elex.csv", "elex.json", "races.json", "nist-v2.json", "areas.csv", "boxes.csv"} == set(EXPORTS)
    assert all(("csv" in name) == shape.kind.startswith("text/csv") for name, shape in EXPORTS.items())
    assert BRIDGE in counted().night.contests
