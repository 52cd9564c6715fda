"""One text to 1,000 and 5,000 clients on one core: our gateway, `websockets.broadcast`, bare writes, Go.

Know before changing: all servers run at once, each with a crowd of its own, and take turns of about a second,
so that a noisy minute of the machine hits all alike; what is compared is the median ratio of neighbours. A
server says how much it wrote; its crowd is asked whether all of that came, or there is no figure.
"""

import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.fan_server import WAYS
from bench.results import Figure, Results, progress, say
from bench.servers import Place
from bench.spoken import Spoken
from bench.wanted import Wanted

CLIENTS, SIZES = (1000, 5000), (300, 2048)
FRAMES_A_TURN = 60_000
TURNS = 7
ANSWER_WITHIN_S = 120.0
AT_REST_S = 0.3
"""A crowd that reads nothing for so long has read all that was sent."""
BARE_LEAST, BROADCAST_LEAST = 0.9, 1.4
GWS = "gws"
SERVER_CORE, CROWD_CORE = 0, 1


Served = tuple[Spoken, Spoken]
"""A server, and its crowd."""


@dataclass
class Measured:
    """Turns of one way: messages a second, and a CPU second of the server."""

    rates: list[float] = field(default_factory=list)
    per_cpu: list[float] = field(default_factory=list)


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """Every number of clients and every size."""
    gws = _gws(place.folder)
    for clients in (200,) if wanted.quick else CLIENTS:
        with ExitStack() as stack:
            servers = {way: _serve(stack, way, clients, gws) for way in (*WAYS, *([GWS] if gws else []))}
            for size in SIZES:
                turns = wanted.either(TURNS, 2)
                _add(results, clients, size, _turns(servers, clients, size, turns))
    if gws is None:
        say("  Go is not here, so gws was not measured")


def _serve(stack: ExitStack, way: str, clients: int, gws: Path | None) -> Served:
    if way == GWS:
        command = [str(gws)]
        if shutil.which("taskset"):
            command = ["taskset", "-c", str(SERVER_CORE), *command]
        server = stack.enter_context(Spoken(GWS, ["env", "GOMAXPROCS=1", *command]))
    else:
        server = stack.enter_context(Spoken.module("bench.fan_server", "--way", way, "--core", SERVER_CORE))
    port = server.hear(ANSWER_WITHIN_S, "port")["port"]
    crowd = stack.enter_context(
        Spoken.module("bench.crowd", "--port", port, "--clients", clients, "--deaf", "--core", CROWD_CORE)
    )
    connected = crowd.hear(ANSWER_WITHIN_S)["connected"]
    if connected != clients:
        raise RuntimeError(f"{way}: {connected} of {clients} clients are connected")
    say(f"  {way}: {connected} clients")
    return server, crowd


def _turns(servers: dict[str, Served], clients: int, size: int, turns: int) -> dict[str, Measured]:
    found = {way: Measured() for way in servers}
    rounds = max(5, FRAMES_A_TURN // clients)
    before = {way: read_at_rest(crowd) for way, (_, crowd) in servers.items()}
    for turn in range(turns + 1):
        for way, (server, _) in servers.items():
            said = server.ask(ANSWER_WITHIN_S, rounds=rounds, bytes=size)
            if said["clients"] != clients:
                raise RuntimeError(f"{way} has {said['clients']} of {clients} clients")
            if turn:  # the first is for warming up
                found[way].rates.append(said["frames"] / said["seconds"])
                found[way].per_cpu.append(said["frames"] / said["cpu_s"])
        progress(turn, turns, f"{clients} clients, {size} bytes")
    for way, (_, crowd) in servers.items():
        came, sent = read_at_rest(crowd) - before[way], (turns + 1) * rounds * clients
        if came != sent:
            raise RuntimeError(f"{way}: {came:,} frames came of {sent:,}")
    return found


def read_at_rest(crowd: Spoken) -> int:
    """How many frames a crowd has read, when no more come."""
    last = -1
    while (frames := int(crowd.ask(ANSWER_WITHIN_S, do="counts")["frames"])) != last:
        last = frames
        time.sleep(AT_REST_S)
    return frames


def _add(results: Results, clients: int, size: int, found: dict[str, Measured]) -> None:
    what = f"{clients:,} clients, {size} bytes"
    for way, measured in found.items():
        results.add(Figure("fanout", f"{what}: {way}", "messages/s", tuple(measured.rates)))
    ours = found["ours"].rates
    for way, least in (("bare", BARE_LEAST), ("broadcast", BROADCAST_LEAST), (GWS, None)):
        if way in found:
            ratios = tuple(a / b for a, b in zip(ours, found[way].rates, strict=True))
            results.add(Figure("fanout", f"{what}: ours / {way}", "times", ratios, least=least))
    cpu = ", ".join(f"{way} {median(one.per_cpu):,.0f}" for way, one in found.items())
    say(f"    messages a CPU second of the server: {cpu}")


def _gws(folder: Path) -> Path | None:
    """The peer in Go, built; None where there is no Go or its modules cannot be had."""
    if shutil.which("go") is None:
        return None
    built = folder / "fan_gws"
    done = subprocess.run(
        ["go", "build", "-o", str(built), "."], cwd=Path(__file__).with_name("peers") / "fan_gws",
        env={**os.environ, "GOFLAGS": "-mod=mod"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        say(f"  gws could not be built: {done.stderr.strip()[-300:]}")
        return None
    return built
