"""10,000 connections, 5 % slow and 1 % not reading at all: what they cost, and what the others notice.

Know before changing: the run with slow clients stands beside one in which everybody is fast, on the same
machine within minutes; a lag is from the moment the gateway was given a version to the moment its frame
was read by a fast client, and the crowd's own reading is part of it in both runs. The night is March's, whose
figures move from seven in the evening to its end: of June's nearly all were in when the ban was lifted.
"""

import math
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from bench.crowd_gateway import make_states
from bench.results import Figure, Results, progress, say
from bench.servers import Place
from bench.spoken import Spoken
from bench.wanted import Wanted

NIGHT, STEPS = "istanbul-2019-03-31", 3600
"""Steps for fifteen minutes, so that the count goes on for as long as anybody looks."""
CLIENTS, SLOW_PART, STALLED_PART = 10_000, 0.05, 0.01
EVERY_S = 0.25
WATCHED_S = 40.0
FLAT_S, LOOK_EVERY_S = 600.0, 60.0
"""How long the memory is watched for growth, and how often somebody looks."""
CUT_WITHIN_S = 10.0
KB_A_CONNECTION_MOST = 20.0
P99_TIMES_MOST = 1.2
FLAT_TIMES_MOST = 1.05
WITHIN_S = 180.0
GATEWAY_CORE, CROWD_CORE = 0, 1
ADDRESSES = 20
FREE = {
    "SANDIK_PORT": "0", "SANDIK_CLIENTS_MAX": "100000", "SANDIK_CLIENTS_PER_ADDRESS_MAX": "100000",
    "SANDIK_NEW_PER_S": "100000", "SANDIK_HOST": "0.0.0.0",
}  # fmt: skip


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Everybody fast, then with slow and stalled clients, then ten minutes of the latter."""
    clients = wanted.either(CLIENTS, 300)
    states = place.folder / "states.bin"
    make_states(states, NIGHT, STEPS)
    watched_s = wanted.either(int(WATCHED_S), 4)
    fast = _run(states, place.folder, clients, 0, 0, watched_s)
    slow, stalled = round(clients * SLOW_PART), max(1, round(clients * STALLED_PART))
    flat_s = wanted.either(int(FLAT_S), 6)
    mixed = _run(states, place.folder, clients, slow, stalled, watched_s, flat_s)
    what = f"{clients:,} clients"
    results.add(
        Figure("slow", f"{what}: memory a connection", "KB", (fast["kb"],), most=KB_A_CONNECTION_MOST),
        Figure("slow", f"{what}, all fast: p99 of a change", "ms", (fast["p99_ms"],)),
        Figure("slow", f"{what}, {slow} slow, {stalled} stalled: p99 of the fast", "ms", (mixed["p99_ms"],)),
        Figure("slow", "p99 of the fast, with slow ones / without", "times",
               (mixed["p99_ms"] / fast["p99_ms"],), most=P99_TIMES_MOST),
        Figure("slow", "the last stalled client gone after", "s", (mixed["gone_s"],), most=CUT_WITHIN_S),
        Figure("slow", f"memory {flat_s} s later / when lags were read", "times", (mixed["grown"],),
               most=FLAT_TIMES_MOST, note=mixed["note"]),
    )  # fmt: skip


def _run(
    states: Path, folder: Path, clients: int, slow: int, stalled: int, watched_s: float, flat_s: float = 0.0
) -> dict[str, Any]:  # fmt: skip
    began_s = time.monotonic()
    with ExitStack() as stack:
        gateway = start(stack, states, began_s, FREE, "--night", NIGHT)
        port = gateway.hear(WITHIN_S, "port")["port"]
        empty_mb = gateway.ask(WITHIN_S, do="counts")["memory_mb"]
        crowd = stack.enter_context(
            Spoken.module("bench.crowd", "--port", port, "--clients", clients, "--slow", slow, "--stalled",
                          stalled, "--addresses", ADDRESSES, "--core", CROWD_CORE)
        )  # fmt: skip
        crowd.hear(WITHIN_S, "connected")
        connected_s = time.monotonic()
        whole(crowd.ask(WITHIN_S, do="counts"), clients - slow - stalled)
        full_mb = gateway.ask(WITHIN_S, do="counts")["memory_mb"]
        gone_s = _until_gone(crowd, stalled, connected_s) if stalled else 0.0
        crowd.ask(WITHIN_S, do="quiet")
        time.sleep(watched_s)
        p50_ms, p99_ms = _lags(crowd, gateway, folder)
        first_mb = gateway.ask(WITHIN_S, do="counts")["memory_mb"]
        looks = math.ceil(flat_s / LOOK_EVERY_S)
        for look in range(looks):
            time.sleep(flat_s / looks)
            counts = gateway.ask(WITHIN_S, do="counts")
            progress(look + 1, looks, f"{counts['memory_mb']:.1f} MB, {counts['clients']} clients")
        last = gateway.ask(WITHIN_S, do="counts")
        seen = crowd.ask(WITHIN_S, do="counts")
    whole(seen, clients - slow - stalled)
    memory = f"{empty_mb:.1f} → {full_mb:.1f} → {last['memory_mb']:.1f} MB"
    lags = f"p50 {p50_ms:.1f}, p99 {p99_ms:.1f} ms"
    say(f"  {clients} clients, {slow} slow, {stalled} stalled: {lags}; {memory}")
    note = (
        f"memory {first_mb:.1f} → {last['memory_mb']:.1f} MB; behind {last['fell_behind']} times, "
        f"cut {last['cut']}; alive at the end {seen['alive']}, ended {seen['ended']}"
    )
    return {
        "kb": (full_mb - empty_mb) * 1000 / clients, "p99_ms": p99_ms, "gone_s": gone_s,
        "grown": last["memory_mb"] / first_mb, "note": note,
    }  # fmt: skip


def whole(counts: Mapping[str, Any], fast: int) -> None:
    """Every fast client is there, none was refused, and none saw what it must not see. Raises RuntimeError.

    What one costs, and the slowest hundredth of them, are figures of all of them or of none.
    """
    if counts["alive"]["fast"] != fast or counts["refused"]:
        said = f"{counts['alive']['fast']} of {fast} fast clients are there, {counts['refused']} were refused"
        raise RuntimeError(f"{said}; ended: {counts['ended']}")
    if counts["faults"]:
        raise RuntimeError(f"clients saw {counts['faults']}")


def start(
    stack: ExitStack, states: Path, began_s: float, environment: dict[str, str], *words: object
) -> Spoken:
    """A gateway that plays these states, on its core."""
    told = ["env", *(f"{name}={value}" for name, value in environment.items())]
    command = [*told, sys.executable, "-m", "bench.crowd_gateway", "--states", str(states)]
    command += ["--began", str(began_s), "--every", str(EVERY_S), "--core", str(GATEWAY_CORE)]
    return stack.enter_context(Spoken("the gateway", [*command, *map(str, words)]))


def _until_gone(crowd: Spoken, stalled: int, since_s: float) -> float:
    while crowd.ask(WITHIN_S, do="counts")["alive"]["stalled"]:
        if time.monotonic() - since_s > WITHIN_S:
            raise RuntimeError(f"some of {stalled} stalled clients are still there")
        time.sleep(0.1)
    return time.monotonic() - since_s


def _lags(crowd: Spoken, gateway: Spoken, folder: Path) -> tuple[float, float]:
    """p50 and p99 of all changes that fast clients read, in ms."""
    times, versions = folder / "times", folder / "versions"
    crowd.ask(WITHIN_S, do="arrivals", times=str(times), versions=str(versions))
    shown = {int(version): at_s for version, at_s in gateway.ask(WITHIN_S, do="shown")["shown"].items()}
    if not times.stat().st_size:
        raise RuntimeError("no fast client has read a change")
    arrived, version = np.fromfile(times, dtype=np.float64), np.fromfile(versions, dtype=np.int64)
    given = np.array([shown[int(one)] for one in version])
    lags_ms = (arrived - given) * 1000
    return float(np.percentile(lags_ms, 50)), float(np.percentile(lags_ms, 99))
