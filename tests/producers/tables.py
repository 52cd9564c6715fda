"""Tables of the tiny night for the tests of comparing: papers without a revision, and what they came to.

Know before changing: figures are small on purpose; whether a paper adds up is not asked here.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from election.checks import check
from election.night import ChoiceId, ContestId, SourceId, UnitId
from election.report import BoxReport, Cause
from election.tally import Statement, Status, Tally, statement
from election.wire.records import Bundle, Record, decode, encode
from producers.bundling import bundles
from producers.formats.document import UNNUMBERED, Heard, Refusal
from producers.said import Held
from producers.snapshots import Allowance, Comparison
from tests.producers.tiny import ONE_CONTEST, night

NIGHT = night(b"outstanding = { voters_max_without_register = 400 }\n" + ONE_CONTEST)
MAYOR, COUNCIL = ContestId("mayor"), SourceId("council")
AT = datetime(2024, 10, 6, 16, 0, tzinfo=UTC)
FREE, NOTHING_AWAY = Allowance(100, 0), Allowance(0, 0)
"""Everything may be taken away, or nothing."""
MINUTE = timedelta(minutes=1)
FULL = {"n-1": 1, "n-2": 2, "s-1": 3, "s-2": 4}
Table = Mapping[str, int]
"""By box, how many votes Ada has there."""


def paper(unit: str, ada: int, *, at: datetime = AT, revision: int = UNNUMBERED) -> BoxReport:
    """What one box says: so many for Ada, one for Bulut where he stands, and nobody's paper invalid."""
    votes = {ChoiceId("ada"): ada} | ({ChoiceId("bulut"): 1} if unit.startswith("n-") else {})
    valid = sum(votes.values())
    return BoxReport(
        MAYOR, COUNCIL, UnitId(unit), revision, Cause.FIRST, "counted", 200, valid, valid, 0, votes, None, at
    )  # fmt: skip


def rows(table: Table, at: datetime = AT) -> list[Heard]:
    """The table as a format gives it."""
    return [paper(unit, ada, at=at) for unit, ada in table.items()]


def compared(
    held: Held, heard: Iterable[Heard], at: datetime = AT, *, whole: bool = True, allowance: Allowance = FREE
) -> tuple[list[BoxReport], list[Refusal], Comparison]:
    """The news in a table, what was refused in it, and the comparison."""
    comparison = Comparison(NIGHT, COUNCIL, held, at, whole, allowance)
    news = [*comparison.take(heard), *comparison.finish()]
    reports = [item for item in news if isinstance(item, BoxReport)]
    return reports, [item for item in news if isinstance(item, Refusal)], comparison


def first(table: Table = FULL) -> tuple[Held, list[BoxReport]]:
    """What is held after a first table, and the news in it."""
    held = Held(NIGHT, COUNCIL)
    news, _, _ = compared(held, rows(table))
    return held, news


def logged(reports: Iterable[BoxReport]) -> list[Record]:
    """The reports as records that came back from the log."""
    return [decode(encode(record)) for record in bundles(reports, NIGHT)]


def held_of(records: Iterable[Record]) -> Held:
    """What a process that starts anew holds."""
    held = Held(NIGHT, COUNCIL)
    for record in records:
        held.take(record)
    return held


def counted(records: Iterable[Record]) -> dict[str, int]:
    """What the tally counts after these records: Ada's votes by box; only of boxes that count."""
    tally = Tally(NIGHT.contests[MAYOR], NIGHT.sources[COUNCIL], NIGHT)
    for record in records:
        assert isinstance(record, Bundle)
        for claim in record.claims():
            found = check(claim, NIGHT)
            assert found.report is not None, found.findings
            tally.hear(found.report.unit, statement(found, NIGHT.contests[MAYOR], NIGHT))
    return {unit: _ada(said) for unit, said in tally.held.items() if said.status is Status.COUNTED}


def _ada(said: Statement) -> int:
    return said.votes[0] or 0
