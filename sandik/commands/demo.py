"""`sandik demo`: a recorded night on this machine, with the embedded broker and store, in your browser.

Know before changing: nothing here waits for a time to pass. The rooms start side by side while the recording
is already being played, and the night has ended when everything acknowledged has been counted.
"""

import argparse
import asyncio
import os
import time
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandik import driving, embedded, folders, mishaps, outcome, playing, ports
from sandik.one_machine import Machine, can_open_browser, open_browser
from sandik.say import Out
from sandik.supervise import StoppedError, Supervisor

if TYPE_CHECKING:
    from producers.faults_file import Mishap
    from streams.settings import Settings as Counting

EXAMPLE = """  sandik demo
  sandik demo practice --speed 600
  sandik demo practice --faults storm.toml --seed 7
  sandik demo --speed max --until-done --no-browser --port 0 --json"""
NIGHT = "istanbul-2019-06-23"
MODE = "replay"
INTERRUPTED = 130


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which night, how fast, and how it ends."""
    parser.add_argument("night", metavar="NIGHT", nargs="?", default=NIGHT, help=f"else: {NIGHT}")
    playing.arguments(parser)
    parser.add_argument("--port", type=int, default=8080, metavar="N", help="of the page; 0: a free one")
    parser.add_argument("--no-browser", action="store_true", help="only say where the page is")
    parser.add_argument(
        "--until-done", action="store_true", help="end with the night; 0 if its totals are right"
    )
    parser.add_argument("--verbose", action="store_true", help="also what worker and gateway say")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; with --until-done 1 if the night does not end as its ending.json says."""
    folder = folders.load(args.night)
    befalls = playing.plan(args.faults, folder.night)
    play = playing.Play.of(args, folder, folder.recording, befalls)
    play.waits_for_bans = True
    broker, store = embedded.broker(), embedded.store()
    mishaps.possible(befalls.mishaps, store.program)
    port = ports.choose(args.port)
    servers = broker.address, "tansu", store.redis_url
    place = ports.LOCALHOST, port
    with driving.driver(os.environ, wanted=not args.until_done) as driver:
        machine = Machine(
            folder.path, MODE, *servers, *place, speed=play.pace.speed, tokens=driver.file, shown=args.verbose
        )
        demo = Demo(args, play, befalls.mishaps, machine, out, driver.token)
        return asyncio.run(demo.run(broker, store))


class Demo:
    """One demo from its first server to its last."""

    def __init__(
        self, args: argparse.Namespace, play: playing.Play, befall: Any, machine: Machine, out: Out,
        token: str = "",
    ) -> None:  # fmt: skip
        self._args, self._folder, self._plays, self._befall = args, play.folder, play, befall
        self._machine, self._out, self._token = machine, out, token
        self._ended = False
        self._house: Supervisor | None = None
        self._at: datetime | None = None
        """The hour of the night that was reached."""

    async def run(self, broker: embedded.Server, store: embedded.Server) -> int:
        """Everything; the exit code."""
        async with Supervisor(self._out.tell) as house:
            self._house = house
            try:
                await house.start(broker.program, store.program)
            except StoppedError:
                return INTERRUPTED
            rooms = asyncio.create_task(self._rooms(house), name="start the rooms")
            play = asyncio.create_task(self._play(), name="play the night")
            stop = asyncio.create_task(house.ended(), name="wait for the end")
            befall = mishaps.befall(house, self._befall, lambda: self._at, self._out.tell)
            more = asyncio.create_task(befall, name="the mishaps")
            try:
                return await self._until_end(rooms, play, stop, more)
            finally:
                for task in (rooms, play, stop, more):
                    task.cancel()
                await asyncio.gather(rooms, play, stop, more, return_exceptions=True)

    async def _until_end(
        self, rooms: "asyncio.Task[None]", play: "asyncio.Task[int]", stop: "asyncio.Task[Any]",
        more: "asyncio.Task[None]",
    ) -> int:  # fmt: skip
        waiting: set[asyncio.Task[Any]] = {rooms, play, stop, more}
        while True:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if stop in done:
                return self._stopped(stop.result())
            for task in done:
                task.result()
            if play.done() and self._args.until_done:
                return play.result()

    def _stopped(self, ending: Any) -> int:
        self._out.tell(ending.because)
        if ending.signal is not None and self._args.until_done and not self._ended:
            return INTERRUPTED
        return int(ending.code)

    async def _rooms(self, house: Supervisor) -> None:
        """The rooms side by side; when the page answers, it is shown."""
        machine, out = self._machine, self._out
        try:
            await house.start(machine.gateway(), machine.worker())
        except StoppedError:
            return
        out.say(f"{self._folder.night.name}: {machine.url}" + _simulated(self._folder))
        if not self._args.no_browser and can_open_browser():
            await asyncio.to_thread(open_browser, machine.url)
        if not self._args.until_done:
            if self._token:
                out.say(f"stop it, go back, break it: {machine.url}replay, with the token {self._token}")
            out.say(f"another shell joins in with: export {machine.joins}")
            out.say("Ctrl-C ends it")

    async def _play(self) -> int:
        """The recording into Kafka, and the wait until all of it is counted; the exit code.

        Where the demo does not end with the night, a jump to an earlier hour begins it anew.
        """
        from producers.cluster import create_topics
        from producers.controls import Controls
        from producers.notes import NotePublisher
        from producers.settings import Settings
        from sandik.befalling import Befalls, sessions
        from sandik.rewinding import GoesBack

        out, night = self._out, self._folder.night
        environment = {**os.environ, **self._machine.settings}
        settings = Settings.read(environment)
        await create_topics(settings, night.id)

        def counting() -> "Counting":
            # Not imported before: numpy and redis would hold up the rooms, which start on the same cores.
            from streams.settings import Settings

            return Settings.read(environment)

        async def back(ends: Any) -> None:
            await GoesBack(night, settings, counting()).forget(ends)

        befalls = Befalls(self._plays, counting, self._stops, lambda: sessions(settings, night.id))
        async with (
            NotePublisher(settings, night.id) as publisher,
            Controls(settings, night.id, self._plays.pace.speed, back, befalls) as controls,
            aclosing(befalls),
        ):
            while True:
                begin_s = time.monotonic()
                played = await self._plays.run(
                    publisher, controls, lambda bad: out.tell(str(bad)), self._progress, counting, befalls
                )
                contests, seconds = await self._counted(environment, publisher.ends, begin_s)
                self._ended = True
                code = self._tell(contests, played.reports, seconds)
                if self._args.until_done:
                    return code
                await controls.asked_back(publisher)

    async def _stops(self, mishap: "Mishap") -> None:
        """One of the processes is frozen or killed for a while."""
        if self._house is not None:
            await mishaps.befall(self._house, (mishap,), lambda: mishap.at, self._out.tell)

    async def _counted(self, environment: Any, ends: Any, begin_s: float) -> tuple[Any, float]:
        """What the store says when it has applied everything that was sent, and how long that took."""
        # Not imported before: numpy and redis would hold up the rooms, which are starting on the same cores.
        from sandik import ended
        from streams.settings import Settings as Counting
        from streams.store import Store

        night, counting = self._folder.night, Counting.read(environment)
        store = Store(night, counting.scope(night.id), counting)
        try:
            await ended.counted(store, ends)
            seconds = time.monotonic() - begin_s
            await ended.settled(store)
            return await ended.outcomes(store, night), seconds
        finally:
            await store.close()

    def _progress(self, played: Any) -> None:
        self._at = played.at
        zone = ZoneInfo(self._folder.night.time_zone)
        at = "" if played.at is None else f"{played.at.astimezone(zone):%H:%M:%S} "
        boxes = max(1, len(self._folder.night.boxes))
        self._out.progress(played.reports / boxes, f"{at}{played.reports:,} reports")

    def _tell(self, contests: Any, reports: int, seconds: float) -> int:
        night, ending, out = self._folder.night, self._folder.ending, self._out
        compared = ending is not None and self._plays.promised
        wrong = outcome.differences(contests, ending) if ending is not None and compared else ()
        for line in outcome.in_words(contests, {c.id: c.name for c in night.contests.values()}):
            out.say(line)
        out.say(f"{reports:,} reports in {seconds:.1f} s: the night has ended")
        self._plays.said(out)
        for line in wrong:
            out.tell(f"not as ending.json says: {line}")
        out.answer(
            {
                "night": night.id,
                "mode": MODE,
                "simulated": night.simulated,
                "matches_ending": not wrong if compared else None,
                "faults": self._plays.facts,
                "seconds": round(seconds, 3),
                "reports": reports,
                "url": self._machine.url,
                "contests": contests,
            }
        )
        return 1 if wrong else 0


def _simulated(folder: folders.Folder) -> str:
    return "   (SIMULATED)" if folder.night.simulated else ""
