"""`sandik produce` that is killed by SIGKILL at the very moment its first acknowledgement arrives.

    python -m tests.live.run_produce FEED --night practice …

Know before changing: what was sent stands in the log, and the process never learns of it; that is the moment
between sending and acknowledgement, hit every time.
"""

import os
import signal
import sys
from typing import Any

from producers.publish import Publisher
from sandik import cli


def _killed(*told: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    Publisher._told = _killed  # type: ignore[method-assign, assignment]
    sys.exit(cli.main(["produce", *sys.argv[1:]]))
