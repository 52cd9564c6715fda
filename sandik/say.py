"""What a command says, and where: answers on stdout, everything else on stderr, progress on a terminal only.

Know before changing: with --json the last line of stdout is one JSON object and nothing else is on stdout, so
that a script can read it whatever the command had to say on the way.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

BAR_CELLS = 24


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
        """The answer as one JSON object, if it was asked for."""
        if self.as_json:
            self._wipe()
            _write(sys.stdout, json.dumps(facts, ensure_ascii=False) + "\n")

    def progress(self, done: float, text: str) -> None:
        """A bar, on a terminal only; `done` is from 0 to 1."""
        if not sys.stderr.isatty():
            return
        cells = round(BAR_CELLS * min(max(done, 0.0), 1.0))
        bar = f"[{'#' * cells}{'.' * (BAR_CELLS - cells)}] {text}"
        if bar != self._bar:
            _write(sys.stderr, f"\r\x1b[K{bar}")
            self._bar = bar

    def _wipe(self) -> None:
        if self._bar:
            _write(sys.stderr, "\r\x1b[K")
            self._bar = ""


def _write(stream: Any, text: str) -> None:
    stream.write(text)
    stream.flush()
