"""What a command says, and where: answers on stdout, everything else on stderr, progress on a terminal only.

Know before changing: with --json the last line of stdout is one JSON object and nothing else is on stdout, so
that a script can read it whatever the command had to say on the way.
"""

import codecs
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from election.errors import OutsideError

BAR_CELLS = 24
TELL_EVERY = 100
"""Items between two words on how far it has come."""
T = TypeVar("T")


class UnwrittenError(OutsideError):
    """What is said cannot be written where it goes: a disk is full, or taken away."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"what is said here cannot be written ({error.strerror}): make room, or send it somewhere else"
        )


class Out:
    """The three voices of a command."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self._bar = ""

    def tell(self, line: str) -> None:
        """What happens on the way, and what goes wrong."""
        self._wipe()
        _write(sys.stderr, line + "\n")

    def say(self, line: str = "") -> None:
        """The answer in words; with --json it goes where everything else goes."""
        if self.as_json:
            self.tell(line)
        else:
            self._wipe()
            _write(sys.stdout, line + "\n")

    def answer(self, facts: Mapping[str, Any]) -> None:
        """The answer as one JSON object, if it was asked for; in an alphabet other than UTF-8 as ASCII."""
        if self.as_json:
            self._wipe()
            spelled = codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8"
            _write(sys.stdout, json.dumps(facts, ensure_ascii=spelled) + "\n")

    def give(self, content: bytes) -> None:
        """The answer as bytes and nothing else, so that they can be kept and hashed."""
        self._wipe()
        sys.stdout.flush()
        _write(sys.stdout.buffer, content)

    def progress(self, done: float, text: str) -> None:
        """A bar, on a terminal only; `done` is from 0 to 1."""
        if not sys.stderr.isatty():
            return
        cells = round(BAR_CELLS * min(max(done, 0.0), 1.0))
        bar = f"[{'#' * cells}{'.' * (BAR_CELLS - cells)}] {text}"
        if bar != self._bar:
            _write(sys.stderr, f"\r\x1b[K{bar}")
            self._bar = bar

    def of(self, what: str) -> Callable[[int, int], None]:
        """How to tell the progress of something that is counted: so many done, of so many."""
        return lambda done, whole: self.progress(done / max(1, whole), f"{what}: {done:,} of {whole:,}")

    def passing(self, items: Iterable[T], whole: int, what: str) -> Iterator[T]:
        """The items as they are, with their progress on the way."""
        told = self.of(what)
        for done, item in enumerate(items):
            if done % TELL_EVERY == 0:
                told(done, whole)
            yield item

    def _wipe(self) -> None:
        if self._bar:
            _write(sys.stderr, "\r\x1b[K")
            self._bar = ""


def _write(stream: Any, what: str | bytes) -> None:
    """Raises UnwrittenError; BrokenPipeError where nobody reads any more."""
    try:
        stream.write(what)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwrittenError(error) from error


def ready() -> None:
    """Before the first word: to a terminal of another alphabet, and to outputs that were closed."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - as long as the process
        elif getattr(stream, "errors", None) == "strict":
            stream.reconfigure(errors="backslashreplace")


def let_go() -> None:
    """After the last word: what could not be written is not tried once more when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
