"""A helper process that is asked by JSON lines: a crowd of clients, the lines before the gateways.

    crowd = Asked(argv, log)
    crowd.ask("faults", do="counts")["alive"]
    crowd.stop()

Know before changing: it ends when its standard input does, so it outlives nobody. Asking waits for the
answer, so from a loop it is done in a thread; who asks at the same time waits.
"""

import json
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from election.errors import OutsideError


class Asked:
    """One of them."""

    def __init__(self, argv: Sequence[str], log: Path, cwd: Path) -> None:
        self._argv, self._turn, self._log = tuple(argv), threading.Lock(), log
        with log.open("ab") as lines:
            self._process = subprocess.Popen(
                self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=lines, cwd=cwd
            )

    def ask(self, wanted: str, **words: Any) -> dict[str, Any]:
        """Its answer: the next line that has this field. Raises OutsideError if it has ended."""
        with self._turn:
            if words:
                self._write(json.dumps(words).encode() + b"\n")
            assert self._process.stdout is not None
            for line in self._process.stdout:
                said: dict[str, Any] = json.loads(line)
                if wanted in said:
                    return said
        raise OutsideError(f"{' '.join(self._argv[1:4])} has ended (see {self._log})")

    def stop(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.communicate()

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise OutsideError(f"{' '.join(self._argv[1:4])} has ended (see {self._log})") from error
