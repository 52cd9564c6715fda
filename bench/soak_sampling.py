"""What a soak reads of every process, of the store, of Kafka's folder and of the gateway, a few times a
minute.

    look = Look(processes, store_url, keys, kafka_folder, admin_port)
    look.take()        {"worker.rss_mb": 141.2, "redis.keys": 17, …}

Know before changing: names are `<who>.<what>`; those judged have a title in `soak_judged.QUANTITIES`. What is
read is the process itself (`/proc`) and the servers' own word; nothing of ours is asked what it thinks it
holds, but the gateway's count of its connections. Linux only.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from bench import machine
from bench.direct import direct
from election.wire.keys import Keys

BLOCK = 512
"""Bytes of one of `st_blocks`, whatever the file system's own are."""
ASKED_WITHIN_S = 10.0
GAUGE = re.compile(rb"^(sandik_connections|sandik_groups|sandik_subscriptions) ([\d.e+]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Look:
    """Everything that is looked at in one soak."""

    processes: Mapping[str, int]
    """Name → process id."""
    store_url: str
    keys: Sequence[Keys]
    """Of each contest."""
    kafka_folder: Path | None
    """Where Kafka keeps its log; None: in memory."""
    admin_port: int

    def take(self) -> dict[str, float]:
        """All readings of this moment. Raises OSError or RedisError where somebody has gone."""
        found: dict[str, float] = {}
        for name, pid in self.processes.items():
            found |= {f"{name}.{what}": value for what, value in process(pid).items()}
        found |= {f"redis.{what}": value for what, value in store(self.store_url, self.keys).items()}
        if self.kafka_folder is not None:
            found |= {f"kafka.{what}": value for what, value in log_folder(self.kafka_folder).items()}
        return found | {f"gateway.{what}": value for what, value in gateway(self.admin_port).items()}


def process(pid: int) -> dict[str, float]:
    """Resident MB, open file descriptors, threads, CPU seconds so far. Raises OSError when it has ended."""
    here = Path(f"/proc/{pid}")
    threads = re.search(r"^Threads:\s+(\d+)$", (here / "status").read_text(), re.MULTILINE)
    rss_mb = machine.memory_mb(pid)
    if threads is None or rss_mb is None:
        raise ProcessLookupError(f"process {pid} has ended")
    return {
        "rss_mb": rss_mb,
        "fds": len(os.listdir(here / "fd")),
        "threads": int(threads[1]),
        "cpu_s": machine.cpu_s(pid) or 0.0,
    }


def store(url: str, keys: Sequence[Keys]) -> dict[str, float]:
    """Keys, memory, clients, the append-only file, and the longest of each stream."""
    with redis.Redis.from_url(url, socket_timeout=ASKED_WITHIN_S) as client:
        told: Any = client.info()
        size: Any = client.dbsize()
        longest = {
            "changes": max(_length(client, one.changes) for one in keys),
            "told": max(_length(client, one.told) for one in keys),
            "outbox": max(_length(client, one.ledger("outbox")) for one in keys),
        }
    return {
        "keys": int(size),
        "used_mb": int(told["used_memory"]) / 1e6,
        "clients": int(told["connected_clients"]) - 1,  # without this one
        "aof_mb": int(told.get("aof_current_size", 0)) / 1e6,
        **longest,
    }


def _length(client: Any, key: str) -> int:
    return int(client.xlen(key))


def log_folder(folder: Path) -> dict[str, float]:
    """MB on the disk of the night's topics, of the groups' offsets, and of the cluster's own records."""
    sums = {"night_mb": 0, "offsets_mb": 0, "cluster_mb": 0}
    for path in folder.rglob("*"):
        try:
            size = path.stat().st_blocks * BLOCK
        except FileNotFoundError:  # deleted since it was listed
            continue
        where = path.relative_to(folder).parts[0]
        kind = {"__cluster_metadata-0": "cluster_mb"}.get(where, "night_mb")
        sums["offsets_mb" if where.startswith("__consumer_offsets") else kind] += size
    return {name: size / 1e6 for name, size in sums.items()}


def gateway(admin_port: int) -> dict[str, float]:
    """Connections, subscriptions and groups as the gateway counts them."""
    with direct(f"http://127.0.0.1:{admin_port}/metrics", ASKED_WITHIN_S) as answer:
        text = answer.read()
    return {name.decode().removeprefix("sandik_"): float(value) for name, value in GAUGE.findall(text)}
