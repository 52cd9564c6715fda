"""A coroutine whose first step is taken in place: what does not have to wait costs no task.

    rest = begin(coroutine)     None: it ran to its end; otherwise an awaitable that does the rest
    await rest

Know before changing: the first step runs in the task of whoever calls, the rest in the task that awaits it.
So this is only for coroutines that do not ask which task they run in (no `asyncio.timeout` around a wait).
"""

from collections.abc import Coroutine, Generator
from typing import Any


def begin(coroutine: Coroutine[Any, None, object]) -> "Rest | None":
    """Takes the first step. Raises what the coroutine raises in it."""
    try:
        waits_for = coroutine.send(None)
    except StopIteration:
        return None
    return Rest(coroutine, waits_for)


class Rest:
    """What is left of a coroutine that was begun; to be awaited once."""

    def __init__(self, coroutine: Coroutine[Any, None, object], waits_for: object) -> None:
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, None, None]:
        """Waits for what it waits for, then goes on; a cancellation or an error reaches it there."""
        waits_for = self._waits_for
        try:
            while True:
                try:
                    yield waits_for
                except BaseException as error:  # noqa: BLE001 # whatever it is, it belongs to the coroutine
                    waits_for = self._coroutine.throw(error)
                else:
                    waits_for = self._coroutine.send(None)
        except StopIteration:
            return

    def close(self) -> None:
        """Ends it where it stands, for whoever will not await it after all."""
        self._coroutine.close()
