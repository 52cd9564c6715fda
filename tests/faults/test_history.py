"""Histories are read back as they were written, whatever became of the writer."""

from pathlib import Path

import pytest

from faults.history import Fact, HistoryError, read
from producers.history import History


def test_what_was_noted_is_read_back_in_its_order(tmp_path: Path) -> None:
    """Each actor's facts, with who noted them."""
    with History(str(tmp_path), "a") as first, History(str(tmp_path), "b") as second:
        first.note("acknowledged", offset=1)
        second.note("shown", version=7)
        first.note("acknowledged", offset=2)
    facts = read(tmp_path)
    assert [("acknowledged", {"offset": 1}), ("acknowledged", {"offset": 2}), ("shown", {"version": 7})] == [
        (one.what, one.facts) for one in facts
    ]
    assert ["a", "a", "b"] == [one.by[0] for one in facts]


def test_a_line_that_was_broken_off_by_a_kill_is_no_fact(tmp_path: Path) -> None:
    """What was whole before it stays."""
    (tmp_path / "a-1.jsonl").write_text('{"t":"acknowledged","offset":1}\n{"t":"ackn')
    assert [1] == [one["offset"] for one in read(tmp_path)]


@pytest.mark.parametrize("line", ['{"t":"a"', "[]", "{}", '{"t":', "7"])
def test_a_broken_line_before_the_last_is_an_error_that_names_it(line: str, tmp_path: Path) -> None:
    """Two writers in one file would look like lost reports."""
    (tmp_path / "a-1.jsonl").write_text(f'{line}\n{{"t":"x"}}\n')
    with pytest.raises(HistoryError, match=r"a-1.jsonl:1"):
        read(tmp_path)


def test_a_fact_that_does_not_say_what_is_asked_of_it_is_an_error_that_names_it() -> None:
    """Its night cannot be judged, and no other night suffers for it."""
    with pytest.raises(HistoryError, match=r"producer-7: a fact 'acknowledged' does not say its 'offset'"):
        _ = Fact("producer-7", "acknowledged", {"topic": "t"})["offset"]
