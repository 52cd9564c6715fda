"""5,000 clients lose their gateway and come back: how long until everyone shows the right state again.

Twice: the gateway is killed and started again on its port; and of two that share a port one is killed.

Know before changing: the count goes on meanwhile and ends three seconds after the kill; everyone is right
when each client shows the last version with the hash that the gateway has. A client that saw a gap, a wrong
hash, or an older value after a newer one makes this part fail.
"""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

from bench.crowd_gateway import make_states
from bench.results import Figure, Results, progress
from bench.servers import Place
from bench.slow import EVERY_S, FREE, WITHIN_S, start
from bench.spoken import Spoken
from bench.wanted import Wanted
from sandik import ports

CLIENTS = 5000
AFTER_S = 5.0
"""How long everybody follows before the kill."""
GOES_ON_S = 3.0
"""How long the count goes on after it."""
RIGHT_WITHIN_S = 10.0
CROWD_CORE = 1


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Both ways to lose a gateway."""
    clients = wanted.either(CLIENTS, 200)
    states = place.folder / "states.bin"
    make_states(states)
    for what, two in (("killed and started again", False), ("one of two killed", True)):
        runs, notes = [], []
        for run in range(wanted.repeat):
            seconds, note = _run(states, clients, two)
            runs.append(seconds)
            notes.append(note)
            progress(run + 1, wanted.repeat, what)
        results.add(
            Figure("storm", f"{clients:,} clients, {what}: everyone right after", "s", tuple(runs),
                   most=RIGHT_WITHIN_S, note="; ".join(notes))
        )  # fmt: skip


def _run(states: Path, clients: int, two: bool) -> tuple[float, str]:
    began_s, port = time.monotonic(), ports.choose()
    environment = FREE | {"SANDIK_PORT": str(port)} | ({"SANDIK_REUSE_PORT": "1"} if two else {})
    with ExitStack() as stack:
        gateways = [start(stack, states, began_s, environment) for _ in range(1 + two)]
        for gateway in gateways:
            gateway.hear(WITHIN_S, "port")
        crowd = stack.enter_context(
            Spoken.module("bench.crowd", "--port", port, "--clients", clients, "--comes-back",
                          "--addresses", 20, "--core", CROWD_CORE)
        )  # fmt: skip
        crowd.hear(WITHIN_S, "connected")
        time.sleep(AFTER_S)
        killed_s = time.monotonic()
        last = int((killed_s + GOES_ON_S - began_s) / EVERY_S) + 1
        lost = gateways[0].ask(WITHIN_S, do="counts")["clients"]
        os.kill(gateways[0].pid, signal.SIGKILL)
        if two:
            left = gateways[1]
            time.sleep(max(0.0, killed_s + GOES_ON_S - time.monotonic()))
            left.ask(WITHIN_S, do="freeze")
        else:
            left = start(stack, states, began_s, environment, "--frozen-at", last)
            left.hear(WITHIN_S, "port")
        return _until_right(crowd, left, clients, killed_s, lost)


def _until_right(
    crowd: Spoken, gateway: Spoken, clients: int, killed_s: float, lost: int
) -> tuple[float, str]:
    while True:
        holds = gateway.ask(WITHIN_S, do="counts")
        seen = crowd.ask(WITHIN_S, do="counts")
        now_s = time.monotonic() - killed_s
        still = holds["frozen_at"] is not None and holds["version"] == holds["frozen_at"]
        if seen["faults"]:
            raise RuntimeError(f"clients saw {seen['faults']}")
        if still and seen["held"] == {holds["holds"]: clients}:
            note = (
                f"{lost} lost it, {seen['resumed']} resumed, {seen['snapshots']} snapshots in all, "
                f"{seen['refused']} tries refused"
            )
            return now_s, note
        if now_s > WITHIN_S:
            raise RuntimeError(
                f"after {now_s:.0f} s clients hold {seen['held']}, the gateway {holds['holds']}"
            )
        time.sleep(0.1)
