"""Starts a program that cannot outlive its parent: `python leash.py PARENT_PID PROGRAM [ARGUMENT…]`.

Know before changing: this runs between fork and the real program, without site-packages, so it imports the
standard library only; and it runs once for each child, so it imports little of it.
On Linux the kernel is asked to kill the program when the thread that started it dies, even by SIGKILL.
Elsewhere there is no such request: there, only an orderly stop of the parent stops its children.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NOT_FOUND = 127


def main(parent: int, argv: list[str]) -> int:
    """Become the program; returns (with an exit code) only if that cannot be done."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        # The parent may have died before the request was made; then nobody would ever kill us.
        if os.getppid() != parent:
            return 1
    # Python ignores these two, and a program inherits what is ignored.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.stderr.write(f"cannot start {argv[0]}: {error.strerror}\n")
    return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
