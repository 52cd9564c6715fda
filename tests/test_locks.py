"""What is installed is what was looked at: every package by version and by the hashes of its files.

Know before changing: this asks no network, so it knows of no fault that became known since; `make audit` asks
for those, where the advisory service can be reached. Licences are those that the installed packages state.
"""

import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PINNED = re.compile(r"([a-z0-9][a-z0-9._-]*)==(\S+)(?: ;[^\\]*)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
ALLOWED = re.compile(
    r"apache|bsd|\bmit\b|\bisc\b|python software foundation|\bpsf|\bmpl\b|mozilla public|zlib|unlicense|"
    r"public domain",
    re.I,
)
"""Licences under which a package may be used beside ours (Apache-2.0), files unchanged."""
NEVER = re.compile(
    r"\bagpl|affero|\bsspl|business source|non-?commercial|(?<!lesser )general public license v?3", re.I
)
STATED_ELSEWHERE = dict.fromkeys(("axe-playwright-python", "promql-parser", "resvg-py"), "MIT")
"""Packages that state their licence only in a file that lies with them."""


def packages(path: Path) -> dict[str, tuple[str, int]]:
    """Name → version and how many files it may be, of a lock."""
    found: dict[str, tuple[str, int]] = {}
    for block in path.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        match = PINNED.match(block)
        assert match, f"{path.name}: {block[:80]}"
        found[match[1]] = (match[2], len(HASH.findall(block)))
    return found


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_package_is_pinned_with_the_hashes_of_its_files(path: Path) -> None:
    """And no address of any index stands there."""
    found = packages(path)
    assert found
    assert {} == {name: of for name, of in found.items() if of[1] == 0}
    assert not re.search(r"https?://| @ |--(?!hash=)", path.read_text())


def test_the_locks_hold_the_versions_that_were_chosen() -> None:
    """In constraints.txt, and nowhere else; all that is in one is in the other."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    chosen = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    chosen = {normal(name): version for name, version in chosen.items()}
    locked = {
        name: version
        for path in LOCKS
        if path.stem != "build"
        for name, (version, _) in packages(path).items()
    }
    only_elsewhere = {"colorama"}
    assert chosen == {name: version for name, version in locked.items() if name not in only_elsewhere}
    assert set(packages(ROOT / "locks" / "run.txt")) < set(packages(ROOT / "locks" / "test.txt"))


def test_what_is_installed_here_is_what_is_locked() -> None:
    """Nothing in another version."""
    locked = {name: version for path in LOCKS for name, (version, _) in packages(path).items()}
    there = {normal(one.metadata["Name"]): one.version for one in installed()}
    assert {"aiokafka", "redis", "pytest"} <= set(there)
    assert {} == {name: version for name, version in there.items() if locked.get(name, version) != version}


def installed() -> list[Distribution]:
    """What stands in the environment of this Python."""
    return [one for one in distributions() if str(one.locate_file("")).startswith(sys.prefix)]


def stated(one: Distribution) -> str:
    """What a package says of its licence."""
    said = [one.metadata.get(name, "") or "" for name in ("License-Expression", "License")]
    said += [word for word in one.metadata.get_all("Classifier") or [] if word.startswith("License ::")]
    return " / ".join(word[:200] for word in said if word) or STATED_ELSEWHERE.get(
        normal(one.metadata["Name"]), ""
    )


def test_every_licence_is_one_that_may_stand_beside_ours() -> None:
    """Of all that is installed to run or to test."""
    wrong = {}
    for one in installed():
        name, said = normal(one.metadata["Name"]), stated(one)
        if name != "sandik" and (not ALLOWED.search(said) or NEVER.search(said)):
            wrong[name] = said
    assert {} == wrong


def test_the_installer_takes_nothing_that_is_not_locked() -> None:
    """By hash, on a newcomer's machine and in the image."""
    for name in ("tools/install", "Dockerfile"):
        text = (ROOT / name).read_text(encoding="utf-8")
        installs = [
            line
            for line in re.split(r"\n(?! )|&&|\|\|", text.replace("\\\n", " "))
            if "--require-hashes" in line
        ]
        assert installs, name
        assert "--no-deps --no-build-isolation" in text, f"{name}: what builds us is locked too"
