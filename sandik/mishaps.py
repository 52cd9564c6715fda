"""What befalls the processes of a night that a supervisor runs, on purpose, when the night comes to an hour.

    mishaps.possible(plan.mishaps, store.program)       raises UsageError for what would end everything
    await mishaps.befall(house, plan.mishaps, now, say)

A frozen process stays connected and answers nobody; a killed one is gone and started again after its time.

Know before changing: each happens once, also where a replay goes back. How long is by the clock of this
machine and not by the night's: a process that is gone for a recorded minute at sixty would hardly be noticed.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from election.errors import OutsideError, UsageError
from election.wire.records import read_time
from sandik.program import Policy, Program
from sandik.supervise import Supervisor

if TYPE_CHECKING:
    from election.night import ContestId
    from producers.faults_file import Mishap
    from streams.store import Store

LOOK_EVERY_S, ASK_WITHIN_S = 0.05, 2.0


def possible(mishaps: "Sequence[Mishap]", *programs: Program) -> None:
    """Raises UsageError where one of these programs is to be killed and would take everything along."""
    needed = {program.name for program in programs if program.policy is Policy.NEEDED}
    for mishap in mishaps:
        if mishap.do == "kill" and mishap.who in needed:
            raise UsageError(
                f"The {mishap.who} here keeps nothing, and killing it would end everything: freeze it "
                "instead, or use sandik up with a broker that keeps what it was told."
            )


async def befall(
    house: Supervisor,
    mishaps: "Sequence[Mishap]",
    now: Callable[[], datetime | None],
    say: Callable[[str], None],
) -> None:
    """Waits for each hour in turn; returns when the last process has recovered."""
    async with asyncio.TaskGroup() as tasks:
        for mishap in sorted(mishaps, key=lambda one: one.at):
            while (at := now()) is None or at < mishap.at:  # noqa: ASYNC110 - the night has no event
                await asyncio.sleep(LOOK_EVERY_S)
            tasks.create_task(_one(house, mishap, say), name=f"{mishap.do} the {mishap.who}")


class StoreClock:
    """The hour that a store has come to, for a supervisor that does not play the night itself."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    async def follow(self, store: "Store") -> None:
        """Looks for ever; while the store is away the hour stands still."""
        while True:
            with contextlib.suppress(TimeoutError, OutsideError):
                async with asyncio.timeout(ASK_WITHIN_S):
                    texts = (await store.ask_each(partial(_hours, store))).values()
                    self.at = max((read_time(text.decode(), "at") for text in texts if text), default=self.at)
            await asyncio.sleep(LOOK_EVERY_S)


async def _hours(store: "Store", redis: Any, contests: Sequence["ContestId"]) -> list[bytes | None]:
    pipe = redis.pipeline(transaction=False)
    for contest in contests:
        pipe.hget(store.keys[contest].meta, "at")
    found: list[bytes | None] = await pipe.execute()
    return found


async def _one(house: Supervisor, mishap: "Mishap", say: Callable[[str], None]) -> None:
    what = "frozen" if mishap.do == "freeze" else "killed"
    say(f"at {mishap.at:%H:%M:%S} UTC of the night: {mishap.who} is {what} for {mishap.for_s} s (a fault)")
    if mishap.do == "freeze":
        await house.freeze(mishap.who, mishap.for_s)
    else:
        await house.kill(mishap.who, mishap.for_s)
