"""Whether a worker's process really ends when it must: at once, with a code and a word why, from anywhere.

Know before changing: each end is a real process with something in it that would keep it alive; one that goes
on by itself runs into the deadline and fails the test.
"""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from election.errors import NightError, OutsideError, SandikError, UsageError
from streams.answers import Answer, Gap, Limit, OtherNight
from streams.attending import StoreLostGroundError
from streams.counting import CannotCountError
from streams.ending import AGAIN, OUTSIDE, WRONG_USE, code_of

ROOT = Path(__file__).parents[2]
WITHIN_S = 60.0
"""Deadline of a child; its imports are all it needs time for."""

STUBBORN = """
import asyncio, atexit, sys, threading, time
from election.errors import OutsideError, UsageError
from streams import ending, quiet
from streams.attending import StoreLostGroundError
from streams.watchdog import Watchdog
from streams.progress import Progress
quiet.set_up()
threading.Thread(target=time.sleep, args=(300,)).start()  # an orderly exit would wait for it
atexit.register(print, "orderly exit")

async def busy_with(work):
    ending.own(asyncio.create_task(work(), name="the counting of reports"))
    print("half a line", end="")
    await asyncio.Event().wait()
"""


def child(code: str, **streams: Any) -> "subprocess.CompletedProcess[str]":
    """A process that would live on without `ending`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    chosen: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    ended: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, "-c", STUBBORN + dedent(code)],
        cwd=ROOT, env=environment, text=True, timeout=WITHIN_S, check=False, **chosen,
    )  # fmt: skip
    return ended


def cannot(why: Answer) -> CannotCountError:
    """What a batch that the store refuses raises."""
    return CannotCountError(why)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no such mode"), WRONG_USE),
        (cannot(OtherNight("abc")), WRONG_USE),
        (cannot(Gap("t/0", 3)), AGAIN),
        (cannot(Limit("council", "adalar")), AGAIN),
        (StoreLostGroundError("flushed"), AGAIN),
        (OutsideError("no broker"), OUTSIDE),
        (SandikError("something"), AGAIN),
        (NightError([]), AGAIN),
        (ZeroDivisionError("of ours"), AGAIN),
        (ConnectionError("reset"), AGAIN),
        (KeyboardInterrupt(), AGAIN),
    ],
)
def test_the_code_says_whether_starting_again_would_help(error: BaseException, code: int) -> None:
    """The supervisor goes by it: another night folder is not cured by trying again, a gap is."""
    assert code == code_of(error)
    assert 3 == len({AGAIN, WRONG_USE, OUTSIDE} - {0})


def test_an_owned_task_that_raises_ends_the_process() -> None:
    """At once, and nothing is swallowed: not the traceback, not the reason, not a line half written."""
    ended = child(
        """
        async def work():
            await asyncio.sleep(0)
            {}["of ours"]
        asyncio.run(busy_with(work))
        """
    )
    assert (AGAIN, "half a line") == (ended.returncode, ended.stdout)
    assert "Traceback" in ended.stderr
    assert "CRITICAL streams.ending: 'of ours'" in ended.stderr


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        ("OutsideError('Redis is away: see that it runs.')", OUTSIDE),
        ("UsageError('There is no mode: see that it runs.')", WRONG_USE),
        ("StoreLostGroundError('The store is at offset 0: see that it runs.')", AGAIN),
    ],
)
def test_an_error_raised_on_purpose_is_told_in_its_own_sentence(raised: str, code: int) -> None:
    """A traceback beside it would hide the way out."""
    ended = child(f"async def work(): raise {raised}\nasyncio.run(busy_with(work))")
    assert code == ended.returncode
    (line,) = ended.stderr.splitlines()
    assert line.startswith("CRITICAL streams.ending: ")
    assert line.endswith("see that it runs.")


def test_an_owned_task_that_ends_by_itself_ends_the_process() -> None:
    """A worker without it would look healthy and apply nothing."""
    ended = child("async def work(): pass\nasyncio.run(busy_with(work))")
    assert AGAIN == ended.returncode
    assert "the counting of reports ended by itself" in ended.stderr


def test_an_owned_task_that_is_cancelled_from_inside_ends_the_process() -> None:
    """A library cancels what the task waits for; that looks like an orderly stop and is none."""
    ended = child(
        """
        async def work():
            answer = asyncio.get_running_loop().create_future()
            answer.cancel()
            await answer
        asyncio.run(busy_with(work))
        """
    )
    assert AGAIN == ended.returncode
    assert "the counting of reports was cancelled from inside" in ended.stderr


def test_an_owned_task_is_held_by_its_owner() -> None:
    """A loop holds its tasks weakly: one that waits for what only it knows may vanish, and nothing ends."""
    ended = child(
        """
        import gc, weakref
        async def waits():
            await asyncio.get_running_loop().create_future()
        def begin():
            task = asyncio.create_task(waits())
            ending.own(task)
            return weakref.ref(task)
        async def look():
            seen = begin()
            await asyncio.sleep(0)
            gc.collect()
            ending.end(0 if seen() else ending.OUTSIDE, "looked")
        asyncio.run(look())
        """
    )
    assert (0, "CRITICAL streams.ending: looked\n") == (ended.returncode, ended.stderr)


def test_an_orderly_stop_is_no_unexpected_end() -> None:
    """Owned tasks are cancelled with everything else, and the code is the program's own."""
    ended = child(
        """
        async def stopped():
            ending.own(asyncio.create_task(asyncio.Event().wait(), name="the sign of life"))
            await asyncio.sleep(0)
        asyncio.run(stopped())
        ending.end(0, "stopped in order")
        """
    )
    assert (0, "CRITICAL streams.ending: stopped in order\n") == (ended.returncode, ended.stderr)


def test_the_watchdog_ends_a_process_whose_loop_hangs() -> None:
    """Nothing in the loop can be asked any more; the end comes from a thread of its own."""
    ended = child(
        """
        from functools import partial
        async def work(): return True
        Watchdog(Progress(), work, 0.05, partial(ending.end, ending.AGAIN)).start()
        async def hangs(): time.sleep(300)
        asyncio.run(hangs())
        """
    )
    assert AGAIN == ended.returncode
    assert "Nothing was applied for 0.05 s although there is work" in ended.stderr


@pytest.mark.parametrize("broken", ["stdout", "stderr"])
def test_the_process_ends_though_nobody_reads_what_it_says(broken: str) -> None:
    """The terminal or the supervisor is gone: a pipe without a reader must not keep a worker alive."""
    reading, writing = os.pipe()
    os.close(reading)
    ended = child(
        f"""
        sys.{broken}.write("half a line")
        ending.end(ending.OUTSIDE, "the store is away")
        """,
        **{broken: writing},
    )
    os.close(writing)
    assert OUTSIDE == ended.returncode
