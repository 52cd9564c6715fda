"""`sandik produce`: a feed into Kafka, from a file, a folder, a pipe or a web address, once or followed.

Know before changing: what cannot be read is said with file, line and column and the rest goes on. The log is
the state: a feed that is read again, by this process or another, sends only what is new. Ended by SIGTERM or
Ctrl-C, it ends when everything it has sent is acknowledged.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from election.errors import OutsideError, UsageError
from election.night import Night
from sandik import feeds, folders
from sandik.say import Out
from sandik.table_times import named

if TYPE_CHECKING:  # rooms are opened when the command runs
    from producers.produce import Feed, Produced, Producer
    from producers.settings import Settings
    from producers.sources.fetched import Source

EXAMPLE = """  sandik produce results.csv --night ./my-night --source council
  sandik produce https://results.example.org/now.csv --night ./my-night --mapping my.toml --every 30
  sandik produce incoming/ --night ./my-night --source council --format csv --every 5
  ssh counting-centre tail -f rows.csv | sandik produce - --night ./my-night --format csv
  sandik produce https://night.example.org/ --format sandik --night ./my-night --source partner --every 10"""
STDIN = "-"
ADDRESSES = ("http://", "https://")
EVERY_S_MIN = 1.0
"""A web address is asked at most so often."""
INTERRUPTED = 130


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to read and how."""
    parser.add_argument(
        "feed", metavar="FEED", help="a file, a folder, an http(s) address, or - for standard input"
    )
    parser.add_argument("--night", metavar="NIGHT", help="a shipped name or a folder (else: SANDIK_NIGHT)")
    parser.add_argument("--source", metavar="NAME", help="who says it (else: the contests' published source)")
    parser.add_argument("--format", metavar="NAME", help="the feed's format (else: by its name)")
    parser.add_argument("--mapping", metavar="FILE", type=Path, help="how a foreign table is read")
    parser.add_argument("--every", metavar="S", type=float, help="follow it: look every S seconds")
    parser.add_argument("--once", action="store_true", help="read it once and end (the default)")
    parser.add_argument("--whole", action="store_true", help="what is missing from a table was taken away")
    parser.add_argument(
        "--accept-withdrawals", action="store_true",
        help="somebody has looked: however many are missing, they were taken away (once)",
    )  # fmt: skip
    parser.add_argument("--at", metavar="T", help="when the table was so: 19:15, a whole time, or now (once)")
    parser.add_argument(
        "--token-env", metavar="NAME", help="the environment variable with the token to sign in with"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line of stdout")


def run(args: argparse.Namespace, out: Out) -> int:
    """0 when all of it is acknowledged; 1 if a row could not be read or something was held back."""
    from producers.settings import Settings

    night = folders.load(folders.word(args.night, os.environ)).night
    _check(args)
    settings = Settings.read(os.environ)
    settings.scope(night.id)
    feed = _feed(args, night, settings)
    return asyncio.run(_Run(args, feed, settings, out).run())


def _check(args: argparse.Namespace) -> None:
    """Options that do not go together, and feeds that are not there."""
    feed, every_s = str(args.feed), args.every
    if every_s is not None and (args.once or feed == STDIN or not 0 < every_s < float("inf")):
        raise UsageError("--every takes seconds above 0, and goes neither with --once nor standard input.")
    for word in ("accept_withdrawals", "at"):
        if every_s is not None and getattr(args, word):
            raise UsageError(
                f"--{word.replace('_', '-')} is said of one table: run it once beside the one that follows "
                "the feed, without --every."
            )
    if feed.startswith(ADDRESSES):
        from producers.sources.asking import checked

        checked(feed)
        if every_s is not None and every_s < EVERY_S_MIN:
            raise UsageError(f"An address is asked at most every {EVERY_S_MIN:g} s: --every {EVERY_S_MIN:g}.")
        return
    if args.token_env is not None:
        raise UsageError("--token-env is for a web address.")
    if "://" in feed:
        raise UsageError(f"{feed.partition('://')[0]}:// cannot be read: a feed's address is http or https.")
    path, closed = Path(feed), vars(sys)["stdin"] is None
    if feed == STDIN and closed:
        raise UsageError("Standard input is closed: pipe the rows in, or name a file.")
    if feed == STDIN or path.exists():
        return
    if every_s is None or not path.parent.is_dir():
        raise UsageError(f"There is no file {feed}.")


def _feed(args: argparse.Namespace, night: Night, settings: "Settings") -> "Feed":
    from producers import formats
    from producers.produce import Feed

    name = feeds.format_name(args.format, [str(args.feed)], mapped=args.mapping is not None)
    source = feeds.source_of(args.source, night, asked=name != "recording")
    mapping = feeds.mapping_in(args.mapping)
    return Feed(
        formats.FORMATS[name], night, source, mapping, args.whole or formats.whole(name, mapping),
        args.accept_withdrawals, settings.mode, None if args.at is None else feeds.time_said(args.at, night),
    )  # fmt: skip


class _Run:
    """One run of the command."""

    def __init__(self, args: argparse.Namespace, feed: "Feed", settings: "Settings", out: Out) -> None:
        self._args, self._feed, self._settings, self._out = args, feed, settings, out
        self._interrupted = False

    async def run(self) -> int:
        """The exit code, with everything acknowledged."""
        from producers.cluster import create_topics
        from producers.held import HeldFromLog
        from producers.history import History
        from producers.produce import Producer
        from producers.publish import Publisher
        from producers.record import read_log
        from sandik.signed import counts

        feed, settings, out = self._feed, self._settings, self._out
        source = self._opened()
        stop = asyncio.Event()
        self._listen(stop)
        await create_topics(settings, feed.night.id)
        read = partial(read_log, told=out.of("records read of what was said before"))
        from_log = HeldFromLog(settings, feed.night, feed.source, read, counts(feed.night))
        with History(settings.history, "producer") as history:
            async with Publisher(settings, feed.night.id, history) as publisher:
                producer = Producer(feed, publisher, from_log, out.tell, stop, out.progress)
                try:
                    code = await self._produce(source, producer)
                finally:
                    if source is not None:
                        await source.close()
        self._answer(producer.done)
        return INTERRUPTED if self._interrupted else code

    def _listen(self, stop: asyncio.Event) -> None:
        """The first SIGTERM or Ctrl-C asks to end; a second Ctrl-C ends at once."""
        loop = asyncio.get_running_loop()

        def interrupted() -> None:
            self._interrupted = True
            loop.remove_signal_handler(signal.SIGINT)
            stop.set()

        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_signal_handler(signal.SIGINT, interrupted)

    async def _produce(self, source: "Source | None", producer: "Producer") -> int:
        from producers.produce import Polling, StoppedError, follow, once
        from producers.sources.fetched import TroubleError
        from producers.sources.folder import Folder

        facts = self._feed.night.sources[self._feed.source]
        try:
            if source is None:
                await producer.stream("standard input", sys.stdin.fileno())
            else:
                if isinstance(source, Folder):
                    source.begin_after(await producer.begun())
                if self._args.every is None:
                    await once(source, producer)
                else:
                    stall_after_s = facts.stall_after_s or self._feed.night.alerts.stall_after_s
                    await follow(source, producer, Polling(self._args.every, stall_after_s))
                    return 0
        except StoppedError:
            await producer.drain()
        except TroubleError as error:
            said = f"{source.name if source else 'the feed'}: {error}"
            if not error.waiting:
                raise (UsageError if error.foreign else OutsideError)(said) from error
            self._out.tell(said)
            return 1
        done, left = producer.done, source.left if isinstance(source, Folder) else 0
        return 1 if done.refused or done.held_back or done.older or left else 0

    def _opened(self) -> "Source | None":
        """Where the feed comes from; None is standard input, row by row."""
        from producers.sources.folder import Folder
        from producers.sources.stdin import Table
        from producers.sources.watched import Watched

        word, path = str(self._args.feed), Path(self._args.feed)
        if word.startswith(ADDRESSES):
            return self._asked(word)
        if word == STDIN:
            return Table(sys.stdin.fileno()) if self._feed.whole else None
        if path.is_dir():
            zone = self._feed.night.time_zone
            return Folder(path, self._out.tell, lambda name: named(name, zone))
        return Watched(path, once=self._args.every is None)

    def _asked(self, address: str) -> "Source":
        from producers.formats import FORMATS
        from producers.sources.gateway import Gateway
        from producers.sources.http import Asker, Limits
        from producers.sources.polled import Polled

        feed, settings = self._feed, self._settings
        limits = Limits(settings.feed_bytes_max, settings.feed_within_s)
        asker = Asker(limits, _token(self._args.token_env, os.environ))
        if feed.format is FORMATS["sandik"]:
            of = feed.night.sources[feed.source]
            return Gateway(address, feed.night, of, feed.mode, asker, self._out.tell)
        midnight = datetime.combine(feed.night.date, time(), UTC)
        return Polled(address, asker, midnight - timedelta(days=1), self._out.tell)

    def _answer(self, done: "Produced") -> None:
        from dataclasses import asdict

        out, feed = self._out, self._feed
        out.say(f"{done.reports:,} reports in {done.records:,} records, all acknowledged")
        if done.refused:
            out.say(f"{done.refused:,} rows could not be read")
        facts: dict[str, Any] = {"night": feed.night.id, "mode": feed.mode, "source": feed.source}
        out.answer(facts | asdict(done))


def _token(name: str | None, environment: Mapping[str, str]) -> str:
    if name is None:
        return ""
    token = environment.get(name, "").strip()
    if not token or not token.isprintable():
        raise UsageError(f"The environment variable {name} holds no token.")
    return token
