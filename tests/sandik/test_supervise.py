"""The supervisor, with real children: order, readiness, restarts, their lines, and nothing left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from election.errors import OutsideError, UsageError
from sandik.ports import wait_until
from sandik.program import DiedError, NotReadyError, Policy, Program, WronglyUsedError
from sandik.supervise import Ending, Pace, StoppedError, Supervisor

from .children import (
    CHECKOUT,
    NOTE_PID,
    NOTE_PID_AND_SLEEP,
    WITHIN_S,
    is_gone,
    noted_pid,
    python,
    run_until_ended,
    until,
)

QUICK = Pace(first_s=0.01, most_s=0.02)
# A room: notes that it is there; on SIGTERM appends its name to the file of goodbyes.
ROOM = (
    NOTE_PID
    + """
import signal, time
def bye(*_):
    with open(sys.argv[2], "a") as file:
        file.write(sys.argv[3] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, bye)
open(sys.argv[1] + ".ready", "w").close()
while True: time.sleep(300)
"""
)
# Counts its lives in a file, and ends each but the last with the given exit code.
MORTAL = """
import sys, time
with open(sys.argv[1], "a") as file: file.write("x")
if len(open(sys.argv[1]).read()) >= int(sys.argv[2]): time.sleep(300)
sys.exit(int(sys.argv[3]))
"""


class Lines:
    """What a supervisor said."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def __call__(self, line: str) -> None:
        self.all.append(line)


@pytest.fixture
def lines() -> Lines:
    """Somewhere to say things."""
    return Lines()


def room(folder: Path, name: str) -> Program:
    """A program that is ready once its handler is in place, and says goodbye when it stops."""
    note = folder / name
    argv = python(ROOM, note, folder / "goodbyes", name)
    return Program(name, argv, ready=Path(f"{note}.ready").exists, ready_within_s=WITHIN_S)


@pytest.mark.parametrize(
    ("before_s", "lived_s", "expected"),
    [
        (0, 0, 1),
        (1, 0, 2),
        (2, 29.9, 4),
        (8, 0, 15),
        (15, 0, 15),
        (15, 30, 1),
    ],
    ids=["the first", "doubled", "nearly healthy", "capped", "stays capped", "healthy: from the start"],
)
def test_restarts_wait_longer_and_longer(before_s: float, lived_s: float, expected: float) -> None:
    """One second, doubling to fifteen, from one again after thirty seconds of health."""
    assert expected == Pace().next_delay(before_s, lived_s)


async def test_each_is_ready_before_the_next_and_stopped_in_reverse(tmp_path: Path, lines: Lines) -> None:
    """A broker is ready before its worker starts, and outlives it."""
    async with Supervisor(lines) as house:
        for name in ("broker", "store", "worker"):
            await house.start(room(tmp_path, name))
            assert f"{name}.ready" in os.listdir(tmp_path)
    assert ["worker", "store", "broker"] == (tmp_path / "goodbyes").read_text().split()


async def test_several_may_start_side_by_side(tmp_path: Path, lines: Lines) -> None:
    """All are ready afterwards, and the last given is the first stopped."""
    async with Supervisor(lines) as house:
        await house.start(*(room(tmp_path, name) for name in ("a", "b", "c")))
        assert all(house.pid(name) for name in ("a", "b", "c"))
    assert ["c", "b", "a"] == (tmp_path / "goodbyes").read_text().split()


async def test_one_that_cannot_start_stops_those_beside_it(tmp_path: Path, lines: Lines) -> None:
    """The error comes out, and what was starting with it is gone."""
    wrong = Program("worker", python("exit(2)"), ready=lambda: False)
    with pytest.raises(WronglyUsedError):
        async with Supervisor(lines) as house:
            await house.start(Program("slow", python(NOTE_PID_AND_SLEEP, tmp_path / "slow")), wrong)
    if (tmp_path / "slow").exists():
        assert is_gone(noted_pid(tmp_path / "slow"))


async def test_an_error_in_the_body_stops_everything(tmp_path: Path, lines: Lines) -> None:
    """Whatever goes wrong between start and end, no process stays."""

    async def body() -> None:
        async with Supervisor(lines) as house:
            await house.start(room(tmp_path, "worker"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await body()
    assert is_gone(noted_pid(tmp_path / "worker"))


async def test_what_dies_is_started_again(tmp_path: Path, lines: Lines) -> None:
    """A killed room comes back as another process; each restart is said."""
    async with Supervisor(lines, QUICK) as house:
        await house.start(Program("worker", python(NOTE_PID_AND_SLEEP, tmp_path / "note")))
        first = await asyncio.to_thread(noted_pid, tmp_path / "note")
        os.kill(first, signal.SIGKILL)
        await until(lambda: house.pid("worker") not in (None, first))
        await until(lambda: house.restarts("worker") == 1)
    assert "worker was killed by signal 9; starting it again in 0.01 s" in lines.all


async def test_a_room_that_ends_well_is_started_again_too(tmp_path: Path, lines: Lines) -> None:
    """A room has no reason to end, not even with exit code 0."""
    async with Supervisor(lines, QUICK) as house:
        await house.start(Program("gateway", python(MORTAL, tmp_path / "lives", 4, 0)))
        await until(lambda: house.restarts("gateway") == 3)


async def test_a_needed_server_takes_everything_with_it(tmp_path: Path, lines: Lines) -> None:
    """A broker that keeps its log in memory cannot come back; even exit code 0 is a failure then."""
    broker = Program("broker", python("print('out of memory')"), policy=Policy.NEEDED, shown=False)
    ending = await run_until_ended([room(tmp_path, "worker"), broker], Supervisor(lines))
    assert 3 == ending.code
    assert "broker ended with exit code 0, and the rest cannot go on without it" == ending.because
    assert "broker | out of memory" in lines.all
    assert is_gone(noted_pid(tmp_path / "worker"))


async def test_wrong_use_is_not_tried_again(lines: Lines) -> None:
    """Exit code 2 means a bad setting or a bad night, which no restart will mend."""
    ending = await run_until_ended([Program("worker", python("exit(2)"))], Supervisor(lines, QUICK))
    assert Ending(2, "worker ended with exit code 2: starting it again would not help") == ending


async def test_wrong_use_before_it_was_ready_is_wrong_use_of_the_whole(tmp_path: Path, lines: Lines) -> None:
    """One try, its last lines, and the error that a command ends with 2 for: nothing outside is missing."""
    argv = python(
        "import sys; open(sys.argv[1], 'a').write('x'); print('no night'); exit(2)", tmp_path / "lives"
    )
    with pytest.raises(UsageError, match="ended with exit code 2 before it was ready") as raised:
        async with Supervisor(lines, QUICK) as house:
            await house.start(Program("gateway", argv, ready=lambda: False))
    assert str(raised.value).endswith("It said last:\n    no night")
    assert not isinstance(raised.value, OutsideError)
    assert "x" == (tmp_path / "lives").read_text()


async def test_a_room_gets_three_tries_to_start(tmp_path: Path, lines: Lines) -> None:
    """The broker may be a moment late; the third death is an error with the last lines in it."""
    note = tmp_path / "lives"
    argv = python("import sys; open(sys.argv[1], 'a').write('x'); print('no broker'); exit(1)", note)
    with pytest.raises(DiedError) as raised:
        async with Supervisor(lines, QUICK) as house:
            await house.start(Program("worker", argv, ready=lambda: False))
    assert "xxx" == note.read_text()
    expected = "worker ended with exit code 1 before it was ready. It said last:\n    no broker"
    assert expected == str(raised.value)


async def test_a_server_gets_one_try(tmp_path: Path, lines: Lines) -> None:
    """A needed server that dies at once, with whatever code, is an error at once."""
    argv = python("import sys; open(sys.argv[1], 'a').write('x')", tmp_path / "lives")
    with pytest.raises(DiedError, match="broker ended with exit code 0 before it was ready"):
        async with Supervisor(lines, QUICK) as house:
            await house.start(Program("broker", argv, ready=lambda: False, policy=Policy.NEEDED))
    assert "x" == (tmp_path / "lives").read_text()


async def test_a_stranger_on_the_port_is_not_taken_for_a_dead_server(lines: Lines) -> None:
    """Somebody answers, but our program is dead: that is a death, not readiness."""
    process_ended = asyncio.Event()

    def ready() -> bool:
        return wait_until(lambda: process_ended.is_set(), WITHIN_S)

    async with Supervisor(lines) as house:
        server = Program("store", python("import time; time.sleep(300)"), ready=ready, policy=Policy.NEEDED)
        starting = asyncio.create_task(house.start(server))
        await until(lambda: house.pid("store") is not None)
        os.kill(cast("int", house.pid("store")), signal.SIGKILL)
        await until(lambda: house.pid("store") is None)
        process_ended.set()
        with pytest.raises(DiedError):
            await starting


async def test_one_that_is_never_ready_is_named(lines: Lines) -> None:
    """The deadline is a program's own, and its last lines are in the error."""
    never = Program(
        "gateway",
        python("import time; print('loading'); time.sleep(300)"),
        ready=lambda: False,
        ready_within_s=0.5,
    )
    with pytest.raises(NotReadyError, match=r"gateway was not ready within 0\.5 s"):
        async with Supervisor(lines) as house:
            await house.start(never)


async def test_a_program_that_is_not_there_is_said(lines: Lines) -> None:
    """A missing program is a death with a sentence."""
    with pytest.raises(DiedError, match="cannot start /nowhere/kafka"):
        async with Supervisor(lines, QUICK) as house:
            await house.start(Program("kafka", ("/nowhere/kafka",), ready=lambda: False))


async def test_lines_come_with_their_name(lines: Lines) -> None:
    """Both streams, coloured lines without the colour, a last line without its end, rubbish bytes."""
    code = (
        "import os; os.write(1, b'one\\n'); os.write(2, b'\\x1b[31mtwo\\x1b[0m\\n');"
        "os.write(1, b'\\xff!\\n'); os.write(2, b'the end')"
    )
    await run_until_ended([Program("worker", python(code), policy=Policy.NEEDED)], Supervisor(lines))
    expected = ["worker | one", "worker | two", "worker | \ufffd!", "worker | the end"]
    assert expected == lines.all[:-1]
    assert lines.all[-1].startswith("worker ended with exit code 0, and ")


async def test_a_line_without_end_does_not_fill_the_memory(lines: Lines) -> None:
    """Half a megabyte without a line break arrives in pieces of a bounded length."""
    code = "import os; os.write(1, b'y' * 500_000)"
    await run_until_ended([Program("worker", python(code), policy=Policy.NEEDED)], Supervisor(lines))
    pieces = [line.removeprefix("worker | ") for line in lines.all[:-1]]
    assert 500_000 == sum(map(len, pieces))
    assert 8192 == max(map(len, pieces))


async def test_one_that_will_not_stop_is_killed(tmp_path: Path, lines: Lines) -> None:
    """A deadline, then SIGKILL, and a line that says so."""
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + NOTE_PID_AND_SLEEP
    program = Program(
        "worker",
        python(deaf, tmp_path / "note"),
        ready=(tmp_path / "note").exists,
        stop_within_s=0.1,
    )
    async with Supervisor(lines) as house:
        await house.start(program)
    assert is_gone(noted_pid(tmp_path / "note"))
    assert "worker did not stop when asked and is killed" in lines.all


async def test_grandchildren_are_not_left_behind(tmp_path: Path, lines: Lines) -> None:
    """What a program started itself goes with it."""
    code = (
        "import subprocess, sys, time;"
        f"subprocess.Popen([sys.executable, '-c', {NOTE_PID_AND_SLEEP!r}, sys.argv[1]]); time.sleep(300)"
    )
    note = tmp_path / "grandchild"
    async with Supervisor(lines) as house:
        await house.start(Program("worker", python(code, note), ready=note.exists))
    assert is_gone(noted_pid(note))


async def test_stopping_during_a_start_ends_the_start(tmp_path: Path, lines: Lines) -> None:
    """Nobody has to wait for a server that will never be ready, to be rid of it."""
    async with Supervisor(lines) as house:
        slow = Program("kafka", python(NOTE_PID_AND_SLEEP, tmp_path / "note"), ready=lambda: False)
        starting = asyncio.create_task(house.start(slow))
        await asyncio.to_thread(noted_pid, tmp_path / "note")
        await house.start(Program("worker", python("exit(2)")))
        with pytest.raises(StoppedError):
            await starting
        with pytest.raises(StoppedError):
            await house.start(slow)
        assert 2 == (await house.ended()).code
    assert is_gone(noted_pid(tmp_path / "note"))


# A supervisor as a process of its own, with two rooms, for signals that would hit the tests too. Tests that
# run under nohup would hand their deafness to SIGHUP on, and a supervisor keeps that.
SUPERVISOR = """
import signal, sys
from pathlib import Path
from typing import cast
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.path.insert(0, sys.argv[2])
from tests.sandik.children import run
from tests.sandik.test_supervise import room
sys.exit(run([room(Path(sys.argv[1]), "broker"), room(Path(sys.argv[1]), "worker")]))
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running supervisor whose rooms are ready; it is killed if the test did not end it."""
    argv = python(SUPERVISOR, tmp_path, CHECKOUT)
    with subprocess.Popen(argv, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            assert wait_until(Path(tmp_path, "worker.ready").exists, WITHIN_S)
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_order(
    tmp_path: Path, supervisor: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    """Ctrl-C reaches only the supervisor, which stops its rooms in reverse and ends well."""
    supervisor.send_signal(number)
    assert 0 == supervisor.wait(WITHIN_S)
    assert ["worker", "broker"] == (tmp_path / "goodbyes").read_text().split()
    assert all(is_gone(noted_pid(tmp_path / name)) for name in ("broker", "worker"))


def test_a_frozen_room_is_woken_to_hear_it(tmp_path: Path, supervisor: subprocess.Popen[bytes]) -> None:
    """A frozen process cannot be asked; it says goodbye like the others."""
    os.kill(noted_pid(tmp_path / "worker"), signal.SIGSTOP)
    supervisor.send_signal(signal.SIGINT)
    assert 0 == supervisor.wait(WITHIN_S)
    assert ["worker", "broker"] == (tmp_path / "goodbyes").read_text().split()


def test_a_room_that_does_not_hear_is_killed_at_the_second_ctrl_c(tmp_path: Path) -> None:
    """The first asks politely."""
    deaf = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
        "from sandik.program import Program\nfrom tests.sandik.children import run\n"
        "code = 'import signal, sys, time\\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\\n'\n"
        "code += 'open(sys.argv[1], \"w\").close()\\nwhile True: time.sleep(300)'\n"
        "sys.exit(run([Program('deaf', (sys.executable, '-c', code, sys.argv[1]))]))"
    )
    ready = tmp_path / "ready"
    with subprocess.Popen(python(deaf, ready), stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            assert wait_until(ready.exists, WITHIN_S)
            assert process.stderr
            process.send_signal(signal.SIGINT)
            assert b"stopping after SIGINT (Ctrl-C once more: at once)\n" == process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert b"deaf did not stop when asked and is killed\n" == process.stderr.readline()
            assert 0 == process.wait(WITHIN_S)
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_a_killed_supervisor_leaves_nothing_behind(
    tmp_path: Path, supervisor: subprocess.Popen[bytes]
) -> None:
    """SIGKILL cannot be handled; the kernel takes the rooms with it."""
    pids = [noted_pid(tmp_path / name) for name in ("broker", "worker")]
    supervisor.kill()
    supervisor.wait(WITHIN_S)
    assert all(map(is_gone, pids))
    assert not (tmp_path / "goodbyes").exists()
