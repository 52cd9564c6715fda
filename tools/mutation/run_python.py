"""Runs mutmut over what counts and what calls, with the pure tests of just that.

    tools/mutants python                     all of it (tools/mutants makes the environment), anew where a
                                             source has changed since the last run
    tools/mutants python --jobs=4            four mutants at a time
    tools/mutants python --again             from the beginning, not going on where the last run stopped
    tools/mutants python --survivors         the last run's survivors again, with the tests as they are now

mypy comes first: a mutant that `make check` would refuse is not run. What is left is run by mutmut in forked
processes. A function that is called while its module is imported would look untouched there, so its survivors
are asked once more in a process of their own (AT_IMPORT).

Exit code: 0 every survivor is explained, 1 one is not, 2 mutmut did not run, or spoiled nothing.

Know before changing: it runs with the Python of .venv/mutants, where mutmut stands before the project's own
packages: the two want different versions of click. mutmut gives a mutant no more time than TIMEOUTS say, by
the clock of a busy machine; what is timed out here has gone on for ever.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from found import Row, explained, said
from work import ROOT, copied, retested

BUILD = ROOT / "build" / "mutants"
WORK = BUILD / "python"
SOURCES = ["election/tally.py", "election/checks.py", "election/calls/*.py", "election/wire/canonical.py"]
TESTS = [f"tests/election/test_{name}.py" for name in (
    "tally", "tally_exact", "checks", "checks_any_paper", "checks_findings",
    "calls_brief", "calls_certain", "calls_dossier", "calls_filed",
    "calls_guards", "calls_lookout", "calls_majority", "calls_order", "calls_projected",
    "calls_projected_exactly", "calls_state", "calls_thresholds", "calls_verdict", "calls_words",
    "wire_canonical",
)]  # fmt: skip
"""The tests of these files; simulated nights and real boxes measure rules, and take too long."""
AT_IMPORT = ("x__fixed__", "x__counting__", "x__from__")
TIMEOUTS = {"timeout_constant": 4.0, "timeout_multiplier": 15.0}
FATES = {
    0: "survived", 1: "killed", 5: "not reached", 33: "not reached", 37: "by types",
    **dict.fromkeys((24, -24, 36, 152, 255), "timed out"),
}  # fmt: skip
"""By mutmut's exit codes; with every other one nobody knows whether a test noticed."""


def main(asked: Sequence[str]) -> int:
    """Runs what is not known yet; prints the report."""
    jobs = next((word.removeprefix("--jobs=") for word in asked if word.startswith("--jobs=")), "1")
    if "--again" in asked or not (WORK / "pyproject.toml").exists() or outdated():
        prepared()
    os.chdir(WORK)
    names: list[str] = []
    if "--survivors" in asked:
        retested(WORK)
        settled()
        remembered()
        names = [name for _, name, fate in fates() if fate == "survived"]
    mutmut = Path(sys.executable).parent / "mutmut"
    with (BUILD / "python.log").open("wb") as log:
        if subprocess.run([mutmut, "run", "--max-children", jobs, *names], stdout=log, stderr=log).returncode:
            sys.stdout.write(f"mutmut did not run: see {log.name}\n")
            return 2
    if not (found := list(rows())):
        sys.stdout.write(f"mutmut ran, and there was nothing to spoil: see SOURCES, and {log.name}\n")
        return 2
    text, unexplained = said(found, explained(Path(__file__).parent / "explained"))
    (BUILD / "python.md").write_text(text)
    sys.stdout.write(text)
    return 1 if unexplained else 0


def outdated() -> bool:
    """Whether the copy has other sources than there are now: what was asked of those says nothing here."""
    sources = [path.relative_to(ROOT) for pattern in SOURCES for path in ROOT.glob(pattern)]
    return any(
        not (WORK / path).exists() or (WORK / path).read_bytes() != (ROOT / path).read_bytes()
        for path in sources
    )


def prepared() -> None:
    """A new copy, set up for mutmut."""
    copied(WORK)
    settled()


def settled() -> None:
    """What mutmut spoils in the copy and whom it asks: TESTS as they are now, also where some are new."""
    (WORK / "tests" / "conftest.py").write_text("")
    checker = [str(ROOT / ".venv/bin/python"), "-m", "mypy", "--strict", "--no-warn-unused-ignores",
               f"--python-executable={sys.executable}", "--cache-dir=../mypy", "--output=json",
               "-p", "election"]  # fmt: skip
    settings = {
        "source_paths": ["election"], "only_mutate": SOURCES, "do_not_mutate": ["election/calls/__init__.py"],
        "also_copy": ["docs", "languages", "nights"], "type_check_command": checker,
        "pytest_add_cli_args_test_selection": TESTS, **TIMEOUTS,
    }  # fmt: skip
    lines = ["[tool.pytest.ini_options]", 'addopts = "-p no:cacheprovider"',
             'asyncio_default_fixture_loop_scope = "function"', "", "[tool.mutmut]"]  # fmt: skip
    lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    (WORK / "pyproject.toml").write_text("\n".join(lines) + "\n")


def remembered() -> None:
    """What was killed stays so where TESTS are more than before: mutmut would ask every mutant again."""
    stats = WORK / "mutants" / "mutmut-stats.json"
    known = json.loads(stats.read_text())
    known.pop("config_fingerprint", None)
    stats.write_text(json.dumps(known))


def rows() -> Iterator[Row]:
    """Every mutant with what became of it."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    for source, name, fate in fates():
        where = name.rpartition(".")[2]
        if fate == "survived" and where.startswith(AT_IMPORT) and killed_alone(name):
            fate = "killed"
        alive = fate in ("survived", "not reached")
        diff = get_diff_for_mutant(name, path=source).splitlines() if alive else []
        yield Row(str(source), fate, where, changed(diff, "-"), changed(diff, "+"))


def fates() -> Iterator[tuple[Path, str, str]]:
    """Every mutant that was asked: its file, its name and what mutmut says became of it."""
    for path in sorted(Path("mutants/election").rglob("*.meta")):
        source = Path(str(path).removeprefix("mutants/").removesuffix(".meta"))
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items():
            yield source, name, FATES.get(code, "unclear")


def changed(diff: Sequence[str], sign: str) -> str:
    """The lines of a diff with this sign, as one."""
    return " ".join(line[1:].strip() for line in diff if line[:1] == sign and line[:3] != sign * 3)


def killed_alone(name: str) -> bool:
    """Whether the tests fail where this mutant was there before anything was imported."""
    tests = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *TESTS]
    return subprocess.run(tests, cwd="mutants", env=os.environ | {"MUTANT_UNDER_TEST": name},
                          stdout=subprocess.DEVNULL).returncode == 1  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
