"""The store flushed under a running worker → the same totals again, from the log, with nobody's help.

The worker notices at its next sign of life, asks Kafka for its partitions anew and counts the log from the
beginning, in the same process. What is measured is from the flush to the last total being right.

Know before changing: a worker that ended instead would be started again after a second, as `sandik up` does,
and that is part of the figure; the note says if it happened.
"""

import asyncio
import json
import time

from bench.istanbul import CHOICES, NIGHT
from bench.night import ENDING, producer_settings
from bench.pipeline import Pipeline, pipeline
from bench.results import Figure, Results
from bench.servers import SANDIK, Place
from bench.stored import Stored, wait_for
from bench.wanted import Wanted
from election.night import ContestId, NightId
from producers.cluster import create_topics
from sandik import folders

MOST_S = 5.0
WITHIN_S = 120.0


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """The June night on Apache Kafka."""
    line = pipeline(place, "apache", NIGHT, NIGHT)
    asyncio.run(create_topics(producer_settings(line), NightId(NIGHT)))
    line.start()
    place.command((str(SANDIK), "replay", NIGHT, "--speed", "max"), line.environment)
    stored = line.stored()
    wait_for(lambda: line.alive() and _whole(stored), WITHIN_S, "the night")
    first = line.worker
    seconds = tuple(_again(line, stored) for _ in range(wanted.repeat))
    stored.close()
    same = "in the same process" if line.worker is first else "by a worker that was started again"
    note = f"from FLUSHALL: noticed, log counted {same}; every total as before"
    results.add(Figure("rebuild", "flushed → same state", "s", seconds, most=MOST_S, note=note))


def _again(line: Pipeline, stored: Stored) -> float:
    night = folders.load(NIGHT).night
    mayor = night.contests[ContestId("mayor")]
    before = stored.totals(mayor, night)
    began_s = time.monotonic()
    stored.flush()
    ended_s = wait_for(lambda: line.restart_worker() and _whole(stored), WITHIN_S, "the totals")
    after = stored.totals(mayor, night)
    if before != after:
        raise AssertionError("the totals are not what they were")
    return ended_s - began_s


def _whole(stored: Stored) -> bool:
    """Whether the city's total is the night's."""
    ending = json.loads(ENDING.read_bytes())["contests"]["mayor"]
    city = stored.city()
    return city is not None and {choice: city[choice] for choice in CHOICES} == ending["choices"]
