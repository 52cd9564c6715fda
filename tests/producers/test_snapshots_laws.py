"""For any series of tables: what is counted is the last table, a restart changes nothing, silence is free.

Know before changing: here the tally itself counts what was sent, through bytes and back.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from election.report import BoxReport, Cause
from election.wire.records import Record
from producers.formats.document import FeedError, Heard, Refusal
from producers.said import Held
from producers.snapshots import Allowance, Comparison
from tests.producers.tables import (
    AT,
    COUNCIL,
    FREE,
    NIGHT,
    compared,
    counted,
    held_of,
    logged,
    paper,
    rows,
)

BOXES = ("n-1", "n-2", "s-1", "s-2")
TABLES = st.dictionaries(st.sampled_from(BOXES), st.integers(1, 3))
SERIES = st.lists(TABLES, min_size=1, max_size=6)
OWN = st.dictionaries(st.sampled_from(BOXES), st.tuples(st.integers(1, 9), st.integers(1, 3)))
"""With revisions of the feed's own: by box, revision and votes."""
MINUTES = st.lists(st.integers(0, 4), min_size=6, max_size=6)
"""Times that stand, jump and run backwards."""


def at(minute: int) -> datetime:
    """A minute of the evening."""
    return AT + timedelta(minutes=minute)


@given(SERIES)
def test_what_is_counted_after_any_series_of_whole_tables_is_the_last_table(
    series: list[dict[str, int]],
) -> None:
    """Appearances, corrections, withdrawals and reinstatements add up to what stands there now."""
    held, log = Held(NIGHT, COUNCIL), list[Record]()
    for minute, table in enumerate(series):
        log += logged(compared(held, rows(table, at(minute)), at(minute))[0])
        assert table == counted(log)


@given(SERIES)
def test_what_is_counted_after_any_series_of_additions_is_each_box_as_it_stood_last(
    series: list[dict[str, int]],
) -> None:
    """Nothing that was heard is taken away by a table that only adds."""
    held, log, known = Held(NIGHT, COUNCIL), list[Record](), dict[str, int]()
    for minute, table in enumerate(series):
        log += logged(compared(held, rows(table, at(minute)), at(minute), whole=False)[0])
        known |= table
        assert known == counted(log)


Sent = list[list[BoxReport]]


def sent(series: Sequence[tuple[list[Heard], datetime]], *, anew: bool, whole: bool) -> Sent:
    """What is sent of each table, by one process or by one process a table."""
    held, log, found = Held(NIGHT, COUNCIL), list[Record](), list[list[BoxReport]]()
    for heard, when in series:
        news = compared(held_of(log) if anew else held, heard, when, whole=whole)[0]
        log += logged(news)
        found.append(news)
    return found


ROWS = st.tuples(
    st.sampled_from(BOXES), st.integers(1, 3), st.integers(0, 4), st.sampled_from([0, 0, 1, 2, 5])
)
"""Box, votes, the row's own minute, and a revision or none: boxes may stand twice, and say anything."""


@given(st.lists(st.lists(ROWS, max_size=6), max_size=6), MINUTES, st.booleans())
def test_a_process_that_starts_anew_before_each_table_sends_just_the_same(
    tables: list[list[tuple[str, int, int, int]]], minutes: list[int], whole: bool
) -> None:
    """Whatever the feed does: twice, backwards, with revisions and without. The log is the only state."""
    series: list[tuple[list[Heard], datetime]] = [
        (
            [paper(box, ada, at=at(minute), revision=revision) for box, ada, minute, revision in table],
            at(when),
        )
        for table, when in zip(tables, minutes, strict=False)
    ]
    assert sent(series, anew=False, whole=whole) == sent(series, anew=True, whole=whole)


@given(st.lists(ROWS, max_size=6), st.booleans(), st.integers(0, 5))
def test_a_table_that_did_not_change_sends_nothing(
    table: list[tuple[str, int, int, int]], whole: bool, later: int
) -> None:
    """Also where it contradicts itself, and where each row has a time of its own."""
    held = Held(NIGHT, COUNCIL)
    heard: list[Heard] = [paper(box, ada, at=at(minute)) for box, ada, minute, _ in table]
    compared(held, heard, at(4), whole=whole)
    assert [] == compared(held, heard, at(4 + later), whole=whole)[0]


@given(TABLES, TABLES, st.integers(0, 4), st.booleans())
def test_a_table_cut_short_never_loses_a_counted_vote(
    before: dict[str, int], now: dict[str, int], read: int, accept: bool
) -> None:
    """Whatever was read of it is taken; every box that was not reached stays as it was."""
    held = Held(NIGHT, COUNCIL)
    log = logged(compared(held, rows(before))[0])
    part = dict(list(now.items())[:read])

    def cut() -> Iterator[Heard]:
        yield from rows(part, at(1))
        raise FeedError("feed.csv", 2, "half a file")

    comparison = Comparison(NIGHT, COUNCIL, held, at(1), True, Allowance(100, 4, accept))
    news: list[Heard] = []
    try:
        news.extend(comparison.take(cut()))
    except FeedError:
        news += comparison.finish()
    log += logged([item for item in news if isinstance(item, BoxReport)])
    assert before | part == counted(log)
    assert len(before.keys() - part.keys()) == comparison.held_back


@given(TABLES, TABLES, st.integers(0, 100), st.integers(0, 4))
def test_a_table_that_is_only_shorter_takes_away_at_most_what_the_night_allows(
    before: dict[str, int], now: dict[str, int], pct: int, least: int
) -> None:
    """A cut that no format can see, at the end of a row, is a smaller table; after its heading, no table."""
    held = Held(NIGHT, COUNCIL)
    log = logged(compared(held, rows(before))[0])
    news, _, comparison = compared(held, rows(now, at(1)), at(1), allowance=Allowance(pct, least))
    after, gone = counted(log + logged(news)), before.keys() - now.keys()
    allowed = len(gone) <= max(least, len(before) * pct // 100) and (bool(now) or pct == 100)
    assert (now if allowed else before | now) == after
    assert (0 if allowed else len(gone)) == comparison.held_back


@given(OWN, st.lists(OWN, max_size=4))
def test_of_a_feed_with_revisions_the_newest_of_each_box_counts_if_it_stands_in_the_table(
    begin: dict[str, tuple[int, int]], series: list[dict[str, tuple[int, int]]]
) -> None:
    """As long as its revisions rise, and one revision says one thing."""
    held, log, rising = Held(NIGHT, COUNCIL), list[Record](), dict[str, tuple[int, int]]()
    for minute, table in enumerate([begin, *series]):
        now: dict[str, tuple[int, int]] = {}
        for box, (step, ada) in table.items():
            revision, known = rising.get(box, (0, ada))
            now[box] = (revision, known) if step == 1 and revision else (revision + step, ada)
        rising |= now
        heard: list[Heard] = [
            paper(box, ada, at=at(minute), revision=revision) for box, (revision, ada) in now.items()
        ]
        log += logged(compared(held, heard, at(minute))[0])
        assert {box: ada for box, (_, ada) in now.items()} == counted(log)


@given(TABLES, TABLES, st.sampled_from(BOXES))
def test_a_refused_row_never_takes_its_own_box_away(
    before: dict[str, int], now: dict[str, int], bad: str
) -> None:
    """The statement held before stands, whether or not the row said whose it is."""
    for unit in (None, ("mayor", bad)):
        held = Held(NIGHT, COUNCIL)
        log = logged(compared(held, rows(before))[0])
        row = Refusal("E107", "feed.csv", 2, "voters", "no number", unit)
        rest = {box: ada for box, ada in now.items() if box != bad}
        news, _, _ = compared(held, [row, *rows(rest, at(1))], at(1), allowance=FREE)
        after = counted(log + logged(news))
        assert before.get(bad) == after.get(bad)
        assert all(it.unit != bad or it.cause is not Cause.WITHDRAWN for it in news)
