"""Feeds every format changed files for as long as one likes, and keeps what breaks one.

    python -m tools.fuzz.formats --seconds 600                 plain: files of the corpus, changed by a seed
    python -m tools.fuzz.formats --seconds 600 --only clarity  one format
    python -m tools.fuzz.formats --atheris --only nist-json    guided by the code (pip install atheris)

The last line says how many inputs and bytes were tried. A finding is written to --keep, named by its digest:
put it into tests/producers/corpus/<format>/found-….<ending>, and the tests keep it mended.

Know before changing: what is asked of the formats stands in tests/producers/fuzzing.py, for the tests and for
this alike. A plain run of one seed and count is the same run on every machine.
"""

import argparse
import hashlib
import os
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

from tests.producers.fuzzing import Case, cases, changed, safe


class Findings:
    """What was tried, and what broke."""

    def __init__(self, keep: Path) -> None:
        self._keep = keep
        self.inputs: Counter[str] = Counter()
        self.bytes = self.statements = 0
        self.places: Counter[str] = Counter()

    def try_(self, case: Case, content: bytes) -> bool:
        """Whether nothing was wrong with it."""
        self.inputs[case.format] += 1
        self.bytes += len(content)
        try:
            self.statements += safe(case, content)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            self._note(case, content, error)
            return False
        return True

    def _note(self, case: Case, content: bytes, error: Exception) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
        known = f"{case.format}{type(error).__name__}{last.filename}{last.lineno}"
        if not self.places[known]:
            self._keep.mkdir(parents=True, exist_ok=True)
            name = f"{case.format}-{hashlib.sha256(content).hexdigest()[:12]}-{case.name}"
            (self._keep / name).write_bytes(content)
            sys.stderr.write(f"{case.format}: {where}: {error!s:.160}\n  kept as {self._keep / name}\n")
        self.places[known] += 1

    def said(self, seconds: float) -> str:
        """One line for people."""
        inputs = ", ".join(f"{name} {count}" for name, count in sorted(self.inputs.items()))
        return (
            f"{sum(self.inputs.values())} inputs, {self.bytes} bytes, {self.statements} statements in "
            f"{seconds:.0f} s; {len(self.places)} findings. By format: {inputs}."
        )


def plain(findings: Findings, chosen: list[Case], seed: int, seconds: float, count: int) -> None:
    """Files of the corpus in turn, each changed by the next number."""
    ends = time.monotonic() + seconds
    for number in range(count):
        if time.monotonic() >= ends:
            return
        case = chosen[number % len(chosen)]
        findings.try_(case, changed(Random(seed * 1_000_003 + number), case, cases()))


def guided(findings: Findings, chosen: list[Case], seconds: float, corpus: Path) -> None:
    """As atheris leads; it ends the process itself."""
    import atheris  # type: ignore[import-not-found] - installed by whoever fuzzes

    with atheris.instrument_imports(include=["producers"]):
        from tests.producers import fuzzing  # noqa: F401 - instrumented
    atheris.instrument_all()
    began = time.monotonic()

    def one(data: bytes) -> None:
        if data:
            case = chosen[data[0] % len(chosen)]
            findings.try_(case, data[1:])
        if time.monotonic() - began > seconds:
            sys.stdout.write(findings.said(time.monotonic() - began) + "\n")
            sys.stdout.flush()
            os._exit(1 if findings.places else 0)  # libFuzzer takes any other end for a finding

    corpus.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(chosen):
        (corpus / f"{case.format}-{case.name}").write_bytes(bytes([number]) + case.content)
    atheris.Setup([sys.argv[0], str(corpus), "-max_len=20000", "-verbosity=0"], one)
    atheris.Fuzz()


def main() -> int:
    """0 if nothing broke."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--count", type=int, default=10**9, help="most inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one format")
    parser.add_argument(
        "--keep", type=Path, default=Path("sandik-data/fuzz"), help="where findings are written"
    )
    parser.add_argument("--atheris", action="store_true", help="be guided by the code's own branches")
    args = parser.parse_args()
    chosen = [case for case in cases() if args.only in (None, case.format)]
    if not chosen:
        parser.error(f"there is no format {args.only} in the corpus")
    findings = Findings(args.keep)
    began = time.monotonic()
    if args.atheris:
        guided(findings, chosen, args.seconds, args.keep / "corpus")
    else:
        plain(findings, chosen, args.seed, args.seconds, args.count)
    sys.stdout.write(findings.said(time.monotonic() - began) + "\n")
    return 1 if findings.places else 0


if __name__ == "__main__":
    raise SystemExit(main())
