"""A whole night as fast as possible: from the start of `sandik replay` to the last frame at a client.

Broker, store, worker, gateway and a connected client run already, and the worker has its partitions; what is
measured is the command that reads the recording, with its own start, and everything after it. Each repetition
is a session of its own.

Know before changing: the gateway ticks as it does for people (250 ms), which is part of the figure; at the
end the client's totals are compared with the night's ending.json.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from bench.client import Viewer, beside
from bench.counting import reads
from bench.istanbul import CHECKOUT, NIGHT
from bench.pipeline import Pipeline, pipeline, session
from bench.results import Figure, Results
from bench.servers import SANDIK, Place
from bench.stored import wait_for
from bench.wanted import Wanted
from election.night import NightId
from producers.cluster import create_topics
from producers.settings import Settings

MOST_S = 3.0
WITHIN_S = 120.0
ENDING = CHECKOUT / "nights" / NIGHT / "ending.json"


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """The shipped night of June, on Apache Kafka and on the embedded broker."""
    ending = json.loads(ENDING.read_bytes())["contests"]["mayor"]
    for kind, name in (("apache", "Apache Kafka"), ("tansu", "embedded broker")):
        servers = pipeline(place, kind, NIGHT, NIGHT)
        seconds, frames = [], 0
        for number in range(wanted.repeat):
            line = session(servers, f"night-{number}")
            asyncio.run(create_topics(producer_settings(line), NightId(NIGHT)))
            line.start()
            wait_for(partial(joined, line), WITHIN_S, "a worker with partitions")
            taken_s, viewer = asyncio.run(_play(line, ending))
            seconds.append(taken_s)
            frames = viewer.frames
            line.stop()
        what = f"{name}: file → last frame"
        note = f"totals equal to ending.json; {frames} frames to the client"
        results.add(Figure("night", what, "s", tuple(seconds), most=MOST_S, note=note))


def joined(line: Pipeline) -> bool:
    """Whether the worker reads the log already."""
    return line.alive() and reads(line.worker)


def producer_settings(line: Pipeline) -> Settings:
    """The settings of a producer of this session."""
    return Settings.read(line.environment)


async def _play(line: Pipeline, ending: Mapping[str, Any]) -> tuple[float, Viewer]:
    """Seconds from the start of the command to the frame that shows every box."""
    whole, last_s = asyncio.Event(), 0.0
    viewer = Viewer(line.url)

    def on_frame(frame: Mapping[str, Any], at_s: float) -> None:
        nonlocal last_s
        if viewer.boxes == ending["boxes"]["total"] and not whole.is_set():
            last_s = at_s
            whole.set()

    viewer.on_frame = on_frame
    async with beside(viewer.follow()):
        await asyncio.wait_for(viewer.ready.wait(), WITHIN_S)
        began_s = time.monotonic()
        player = line.place.command((str(SANDIK), "replay", line.night, "--speed", "max"), line.environment)
        async with asyncio.timeout(WITHIN_S):
            await whole.wait()
            while player.process.poll() is None:  # noqa: ASYNC110 # its end is told by the kernel alone
                await asyncio.sleep(0.02)
    if player.process.returncode:
        raise AssertionError(f"sandik replay ended with {player.process.returncode}. {player.last_words()}")
    check(viewer.shown, ending)
    return last_s - began_s, viewer


def check(shown: Mapping[str, Any], ending: Mapping[str, Any]) -> None:
    """Raises AssertionError if what is shown is not how the night must end."""
    votes = {choice["id"]: choice["votes"] for choice in shown["choices"]}
    figures = {name: shown[name] for name in ("registered", "voters", "valid", "invalid")}
    expected = {name: ending[name] for name in figures}
    if votes != ending["choices"] or figures != expected:
        raise AssertionError(f"the client shows {votes} {figures}, not {ending}")
