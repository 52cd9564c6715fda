"""Nothing may be skipped where SANDIK_TEST_ALL=1 is set: there, a missing part is a failure with its reason.

Know before changing: CI runs under that setting. The one exception are tests marked `real_data`, because the
real ballot-box files are not part of the project and may not lie beside the checkout.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def nothing_skipped() -> bool:
    """Is this a run in which a skip is a failure?"""
    return os.environ.get("SANDIK_TEST_ALL") == "1"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real ballot-box files; tests that use it are marked real_data."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"the real ballot-box files are not at {REAL_DATA}")
    return REAL_DATA


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into its failure, if nothing may be skipped."""
    report = yield
    excused = item.get_closest_marker("real_data") is not None and not REAL_DATA.is_dir()
    if report.skipped and nothing_skipped() and not excused and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = _sentence(item.nodeid, report.longrepr)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if report.skipped and nothing_skipped():
        report.outcome = "failed"
        report.longrepr = _sentence(collector.nodeid, report.longrepr)
    return report


def _sentence(name: str, skip: object) -> str:
    reason = skip[2] if isinstance(skip, tuple) else skip
    return f"{name} was to be skipped, and SANDIK_TEST_ALL=1 forbids that: {reason}"
