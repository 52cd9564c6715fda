"""Clarity's detail.xml: the votes of all types of a unit, its own totals to the vote, zeros that are none."""

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.night import Night
from election.rehearsal import Rehearsal
from election.report import BoxReport
from election.tally import votes_of
from election.wire.nights import read_night
from producers.bundling import bundles
from producers.formats import clarity
from producers.formats.document import Document, FeedError, Refusal, Seen
from producers.formats.packed import unpacked
from producers.formats.shapes import Mapping
from tests.producers import tiny

COUNTIES = Path("formats/clarity/ga_counties_2020-11-03.xml.gz")
NOBODY_INVALID = Mapping("m", voters_are_valid=True)
PRECINCTS = """<?xml version="1.0"?>
<ElectionResult>
 <Timestamp>5/20/2014 8:19:21 PM EDT</Timestamp><Region>Greenup</Region>
 <VoterTurnout totalVoters="900" ballotsCast="23" voterTurnout="2.5"><Precincts>
  <Precinct name="A101" totalVoters="300" ballotsCast="12" percentReporting="4" />
  <Precinct name="AB" totalVoters="0" ballotsCast="11" percentReporting="4" />
  <Precinct name="A102" totalVoters="600" ballotsCast="0" percentReporting="0" />
 </Precincts></VoterTurnout>
 <Contest key="4" text="Mayor" voteFor="1" isQuestion="false" precinctsReported="2">
  <VoteType name="Undervotes"><Precinct name="A101" votes="1" /><Precinct name="AB" votes="2" /></VoteType>
  <VoteType name="Overvotes"><Precinct name="A101" votes="1" /><Precinct name="AB" votes="0" /></VoteType>
  <Choice key="1" text="Ada &amp; Co" party="REP" totalVotes="14">
   <VoteType name="Early"><Precinct name="A101" votes="4" /><Precinct name="AB" votes="0" /></VoteType>
   <VoteType name="Election Day" votes="10">
    <Precinct name="A101" votes="4" /><Precinct name="AB" votes="6" /><Precinct name="A102" votes="0" />
   </VoteType>
  </Choice>
  <Choice key="2" text="Bulut" party="NP" totalVotes="5">
   <VoteType name="Day"><Precinct name="A101" votes="2" /><Precinct name="AB" votes="3" /></VoteType>
  </Choice>
 </Contest>
</ElectionResult>
"""


def read(text: str | bytes, mapping: Mapping | None = None, size: int = 10**6) -> list[Seen | Refusal]:
    """Everything that is read."""
    content = text if isinstance(text, bytes) else text.encode()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return list(clarity.survey(Document("detail.xml", pieces, tiny.HEARD_AT, None, mapping)))


@given(st.integers(1, 300))
def test_types_are_added_up_and_undervotes_and_overvotes_are_invalid(size: int) -> None:
    """By precinct, in pieces of any size; a register of 0 with ballots is none, zeros alone are no report."""
    one, two = read(PRECINCTS, size=size)
    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert ("mayor", "Mayor", "a101", "A101") == (one.contest, one.contest_name, one.unit, one.unit_name)
    assert {"ada-and-co": 8, "bulut": 2} == one.votes
    assert {"ada-and-co": "Ada & Co", "bulut": "Bulut"} == one.choice_names
    assert {"ada-and-co": "REP", "bulut": ""} == one.parties
    assert (300, 12, 10, 2) == (one.registered, one.voters, one.valid, one.invalid)
    assert (None, 11, 9, 2) == (two.registered, two.voters, two.valid, two.invalid)
    assert (("region", "greenup", "Greenup"),) == one.areas
    assert "2014-05-21T00:19:21+00:00" == one.heard_at.isoformat()


def test_a_total_beside_its_parts_is_not_added_to_them() -> None:
    """Never both."""
    extra = (
        '<VoteType name="Total"><Precinct name="A101" votes="2" /><Precinct name="AB" votes="3" /></VoteType>'
    )
    head, tail = PRECINCTS.split('totalVotes="5">')
    one, _ = read(f'{head}totalVotes="5">{extra}{tail}')
    assert isinstance(one, Seen)
    assert {"ada-and-co": 8, "bulut": 2} == one.votes


def test_what_a_file_without_undervotes_does_not_say_is_not_said() -> None:
    """`ballotsCast` is of all contests; the mapping may say that nobody's paper was invalid."""
    text = "\n".join(line for line in PRECINCTS.splitlines() if "ervotes" not in line)
    one, _ = read(text)
    assert isinstance(one, Seen)
    assert (None, 10, None) == (one.voters, one.valid, one.invalid)
    one, _ = read(text, NOBODY_INVALID)
    assert isinstance(one, Seen)
    assert (10, 10, 0) == (one.voters, one.valid, one.invalid)


def test_votes_are_not_papers_where_a_voter_marks_several() -> None:
    """Nothing is made up."""
    one, _ = read(PRECINCTS.replace('voteFor="1"', 'voteFor="2"'))
    assert isinstance(one, Seen)
    assert (None, None, None) == (one.voters, one.valid, one.invalid)


@pytest.mark.parametrize("marks", ["many", "0"])
def test_where_nobody_can_tell_how_many_may_be_marked_votes_are_no_papers(marks: str) -> None:
    """It is not taken for one."""
    *refused, one, _ = read(PRECINCTS.replace('voteFor="1"', f'voteFor="{marks}"'))
    assert isinstance(one, Seen)
    assert (None, None, None) == (one.voters, one.valid, one.invalid)
    assert ["E107"] * (marks == "many") == [bad.code for bad in refused if isinstance(bad, Refusal)]


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ('name="AB" votes="3"', 'name="AB" votes="-3"', "E106", "negative"),
        ('name="AB" votes="3"', 'name="AB" votes="3.5"', "E107", "no whole number"),
        ('name="AB" votes="3"', 'name="AB"', "E105", "not stated"),
        ('name="AB" votes="3"', 'name="AB" votes="99999999999"', "E109", "more than"),
        (
            '<Precinct name="AB" votes="3" />',
            '<Precinct name="AB" votes="3" /><Precinct name="AB" votes="3" />',
            "F012",
            "twice",
        ),
        ('totalVotes="5"', 'totalVotes="6"', "F015", "The units sum to 5, the file says totalVotes 6"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(old: str, new: str, code: str, says: str) -> None:
    """And of that unit nothing is told; where only a total differs the units stand."""
    found = read(PRECINCTS.replace(old, new))
    (refused,) = [one for one in found if isinstance(one, Refusal)]
    assert (code, True) == (refused.code, says in refused.message)
    assert refused.line in (18, 19)
    units = ["a101", "ab"] if code == "F015" else ["a101"]
    assert units == [one.unit for one in found if isinstance(one, Seen)]


def test_two_choices_of_one_name_end_their_contest() -> None:
    """Whose votes they are cannot be told."""
    (refused,) = read(PRECINCTS.replace('text="Bulut"', 'text="Ada &amp; Co"'))
    assert isinstance(refused, Refusal)
    assert "F012" == refused.code


def test_contests_before_a_cut_are_given_and_then_the_error() -> None:
    """A contest without its end is none."""
    again = PRECINCTS.replace(
        "</ElectionResult>", PRECINCTS[PRECINCTS.index(" <Contest") :].replace('"Mayor"', '"Judge"')
    )
    seen: list[Seen | Refusal] = []
    document = Document("detail.xml", [again[:-60].encode()], tiny.HEARD_AT)
    with pytest.raises(FeedError, match="ends in the middle"):
        seen.extend(clarity.survey(document))
    assert {"mayor"} == {one.contest for one in seen if isinstance(one, Seen)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<ElectionReport/>", "begins with <ElectionReport>"),
        ("<ElectionResult></ElectionResult>", "no Contest"),
        ("<!doctype html><html>", "HTML|broken"),
        (
            '<!DOCTYPE ElectionResult [<!ENTITY x SYSTEM "file:///etc/passwd">]><ElectionResult>&x;</ElectionResult>',
            "document type",
        ),
    ],
)
def test_what_is_no_detail_xml_is_refused(text: str, says: str) -> None:
    """With what it is."""
    with pytest.raises(FeedError, match=says):
        read(text)


def test_a_time_of_an_unknown_zone_is_not_guessed() -> None:
    """Then it is the document's own."""
    one, _ = read(PRECINCTS.replace("EDT", "XYZ"))
    assert isinstance(one, Seen)
    assert tiny.HEARD_AT == one.heard_at


def county_night(seen: list[Seen]) -> Night:
    """A night in which the counties are boxes of one state."""
    contests: dict[str, dict[str, str]] = {}
    for one in seen:
        contests.setdefault(one.contest, {}).update(one.choice_names)
    text = 'id = "ga"\nname = "GA"\ndate = 2020-11-03\ntime_zone = "America/New_York"\nlevels = ["region"]\n'
    text += "[outstanding]\nvoters_max_without_register = 10000000\n"  # the file has no register
    for contest, choices in contests.items():
        text += f'[[contests]]\nid = "{contest}"\nname = "{contest}"\narea = "ga"\nsource = "state"\n'
        text += "".join(
            f'[[contests.choices]]\nid = "{id}"\nname = "{name}"\n' for id, name in choices.items()
        )
    text += '[[sources]]\nid = "state"\nname = "State"\n'
    boxes = "id,area,registered\n" + "".join(f"{unit},ga,\n" for unit in sorted({one.unit for one in seen}))
    files = {
        "night.toml": text,
        "areas.csv": "id,name,level,parent\nga,Georgia,region,\n",
        "boxes.csv": boxes,
    }
    return read_night({name: content.encode() for name, content in files.items()})


@pytest.mark.real_data
@pytest.mark.parametrize("packed", ["gzip", "zip"])
def test_the_county_file_becomes_a_night_with_the_files_own_sums(real_data: Path, packed: str) -> None:
    """159 counties, two contests; packed as it lies there, and as Clarity packs it."""
    content = (real_data / COUNTIES).read_bytes()
    if packed == "zip":
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("detail.xml", gzip.decompress(content))
        content = target.getvalue()

    def document() -> Document:
        lines = unpacked("detail", [content], (".xml",))
        return Document("detail.xml", lines, tiny.HEARD_AT, None, NOBODY_INVALID)

    seen = [one for one in clarity.survey(document()) if isinstance(one, Seen)]
    night = county_night(seen)
    reports = [
        replace(one, revision=1) for one in clarity.parse(document(), night) if isinstance(one, BoxReport)
    ]
    assert len(seen) == len(reports) == 162
    rehearsal = Rehearsal(night, "rehearsal").hear_all(bundles(reports, night))
    totals = {
        str(contest.id): votes_of(rehearsal.rows(contest.id)[contest.source][contest.area], contest)
        for contest in night.contests.values()
    }
    assert {
        "president-of-the-united-states": (2461837, 2474507, 62138),
        "state-senate-district-1": (72192,),
    } == totals
    assert 2656 == sum(one.claimed_boxes or 0 for one in seen if one.contest.startswith("president"))
