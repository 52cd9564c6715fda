"""Runs programs side by side: starts them, restarts what dies, forwards what they say, stops all of it.

    async with Supervisor() as house:
        await house.start(broker)          # returns when it is ready
        await house.start(worker)
        ending = await house.ended()       # Ctrl-C, SIGTERM, or a program whose end is the end of all

Know before changing: whatever happens in the body (an error, a signal, a cancelled task), leaving the
`async with` stops every program in reverse order of starting and leaves no process behind. Each program is a
session and process group of its own, so that Ctrl-C reaches only us and the order of stopping is ours.
A line that cannot be written, because a disk is full or its reader went away, ends nothing.
"""

import asyncio
import contextlib
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from election.errors import SandikError
from sandik.program import (
    LAST_LINES_MAX,
    WRONG_USE,
    DiedError,
    NotReadyError,
    Policy,
    Program,
    WronglyUsedError,
    environment,
    how_it_ended,
    leashed,
)
from sandik.say import Out, UnwrittenError

ASK_EVERY_S = 0.02
START_TRIES = 3  # a room may find its broker not there yet; three deaths in a row are no coincidence
LINE_BYTES_MAX = 8192  # longer lines of a program are forwarded cut
LAST_LINES_WITHIN_S = 2.0  # how long the output of a dead program may take to end
OUTSIDE_FAILED = 3
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Pace:
    """How long to wait before a restart: doubling from first to most, from the start again once healthy."""

    first_s: float = 1.0
    most_s: float = 15.0
    healthy_after_s: float = 30.0

    def next_delay(self, before_s: float, lived_s: float) -> float:
        """The wait before this restart, after a wait of `before_s` (0: none yet) and that long a life."""
        if before_s <= 0 or lived_s >= self.healthy_after_s:
            return self.first_s
        return min(before_s * 2, self.most_s)


@dataclass(frozen=True)
class Ending:
    """Why everything stops: an exit code, a sentence, and the signal if it was one."""

    code: int
    because: str
    signal: int | None = None


class StoppedError(SandikError):
    """Everything was asked to stop while a program was still starting; `ended()` says why."""


@dataclass
class _Kept:
    """A program and the process it is at the moment."""

    program: Program
    process: asyncio.subprocess.Process | None = None
    reader: asyncio.Task[None] | None = None
    keeper: asyncio.Task[None] | None = None
    started_at_s: float = 0.0
    restarts: int = 0
    stays_away_s: float = 0.0
    """How long it is not started again after its next death."""
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES_MAX))

    def alive(self) -> asyncio.subprocess.Process:
        """Its process; a program that is kept has one from the first start on."""
        if self.process is None:
            raise RuntimeError(f"{self.program.name} was never started")
        return self.process


class Supervisor:
    """Programs that live and stop together. Use it as `async with`, from the main thread."""

    def __init__(
        self, tell: Callable[[str], None] | None = None, pace: Pace | None = None, *, signals: bool = True
    ) -> None:
        """`tell` takes what is said; without it that goes to stderr.

        Without `signals` Ctrl-C is whoever's it was before: somebody else's program runs around us.
        """
        self._tell, self._signals = tell or Out().tell, signals
        self._untold = 0
        self._pace = pace or Pace()
        self._kept: list[_Kept] = []
        self._ending: asyncio.Future[Ending]
        self._hurry: asyncio.Event
        self._handled: tuple[signal.Signals, ...] = ()

    async def __aenter__(self) -> "Supervisor":
        """From here on Ctrl-C and SIGTERM mean an orderly stop; the second one means at once."""
        loop = asyncio.get_running_loop()
        self._ending = loop.create_future()
        self._hurry = asyncio.Event()
        if self._signals and threading.current_thread() is threading.main_thread():
            # nohup means that the terminal may go away; that wish is kept.
            kept = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            self._handled = SIGNALS[:2] if kept else SIGNALS
            for number in self._handled:
                loop.add_signal_handler(number, self._on_signal, number)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything in reverse order, whatever happened."""
        try:
            await self._stop_all()
        finally:
            # Reached with something alive only if the stopping itself was cut off.
            for kept in self._kept:
                if kept.process and kept.process.returncode is None:
                    _kill_group(kept.process.pid)
            for number in self._handled:
                asyncio.get_running_loop().remove_signal_handler(number)

    async def start(self, *programs: Program) -> None:
        """Start programs side by side and return when all are ready; DiedError or NotReadyError if not.

        A program that may be restarted gets three tries, and WronglyUsedError after the first that ends with
        exit code 2. StoppedError: we were asked to stop meanwhile.
        What was given first is stopped last.
        """
        if self._ending.done():
            raise StoppedError(self._ending.result().because)
        fresh = [_Kept(program) for program in programs]
        self._kept += fresh
        starts = [asyncio.create_task(self._start(kept)) for kept in fresh]
        try:
            await asyncio.gather(*starts)
        finally:
            # One failed, or we are cancelled: the others must not go on starting behind our back.
            for start in starts:
                start.cancel()
            await asyncio.gather(*starts, return_exceptions=True)

    async def _start(self, kept: _Kept) -> None:
        program, delay_s = kept.program, 0.0
        tries = START_TRIES if program.policy is Policy.KEEP else 1
        for left in range(tries - 1, -1, -1):
            await self._spawn(kept)
            try:
                await self._until_ready(kept)
                break
            except DiedError as died:
                if died.code == WRONG_USE:
                    raise WronglyUsedError(died) from died
                if not left:
                    raise
                delay_s = self._pace.next_delay(delay_s, 0)
                self._say(f"{program.name} {how_it_ended(died.code)}; trying again in {delay_s:g} s")
                await self._pause(delay_s)
        kept.keeper = asyncio.create_task(self._keep(kept), name=f"keep {program.name}")
        kept.keeper.add_done_callback(self._task_ended)

    async def ended(self) -> Ending:
        """Wait until there is a reason to stop, and say which."""
        return await asyncio.shield(self._ending)

    def pid(self, name: str) -> int | None:
        """The process id of a program at this moment; None while it is between two lives."""
        for kept in self._kept:
            if kept.program.name == name and kept.process and kept.process.returncode is None:
                return kept.process.pid
        return None

    async def freeze(self, name: str, seconds: float) -> None:
        """Stop a program where it stands, and let it go on after a while; one that is away stays as it is."""
        pid = self.pid(name)
        _signal_group(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            _signal_group(pid, signal.SIGCONT)

    async def kill(self, name: str, away_s: float) -> None:
        """End a program as a power cut would; it is started again after a while, if it is at all."""
        for kept in self._kept:
            if kept.program.name == name:
                kept.stays_away_s = away_s
                _signal_group(self.pid(name), signal.SIGKILL)
        await asyncio.sleep(away_s)

    def restarts(self, name: str) -> int:
        """How often a program was started again."""
        return sum(kept.restarts for kept in self._kept if kept.program.name == name)

    def _say(self, line: str) -> None:
        """Tells a line. How many could not be written is told with the next that can."""
        try:
            if self._untold:
                self._tell(f"{self._untold:,} lines could not be written when they were said")
                self._untold = 0
            self._tell(line)
        except (BrokenPipeError, UnwrittenError):
            self._untold += 1

    def _on_signal(self, number: signal.Signals) -> None:
        if self._ending.done():
            self._hurry.set()
        else:
            self._say(f"stopping after {number.name} (Ctrl-C once more: at once)")
        self._end(Ending(0, f"stopped by {number.name}", int(number)))

    def _end(self, ending: Ending) -> None:
        if not self._ending.done():
            self._ending.set_result(ending)

    async def _spawn(self, kept: _Kept) -> None:
        program = kept.program
        kept.lines.clear()
        kept.started_at_s = time.monotonic()
        # A pipe of our own: with asyncio's, wait() lasts until every grandchild has closed it too.
        readable, writable = os.pipe()
        kept.reader = asyncio.create_task(self._forward(kept, readable), name=f"read {program.name}")
        kept.reader.add_done_callback(self._task_ended)
        try:
            kept.process = await asyncio.create_subprocess_exec(
                *leashed(program),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writable,
                stderr=asyncio.subprocess.STDOUT,
                env=environment(program),
                cwd=program.cwd,
                start_new_session=True,
            )
        finally:
            os.close(writable)

    async def _forward(self, kept: _Kept, readable: int) -> None:
        """Pass on what a program says, line by line, until it closes its output."""
        stream, rest = asyncio.StreamReader(), b""
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(readable, "rb", buffering=0)
        )
        with contextlib.closing(transport):
            while piece := await stream.read(65536):
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    self._line(kept, line)
                while len(rest) > LINE_BYTES_MAX:
                    self._line(kept, rest[:LINE_BYTES_MAX])
                    rest = rest[LINE_BYTES_MAX:]
        if rest:
            self._line(kept, rest)

    def _line(self, kept: _Kept, line: bytes) -> None:
        text = COLOURS.sub("", line[:LINE_BYTES_MAX].decode(errors="replace")).rstrip()
        kept.lines.append(text)
        if kept.program.shown:
            self._say(f"{kept.program.name} | {text}")

    async def _until_ready(self, kept: _Kept) -> None:
        program, process = kept.program, kept.alive()
        if program.ready is None:
            return
        deadline_s = time.monotonic() + program.ready_within_s
        while True:
            answered = await asyncio.to_thread(program.ready)
            # Asked after the answer: a stranger on our port may have given it.
            if process.returncode is not None:
                await self._buried(kept)
                raise DiedError(program.name, process.returncode, tuple(kept.lines))
            if answered:
                return
            if time.monotonic() > deadline_s:
                raise NotReadyError(program.name, program.ready_within_s, tuple(kept.lines))
            await self._pause(ASK_EVERY_S)

    async def _pause(self, seconds: float) -> None:
        """Sleep; StoppedError as soon as everything is asked to stop."""
        await asyncio.wait({self._ending}, timeout=seconds)
        if self._ending.done():
            raise StoppedError(self._ending.result().because)

    async def _keep(self, kept: _Kept) -> None:
        """Live with a program until its end is final."""
        program, delay_s = kept.program, 0.0
        while True:
            code = await kept.alive().wait()
            await self._buried(kept)
            # A program that keeps its lines to itself shows them when it dies.
            for line in () if program.shown else tuple(kept.lines):
                self._say(f"{program.name} | {line}")
            ending = _what_it_means(program, code)
            if ending:
                self._say(ending.because)
                self._end(ending)
                return
            delay_s = self._pace.next_delay(delay_s, time.monotonic() - kept.started_at_s)
            away_s, kept.stays_away_s = kept.stays_away_s or delay_s, 0.0
            self._say(f"{program.name} {how_it_ended(code)}; starting it again in {away_s:g} s")
            await asyncio.sleep(away_s)
            await self._spawn(kept)
            kept.restarts += 1

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        """No task dies unseen: if one fails, everything ends and says why."""
        if not task.cancelled() and (error := task.exception()):
            self._end(Ending(1, f"{task.get_name()} failed: {error!r}"))

    async def _buried(self, kept: _Kept) -> None:
        """After a process ended: kill what is left of its group, and hear its last lines."""
        _kill_group(kept.alive().pid)
        if kept.reader:
            # A grandchild with a session of its own may hold the pipe open; it is not waited for.
            await asyncio.wait({kept.reader}, timeout=LAST_LINES_WITHIN_S)
            kept.reader.cancel()

    async def _stop_all(self) -> None:
        self._end(Ending(1, "an error"))
        for kept in self._kept:
            if kept.keeper:
                kept.keeper.cancel()
        for kept in reversed(self._kept):
            if kept.process:
                await self._stop_one(kept, kept.process)
        keepers = [kept.keeper for kept in self._kept if kept.keeper]
        await asyncio.gather(*keepers, return_exceptions=True)

    async def _stop_one(self, kept: _Kept, process: asyncio.subprocess.Process) -> None:
        """SIGTERM, then a deadline, then SIGKILL; a second Ctrl-C shortens the deadline to nothing."""
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            _signal_group(process.pid, signal.SIGCONT)  # one that was frozen hears it only now
            death = asyncio.ensure_future(process.wait())
            hurry = asyncio.ensure_future(self._hurry.wait())
            within_s = kept.program.stop_within_s
            await asyncio.wait({death, hurry}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            hurry.cancel()
            if not death.done():
                self._say(f"{kept.program.name} did not stop when asked and is killed")
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await death
        await self._buried(kept)


def _kill_group(pid: int) -> None:
    """Kill what is left of the group which the process `pid` led."""
    _signal_group(pid, signal.SIGKILL)


def _signal_group(pid: int | None, number: signal.Signals) -> None:
    """Send a signal to the group which the process `pid` leads, if it is there."""
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)


def _what_it_means(program: Program, code: int) -> Ending | None:
    """Is this end of a program the end of everything? None if it is started again."""
    because = f"{program.name} {how_it_ended(code)}"
    if code == WRONG_USE:
        return Ending(WRONG_USE, f"{because}: starting it again would not help")
    if program.policy is Policy.NEEDED:
        return Ending(OUTSIDE_FAILED, f"{because}, and the rest cannot go on without it")
    return None
