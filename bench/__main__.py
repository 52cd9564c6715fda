"""`python -m bench [PART …]`: measures the parts named, or all, prints a table and writes it as JSON.

    python -m bench                     everything, several minutes
    python -m bench counting peer       two parts, in one run
    python -m bench --quick             everything, small, to see that it works

Know before changing: a part that fails is told in the table and the others go on; the exit code is 1 if one
failed or missed its target.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from bench import machine
from bench.istanbul import REAL_BOXES
from bench.results import Results, say
from bench.servers import Place
from bench.wanted import Wanted

Measure = Callable[[Place, Wanted, Results], None]

PARTS = {
    "counting": "one worker on Apache Kafka and Redis: reports a second, exact",
    "scaling": "what a report costs with 31 k, 200 k and 1 M boxes, with ten contests, with two workers",
    "peer": "the same count with plain Faust tables, with Quix Streams and with Kafka Streams",
    "latency": "acknowledged → gateway → client, at 200 reports a second",
    "night": "the June night as fast as possible, from the file to the last frame at a client",
    "rebuild": "the store flushed → the same state from the log",
    "retraction": "a recount breaks a called lead → a newsroom has the retraction",
    "start": "sandik demo → first numbers on the page",
    "page": "the board in a browser while a night plays at 60×: first paint, repaints, long tasks",
    "fanout": "one text to 1,000 and 5,000 clients, beside broadcast, bare writes and Go",
    "slow": "10,000 connections, some slow, some not reading: memory, and what the fast ones notice",
    "join": "a late joiner gets its snapshot, of 39 districts and of 31,186 boxes",
    "storm": "5,000 clients lose their gateway and come back",
    "snapshots": "a table of 200 MB compared with the one before it: time and memory",
    "parse": "a foreign table by mapping → reports, beside csv alone and pandas",
    "calls": "what one report, one batch and one tick cost without any server",
}
"""Each is a module of this folder with a `measure`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the bench; the exit code."""
    wanted = _wanted(argv)
    results = Results(machine.about())
    for name in wanted.parts:
        say(f"{name}: {PARTS[name]}")
        measure: Measure = import_module(f"bench.{name}").measure
        with tempfile.TemporaryDirectory(prefix=f"sandik-bench-{name}-") as folder:
            try:
                with Place(Path(folder)) as place:
                    measure(place, wanted, results)
            except Exception as error:  # noqa: BLE001 # one part's failure is a line of the table
                results.failed(name, f"{type(error).__name__}: {error}")
    sys.stdout.write("\n" + results.table())
    if not wanted.quick:
        say(f"written to {results.write()}")
    missed = any(figure.met is False for figure in results.figures)
    return 1 if results.failures or (missed and not wanted.quick) else 0


def _wanted(argv: Sequence[str] | None) -> Wanted:
    parts = "\n".join(f"  {name:10} {title}" for name, title in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measures the real processes on this machine.",
        epilog=f"parts:\n{parts}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to measure (default: everything)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each measurement (3)")
    parser.add_argument("--revisions", type=int, default=40, help="revisions of each box in counting (40)")
    parser.add_argument("--quick", action="store_true", help="small and once, to see that everything works")
    parser.add_argument("--boxes", type=Path, default=REAL_BOXES, help="a file of real boxes")
    args = parser.parse_args(argv)
    unknown = [part for part in args.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    return Wanted(
        parts=tuple(args.parts or PARTS),
        repeat=1 if args.quick else args.repeat,
        quick=args.quick,
        revisions=args.revisions,
        boxes_file=args.boxes,
    )


if __name__ == "__main__":
    sys.exit(main())
