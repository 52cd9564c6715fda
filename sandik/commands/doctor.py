"""`sandik doctor`: looks at Kafka, Redis, topics, settings, limits, clock; what is wrong, and what to type.
With --fix it makes topics and sets their settings; it never takes away what may hold a night. With --wait-isr
it waits until every record is kept as often as it should be, as between two restarts of brokers.

Know before changing: the judgement is in `sandik.doctor`; this hands it the settings and the probes.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from election.errors import UsageError
from election.wire.topics import WHATS
from sandik import doctor, folders, shapes
from sandik.doctor_kafka import Wanted
from sandik.say import Out

EXAMPLE = """  sandik doctor
  sandik doctor --fix --night istanbul-2019-06-23
  sandik doctor --wait-isr 300
  SANDIK_KAFKA=kafka1:9092 SANDIK_REDIS=redis://cache:6379/0 SANDIK_NIGHT=./my-night sandik doctor --json"""
WAIT_S = 120.0
"""How long --wait-isr waits unless told otherwise: a broker that was asked to end is back in a minute."""
ELSEWHERE = frozenset(
    {"SANDIK_NIGHT", "SANDIK_SECRETS", *shapes.VARIABLES}
    | {"SANDIK_TEST_ALL", "SANDIK_TEST_NIGHT", "SANDIK_TEST_THOROUGH"}
)
"""Settings that are in no room's table: the night, its shapes, and what only tests read."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything comes from the environment, as for the rooms."""
    parser.add_argument("--night", metavar="NIGHT", help="also its topics (else: SANDIK_NIGHT)")
    does = parser.add_mutually_exclusive_group()
    does.add_argument(
        "--fix", action="store_true", help="make topics that are missing, and set their settings right"
    )
    does.add_argument(
        "--wait-isr",
        metavar="S",
        type=float,
        nargs="?",
        const=WAIT_S,
        help=f"only wait until every copy of every topic is in step, S seconds at most ({WAIT_S:g})",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 all is well, 1 something is wrong, 3 something cannot be reached; what was fixed is well again."""
    from sandik import probes

    if args.wait_isr is not None:
        return _wait(args.wait_isr, out)
    wanted = asked_for(args.night, os.environ)
    changed = _fixed(wanted, out) if args.fix else []
    asking = doctor.Probes(
        kafka=lambda: probes.kafka_facts(os.environ, wanted.topics),
        redis=lambda: probes.redis_facts(wanted.redis),
        here=lambda: probes.here(wanted.kafka, wanted.redis),
    )
    checks = asyncio.run(doctor.run(wanted, asking))
    for check in checks:
        out.say(doctor.in_words(check))
    code = doctor.exit_code(checks)
    out.answer({"ok": code == 0, "changed": changed, "checks": [asdict(check) for check in checks]})
    return code


def _wait(within_s: float, out: Out) -> int:
    """0 as soon as every copy is in step, 1 if one is not in time. Raises UsageError, OutsideError."""
    from sandik import in_step, probes

    if not 0 <= within_s < float("inf"):
        raise UsageError("--wait-isr takes seconds, 0 or more: sandik doctor --wait-isr 120.")
    begin_s = time.monotonic()
    late = asyncio.run(in_step.waited(lambda: probes.out_of_step(os.environ), within_s, out.tell))
    if late:
        out.say(f"WRONG  not in step after {within_s:g} s: {in_step.named(late)}")
        out.say("       start the broker that is away, or wait longer; restart no other meanwhile")
    else:
        out.say("ok     every copy of every topic is in step: the next broker may be restarted")
    seconds = round(time.monotonic() - begin_s, 3)
    out.answer({"ok": not late, "seconds": seconds, "late": list(late)})
    return 1 if late else 0


def _fixed(wanted: Wanted, out: Out) -> list[str]:
    """What was put right, told line by line. Raises UsageError without a night, OutsideError."""
    from sandik import probes

    if not wanted.topics:
        raise UsageError("Whose topics? Name the night: sandik doctor --fix --night NIGHT, or SANDIK_NIGHT.")
    changed = asyncio.run(probes.put_right(os.environ, wanted.topics))
    for line in changed or ["nothing: every topic is there, and its settings are as they must be"]:
        out.say(f"fixed  {line}")
    return changed


def asked_for(night: str | None, environment: Mapping[str, str]) -> Wanted:
    """What the settings ask for. Raises UsageError for a setting that makes no sense."""
    from producers.settings import Settings
    from streams.settings import Settings as Counting

    settings, counting = Settings.read(environment), Counting.read(environment)
    topics: dict[str, int] = {}
    if night or environment.get("SANDIK_NIGHT"):
        scope = settings.scope(folders.load(folders.word(night, environment)).night.id)
        topics = {scope.topic(what): settings.partitions if what == "reports" else 1 for what in WHATS}
    ours = {name: value for name, value in environment.items() if name.startswith(doctor.PREFIX)}
    fix = f"sandik doctor --fix --night {night}" if night else "sandik doctor --fix"
    return Wanted(settings.kafka, counting.redis, topics, known(), ours, fix)


def known() -> frozenset[str]:
    """Every setting there is, from the tables of the rooms."""
    from producers.settings import Settings as Producing
    from streams.settings import Settings as Counting
    from web.settings import Settings as Showing

    rooms: tuple[Any, ...] = (Producing, Counting, Showing)
    return ELSEWHERE | {spec.metadata["variable"] for room in rooms for spec in fields(room)}
