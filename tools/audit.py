"""Asks whether a fault is known of any package that we install, as locks/ pins them.

    .venv/bin/python tools/audit.py            in `make check`: says so where nobody can be asked
    .venv/bin/python tools/audit.py --strict   `make audit`: a package that nobody answered for is a failure

Asked is the advisory service of the package index (its JSON interface) that pip itself is set up with. A
mirror may know only the newest version of a package; of one that we pin and that is not the newest, nobody
answers then, and its name is printed. Answers are kept for a day beside pip's, in .venv; `--strict` asks
anew.

Exit code: 0 no fault is known, 1 one is, 3 (with --strict) somebody was not answered for.

Know before changing: it is run on machines without a network, and must say there in one line, within seconds,
that it has not looked. It imports the standard library and pip alone. A fault that does not touch us goes
into ACCEPTED with the reason; withdrawn advisories are none.
"""

import argparse
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".venv" / "audit.json"
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
ACCEPTED: Mapping[str, str] = {}
"""Advisory → why it does not touch us."""
ANSWERS_WITHIN_S = 10.0
TRIES = 2
AT_ONCE = 6
GOOD_FOR_S = 86_400.0
NOT_ASKED = 3


class AwayError(Exception):
    """Nobody answers at all."""


@dataclass(frozen=True)
class Answer:
    """What is known of one pinned package; `unasked`: why nothing is, or empty."""

    faults: tuple[str, ...] = ()
    unasked: str = ""
    at_s: float = 0.0


def pinned(folder: Path) -> dict[str, str]:
    """Name → version of every package in the locks."""
    return {
        name: version
        for lock in sorted(folder.glob("*.txt"))
        for name, version in PINNED.findall(lock.read_text())
    }


def index() -> str:
    """Where the JSON interface of pip's index is: beside the one that pip uses."""
    from pip._internal.commands import create_command

    used = create_command("download").parser.get_default_values().index_url
    return str(used).rstrip("/").removesuffix("/simple") + "/pypi"


def fetch(url: str) -> Mapping[str, Any] | None:
    """The JSON at an address; None: there is none. Raises AwayError."""
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(url, timeout=ANSWERS_WITHIN_S) as answer:
                found: Mapping[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            if not left:
                raise AwayError(f"answered {error.code}") from error
        except (OSError, ValueError) as error:
            if not left:
                raise AwayError(str(getattr(error, "reason", error))) from error
    raise AssertionError("unreachable")


def ask(service: str, name: str, version: str) -> Answer:
    """What is known of one package. Raises AwayError."""
    found = fetch(f"{service}/{name}/json")
    newest = "" if found is None else str(found["info"]["version"])
    if newest != version:
        found = fetch(f"{service}/{name}/{version}/json")
    if found is None:
        why = f"only {newest} is answered for" if newest else "the service does not know it"
        return Answer(unasked=why, at_s=time.time())
    return Answer(faults(found), at_s=time.time())


def faults(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Each known fault in a line, its id first; what was withdrawn is none."""
    lines = []
    for one in found.get("vulnerabilities") or ():
        if not one.get("withdrawn"):
            mended = ", ".join(one.get("fixed_in") or ()) or "no version"
            said = " ".join(str(one.get("summary") or one.get("details") or "").split())
            lines.append(f"{one['id']} (mended in {mended}): {said[:160]}")
    return tuple(lines)


def audit(service: str, packages: Mapping[str, str], kept: Mapping[str, Answer]) -> dict[str, Answer]:
    """Asks for all that are not answered for in `kept`. Raises AwayError if nobody answers at all."""
    answers = {f"{name}=={version}": (name, version) for name, version in packages.items()}
    fresh = {one: answer for one, answer in kept.items() if one in answers}
    missing = [one for one in answers if one not in fresh]
    if missing:
        fresh[missing[0]] = ask(service, *answers[missing[0]])

    def rest(one: str) -> Answer:
        try:
            return ask(service, *answers[one])
        except AwayError as error:
            return Answer(unasked=str(error))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        fresh |= dict(zip(missing[1:], pool.map(rest, missing[1:]), strict=True))
    return fresh


def read_kept(path: Path, now_s: float) -> dict[str, Answer]:
    """Answers of the last day; of a file that cannot be read: none."""
    try:
        held = json.loads(path.read_text())
        found = {one: Answer(tuple(of["faults"]), of["unasked"], of["at_s"]) for one, of in held.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {one: answer for one, answer in found.items() if 0 <= now_s - answer.at_s < GOOD_FOR_S}


def told(answers: Mapping[str, Answer], strict: bool) -> tuple[list[str], int]:
    """What to say, and the exit code."""
    known = [(one, line) for one, answer in sorted(answers.items()) for line in answer.faults]
    bad = [(one, line) for one, line in known if line.split()[0] not in ACCEPTED]
    unasked = {one: answer.unasked for one, answer in sorted(answers.items()) if answer.unasked}
    lines = [f"audit: {one}: {line}" for one, line in bad]
    lines += [
        f"audit: {one}: {line.split()[0]} is accepted: {ACCEPTED[line.split()[0]]}" for one, line in known
        if line.split()[0] in ACCEPTED
    ]  # fmt: skip
    sound = len(answers) - len(unasked) - len({one for one, _ in bad})
    lines.append(f"audit: no fault is known of {sound} of {len(answers)} packages")
    if unasked:
        names = "; ".join(f"{one} ({why})" for one, why in unasked.items())
        lines.append(f"audit: NOT ANSWERED for {len(unasked)}: {names}")
    return lines, 1 if bad else NOT_ASKED if unasked and strict else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Asks, says what is known, and gives the exit code."""
    parser = argparse.ArgumentParser(prog="tools/audit.py")
    parser.add_argument(
        "--strict", action="store_true", help="ask anew; whoever is not answered for is a failure"
    )
    parser.add_argument("--service", help="another address than that of pip's index")
    parser.add_argument("--locks", type=Path, default=ROOT / "locks")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where the answers of a day are kept")
    args = parser.parse_args(argv)
    kept = {} if args.strict else read_kept(args.kept, time.time())
    try:
        answers = audit(args.service or index(), pinned(args.locks), kept)
    except AwayError as error:
        _say(f"audit: NOT DONE: the advisory service of pip's index does not answer ({error})")
        return NOT_ASKED if args.strict else 0
    if args.kept.parent.is_dir():
        sure = {one: asdict(answer) for one, answer in answers.items() if answer.at_s}
        args.kept.write_text(json.dumps(sure))
    lines, code = told(answers, args.strict)
    _say(*lines)
    return code


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
