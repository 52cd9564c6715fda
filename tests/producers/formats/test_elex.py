"""The table of `elex results`: the lowest level of each race, and zeros that are none."""

import csv
import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.night import AreaId, ContestId
from election.tally import COLUMN, votes_of
from producers.formats import elex
from producers.formats.document import Document, FeedError, Refusal, Seen
from producers.formats.shapes import Mapping
from tests.producers import tiny
from tests.web.shapes import counted
from web.exports.elex import COLUMNS

Row = dict[str, str]


def row(unit: str, who: str, votes: int | str, level: str = "county", **more: str) -> Row:
    """One row of the table."""
    first, last = who.split()
    return dict.fromkeys(COLUMNS, "") | {
        "raceid": "7", "statepostal": "IA", "statename": "Iowa", "officename": "Governor", "level": level,
        "reportingunitid": f"{level}-{unit}", "reportingunitname": unit.title(), "candidateid": f"c-{last}",
        "first": first, "last": last, "party": "X", "votecount": str(votes), "precinctsreporting": "3",
        "precinctstotal": "4", "lastupdated": "2024-10-06T18:15:00Z",
    } | more  # fmt: skip


ROWS = [
    row("iowa", "Ada Lovelace", 30, "state"), row("iowa", "Bulut Kaya", 12, "state"),
    row("adair", "Ada Lovelace", 10), row("adair", "Bulut Kaya", 5),
    row("adams", "Ada Lovelace", 20), row("adams", "Bulut Kaya", 7),
]  # fmt: skip


def table(rows: Iterable[Row]) -> bytes:
    """The rows as the tool prints them."""
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def read(content: bytes, mapping: Mapping | None = None, size: int = 10**6) -> list[Seen | Refusal]:
    """Everything that is read."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return list(elex.survey(Document("results.csv", pieces, tiny.HEARD_AT, None, mapping)))


@given(st.integers(1, 400))
def test_the_lowest_level_of_a_race_is_read(size: int) -> None:
    """Counties with what the feed claims; the state is their area, and its own row is not taken."""
    one, two = read(table(ROWS), size=size)
    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert ("ia-governor-7", "Governor") == (one.contest, one.contest_name)
    assert [("county-adair", "Adair"), ("county-adams", "Adams")] == [
        (u.unit, u.unit_name) for u in (one, two)
    ]
    assert {"ada-lovelace": 10, "bulut-kaya": 5} == one.votes
    assert {"ada-lovelace": "Ada Lovelace", "bulut-kaya": "Bulut Kaya"} == one.choice_names
    assert (None, 15, None, 3) == (one.voters, one.valid, one.invalid, one.claimed_boxes)
    assert (("state", "iowa", "Iowa"),) == one.areas
    assert "2024-10-06T18:15:00+00:00" == one.heard_at.isoformat()


def test_zeros_with_no_precinct_reporting_are_no_report() -> None:
    """Nor is a row without a count a zero; a real zero is."""
    rows = [
        *(row("adair", who, 0, precinctsreporting="0") for who in ("Ada L", "Bulut K")),
        row("adams", "Ada L", ""), row("adams", "Bulut K", 0),
    ]  # fmt: skip
    (one,) = read(table(rows))
    assert isinstance(one, Seen)
    assert ("county-adams", {"bulut-k": 0}) == (one.unit, one.votes)


def test_each_race_has_its_own_lowest_level() -> None:
    """Townships in one state, a state's total alone in another."""
    rows = [
        *ROWS, row("dover", "Ada L", 4, "township", raceid="8"), row("kent", "Ada L", 9, raceid="8"),
        row("texas", "Ada L", 4, "state", raceid="8", statepostal="TX"),
    ]  # fmt: skip
    made = [(one.contest, one.unit) for one in read(table(rows))[2:] if isinstance(one, Seen)]
    assert [("ia-governor-8", "township-dover"), ("tx-governor-8", "state-texas")] == made


@pytest.mark.parametrize(
    ("votes", "code"), [("-3", "E106"), ("x", "E107"), ("1.5", "E107"), ("99999999999", "E109")]
)
def test_a_count_that_is_none_is_refused_with_line_and_column(votes: str, code: str) -> None:
    """And of that unit nothing is told."""
    refused, one = read(table([*ROWS[:3], row("adair", "Bulut Kaya", votes), *ROWS[4:]]))
    assert isinstance(refused, Refusal)
    assert isinstance(one, Seen)
    assert (code, 5, "votecount") == (refused.code, refused.line, refused.column)
    assert "county-adams" == one.unit


@pytest.mark.parametrize(("broken", "code"), [(b"half,a,row\n", "F002"), (b"7,a\rb\n", "F001")])
@pytest.mark.parametrize(
    ("line", "left"),
    [
        (4, ["county-adams", "county-clay"]),
        (5, ["county-clay"]),
        (6, ["county-clay"]),
        (9, ["county-adair", "county-adams"]),
    ],
)
def test_a_row_that_cannot_be_read_spoils_the_units_beside_it(
    broken: bytes, code: str, line: int, left: list[str]
) -> None:
    """It may have been a part of the one before it, or of the one behind it."""
    more = [row("clay", "Ada Lovelace", 1), row("clay", "Bulut Kaya", 2)]
    lines = table([*ROWS, *more]).splitlines(keepends=True)
    lines[line - 1] = broken
    refused, *others = read(b"".join(lines))
    assert isinstance(refused, Refusal)
    assert (code, line) == (refused.code, refused.line)
    units = [one.unit for one in others if isinstance(one, Seen)]
    assert left == units


def test_a_candidate_that_stands_twice_in_a_unit_is_refused() -> None:
    """Which of the two is right cannot be told."""
    refused, one = read(table([*ROWS[:3], ROWS[2], *ROWS[3:]]))
    assert isinstance(refused, Refusal)
    assert isinstance(one, Seen)
    assert ("F012", "county-adams") == (refused.code, one.unit)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a,b\n1,2\n", "no column raceid"),
        (b"<html><title>Log in", "page of HTML"),
        (b"", "empty"),
        (table([*ROWS[:2], row("x", "Ada L", 1, raceid="9"), *ROWS[2:]]), "do not follow one another"),
        (table(ROWS).replace(b"votepct", b"party", 1), "there twice"),
        (b"x" * 2_000_000, "longer than"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, says: str) -> None:
    """With what it is, or how to mend it."""
    with pytest.raises(FeedError, match=says):
        read(content)


def test_a_mapping_names_races_people_and_places() -> None:
    """By the tool's own ids or by names."""
    mapping = Mapping(
        "m",
        contest_ids={"7": "governor"},
        choice_ids={("governor", "c-Kaya"): "bulut"},
        units={"Adair": "n-1"},
        voters_are_valid=True,
    )
    one, _ = read(table(ROWS), mapping)
    assert isinstance(one, Seen)
    assert ("governor", "n-1", {"ada-lovelace": 10, "bulut": 5}) == (one.contest, one.unit, one.votes)
    assert (15, 0) == (one.voters, one.invalid)


def test_a_night_judges_the_statements() -> None:
    """As every format."""
    (refused, _) = elex.parse(Document("r.csv", [table(ROWS)], tiny.HEARD_AT), tiny.night())
    assert isinstance(refused, Refusal)
    assert "E101" == refused.code


def test_our_own_table_comes_back_to_the_vote() -> None:
    """All contests at once: areas, figures, choices; the figures are the rehearsal's."""
    moment = counted()
    made = read(moment.bytes_of("elex.csv"))
    assert [] == [one for one in made if isinstance(one, Refusal)]
    seen = [one for one in made if isinstance(one, Seen)]
    assert set(moment.night.contests) == {one.contest for one in seen}
    for one in seen:
        contest = moment.night.contests[ContestId(one.contest)]
        line = moment.worker.rehearsal.rows(contest.id)[contest.source][AreaId(one.unit)]
        assert [one.votes.get(choice.id, 0) for choice in contest.choices] == list(votes_of(line, contest))
        names = ("voters", "valid", "invalid")
        assert [getattr(one, name) for name in names] == [line[COLUMN[name]] for name in names]
        above = moment.night.lines[AreaId(one.unit)][1:]
        assert tuple(id for _, id, _ in reversed(one.areas)) == above[: len(one.areas)]


def test_a_table_under_the_embargo_says_nothing() -> None:
    """Its figures are empty, and no report is a zero."""
    from tests.web.shapes import begun

    assert [] == read(begun().bytes_of("elex.csv"))
