"""What was acknowledged, one JSON line each, in a file of this process's own: for the fault checker.

Know before changing: one file a process, never shared; a killed process holding a shared one corrupts it and
looks like lost messages. A line is written after the acknowledgement, so what stands here was promised.
"""

import os
from pathlib import Path
from types import TracebackType

import orjson

from election.errors import UsageError


class History:
    """An open history; without a folder it takes everything and writes nothing."""

    def __init__(self, folder: str, actor: str) -> None:
        self._descriptor: int | None = None
        if folder:
            path = Path(folder) / f"{actor}-{os.getpid()}.jsonl"
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            except OSError as error:
                raise UsageError(f"SANDIK_HISTORY: {path} cannot be written: {error.strerror}.") from error

    def note(self, kind: str, /, **facts: object) -> None:
        """One line, written before this returns: a kill afterwards does not lose it."""
        if self._descriptor is not None:
            os.write(self._descriptor, orjson.dumps({"t": kind, **facts}) + b"\n")

    def __enter__(self) -> "History":
        """Use it as `with`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
