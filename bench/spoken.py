"""A process that is spoken with in JSON lines: asked on its standard input, heard on its standard output.

Know before changing: an answer that does not come in time, or a process that ended, is an error that shows
the last lines of what it said on standard error.
"""

import json
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

ENDS_WITHIN_S = 20.0
LINES_SHOWN = 15


class Spoken:
    """One such process, for the length of a `with`."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        self._buffer = b""

    @classmethod
    def module(cls, module: str, *words: object) -> "Spoken":
        """`python -m bench.…` with these words."""
        return cls(module, [sys.executable, "-m", module, *map(str, words)])

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def __enter__(self) -> "Spoken":
        """It runs already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it: by closing its standard input, then by force."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()

    def hear(self, within_s: float, wanted: str = "") -> dict[str, Any]:
        """The next line as a dictionary; with `wanted` the next that has this key."""
        until_s = time.monotonic() + within_s
        assert self._process.stdout is not None
        while True:
            line, end, rest = self._buffer.partition(b"\n")
            if end:
                self._buffer = rest
                said: dict[str, Any] = json.loads(line)
                if not wanted or wanted in said:
                    return said
                continue
            left_s = until_s - time.monotonic()
            ready = left_s > 0 and select.select([self._process.stdout], [], [], left_s)[0]
            data = self._process.stdout.read1(1 << 20) if ready else b""  # type: ignore[attr-defined]
            if not data:
                raise RuntimeError(f"{self.name} said nothing more:\n{self._last_words()}")
            self._buffer += data

    def ask(self, within_s: float, **facts: Any) -> dict[str, Any]:
        """Asks, and hears the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(facts).encode() + b"\n")
        self._process.stdin.flush()
        return self.hear(within_s)

    def _last_words(self) -> str:
        self._errors.seek(0)
        return "".join(self._errors.readlines()[-LINES_SHOWN:])
