"""The front door: `sandik COMMAND …`. A table of the commands; each is imported only when it is asked for.

Know before changing: exit codes are a promise (docs/reference/commands.md): 0 done, 1 the answer is no,
2 wrong use or bad input, 3 an outside part cannot be reached. A traceback is a bug; every error that is ours
is one sentence that says what to type.
"""

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Protocol, cast

from election.errors import OutsideError, SandikError
from sandik import handed
from sandik.say import Out, UnwrittenError, let_go, ready

DONE, NO, WRONG_USE, OUTSIDE = 0, 1, 2, 3
INTERRUPTED = 130
UNREAD = 141
"""Nobody read the answer to its end, as shells count it (128 and SIGPIPE): neither yes nor no was said."""

TABLE: dict[str, dict[str, str]] = {
    "Look at a night": {
        "demo": "the night of 23 June 2019 on this machine, in your browser",
        "watch": "a night in this terminal, from any gateway: numbers, alerts, calls",
        "night": "nights are folders of data: list, show, check, sketch, new, build, pack",
        "rehearse": "a whole night in memory: its totals in seconds, no servers",
    },
    "Run a night": {
        "up": "everything on one machine for real use, kept running",
        "doctor": "what is wrong with Kafka, Redis, this machine, and what to type",
        "key": "what a feed signs with, so that nobody else speaks for its source: new",
        "token": "who may sign at the desk or see a private gateway: new, list, revoke",
    },
    "Feed it": {
        "produce": "a feed into Kafka: a file, a folder, a pipe, a web address; once or followed",
        "convert": "tables of a feed into a recording: no broker needed",
        "replay": "a recording into Kafka, at a speed",
        "record": "the log back into a recording",
    },
    "Sign off": {
        "calls": "what is called, what waits for a signature and why, its evidence",
        "approve": "sign a proposed call; the last one who is needed makes it public",
        "refuse": "say no to a proposed call",
        "retract": "take a call back: everyone who was sent it is sent that",
        "rule": "what an authority decided: objections, recounts, certification",
    },
    "Trust it": {
        "shown": "what was published at a time, byte for byte, from the log",
        "sources": "the counts side by side, and the boxes of which two differ",
        "verify": "counts the log again on its own, checks the audit chain; or verifies a pack",
    },
    "One room as one process, for services (settings: docs/settings.md)": {
        "worker": "counts: Kafka in, totals in Redis out",
        "gateway": "shows: Redis in, pages and websockets out",
        "deliver": "tells newsrooms: webhooks, Slack, e-mail and others",
    },
}
"""The table of contents: what `sandik --help` prints, and all the commands there are."""
ASK_ONCE = frozenset({"calls", "approve", "refuse", "retract", "rule", "shown", "sources", "verify"})
"""Commands with somebody before them who waits for the answer."""
PATIENCE, ASK_ONCE_WITHIN_S = "SANDIK_OUTSIDE_WITHIN_S", "15"
"""How long those try what does not answer, unless it is set: longer than a failover takes."""


class Command(Protocol):
    """What a module in `sandik/commands` is."""

    EXAMPLE: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Adds the arguments."""

    def run(self, args: argparse.Namespace, out: Out) -> int:
        """Does it, and gives the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    ready()
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        return _guarded(lambda out: out.say(contents())) or (DONE if words else WRONG_USE)
    if words[0] in ("-V", "--version"):
        return _guarded(lambda out: out.say(f"sandik {_version()}"))
    titles = {name: title for group in TABLE.values() for name, title in group.items()}
    if words[0] not in titles:
        near = difflib.get_close_matches(words[0], titles, n=1)
        hint = f"did you mean sandik {near[0]}?" if near else "sandik --help lists the commands."
        return (
            _guarded(lambda out: out.tell(f"sandik: there is no command {words[0]!r}: {hint}")) or WRONG_USE
        )
    command = cast("Command", import_module(f"sandik.commands.{words[0]}"))
    args = parser(words[0], titles[words[0]], command).parse_args(words[1:])
    return _run(words[0], command, args)


def _version() -> str:
    from importlib.metadata import version  # one command in a hundred needs it, and it is slow to import

    return version("sandik")


def contents() -> str:
    """The help of the whole program."""
    lines = [
        "Sandık: election-night results as an event stream, exact to the vote.",
        "",
        "usage: sandik COMMAND …          sandik COMMAND --help says more, with an example",
    ]
    for group, commands in TABLE.items():
        lines += ["", group]
        lines += [f"  {name:<9} {title}" for name, title in commands.items()]
    lines += [
        "",
        "exit codes: 0 done · 1 the answer is no · 2 wrong use · 3 an outside part cannot be reached",
    ]
    return "\n".join(lines)


def parser(name: str, title: str, command: Command) -> argparse.ArgumentParser:
    """The parser of one command; every help ends with an example."""
    made = argparse.ArgumentParser(
        prog=f"sandik {name}",
        description=f"{title[0].upper()}{title[1:]}.",
        epilog=f"example:\n{command.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.arguments(made)
    return made


@contextmanager
def _patience(name: str) -> Iterator[None]:
    """While a command runs that somebody waits for, its patience is the setting, unless another was set."""
    if name not in ASK_ONCE or PATIENCE in os.environ:
        yield
        return
    os.environ[PATIENCE] = ASK_ONCE_WITHIN_S
    try:
        yield
    finally:
        del os.environ[PATIENCE]


def _run(name: str, command: Command, args: argparse.Namespace) -> int:
    def work(out: Out) -> int:
        handed.take(os.environ)
        with _patience(name):
            return command.run(args, out)

    return _guarded(work, Out(getattr(args, "json", False)))


def _guarded(work: Callable[[Out], int | None], out: Out | None = None) -> int:
    """The exit code of the work; what ends it early is said in a sentence."""
    out = out or Out()
    try:
        return work(out) or DONE
    except SandikError as error:
        if isinstance(error, UnwrittenError):
            let_go()
        _tell(out, f"sandik: {error}")
        return OUTSIDE if isinstance(error, OutsideError) else WRONG_USE
    except KeyboardInterrupt:
        _tell(out, "stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our answer has gone (| head); Python would complain about it once more at its end.
        let_go()
        return UNREAD


def _tell(out: Out, line: str) -> None:
    """The last word; where nobody reads it, or it cannot be written, the exit code says it."""
    with suppress(UnwrittenError, BrokenPipeError):
        out.tell(line)


if __name__ == "__main__":
    sys.exit(main())
