"""`sandik demo`: a recorded night on this machine, with the embedded broker and store, in your browser.

Know before changing: nothing here waits for a time to pass. The rooms start side by side while the recording
is already being played, and the night has ended when everything acknowledged has been counted.
"""

import argparse
import asyncio
import os
import shlex
import time
from typing import Any
from zoneinfo import ZoneInfo

from sandik import embedded, folders, outcome, ports
from sandik.one_machine import Machine, can_open_browser, open_browser
from sandik.say import Out
from sandik.supervise import StoppedError, Supervisor

EXAMPLE = """  sandik demo
  sandik demo practice --speed 600
  sandik demo --speed max --until-done --no-browser --port 0 --json"""
NIGHT = "istanbul-2019-06-23"
MODE = "replay"
INTERRUPTED = 130


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which night, how fast, and how it ends."""
    parser.add_argument("night", metavar="NIGHT", nargs="?", default=NIGHT, help=f"else: {NIGHT}")
    parser.add_argument("--speed", metavar="N|max", help="60: a minute a second; else as the night says")
    parser.add_argument("--from", dest="start", metavar="T", help="what is before comes at once: 19:10")
    parser.add_argument("--port", type=int, default=8080, metavar="N", help="of the page; 0: a free one")
    parser.add_argument("--no-browser", action="store_true", help="only say where the page is")
    parser.add_argument(
        "--until-done", action="store_true", help="end with the night; 0 if its totals are right"
    )
    parser.add_argument("--verbose", action="store_true", help="also what worker and gateway say")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0; with --until-done 1 if the night does not end as its ending.json says."""
    from producers.pace import Pace, read_from, read_speed

    folder = folders.load(args.night)
    night = folder.night
    folder.recording  # noqa: B018 - a night without one is said before anything starts
    start = read_from(args.start, night.date, night.time_zone) if args.start else None
    speed = read_speed(args.speed or str(night.replay.speed))
    pace = Pace(speed, start, night.replay.gap_max_s)
    broker, store = embedded.broker(), embedded.store()
    port = ports.choose(args.port)
    servers = broker.address, "tansu", store.redis_url
    place = ports.LOCALHOST, port
    machine = Machine(folder.path, MODE, *servers, *place, speed=pace.speed, shown=args.verbose)
    demo = Demo(args, folder, pace, machine, out)
    return asyncio.run(demo.run(broker, store))


class Demo:
    """One demo from its first server to its last."""

    def __init__(
        self, args: argparse.Namespace, folder: folders.Folder, pace: Any, machine: Machine, out: Out
    ) -> None:
        self._args, self._folder, self._pace = args, folder, pace
        self._machine, self._out = machine, out
        self._ended = False

    async def run(self, broker: embedded.Server, store: embedded.Server) -> int:
        """Everything; the exit code."""
        async with Supervisor(self._out.tell) as house:
            try:
                await house.start(broker.program, store.program)
            except StoppedError:
                return INTERRUPTED
            rooms = asyncio.create_task(self._rooms(house), name="start the rooms")
            play = asyncio.create_task(self._play(), name="play the night")
            stop = asyncio.create_task(house.ended(), name="wait for the end")
            try:
                return await self._until_end(rooms, play, stop)
            finally:
                for task in (rooms, play, stop):
                    task.cancel()
                await asyncio.gather(rooms, play, stop, return_exceptions=True)

    async def _until_end(
        self, rooms: "asyncio.Task[None]", play: "asyncio.Task[int]", stop: "asyncio.Task[Any]"
    ) -> int:
        waiting: set[asyncio.Task[Any]] = {rooms, play, stop}
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
            out.say(f"another shell joins in with: export {self._joins()}")
            out.say("Ctrl-C ends it")

    def _joins(self) -> str:
        """What sandik calls, sources, deliver and the others are told in another shell."""
        settings = {"SANDIK_NIGHT": str(self._folder.path), **self._machine.settings}
        names = ("SANDIK_NIGHT", "SANDIK_MODE", "SANDIK_KAFKA", "SANDIK_KAFKA_KIND", "SANDIK_REDIS")
        return " ".join(f"{name}={shlex.quote(settings[name])}" for name in names if name in settings)

    async def _play(self) -> int:
        """The recording into Kafka, and the wait until all of it is counted; the exit code."""
        from producers.controls import Controls
        from producers.publish import Publisher, create_topics
        from producers.replay import replay
        from producers.settings import Settings
        from sandik.recordings import heard

        folder, out = self._folder, self._out
        night = folder.night
        environment = {**os.environ, **self._machine.settings}
        settings = Settings.read(environment)
        await create_topics(settings, night.id)
        begin_s = time.monotonic()
        async with (
            Publisher(settings, night.id) as publisher,
            Controls(settings, night.id, self._pace.speed) as controls,
        ):
            lines = heard(folder.recording, night)
            played = await replay(
                lines, self._pace, publisher, lambda bad: out.tell(str(bad)), self._progress,
                controls=controls,
            )  # fmt: skip
        contests, seconds = await self._counted(environment, publisher.ends, begin_s)
        self._ended = True
        return self._tell(contests, played.reports, seconds)

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
        zone = ZoneInfo(self._folder.night.time_zone)
        at = "" if played.at is None else f"{played.at.astimezone(zone):%H:%M:%S} "
        boxes = max(1, len(self._folder.night.boxes))
        self._out.progress(played.reports / boxes, f"{at}{played.reports:,} reports")

    def _tell(self, contests: Any, reports: int, seconds: float) -> int:
        night, ending, out = self._folder.night, self._folder.ending, self._out
        wrong = outcome.differences(contests, ending) if ending is not None else ()
        for line in outcome.in_words(contests, {c.id: c.name for c in night.contests.values()}):
            out.say(line)
        out.say(f"{reports:,} reports in {seconds:.1f} s: the night has ended")
        for line in wrong:
            out.tell(f"not as ending.json says: {line}")
        out.answer(
            {
                "night": night.id,
                "mode": MODE,
                "simulated": night.simulated,
                "matches_ending": not wrong if ending is not None else None,
                "seconds": round(seconds, 3),
                "reports": reports,
                "url": self._machine.url,
                "contests": contests,
            }
        )
        return 1 if wrong else 0


def _simulated(folder: folders.Folder) -> str:
    return "   (SIMULATED)" if folder.night.simulated else ""
