"""Where `sandik` begins: nothing is imported yet, so that Ctrl-C is an end and no traceback from here on.

Know before changing: whatever is imported at the top of this file comes before anybody is there to catch it.
"""

import os
import sys
from contextlib import suppress

INTERRUPTED = 130
"""As in `sandik.cli`, which may be what was being imported."""


def main() -> int:
    """Runs the command of the command line; its exit code."""
    try:
        from sandik import cli

        return cli.main()
    except KeyboardInterrupt:  # before the command itself was there to say so
        with suppress(OSError):
            os.write(2, b"stopped\n")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
