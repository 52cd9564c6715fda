"""The end of a worker's process: at once, with a word why, and with nothing committed that was in flight.

Know before changing: `sys.exit` or stopping the stream processor from inside hangs it, and an exception in a
task that nobody awaits leaves a worker that looks healthy and applies nothing. Hence `os._exit`, from any
thread, and an owner for every task.
"""

import asyncio
import logging
import os
import sys
from typing import NoReturn

from election.errors import OutsideError, SandikError, UsageError
from streams.answers import OtherNight
from streams.counting import CannotCountError

log = logging.getLogger(__name__)

AGAIN, WRONG_USE, OUTSIDE = 1, 2, 3
"""Exit codes: start me again; starting me again would not help; an outside part cannot be reached."""


def end(code: int, why: str) -> NoReturn:
    """Says why, and ends the process."""
    try:
        log.critical("%s", why)
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)  # also where nobody reads any more: a broken pipe must not keep this process


def code_of(error: BaseException) -> int:
    """The exit code an error calls for."""
    if isinstance(error, UsageError):
        return WRONG_USE
    if isinstance(error, CannotCountError) and isinstance(error.why, OtherNight):
        return WRONG_USE
    return OUTSIDE if isinstance(error, OutsideError) else AGAIN


def end_with(error: BaseException) -> NoReturn:
    """Ends the process for an error; one nobody expected is told with its traceback."""
    code = code_of(error)
    if code == AGAIN and not isinstance(error, SandikError):
        log.error("this was not expected", exc_info=error)
    end(code, str(error) or repr(error))


_owned: set["asyncio.Task[None]"] = set()
"""An event loop holds its tasks weakly: one that nobody else holds may vanish in the middle of waiting."""


def own(task: "asyncio.Task[None]") -> None:
    """Owns a task that should never end: when it does, the process does."""
    _owned.add(task)
    task.add_done_callback(_ended)


def _ended(task: "asyncio.Task[None]") -> None:
    if task.cancelled():
        if task.cancelling():
            return  # this process stops in order
        # Something it waited for was cancelled, and took it along.
        end(AGAIN, f"{task.get_name()} was cancelled from inside, which it never should")
    error = task.exception()
    if error is None:
        end(AGAIN, f"{task.get_name()} ended by itself, which it never should")
    end_with(error)
