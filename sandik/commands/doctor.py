"""`sandik doctor`: looks at Kafka, Redis, topics, settings, limits, clock; what is wrong, and what to type.

Know before changing: the judgement is in `sandik.doctor`; this hands it the settings and the probes.
"""

import argparse
import asyncio
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sandik import doctor, folders
from sandik.say import Out

EXAMPLE = """  sandik doctor
  SANDIK_KAFKA=kafka1:9092 SANDIK_REDIS=redis://cache:6379/0 SANDIK_NIGHT=./my-night sandik doctor --json"""
ELSEWHERE = frozenset({"SANDIK_NIGHT", "SANDIK_TEST_ALL"})
"""Settings that are in no room's table: the night, and what only tests read."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything comes from the environment, as for the rooms."""
    parser.add_argument("--night", metavar="NIGHT", help="also its topics (else: SANDIK_NIGHT)")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 all is well, 1 something is wrong, 3 something cannot be reached."""
    from sandik import probes

    wanted = asked_for(args.night, os.environ)
    asking = doctor.Probes(
        kafka=lambda: probes.kafka_facts(os.environ),
        redis=lambda: probes.redis_facts(wanted.redis),
        open_files=doctor.open_files_limit,
    )
    checks = asyncio.run(doctor.run(wanted, asking))
    for check in checks:
        out.say(doctor.in_words(check))
    code = doctor.exit_code(checks)
    out.answer({"ok": code == 0, "checks": [asdict(check) for check in checks]})
    return code


def asked_for(night: str | None, environment: Mapping[str, str]) -> doctor.Wanted:
    """What the settings ask for. Raises UsageError for a setting that makes no sense."""
    from producers.settings import Settings
    from streams.settings import Settings as Counting

    settings, counting = Settings.read(environment), Counting.read(environment)
    topics: dict[str, int] = {}
    if night or environment.get("SANDIK_NIGHT"):
        scope = settings.scope(folders.load(folders.word(night, environment)).night.id)
        topics = {scope.topic("reports"): settings.partitions}
        topics |= {scope.topic(what): 1 for what in ("rulings", "told", "shown", "refused")}
    ours = {name: value for name, value in environment.items() if name.startswith(doctor.PREFIX)}
    return doctor.Wanted(settings.kafka, counting.redis, topics, known(), ours)


def known() -> frozenset[str]:
    """Every setting there is, from the tables of the rooms."""
    from producers.settings import Settings as Producing
    from streams.settings import Settings as Counting
    from web.settings import Settings as Showing

    rooms: tuple[Any, ...] = (Producing, Counting, Showing)
    return ELSEWHERE | {spec.metadata["variable"] for room in rooms for spec in fields(room)}
