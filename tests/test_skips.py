"""The rule for skips: allowed on a newcomer's machine, forbidden where everything is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
FIXTURE = """
import pytest

@pytest.fixture
def kafka():
    pytest.skip("no Java: apt-get install it")

def test_needs_it(kafka):
    pass
"""
MARK = "import pytest\n@pytest.mark.skip(reason='later')\ndef test_later():\n    pass\n"
WHOLE_FILE = "import pytest\npytest.skip('no Chromium', allow_module_level=True)\n"
EXPECTED_TO_FAIL = "import pytest\n@pytest.mark.xfail\ndef test_known():\n    assert False\n"


def outcome(folder: Path, text: str, test_all: str) -> tuple[int, str]:
    """Exit code and output of a test run of its own."""
    (folder / "test_it.py").write_text(text)
    env = {**os.environ, "SANDIK_TEST_ALL": test_all, "PYTHONPATH": str(CHECKOUT)}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-m", "pytest", "-p", "tests.skips", "-p", "no:cacheprovider", "-rA"]
    command += ["--rootdir", str(folder), "-c", os.devnull, str(folder / "test_it.py")]
    ended = subprocess.run(command, capture_output=True, text=True, env=env, cwd=folder, check=False)
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(
    ("text", "reason"),
    [(FIXTURE, "no Java: apt-get install it"), (MARK, "later"), (WHOLE_FILE, "no Chromium")],
    ids=["fixture", "mark", "whole file"],
)
def test_a_skip_is_a_failure_where_nothing_may_be_skipped(tmp_path: Path, text: str, reason: str) -> None:
    """The failure says which test, and what was missing."""
    code, said = outcome(tmp_path, text, "1")
    assert code in (1, 2)
    assert f"SANDIK_TEST_ALL=1 forbids that: {reason}" in said.replace("Skipped: ", "")


@pytest.mark.parametrize("text", [FIXTURE, MARK], ids=["fixture", "mark"])
def test_a_skip_is_a_skip_elsewhere(tmp_path: Path, text: str) -> None:
    """A newcomer without Java has a green run, with the reason in it."""
    code, said = outcome(tmp_path, text, "")
    assert (0, True) == (code, "1 skipped" in said)


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    """pytest files both under one word; the rule tells them apart."""
    code, _ = outcome(tmp_path, EXPECTED_TO_FAIL, "1")
    assert 0 == code
