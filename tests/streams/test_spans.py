"""Whether a stretch of the log says what of it was refused, to whom it belongs and at which offset."""

import re

from hypothesis import given
from hypothesis import strategies as st

from election.night import ContestId
from streams.spans import Span, partition_name

MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
TALLIED = st.dictionaries(st.sampled_from([MAYOR, BRIDGE, None]), st.integers(1, 200), max_size=3)


def test_a_partition_is_named_as_people_name_it() -> None:
    """The store's keys of offsets and every sentence about a place use the same name."""
    assert "replay.practice.reports/3" == partition_name("replay.practice.reports", 3)


def test_a_contest_hears_of_its_own_refusals_and_of_those_that_are_nobodys() -> None:
    """A record that could not be read might have been of any contest, so all of them say it."""
    span = Span("t/0", 5, 9, {5: {MAYOR: 2}, 6: {None: 1}, 7: {BRIDGE: 4, None: 1}, 8: {BRIDGE: 3}})
    assert "5:2:0;6:0:1;7:0:1;" == span.refusals(MAYOR)
    assert "6:0:1;7:4:1;8:3:0;" == span.refusals(BRIDGE)


def test_nothing_refused_is_an_empty_text() -> None:
    """Most batches: the script has nothing to look through."""
    assert "" == Span("t/0", 5, 9).refusals(MAYOR)


@given(st.dictionaries(st.integers(0, 2**53), TALLIED, max_size=6), st.integers(0, 2**53))
def test_the_script_finds_in_the_text_what_was_refused_from_any_offset_on(
    refused: dict[int, dict[ContestId | None, int]], stored: int
) -> None:
    """The script reads it with one pattern and leaves out what lies before the stored offset."""
    text = Span("t/0", 0, 2**53, refused).refusals(MAYOR)
    read = re.findall(r"(\d+):(\d+):(\d+);", text)
    assert text == "".join(f"{offset}:{ours}:{nobodys};" for offset, ours, nobodys in read)
    for place, contest in ((1, MAYOR), (2, None)):
        assert sum(tallied.get(contest, 0) for offset, tallied in refused.items() if offset >= stored) == sum(
            int(found[place]) for found in read if int(found[0]) >= stored
        )
