"""What Prometheus reads: in its own format, from this gateway alone, and nothing of a stranger in it.

That docs, dashboard and alert rules name these metrics and no others is tests/test_monitoring.py.
"""

import re

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.web.signs import ABOUT, Room, busy
from web.gate import REASONS, Gate, GateRules
from web.metrics import CONTENT_TYPE, FAMILIES, Metrics
from web.pulse import Pulses
from web.tokens import nobodys
from web.vitals import CLOSES, CUTS, ERRORS, Chart, Vitals


def samples(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample, by name and the values of its labels in the order of their names; read by the library."""
    found = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        assert family.documentation, family.name
        for sample in family.samples:
            found[sample.name, tuple(sample.labels.values())] = sample.value
    return found


def test_everything_that_happened_is_there() -> None:
    """Each number at its place."""
    metrics, _ = busy()
    found = samples(metrics)
    expected = {
        ("sandik_connections", ()): 9, ("sandik_subscriptions", ()): 12, ("sandik_groups", ()): 4,
        ("sandik_behind", ()): 2, ("sandik_fell_behind_total", ()): 31, ("sandik_cut_total", ("behind",)): 3,
        ("sandik_cut_total", ("silent",)): 2,
        ("sandik_resumes_total", ()): 17, ("sandik_snapshots_total", ()): 210,
        ("sandik_events_total", ()): 44,
        ("sandik_opened_total", ()): 11, ("sandik_frames_total", ()): 1000,
        ("sandik_frame_bytes_total", ()): 300_000, ("sandik_connections_max", ()): 20_000,
        ("sandik_connected_addresses", ()): 1, ("sandik_refused_total", ("origin",)): 1,
        ("sandik_refused_total", ("full",)): 0, ("sandik_errors_total", ("bad-field",)): 1,
        ("sandik_errors_total", ("other",)): 1, ("sandik_closed_total", ("3501",)): 1,
        ("sandik_http_answers_total", ("200",)): 1, ("sandik_http_answers_total", ("304",)): 1,
        ("sandik_version", ("mayor",)): 412, ("sandik_shown_version", ("mayor",)): 411,
        ("sandik_version", ("council",)): 88, ("sandik_epoch_info", ("mayor", "5f0c9b1d")): 1,
        ("sandik_data_age_seconds", ("mayor",)): 2.5, ("sandik_upstream_lag_seconds", ()): 2.5,
        ("sandik_newest_paper_timestamp_seconds", ("mayor",)): 1561311000.0,
        ("sandik_worker_lag_records", ("0", "reports")): 12,
        ("sandik_worker_lag_records", ("1", "reports")): 0,
        ("sandik_worker_pulse_age_seconds", ("0", "reports")): 3.5, ("sandik_ready", ()): 1,
        ("sandik_up_seconds", ()): 2.5, ("sandik_tokens", ()): 0, ("sandik_tokens_readable", ()): 1,
        ("sandik_night_info", ("replay", "istanbul-2019-06-23", "")): 1,
    }  # fmt: skip
    assert expected == {place: found[place] for place in expected}
    assert ("sandik_newest_paper_timestamp_seconds", ("council",)) not in found
    assert found["process_open_fds", ()] > 0
    assert found["process_resident_memory_bytes", ()] > 0
    build = [labels for name, labels in found if name == "sandik_build_info"]
    assert ABOUT.version == build[0][1]


def test_every_family_is_told_and_each_reason_from_the_start() -> None:
    """A counter that appears only when something happens cannot be alerted on when it happens."""
    metrics, _ = busy()
    names = {name for name, _ in samples(metrics)}
    assert {family.name for family in FAMILIES} <= names
    gate = Gate(GateRules.read(), nobodys())
    quiet = samples(Metrics(ABOUT, Room(), gate, Pulses(), lambda: 0.0))
    for name, words in (
        ("sandik_refused_total", REASONS), ("sandik_errors_total", ERRORS), ("sandik_closed_total", CLOSES),
        ("sandik_cut_total", CUTS),
    ):  # fmt: skip
        assert dict.fromkeys(words, 0) == {
            labels[0]: value for (of, labels), value in quiet.items() if of == name
        }
    assert 0 == quiet["sandik_ready", ()]


def test_names_say_unit_and_kind() -> None:
    """As Prometheus' own rules have it: what only rises ends in _total, and nothing else does."""
    text = busy()[0].exposition().decode()
    kinds = dict(re.findall(r"^# TYPE (sandik_\w+) (\w+)$", text, re.MULTILINE))
    assert {family.name for family in FAMILIES} == set(kinds)
    for name, kind in kinds.items():
        assert (kind == "counter") == name.endswith("_total")
        assert kind in ("counter", "gauge")


def test_the_format_is_the_one_that_is_said() -> None:
    """Prometheus refuses a body of another format than its header."""
    assert CONTENT_TYPE.startswith("text/plain; version=0.0.4")
    assert busy()[0].exposition().endswith(b"\n")


def test_two_gateways_in_one_process_share_nothing() -> None:
    """As tests have them; and nothing is left behind in the library's own registry."""
    one, other = busy()[0], busy()[0]
    one.connected()
    assert 12 == samples(one)["sandik_opened_total", ()]
    assert 11 == samples(other)["sandik_opened_total", ()]
    assert b"sandik" not in prometheus_client.generate_latest()


def test_one_scrape_is_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions and ages of two moments would contradict one another."""
    looks = []

    def look(self: Chart) -> Vitals:
        looks.append(1)
        return looked(self)

    looked = Chart.look
    monkeypatch.setattr(Chart, "look", look)
    busy()[0].exposition()
    assert [1] == looks
