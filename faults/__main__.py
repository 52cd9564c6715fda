"""`python -m faults`: seeds one after the other on three brokers of Kafka; what broke, and how long it took.

    make faults N=20                        twenty seeds from 1 on
    make faults ARGS="--seed 17 --keep"     one again, its histories kept
    make faults ARGS="--store cluster"      on a cluster of six, or `sentinel`: a primary with a replica

Know before changing: a seed that fails is run again with fewer faults (`shorten`), and printed with the
fewest that still fail. The exit code is 1 if any promise broke.
"""

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from faults.brokers import Brokers
from faults.checker import Broken
from faults.plan import Group, plan
from faults.run import run
from faults.shorten import shorten
from faults.stores import KINDS, SINGLE

SHORTEN_TRIES_MAX = 12
"""Nights that are played again at most to find the fewest faults that fail."""


def main() -> int:
    """Runs the seeds that the words ask for."""
    parser = argparse.ArgumentParser(prog="python -m faults")
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="the first")
    parser.add_argument("--night", default="practice")
    parser.add_argument("--speed", default="500")
    parser.add_argument("--store", choices=KINDS, default=SINGLE, help="what the store is made of")
    parser.add_argument("--keep", action="store_true", help="histories and logs of every seed stay")
    parser.add_argument("--no-shorten", action="store_true", help="a failing seed is not run again")
    args = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="sandik-faults-"))
    brokers = Brokers(place)
    brokers.start()
    failed, seconds, faults = 0, list[float](), 0
    try:
        for seed in range(args.seed, args.seed + args.seeds):
            groups = plan(seed, several=args.store != SINGLE)
            began_s = time.monotonic()
            broken, recovered = _one(seed, groups, brokers, place, args)
            took_s = time.monotonic() - began_s
            faults += sum(len(group.faults) for group in groups)
            seconds += recovered.values()
            failed += bool(broken)
            _say(seed, groups, broken, recovered, took_s)
            if broken and not args.no_shorten:
                fails = partial(_fails, seed, brokers, place, args)
                fewest = shorten(groups, fails, tries_max=SHORTEN_TRIES_MAX)
                print(f"    the fewest that fail: {'; '.join(map(str, fewest))}")
            if not broken and not args.keep:
                shutil.rmtree(place / f"seed-{seed}", ignore_errors=True)
    finally:
        brokers.stop()
    _end(args.seeds, faults, failed, seconds, place, keep=args.keep)
    return 1 if failed else 0


def _one(
    seed: int, groups: Sequence[Group], brokers: Brokers, place: Path, args: argparse.Namespace
) -> tuple[list[Broken], dict[int, float]]:
    folder = place / f"seed-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for process in brokers.processes:
        process.keep()
        process.until_ready()
    try:
        return asyncio.run(run(seed, groups, brokers, folder, args.night, args.speed, args.store))
    except TimeoutError:
        return [Broken("P7", f"seed {seed}", f"the night never came to its end (logs in {folder})")], {}


def _fails(
    seed: int, brokers: Brokers, place: Path, args: argparse.Namespace, groups: Sequence[Group]
) -> bool:  # fmt: skip
    return bool(_one(seed, groups, brokers, place, args)[0])


def _say(
    seed: int, groups: Sequence[Group], broken: Sequence[Broken], recovered: dict[int, float], took_s: float
) -> None:
    slowest = max(recovered.values(), default=0.0)
    print(f"seed {seed}: {'; '.join(map(str, groups))}")
    print(f"    {'BROKEN' if broken else 'held'} · slowest recovery {slowest:.1f} s · {took_s:.0f} s in all")
    for one in broken:
        print(f"    {one}")
    sys.stdout.flush()


def _end(
    seeds: int, faults: int, failed: int, seconds: Sequence[float], place: Path, *, keep: bool
) -> None:  # fmt: skip
    found: dict[str, object] = {"seeds": seeds, "faults": faults, "failed": failed}
    if len(seconds) > 1:
        cuts = statistics.quantiles(seconds, n=100, method="inclusive")
        found |= {"recovery_s": {f"p{at}": round(cuts[at - 1], 2) for at in (50, 90, 99)}}
    print(json.dumps(found))
    if failed or keep:
        print(f"histories and logs: {place}")
    else:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
