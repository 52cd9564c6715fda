"""`python -m faults`: seeds one after the other on three brokers of Kafka; what broke, and how long it took.

    make faults N=20                            twenty seeds from 1 on
    make faults N=1 ARGS="--seed 17 --keep"     one again, its histories kept
    make faults ARGS="--store cluster"          on a cluster of six, or `sentinel`: a primary with a replica
    python -m faults --summary FOLDER …         nothing is run: what the nights kept in these folders came to

Know before changing: a seed that fails is run again with fewer faults (`shorten`), and printed with the
fewest that still fail. A night that cannot be judged is a verdict on that seed alone. The exit code is 1 if
any promise broke, or a night did not come to its end or cannot be judged; 2 if there is nothing to play or to
sum up, or no page to write into.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from election.errors import SandikError, UsageError
from faults.brokers import Brokers
from faults.checker import Broken
from faults.clock import Clocks
from faults.history import HistoryError
from faults.network import Networks
from faults.plan import VERSION, VERSIONS, Group, plan
from faults.run import Staging, run
from faults.shorten import shorten
from faults.stores import KINDS, SINGLE
from faults.summary import Seed, begun_again, look, nights, put, table

SHORTEN_TRIES_MAX = 12
"""Nights that are played again at most to find the fewest faults that fail."""
SHORTER = "shorter"
"""The folder of those nights: what the seed itself left when it failed stays, and is what is summed up."""
FIRST_NIGHT, FIRST_SPEED = "practice", "500"
"""What nights of the first plan played, and how fast; their silences were not cut, and no call was made."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the seeds that the words ask for, or sums up what is kept of others."""
    args = _parser().parse_args(argv)
    try:
        if args.into:
            _into(args.into, "")
        seeds = _summed(args.summary) if args.summary else _run(args)
        made = table(seeds)
        print(f"\n{made}")
        if args.into:
            _write(args.into, _into(args.into, made))
            print(f"written into {args.into}")
    except SandikError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped before its end; all processes have ended", file=sys.stderr)
        return 130
    return 1 if any(map(_failed, seeds)) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faults")
    parser.add_argument("--seeds", type=int, default=5, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="the first")
    parser.add_argument("--night", default="", help="a night or its folder; otherwise as the plan says")
    parser.add_argument("--speed", default="", help="of the replay; otherwise as the plan says")
    parser.add_argument(
        "--plan", type=int, choices=VERSIONS, default=VERSION, help="which seeds are drawn by"
    )
    parser.add_argument("--store", choices=KINDS, default=SINGLE, help="what the store is made of")
    parser.add_argument("--keep", action="store_true", help="histories and logs of every seed stay")
    parser.add_argument("--no-shorten", action="store_true", help="a failing seed is not run again")
    parser.add_argument("--summary", nargs="+", type=Path, metavar="FOLDER", help="only sums up kept nights")
    parser.add_argument("--into", type=Path, metavar="PAGE", help="writes the table between a page's marks")
    return parser


def _failed(seed: Seed) -> bool:
    return bool(seed.broken) or not seed.ended


def _into(page: Path, made: str) -> str:
    """The page with the table between its marks. Raises UsageError that names the page."""
    try:
        return put(page.read_text(encoding="utf-8"), "faults", made)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{page} cannot be read, so no table can be written into it: {error}") from error
    except UsageError as error:
        raise UsageError(f"{page}: {error}") from error


def _write(page: Path, text: str) -> None:
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{page} cannot be written; the table stands above: {error}") from error


def _summed(places: Sequence[Path]) -> list[Seed]:
    seeds, off = begun_again([look(folder) for place in places for folder in nights(place)])
    if not seeds:
        raise UsageError(
            f"No night is kept in {', '.join(map(str, places))}: name the folder in which seed-1 and so on "
            "lie, as a run with --keep prints it."
        )
    print(f"broke off, and begun again: {', '.join(seed.name for seed in off) or 'none'}")
    for seed in seeds:
        if _failed(seed):
            print(f"{seed.name}: {_verdict(seed)}")
    return seeds


def _verdict(seed: Seed) -> str:
    if seed.unread:
        return f"cannot be judged: {seed.unread}"
    return f"{dict(seed.broken)}{'' if seed.ended else ' and did not end'}"


def _run(args: argparse.Namespace) -> list[Seed]:
    if args.seeds < 1:
        raise UsageError(f"--seeds says how many nights are played: {args.seeds} of them prove nothing.")
    staging = _staging(args)
    place = Path(tempfile.mkdtemp(prefix="sandik-faults-"))
    clocks = Clocks(place) if staging.version > 1 else None
    brokers = Brokers(place, clocks, Networks(place) if staging.version > 2 else None)
    brokers.start()
    seeds: list[Seed] = []
    try:
        for seed in range(args.seed, args.seed + args.seeds):
            seeds += [_night(seed, brokers, place, staging, args)]
    finally:
        brokers.stop()
    if args.keep or any(map(_failed, seeds)):
        print(f"histories and logs: {place}")
    else:
        shutil.rmtree(place, ignore_errors=True)
    return seeds


def _staging(args: argparse.Namespace) -> Staging:
    if args.plan == 1:
        return Staging(args.night or FIRST_NIGHT, args.speed or FIRST_SPEED, "", args.store, 1)
    usual = Staging()
    return Staging(args.night, args.speed or usual.speed, usual.gap_max, args.store, args.plan)


def _night(seed: int, brokers: Brokers, place: Path, staging: Staging, args: argparse.Namespace) -> Seed:
    """One seed, said as it ends; one that fails is shortened."""
    groups = plan(seed, several=staging.store != SINGLE, version=staging.version)
    began_s = time.monotonic()
    broken, recovered = _one(seed, groups, brokers, place, staging)
    _say(seed, groups, broken, recovered, time.monotonic() - began_s)
    folder = place / f"seed-{seed}"
    found = replace(look(folder), plan=staging.version, store=staging.store)
    if broken and not _failed(found):  # it broke off when all that histories are asked for was written
        found = replace(found, broken=Counter(one.promise for one in broken))
    if broken and not args.no_shorten:
        fails = partial(_fails, seed, brokers, place / SHORTER, staging)
        fewest = shorten(groups, fails, tries_max=SHORTEN_TRIES_MAX)
        print(f"    the fewest that fail: {'; '.join(map(str, fewest))}")
    if not broken and not args.keep:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _one(
    seed: int, groups: Sequence[Group], brokers: Brokers, place: Path, staging: Staging
) -> tuple[list[Broken], dict[int, float]]:
    folder = place / f"seed-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        for process in brokers.processes:
            process.keep()
            process.until_ready()
        return asyncio.run(run(seed, groups, brokers, folder, staging))
    except HistoryError as error:
        why = f"the night cannot be judged (its histories: {folder / 'histories'}): {error}"
        return [Broken("P1 to P7", f"seed {seed}", why)], {}
    except (TimeoutError, SandikError) as error:
        why = f"the night never came to its end (logs in {folder}) {error}"
        return [Broken("P7", f"seed {seed}", why.rstrip())], {}


def _fails(seed: int, brokers: Brokers, place: Path, staging: Staging, groups: Sequence[Group]) -> bool:
    return bool(_one(seed, groups, brokers, place, staging)[0])


def _say(
    seed: int, groups: Sequence[Group], broken: Sequence[Broken], recovered: dict[int, float], took_s: float
) -> None:
    slowest = max(recovered.values(), default=0.0)
    print(f"seed {seed}: {'; '.join(map(str, groups))}")
    print(f"    {'BROKEN' if broken else 'held'} · slowest recovery {slowest:.1f} s · {took_s:.0f} s in all")
    for one in broken:
        print(f"    {one}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
