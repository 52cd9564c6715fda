"""`sandik deliver`: tells newsrooms what was told, by the channels they asked for; and what could not be.

Know before changing: `dead` needs the store alone and works while deliveries run. What may be told was
decided where it was told; nothing is decided here.
"""

import argparse
import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from election.errors import UsageError
from election.night import ContestId, Night
from election.wire.records import stamp
from sandik import folders
from sandik.say import Out

if TYPE_CHECKING:
    from election.wire.delivered import Delivery
    from streams.ledger import Ledger
    from streams.settings import Settings

EXAMPLE = """  SANDIK_NIGHT=istanbul-2019-06-23 SANDIK_MODE=replay SANDIK_ALERTS=alerts.toml sandik deliver
  sandik deliver --check
  sandik deliver dead list
  sandik deliver dead resend 4be1c0ffee5a11fe
  sandik deliver dead resend --all"""


STOP_WITHIN_S = 10.0
"""How long an orderly stop may take to settle what is under way; then the process just ends."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The night, and what to do about dead deliveries; everything else comes from the environment."""
    parser.add_argument("words", metavar="dead list|resend [ID …]", nargs="*",
                        help="what was given up: list it, or send it again; else: deliver")  # fmt: skip
    parser.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")
    parser.add_argument("--alerts", metavar="FILE", help="the subscriptions (else: SANDIK_ALERTS)")
    parser.add_argument(
        "--check", action="store_true", help="only say whether the subscriptions are in order"
    )
    parser.add_argument("--from-now", action="store_true",
                        help="on the first start of all: do not deliver what was told before")  # fmt: skip
    parser.add_argument("--all", action="store_true", help="with dead resend: everything that is dead")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """Delivers until it is asked to stop; or does what the words say."""
    from streams.settings import Settings

    night = folders.load(folders.word(args.night, os.environ)).night
    settings = Settings.read(os.environ)
    match args.words:
        case []:
            return _deliver(args, out, night, settings)
        case ["dead", "list"]:
            return asyncio.run(_dead(night, settings, out))
        case ["dead", "resend", *ids] if bool(ids) != args.all:
            return asyncio.run(_resend(night, settings, ids, out))
    raise UsageError(
        "It is sandik deliver, or sandik deliver dead list, dead resend ID …, dead resend --all."
    )


def _deliver(args: argparse.Namespace, out: Out, night: Night, settings: "Settings") -> int:
    from streams.subscriptions import read_subscriptions

    path = Path(args.alerts or settings.alerts)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): name the file of subscriptions with --alerts FILE or "
            "SANDIK_ALERTS; docs/be-alerted.md says how to write one."
        ) from error
    found = read_subscriptions(str(path), content, night, os.environ, settings)
    places = {place.id for one in found.all for place in one.places}
    if args.check:
        out.say(f"{path} is in order: {len(found.all)} subscriptions, {len(places)} addresses.")
        out.answer({"night": night.id, "subscriptions": len(found.all), "addresses": len(places)})
        return 0
    from producers.cluster import create_topics
    from producers.settings import Settings as Producing
    from sandik.delivered import DeliveredTopic
    from streams import quiet
    from streams.delivering import Desk, deliver
    from streams.heeding import heeding

    quiet.set_up()
    producing = Producing.read(os.environ)

    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _stop, task)
        await heeding(create_topics(producing, night.id))
        async with DeliveredTopic(producing, night.id) as topic:
            await deliver(Desk(night, settings, found, topic, os.environ, args.from_now))

    try:
        asyncio.run(work())
    except asyncio.CancelledError:
        out.tell("stopped")
    return 0


def _stop(work: "asyncio.Task[None]") -> None:
    """Ends the work; where something does not heed it, the process ends all the same and says what it held.

    Nothing is lost by it: what was sent and not settled is tried again under the same id.
    """
    from streams import ending

    def give_up() -> None:
        held = [repr(task) for task in asyncio.all_tasks() if not task.done()]
        ending.end(0, f"stopped, though this did not end within {STOP_WITHIN_S:g} s: {'; '.join(held)}")

    work.cancel()
    asyncio.get_running_loop().call_later(STOP_WITHIN_S, give_up)


async def _dead(night: Night, settings: "Settings", out: Out) -> int:
    from streams.ledger import Ledger

    ledger = Ledger(night, settings.scope(night.id), settings)
    found: list[dict[str, Any]] = []
    try:
        for contest in night.contests:
            for one in await ledger.dead(contest):
                found.append(_facts(contest, one))
                at = stamp(datetime.fromtimestamp(one.at / 1000, UTC))
                out.say(f"{one.id}  {at}  {one.kind} of {contest} to {one.who} by {one.channel}: {one.note}")
    finally:
        await ledger.close()
    out.say(f"{len(found)} dead." if found else "Nothing is dead.")
    out.answer({"night": night.id, "dead": found})
    return 0


def _facts(contest: ContestId, one: "Delivery") -> dict[str, Any]:
    return {
        "id": one.id, "contest": contest, "fact": one.fact, "seq": one.seq, "kind": one.kind, "who": one.who,
        "channel": one.channel, "tries": one.tries, "note": one.note,
        "at": stamp(datetime.fromtimestamp(one.at / 1000, UTC)),
    }  # fmt: skip


async def _resend(night: Night, settings: "Settings", ids: list[str], out: Out) -> int:
    from streams.ledger import Ledger

    ledger = Ledger(night, settings.scope(night.id), settings)
    again: list[str] = []
    left: dict[str, str] = {}
    try:
        for contest in night.contests:
            await _resend_of(ledger, contest, ids, again, left)
    finally:
        await ledger.close()
    left |= {id: "there is no dead delivery of this id" for id in ids if id not in again and id not in left}
    for id in again:
        out.say(f"{id} is sent again.")
    for id, why in left.items():
        out.say(f"{id} is left: {why}.")
    out.say(f"{len(again)} will be sent again, {len(left)} left as they are.")
    out.answer({"night": night.id, "resent": again, "left": left})
    return 1 if left else 0


async def _resend_of(
    ledger: "Ledger", contest: ContestId, ids: list[str], again: list[str], left: dict[str, str]
) -> None:
    for one in await ledger.dead(contest):
        if ids and one.id not in ids:
            continue
        if why := await ledger.resend(contest, one):
            left[one.id] = why
        else:
            again.append(one.id)
