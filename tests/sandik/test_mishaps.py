"""What befalls processes on purpose: frozen ones go on, killed ones come back."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from election.errors import UsageError
from producers.faults_file import Mishap
from sandik import mishaps
from sandik.program import Policy, Program
from sandik.supervise import Pace, Supervisor
from tests.sandik.children import NOTE_PID_AND_SLEEP, WITHIN_S, noted_pid, python

AT = datetime(2019, 6, 23, 18, tzinfo=UTC)
QUICK = Pace(first_s=0.01, most_s=0.02)


def room(folder: Path, name: str = "worker") -> Program:
    """A program that notes its process id and sleeps."""
    return Program(name, python(NOTE_PID_AND_SLEEP, folder / name))


def state(pid: int) -> str:
    """How the kernel says that a process is: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def until(true: object) -> None:
    """Waits for a condition."""
    async with asyncio.timeout(WITHIN_S):
        while not true():  # type: ignore[operator] # noqa: ASYNC110 - processes have no event
            await asyncio.sleep(0.01)


async def test_a_process_is_frozen_at_its_hour_and_goes_on(tmp_path: Path) -> None:
    """Not before the night has come there; and it is the same process afterwards."""
    said: list[str] = []
    now: list[datetime | None] = [None]
    async with Supervisor(said.append, QUICK) as house:
        await house.start(room(tmp_path))
        pid = noted_pid(tmp_path / "worker")
        work = asyncio.create_task(
            mishaps.befall(house, [Mishap("worker", "freeze", AT, 1)], lambda: now[0], said.append)
        )
        now[0] = AT - timedelta(seconds=1)
        await asyncio.sleep(3 * mishaps.LOOK_EVERY_S)
        assert state(pid) != "T"
        now[0] = AT
        await until(lambda: state(pid) == "T")
        await work
        await until(lambda: state(pid) != "T")
        assert pid == house.pid("worker")
        assert any("frozen for 1 s" in line for line in said)


async def test_a_killed_process_stays_away_for_its_time_and_comes_back(tmp_path: Path) -> None:
    """The supervisor's own pace would have had it back at once."""
    said: list[str] = []
    async with Supervisor(said.append, QUICK) as house:
        await house.start(room(tmp_path))
        first, began_s = noted_pid(tmp_path / "worker"), time.monotonic()
        await mishaps.befall(house, [Mishap("worker", "kill", AT, 1)], lambda: AT, said.append)
        await until(lambda: house.pid("worker") not in (None, first))
        assert time.monotonic() - began_s >= 1
        assert 1 == house.restarts("worker")


async def test_a_house_with_a_frozen_process_ends_in_order(tmp_path: Path) -> None:
    """It is thawed to hear that it is to stop, and no deadline of one that cannot hear is waited for."""
    said: list[str] = []
    async with Supervisor(said.append, QUICK) as house:
        await house.start(room(tmp_path))
        pid = noted_pid(tmp_path / "worker")
        work = asyncio.create_task(house.freeze("worker", 600))
        await until(lambda: state(pid) == "T")
    assert not any("did not stop when asked" in line for line in said)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def test_what_keeps_nothing_may_be_frozen_and_not_killed() -> None:
    """Its end would be the end of everything; said before anything starts."""
    store = Program("store", ("store",), policy=Policy.NEEDED)
    mishaps.possible([Mishap("store", "freeze", AT, 1), Mishap("worker", "kill", AT, 1)], store)
    mishaps.possible([Mishap("store", "kill", AT, 1)], Program("store", ("store",)))
    with pytest.raises(UsageError, match="freeze it"):
        mishaps.possible([Mishap("store", "kill", AT, 1)], store)
