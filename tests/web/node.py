"""Node, for the tests that run JavaScript without a browser: the one that comes with Playwright.

Know before changing: programs run here import nothing from an index; what they need is in Node itself.
"""

import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

SECONDS = 60


def node() -> str:
    """Where it is; skipped, by name, where there is none."""
    try:
        # Where Playwright keeps it is said by nothing else; when this moves, the import says so.
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        pytest.skip("Playwright, which brings Node, is not installed: pip install -e .[test]")
    found = compute_driver_executable()
    program = found[0] if isinstance(found, tuple) else str(found)
    if not Path(program).is_file():
        pytest.skip(f"Playwright's Node is not at {program}")
    return program


def answer(script: Path, *arguments: str) -> Any:
    """The JSON that a script writes to its standard output."""
    ended = subprocess.run(
        [node(), str(script), *arguments], capture_output=True, timeout=SECONDS, check=False
    )
    assert 0 == ended.returncode, ended.stderr.decode()
    return orjson.loads(ended.stdout)
