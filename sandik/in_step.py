"""`sandik doctor --wait-isr`: waits until every copy of every partition is in step, as between two restarts.

    late = await waited(lambda: probes.out_of_step(os.environ), 120.0, told)      nothing: all are in step

Know before changing: a restarting broker answers nobody for a while, and so may the only one that is asked.
That is waited for; being refused is not, because it would not change.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from election.errors import OutsideError

LOOK_EVERY_S = 0.5
NAMED_MAX = 5
"""Partitions that are named; of the rest it is said how many they are."""

Ask = Callable[[], Awaitable[Sequence[str]]]
"""Which partitions have a copy that is not in step. Raises ConnectionError while nobody answers."""


async def waited(ask: Ask, within_s: float, told: Callable[[str], None]) -> tuple[str, ...]:
    """What is still not in step after so many seconds; nothing as soon as all is. What is waited for is told.

    Raises OutsideError where nobody answers at the end, and whatever else `ask` raises at once.
    """
    clock = asyncio.get_running_loop().time
    until_s, said = clock() + within_s, ""
    while True:
        try:
            late, away = tuple(await ask()), ""
        except ConnectionError as error:
            late, away = (), str(error)
        if not late and not away:
            return ()
        if clock() >= until_s:
            if away:
                raise OutsideError(f"{away} Still so after {within_s:g} s; sandik doctor says more.")
            return late
        now = away or f"not in step yet: {named(late)}"
        if now != said:
            told(now)
            said = now
        await asyncio.sleep(LOOK_EVERY_S)


def named(late: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(late) - NAMED_MAX
    return ", ".join(late[:NAMED_MAX]) + (f", and {more:,} more" if more > 0 else "")
