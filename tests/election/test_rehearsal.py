"""A whole night in memory: what comes out depends on what was said, not on how it was bundled."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from election.night import AreaId, ContestId, SourceId
from election.rehearsal import Rehearsal
from election.report import Claim
from election.tally import COLUMN, Status
from election.wire.frames import Json
from election.wire.records import Record, Ruling, decode, encode
from tests.election import plain
from tests.election.strategies import (
    COUNTS,
    LAW_OPENS_AT,
    NOON,
    batches,
    bundle,
    figures,
    histories,
    night,
    paper,
    retellings,
    units,
)
from tests.election.test_tally import named

MAYOR = ContestId("mayor")
COUNCIL = SourceId("council")


def rehearsed(records: list[Record]) -> Rehearsal:
    """The night after these records."""
    return Rehearsal(night(), "rehearsal").hear_all(records)


def lifting(minute: int = 0, kind: str = "embargo-lifted", contest: str = "mayor") -> Ruling:
    """The council lifts the ban two hours before the law does."""
    at = LAW_OPENS_AT - timedelta(hours=2) + timedelta(minutes=minute)
    return Ruling(contest, kind, at, at, "council", "the council", "The ban is lifted.")


def shown(night_heard: Rehearsal, contest: str) -> Json:
    """The snapshot, without what counts how often something was said."""
    snapshot = night_heard.snapshot(ContestId(contest))
    return {name: value for name, value in snapshot.items() if name not in ("version", "refused")}


@given(st.data())
def test_a_night_equals_an_independent_sum(data: st.DataObject) -> None:
    """Through bundles, their bytes and the checks, whatever the batching."""
    contest, source = data.draw(COUNTS)
    told = data.draw(histories(contest, source))
    records: list[Record] = [bundle(batch) for batch in data.draw(batches(told))]
    heard = rehearsed([decode(encode(record)) for record in records if unspoilt(record)])
    tally = heard.tallies.get((ContestId(contest), SourceId(source)))
    kept = [claim for record in records if unspoilt(record) for claim in record.claims()]
    assert plain.totals(kept) == ({} if tally is None else named(tally))


def unspoilt(record: Record) -> bool:
    """Whether JSON can hold it: a field that is not there at all is a column that is not there."""
    columns = (getattr(record, place) for place in ("voters", "valid", "invalid"))
    return all(type(value) in (int, float, type(None)) for column in columns for value in column)


def late(contest: str, source: str) -> list[Claim]:
    """A paper that opens the embargo: figures are shown when it is heard."""
    unit = units(contest, source)[0]
    changes: dict[str, Any] = {
        "voters": None,
        "valid": None,
        "invalid": None,
        "votes": {},
        "registered": None,
    }
    level = "town" if source == "agency" else "box"
    return [
        paper(
            unit,
            contest=contest,
            source=source,
            level=level,
            state="illegible",
            heard_at=LAW_OPENS_AT,
            **changes,
        )
    ]


@given(st.data())
def test_what_is_shown_is_the_same_in_any_order_and_batching(data: st.DataObject) -> None:
    """Every figure, finding and area of the snapshot, papers in conflict included."""
    contest, source = data.draw(COUNTS)
    told = [*data.draw(histories(contest, source)), *late(contest, source)]
    orders = (told, data.draw(retellings(told)))
    nights = [rehearsed([bundle([claim]) for claim in batch]) for batch in orders]
    assert shown(nights[0], contest) == shown(nights[1], contest)
    by_batch = rehearsed([bundle(batch, heard_at=LAW_OPENS_AT) for batch in data.draw(batches(told))])
    assert shown(by_batch, contest)["areas"] == shown(nights[0], contest)["areas"]


@given(histories())
def test_a_refused_paper_is_kept_with_its_findings(told: list[Claim]) -> None:
    """Counted as refused, and nothing else moves."""
    heard = rehearsed([bundle([claim]) for claim in told])
    assert [plain.refused(claim) for claim in told].count(True) == len(heard.refused)
    assert all(refusal.paper.findings and refusal.contest == "mayor" for refusal in heard.refused)
    assert len(heard.refused) == heard.state(MAYOR).refused
    assert len(told) == heard.reports


@given(histories())
def test_a_version_is_a_bundle_that_moved_something(told: list[Claim]) -> None:
    """Hearing it all again moves nothing."""
    records: list[Record] = [bundle([claim]) for claim in told]
    once = rehearsed(records)
    assert len(once.entries[MAYOR]) == once.versions[MAYOR]
    assert once.versions == rehearsed([*records, *records]).versions


def test_a_conflict_is_one_finding_in_whatever_order() -> None:
    """Q311 alone, not what each of the two papers was noted for."""
    warned, plain_one = paper(**figures(60, 50, 30, invalid=20)), paper()
    for order in ([warned, plain_one], [plain_one, warned], [warned, plain_one, warned]):
        heard = rehearsed([bundle([claim]) for claim in order])
        assert {"Q311": 1} == heard.findings(MAYOR, COUNCIL)
    heard.hear(bundle([paper(revision=2)]))
    assert {} == heard.findings(MAYOR, COUNCIL)


def test_sources_have_tallies_of_their_own() -> None:
    """Only the published one's movements are in the ledger."""
    heard = rehearsed([bundle([paper()]), bundle([paper(source="party")])])
    assert {COUNCIL, SourceId("party")} == set(heard.rows(MAYOR))
    assert 1 == len(heard.entries[MAYOR])
    assert {COUNCIL, SourceId("party")} == set(heard.state(MAYOR).last_at)


def test_the_embargo_is_lifted_by_a_ruling() -> None:
    """Of its contest alone; the clock of a night is the newest thing heard."""
    heard = rehearsed([bundle([paper()])])
    assert "closed" == heard.snapshot(MAYOR)["embargo"]["state"]
    heard.hear(lifting())
    assert "open" == heard.snapshot(MAYOR)["embargo"]["state"]
    assert 150 == heard.snapshot(MAYOR)["valid"]
    assert "closed" == heard.snapshot(ContestId("assembly"))["embargo"]["state"]


def test_the_embargo_opens_by_itself_at_the_hour_of_the_law() -> None:
    """A paper heard at that hour is enough."""
    heard = rehearsed([bundle([paper(heard_at=LAW_OPENS_AT)])])
    assert "open" == heard.snapshot(MAYOR)["embargo"]["state"]


def test_a_ruling_about_another_contest_is_no_news() -> None:
    """And a bundle about none is refused, paper by paper."""
    heard = rehearsed([lifting(contest="president"), bundle([paper(contest="president")])])
    assert {} == heard.lifted_at
    assert {0} == set(heard.versions.values())
    assert ["E101"] == [finding.code for finding in heard.refused[0].paper.findings]


def test_time_of_a_night_is_the_newest_heard_not_the_last() -> None:
    """A late line with an early hour turns no clock back."""
    heard = rehearsed([bundle([paper(heard_at=LAW_OPENS_AT)]), bundle([paper("k1-2", heard_at=NOON)])])
    assert LAW_OPENS_AT == heard.state(MAYOR).at
    assert LAW_OPENS_AT == heard.last_at[(MAYOR, COUNCIL)]


def test_an_annulled_paper_is_out_and_a_reinstated_one_in_again() -> None:
    """Withdrawn and back, with the ledger saying so."""
    told = [paper(), paper(revision=2, cause="withdrawn"), paper(revision=3, cause="reinstated")]
    heard = rehearsed([bundle([claim]) for claim in told])
    assert ["new box", "withdrawn", "reinstated"] == [moved.why for moved in heard.entries[MAYOR]]
    held = heard.tallies[(MAYOR, COUNCIL)].held
    assert [Status.COUNTED] == [one.status for one in held.values()]


def test_without_telling_nothing_is_told() -> None:
    """The count is the same, and nobody asked."""
    records: list[Record] = [bundle([paper(heard_at=LAW_OPENS_AT)])]
    silent, loud = rehearsed(records), Rehearsal(night(), "rehearsal", telling=True).hear_all(records)
    assert {} == silent.tellers
    assert [] == silent.told[MAYOR]
    assert silent.rows(MAYOR) == loud.rows(MAYOR)
    assert (0, 2) == tuple(len(one.snapshot(MAYOR)["alerts"]) for one in (silent, loud))
    assert ["embargo-lifted", "counted"] == [told.kind for told in loud.told[MAYOR]]


@given(histories())
def test_what_is_told_is_the_same_when_a_night_is_heard_again(told: list[Claim]) -> None:
    """And every fact follows the one before it."""
    records: list[Record] = [bundle([claim], heard_at=LAW_OPENS_AT) for claim in told]
    once, again = (Rehearsal(night(), "rehearsal", telling=True).hear_all(records) for _ in range(2))
    assert once.told == again.told
    facts = once.told[MAYOR]
    assert ["", *(fact.id for fact in facts)][:-1] == [fact.prev for fact in facts] or not facts
    assert list(range(1, len(facts) + 1)) == [fact.seq for fact in facts]


def test_under_the_ban_a_night_is_looked_at_once_a_minute_and_at_every_ruling() -> None:
    """Nothing of its totals may be told then; the moment it opens is not missed."""
    heard = Rehearsal(night(), "rehearsal", telling=True)
    heard.hear(bundle([paper()]))
    heard.hear(replace_kind(lifting(), "concession"))
    assert ["concession"] == [told.kind for told in heard.told[MAYOR]]
    heard.hear(bundle([paper("k1-2", heard_at=LAW_OPENS_AT)]))
    assert "embargo-lifted" in [told.kind for told in heard.told[MAYOR]]
    assert "too early" == heard.snapshot(MAYOR)["call"]["state"]


def replace_kind(ruling: Ruling, kind: str) -> Ruling:
    """The same ruling of another kind, before the ban ends."""
    return replace(ruling, kind=kind, heard_at=NOON + timedelta(seconds=1))


def test_a_cleared_paper_counts_whether_ruling_or_paper_is_heard_first() -> None:
    """And the ledger says why the total moved."""
    held = paper(**figures(60, 50, 20, invalid=70))
    cleared = replace(
        lifting(kind="quarantine-cleared"), data={"source": "council", "box": "k1-1", "revision": 1}
    )
    paper_first = rehearsed([bundle([held]), cleared])
    ruling_first = rehearsed([cleared, bundle([held])])
    assert paper_first.rows(MAYOR) == ruling_first.rows(MAYOR)
    assert 130 == paper_first.state(MAYOR).rows[COUNCIL][AreaId("kent")][COLUMN["valid"]]
    assert ["quarantined", "cleared"] == [moved.why for moved in paper_first.entries[MAYOR]]
    assert paper_first.versions[MAYOR] == ruling_first.versions[MAYOR]


def test_a_ruling_on_a_quarantine_that_names_no_paper_is_no_news() -> None:
    """As in the pipeline, which refuses it."""
    heard = rehearsed([lifting(kind="quarantine-cleared")])
    assert ([], 0) == (heard.rulings[MAYOR], heard.versions[MAYOR])
