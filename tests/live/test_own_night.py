"""A night that somebody made of tables, on the board: what docs/bring-your-own-night.md leads to.

The page's own commands, with what a test needs besides (no browser, a free port, an end).
"""

import json
from pathlib import Path

import pytest

from tests.live.shell import sandik
from tests.sandik.foreign import SNAPSHOTS
from tests.test_bring_your_own_night import commands, follow, section, totals


async def test_a_night_made_of_snapshots_runs_and_ends_with_the_sums_of_the_last_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broker, worker, store and gateway end with what the rows add up to: the folder's ending.json."""
    monkeypatch.chdir(tmp_path)
    wanted = SNAPSHOTS.write(tmp_path)
    part = section("Example 2")
    follow(part)
    (typed,) = [words for words, _ in commands(part) if words[0] == "demo"]
    words = ("--speed", "max", "--until-done", "--no-browser", "--port", "0", "--json")
    async with sandik(*typed, *words) as process:
        out, err = await process.communicate()
    assert 0 == process.returncode, err.decode()
    found = json.loads(out.splitlines()[-1])
    (contest,) = found["contests"].values()
    assert (True, 34, 36) == (found["matches_ending"], contest["boxes"]["counted"], contest["boxes"]["total"])
    assert sorted(wanted.values()) == sorted(contest["choices"].values())
    assert wanted == totals("harbour")
