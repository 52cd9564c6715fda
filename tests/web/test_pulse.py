"""How far workers are behind: only what every contest has is counted, and what was said grows old."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.pulse import PARTITIONS_MAX, Lag, Pulses

STORE_S, NOW = 1_800_000_000.0, 50.0
REPORTS = b"live.kent.rerun.reports/2"


def said(applied: int, end: int, at_s: float = STORE_S) -> bytes:
    """As a worker's script writes it."""
    return b"%d %d %d" % (applied, end, int(at_s * 1000))


def test_what_waits_is_the_end_less_what_is_counted() -> None:
    """By what the topic is of, and the partition's number."""
    pulses = Pulses()
    pulses.take({"mayor": {REPORTS: said(7, 19, STORE_S - 0.5)}}, STORE_S, NOW)
    assert (Lag("reports", "2", 12, 7, 19, 0.5),) == pulses.lags(NOW)
    assert 3.5 == pulses.lags(NOW + 3)[0].age_s


def test_of_several_contests_the_one_that_lags_most_is_told() -> None:
    """A record is counted when every contest has it."""
    pulses = Pulses()
    pulses.take({"mayor": {REPORTS: said(19, 19)}, "council": {REPORTS: said(4, 19)}}, STORE_S, NOW)
    assert 15 == pulses.lags(NOW)[0].records


def test_an_end_that_is_older_than_the_count_is_no_lag() -> None:
    """The end is that of the last fetch; what was counted since may be newer."""
    pulses = Pulses()
    pulses.take({"mayor": {REPORTS: said(21, 19)}}, STORE_S, NOW)
    assert 0 == pulses.lags(NOW)[0].records


def test_when_the_workers_are_gone_the_last_word_grows_old() -> None:
    """The key expires after a minute; a number of the past is told as such, and does not vanish."""
    pulses = Pulses()
    pulses.take({"mayor": {REPORTS: said(7, 19)}}, STORE_S, NOW)
    pulses.take({"mayor": {}}, STORE_S + 100, NOW + 100)
    assert (12, 100.0) == (pulses.lags(NOW + 100)[0].records, pulses.lags(NOW + 100)[0].age_s)


@given(st.floats(-1e6, 1e6), st.floats(0, 100))
def test_no_clock_of_ours_is_compared_with_a_workers(difference_s: float, later_s: float) -> None:
    """Whatever the store's clock says: what it held when we looked is as old as it says of itself."""
    pulses = Pulses()
    at = STORE_S + difference_s
    pulses.take({"mayor": {REPORTS: said(7, 19, at - 2)}}, at, NOW)
    assert later_s + 2 == pytest.approx(pulses.lags(NOW + later_s)[0].age_s, abs=0.01)


def test_a_store_whose_clock_went_back_makes_nothing_younger_than_now() -> None:
    """Another server took its place."""
    pulses = Pulses()
    pulses.take({"mayor": {REPORTS: said(7, 19, STORE_S + 30)}}, STORE_S, NOW)
    assert 0.0 == pulses.lags(NOW)[0].age_s


@pytest.mark.parametrize("text", [b"", b"7", b"7 8", b"7 8 x", b"7 8 9 10"])
def test_a_pulse_that_cannot_be_read_is_said_once_and_changes_nothing(
    text: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Metrics must not take the gateway down."""
    pulses = Pulses()
    pulses.take({"mayor": {REPORTS: said(7, 19)}}, STORE_S, NOW)
    with caplog.at_level(logging.WARNING):
        pulses.take({"mayor": {REPORTS: text}}, STORE_S, NOW)
        pulses.take({"mayor": {REPORTS: text}}, STORE_S, NOW)
    assert 1 == len(caplog.records)
    assert 12 == pulses.lags(NOW)[0].records


def test_there_is_a_most_of_partitions() -> None:
    """Whatever somebody writes into the store."""
    pulses = Pulses()
    for start in (0, PARTITIONS_MAX):
        many = {b"t.reports/%d" % number: said(1, 2) for number in range(start, start + PARTITIONS_MAX)}
        pulses.take({"mayor": many}, STORE_S, NOW)
    assert PARTITIONS_MAX == len(pulses.lags(NOW))


def test_nobody_has_said_anything_yet() -> None:
    """Then there is nothing to tell, rather than a zero."""
    assert () == Pulses().lags(NOW)
