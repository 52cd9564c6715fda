"""Runs the tests of the Lua scripts against each small fault put into one of them.

    .venv/bin/python tools/mutation/run_lua.py              every script
    .venv/bin/python tools/mutation/run_lua.py clear tell   these
    --again     from the beginning, not going on where the last run stopped
    --survivors those that survived the last run once more, with the tests as they are now
    --jobs=4    four at a time, each in a copy of its own

Each mutant stands alone in a copy of the checkout while a forked pytest runs the tests of its script, on a
real redis-server, until one fails. What became of each is kept in build/mutants/lua.jsonl.

Exit code: 0 every survivor is explained, 1 one is not, 2 the tests fail without any fault.

Know before changing: everything is imported before the fork, and a script is read when a store is opened, so
that a mutant costs a second and not ten. `life.lua` and `ledger.lua` stand before others and get their tests.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from found import Row, explained, said
from lua_mutants import Mutant, mutants
from work import ROOT, copied

BUILD = ROOT / "build" / "mutants"
KEPT = BUILD / "lua.jsonl"
NOT_SET_UP = 70
"""The exit code of tests that were not begun, because what they stand on failed: the fault, or the server."""
ENDS_WITHIN_S = 5
WITHIN_S = 240
"""A mutant whose tests take longer has made something go on for ever."""
TESTS = {
    **dict.fromkeys(("tell", "life", "rule", "clear", "attend"), ("test_scripts_alone",)),
    "apply": ("test_scripts_alone", "test_rows"),
    **dict.fromkeys((f"ledger{part}" for part in (
        "", "_begin", "_claim", "_renew", "_resend", "_restore", "_settle", "_spread"
    )), ("test_ledger_alone", "test_ledger_damaged")),
}  # fmt: skip
"""The files in tests/live/ that ask a script by itself, whatever else uses it."""
LEFT_OUT = "not stays_away"
"""A test that waits for a clock."""


class Asking:
    """Laws come last, for most mutants fall to a plain test, which takes less; and was any test begun?"""

    not_set_up = False

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Notices a fixture that failed."""
        self.not_set_up = self.not_set_up or (report.when == "setup" and report.failed)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Puts the laws behind everything else."""
        items.sort(key=lambda item: hasattr(item.obj, "hypothesis"))


def main(asked: Sequence[str]) -> int:
    """Runs the mutants asked for; prints the report."""
    jobs = next((int(word.removeprefix("--jobs=")) for word in asked if word.startswith("--jobs=")), 1)
    names = [word for word in asked if not word.startswith("--")] or sorted(TESTS)
    BUILD.mkdir(parents=True, exist_ok=True)
    if "--again" in asked:
        KEPT.unlink(missing_ok=True)
    if "--survivors" in asked:
        keep([row for row in read() if row.fate != "survived"])
    workers = [forked(lambda job=job: tried(names, job, jobs)) for job in range(jobs)]
    if any(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers):
        return 2
    wanted = {place_of(row_of(name, mutant, "")) for name in names for mutant in made(name)}
    rows = sorted((row for row in read() if place_of(row) in wanted), key=lambda row: (row.file, row.where))
    text, unexplained = said(rows, explained(Path(__file__).parent / "explained"))
    (BUILD / "lua.md").write_text(text)
    sys.stdout.write(text)
    return 1 if unexplained else 0


def forked(work: Callable[[], int]) -> int:
    """A process of its own for it, and its number; the exit code is what it answers."""
    child = os.fork()
    if child == 0:
        os._exit(work())
    return child


def made(name: str) -> list[Mutant]:
    """The mutants of a script of the checkout."""
    return list(mutants((ROOT / "streams" / "lua" / f"{name}.lua").read_text()))


def tried(names: Sequence[str], job: int, jobs: int) -> int:
    """Every so many-th mutant of these scripts, in a copy of its own; those known already are left out."""
    work = copied(BUILD / f"lua{os.getpid()}")
    os.chdir(work)
    sys.path.insert(0, str(work))
    known = {place_of(row) for row in read()}
    for name in names:
        rest = [one for one in made(name)[job::jobs] if place_of(row_of(name, one, "")) not in known]
        if rest and (tested(name, collect=True) != "survived" or tested(name, collect=False) != "survived"):
            sys.stderr.write(f"The tests of {name}.lua fail without any fault in it.\n")
            return 2
        script = work / "streams" / "lua" / f"{name}.lua"
        text = script.read_text()
        for mutant in rest:
            script.write_text(mutant.text)
            fate = tested(name, collect=False)
            script.write_text(text)
            if fate == "not set up":  # by the fault, if it does not happen without
                fate = "killed" if tested(name, collect=False) == "survived" else "unclear"
            row = row_of(name, mutant, fate)
            keep([row], "a")
            sys.stderr.write(f"{row.file} {row.where}: {row.fate}\n")
    shutil.rmtree(work)
    return 0


def row_of(name: str, mutant: Mutant, fate: str) -> Row:
    """A mutant with what became of it."""
    return Row(f"streams/lua/{name}.lua", fate, f"line {mutant.line}", mutant.before, mutant.after)


def place_of(row: Row) -> tuple[str, ...]:
    """What tells mutants apart: the same line may stand in two places."""
    return (*row.key, row.where)


def read() -> list[Row]:
    """What became of mutants, in this run and those before."""
    return [Row(*json.loads(line)) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []


def keep(rows: Sequence[Row], mode: str = "w") -> None:
    """Writes down what became of mutants."""
    with KEPT.open(mode) as file:
        file.writelines(json.dumps(list(astuple(row))) + "\n" for row in rows)


def tested(name: str, *, collect: bool) -> str:
    """What the tests of a script say in a process of their own: a fate, or `not set up`."""
    import pytest

    files = [f"tests/live/{one}.py" for one in TESTS[name]]
    args = ["-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-k", LEFT_OUT, *files]
    if collect:  # in this process, so that all that is imported is there for those forked from it
        return "survived" if pytest.main([*args, "--collect-only", "-qqq"]) == 0 else "killed"
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(null, stream)
        asking = Asking()
        code = int(pytest.main(args, plugins=[asking]))
        os._exit(NOT_SET_UP if asking.not_set_up else code)
    return waited(child)


def waited(child: int) -> str:
    """How the forked tests ended; after WITHIN_S they and the servers they started are stopped."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            fates = {0: "survived", 1: "killed", NOT_SET_UP: "not set up"}
            return fates.get(os.waitstatus_to_exitcode(status), "unclear")
        time.sleep(0.05)
    os.killpg(child, signal.SIGTERM)
    deadline = time.monotonic() + ENDS_WITHIN_S
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.05)
    return "timed out"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
