"""Starts an Apache Kafka of one node to show that it works: `make kafka`, or with ARGS=--keep until Ctrl-C.

Know before changing: without --keep it uses a temporary folder and any free port, so that it may run beside
anything; with --keep it is a durable one for tests and tools of your own.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from election.errors import SandikError, UsageError
from sandik import embedded, kafka
from sandik.say import Out
from sandik.supervise import Supervisor


async def run(data: Path, port: int, keep: bool) -> None:
    """Start it in `data`, say where it is, and stop it: at once, or when asked."""
    out, began_s = Out(), time.monotonic()
    server = kafka.server(data, port)
    async with Supervisor() as house:
        await house.start(server.program)
        out.tell(f"Apache Kafka is ready on {server.address} after {time.monotonic() - began_s:.1f} s.")
        if keep:
            out.tell(f"Its log is in {data}. Ctrl-C stops it.")
            await house.ended()


def main() -> int:
    """The command; errors are sentences."""
    parser = argparse.ArgumentParser(
        description="start one Apache Kafka", epilog="example: make kafka ARGS=--keep"
    )
    parser.add_argument("--keep", action="store_true", help="keep it until Ctrl-C, with a durable log")
    parser.add_argument("--port", type=int, default=9092, help="with --keep: where it listens (9092)")
    parser.add_argument(
        "--data", type=Path, default=Path(".kafka", "data"), help="with --keep: its log's folder"
    )
    args = parser.parse_args()
    try:
        if args.keep:
            with embedded.claimed(args.data):
                asyncio.run(run(args.data, args.port, keep=True))
        else:
            with tempfile.TemporaryDirectory(prefix="sandik-kafka-") as folder:
                asyncio.run(run(Path(folder), 0, keep=False))
    except SandikError as error:
        Out().tell(str(error))
        return 2 if isinstance(error, UsageError) else 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
