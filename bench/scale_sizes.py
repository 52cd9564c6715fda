"""What a night takes up: bytes in Kafka's log, in Redis, in a snapshot and in a change; by the real
processes.

    python -m bench.scale_sizes                 Istanbul's June night
    python -m bench.scale_sizes --night practice --broker tansu

A night is played into Apache Kafka and counted by a worker; then Redis is asked what each of its keys takes
up (`MEMORY USAGE`), and the files of the log are looked at. Snapshots and changes are those of the same night
counted in memory, as a gateway makes them.

Know before changing: figures are for docs/scale.md, which multiplies them; each is for one thing (a report, a
box, an area), so that it holds for other nights too.
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import redis

from bench.retraction import SECRET
from bench.servers import SANDIK, Place
from bench.stored import wait_for
from election.rehearsal import Rehearsal
from election.wire.frames import difference, dumps
from election.wire.keys import Keys, unpack_pulse
from election.wire.records import Record
from election.wire.topics import WHATS, Scope
from sandik import folders, recordings

WITHIN_S = 180.0
EVERY_RECORD = 20
"""Of so many records the change that one makes is looked at."""
SESSION = "sizes"


@dataclass(frozen=True)
class Sizes:
    """Bytes, and of how many things."""

    reports: int
    boxes: int
    areas: int
    log: Mapping[str, int]
    """Topic → bytes on the disk of one broker; empty where it has none."""
    store: Mapping[str, int]
    """Kind of key → bytes in Redis, of all contests."""
    used: int
    """What Redis says it uses, less what it used empty."""
    snapshot: tuple[int, int]
    """Of the first contest at the end, as it is and packed by gzip."""
    change: float
    """Mean of the change that one record makes of it."""


def taken(place: Place, night: str, broker: str) -> Sizes:
    """Plays the night as fast as it goes, and looks."""
    folder = folders.load(night)
    kafka = place.kafka() if broker == "apache" else place.tansu()
    store = place.redis()
    settings = {
        "SANDIK_MODE": "replay", "SANDIK_SESSION": SESSION, "SANDIK_NIGHT": night, "DESK_SECRET": SECRET,
        "SANDIK_KAFKA": kafka.address, "SANDIK_KAFKA_KIND": broker, "SANDIK_REDIS": store.url,
    }  # fmt: skip
    with redis.Redis.from_url(store.url, socket_timeout=30) as client:
        empty = _used(client)
        worker = place.room("worker", settings)
        player = place.command((str(SANDIK), "replay", night, "--speed", "max", "--json"), settings)
        scope = Scope("replay", folder.night.id, SESSION)
        keys = [Keys(scope, contest) for contest in folder.night.contests]
        wait_for(
            lambda: worker.check() and player.process.poll() is not None, WITHIN_S, "the end of the night"
        )
        if player.process.returncode:
            raise AssertionError(
                f"sandik replay ended with {player.process.returncode}. {player.last_words()}"
            )
        sent = int(json.loads(player.log.read_text().splitlines()[-1])["records"])
        wait_for(lambda: worker.check() and _applied(client, keys) >= sent, WITHIN_S, "the count of it")
        by_kind = _keys(client, keys)
        used = _used(client) - empty
    snapshot, change, reports = _frames(folder)
    return Sizes(
        reports, len(folder.night.boxes), len(folder.night.areas), _log(place.folder, scope), by_kind, used,
        snapshot, change,
    )  # fmt: skip


def _used(client: Any) -> int:
    told: Any = client.info("memory")
    return int(told["used_memory"])


def _applied(client: Any, keys: Sequence[Keys]) -> int:
    """Records of the log that every contest has taken, as its worker last said."""
    told = [unpack_pulse(client.hgetall(one.pulse)).values() for one in keys]
    return min(sum(one.applied for one in pulses) for pulses in told)


def _keys(client: Any, keys: Sequence[Keys]) -> dict[str, int]:
    """Bytes of all keys by the part of their name that says what they hold."""
    found: dict[str, int] = {}
    for one in keys:
        prefix = one.meta.removesuffix("meta")
        for key in client.scan_iter(match=f"{prefix}*", count=1000):
            kind = key.decode().removeprefix(prefix).partition(":")[0]
            found[kind] = found.get(kind, 0) + int(client.memory_usage(key, samples=0) or 0)
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _log(folder: Path, scope: Scope) -> dict[str, int]:
    """Bytes of the segments of each topic."""
    found = {}
    for what in WHATS:
        segments = folder.glob(f"kafka-*/kafka/log/{scope.topic(what)}-*/*.log")
        found[what] = sum(segment.stat().st_size for segment in segments)
    return {what: size for what, size in found.items() if size}


def _frames(folder: folders.Folder) -> tuple[tuple[int, int], float, int]:
    """The last snapshot as it is and packed, the mean change of a record, and the reports of the night."""
    rehearsal = Rehearsal(folder.night, "replay", telling=False)
    contest = next(iter(folder.night.contests))
    board = rehearsal.boards[contest]
    heard = [one for one in recordings.heard(folder.recording, folder.night) if isinstance(one, Record)]
    mine = [one for one in heard if one.contest == contest]
    looked = {one for start in range(0, len(mine), EVERY_RECORD) for one in (start, start + 1)}
    shown: dict[int, Mapping[str, Any]] = {}
    for number, record in enumerate(mine):
        rehearsal.hear(record)
        if number in looked:
            state = rehearsal.state(contest)
            shown[number] = board.snapshot(state, state.at)
    changes = [
        len(dumps(difference(shown[one], shown[after]))) for one, after in pairwise(shown) if after == one + 1
    ]
    state = rehearsal.state(contest)
    last = dumps(board.snapshot(state, state.at))
    reports = sum(len(one.box) for one in heard if hasattr(one, "box"))
    return (len(last), len(gzip.compress(last, 6, mtime=0))), fmean(changes), reports


def table(sizes: Sizes) -> str:
    """For docs/scale.md."""
    rows = [("what", "bytes", "for each"), ("---", "---", "---")]
    for what, size in sizes.log.items():
        rows.append((f"log, topic `…{what}`", f"{size:,}", f"{size / sizes.reports:,.0f} a report"))
    for kind, size in sizes.store.items():
        rows.append((f"Redis, `{kind}`", f"{size:,}", _each(kind, size, sizes)))
    rows.append(("Redis, all of it", f"{sizes.used:,}", f"{sizes.used / sizes.boxes:,.0f} a box"))
    plain, packed = sizes.snapshot
    rows.append(("snapshot, the last", f"{plain:,}", f"{packed:,} packed"))
    rows.append(("change made by one record", f"{sizes.change:,.0f}", "mean"))
    head = f"{sizes.reports:,} reports, {sizes.boxes:,} boxes, {sizes.areas:,} areas\n\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _each(kind: str, size: int, sizes: Sizes) -> str:
    if kind == "rows":
        return f"{size / sizes.boxes:,.0f} a box"
    return f"{size / sizes.areas:,.0f} an area" if kind == "areas" else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale_sizes")
    parser.add_argument("--night", default="istanbul-2019-06-23", help="a shipped night")
    parser.add_argument("--broker", choices=("apache", "tansu"), default="apache")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="sandik-sizes-") as folder, Place(Path(folder)) as place:
        began_s = time.monotonic()
        sys.stdout.write(table(taken(place, args.night, args.broker)))
        sys.stderr.write(f"in {time.monotonic() - began_s:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
