"""Keeps a library from filling the log: the same complaint at most once in a while.

Know before changing: a Kafka client that has lost its brokers writes tens of thousands of lines a minute; a
full disk would then end more than the worker.
"""

import logging
import time

EVERY_S = 10.0
"""How often one complaint may be told; what comes in between is dropped."""
COMPLAINTS_MAX = 200
"""Complaints remembered; at the limit all are forgotten, and each may be told once more."""


class OnceInAWhile(logging.Filter):
    """Lets each kind of message of a logger through once in `EVERY_S`."""

    def __init__(self) -> None:
        super().__init__()
        self._told_at: dict[tuple[str, int, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is told."""
        kind = (record.name, record.levelno, str(record.msg))
        now = time.monotonic()
        if now - self._told_at.get(kind, -EVERY_S) < EVERY_S:
            return False
        if len(self._told_at) >= COMPLAINTS_MAX:
            self._told_at.clear()
        self._told_at[kind] = now
        return True


def set_up(level: int = logging.INFO) -> None:
    """Logging of a worker's process: lines on standard error; of libraries only what is wrong."""
    handler = logging.StreamHandler()
    handler.addFilter(OnceInAWhile())
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("streams").setLevel(level)
    # Whoever was here before us in this process may have silenced it; the filter is enough.
    logging.getLogger("aiokafka").setLevel(logging.NOTSET)
