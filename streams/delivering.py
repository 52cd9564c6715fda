"""The room's process that tells people: what was told becomes deliveries, and deliveries are sent until they
are acknowledged.

    told stream ──follow──▶ ledger ──claim──▶ channel ──▶ a newsroom
                              │ ▲
                       outbox ▼ │ restore
                          topic …delivered

    await deliver(Desk(…))      until it is cancelled, or the store or the log fail for too long

Know before changing: several of these may run at once; all they share is the ledger and the log. Every task
has its owner here: when one ends with an error, the process does, and is started again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from election.alerts import Told
from election.errors import SandikError
from election.night import Night
from election.wire.told import held
from streams.alerts.channel import Means
from streams.deliver_following import Facts, Follower
from streams.deliver_keeping import Keeper, Log
from streams.deliver_sending import Sender
from streams.ledger import Ledger
from streams.settings import Settings
from streams.subscriptions import Subscriptions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """Everything a delivering process works with."""

    night: Night
    settings: Settings
    subscriptions: Subscriptions
    topic: Log
    environment: Mapping[str, str]
    from_now: bool = False
    """On its first start of all: nothing that was told before is delivered."""


async def deliver(desk: Desk) -> None:
    """Delivers until it is cancelled. Raises OutsideError."""
    # Names are looked up in these threads, and Apprise works there: nobody waits for one that hangs.
    threads = ThreadPoolExecutor(2 * desk.settings.deliver_at_once, "deliver")
    asyncio.get_running_loop().set_default_executor(threads)
    scope = desk.settings.scope(desk.night.id)
    ledger = Ledger(desk.night, scope, desk.settings)
    try:
        await _deliver(desk, ledger, lambda value: held(value, scope))
    except BaseExceptionGroup as errors:
        ours = errors.subgroup(SandikError)
        # A mistake of the code is shown whole; what the world did is one sentence.
        if ours is None or ours.exceptions != errors.exceptions:
            raise
        raise _first(ours) from errors
    finally:
        await ledger.close()


async def _deliver(desk: Desk, ledger: Ledger, read: Callable[[bytes], Told]) -> None:
    keeper, facts = Keeper(ledger, desk.topic), Facts(ledger, read, desk.topic)
    plain_mail = desk.subscriptions.plain_mail
    means = Means(desk.settings, desk.environment, lambda: datetime.now(UTC), plain_mail)
    await keeper.mend()
    async with asyncio.TaskGroup() as tasks:
        sender = Sender(ledger, keeper, facts, means, tasks)

        def spread(told: Told) -> None:
            facts.keep(told)
            sender.look(told)

        follower = Follower(ledger, keeper, desk.subscriptions, facts, spread, desk.from_now)
        await follower.begin()
        tasks.create_task(sender.hold(), name="hold")
        for contest in desk.night.contests:
            tasks.create_task(keeper.keep(contest), name=f"keep {contest}")
            tasks.create_task(follower.follow(contest), name=f"follow {contest}")
            tasks.create_task(sender.send_due(contest), name=f"send {contest}")
        log.info("delivering what is told in %s", ledger.scope.name)


def _first(errors: BaseExceptionGroup[SandikError]) -> SandikError:
    """The first of several errors that ended the process."""
    found: SandikError | BaseExceptionGroup[SandikError] = errors
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
