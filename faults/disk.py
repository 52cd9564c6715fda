"""A disk that is full for one process, and has room again: what it writes into files fails, all else goes on.

    fill(pid)      each write of it into a file ends with EFBIG
    free(pid)      as before

Know before changing: this is the limit of file sizes (RLIMIT_FSIZE) lowered to nothing, which needs no rights
over a process of one's own. It stands in for ENOSPC: the error has another number and meets the same code of
a program that writes. A program that does not ignore SIGXFSZ dies of it, which no full disk would do:
Python and Java see to that themselves, other programs are started with `IGNORING`.
"""

import contextlib
import resource

IGNORING = ("sh", "-c", 'trap "" XFSZ; exec "$0" "$@"')
"""Put before a program's words: it gets an error where it would be sent a signal."""


def fill(pid: int) -> None:
    """From now on nothing that this process writes into a file is kept. No news where it has ended."""
    with contextlib.suppress(ProcessLookupError):
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))


def free(pid: int) -> None:
    """There is room again. No news where the process has ended."""
    with contextlib.suppress(ProcessLookupError):
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
