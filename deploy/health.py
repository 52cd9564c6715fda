"""Is this container well? Exit code 0 yes, 1 no. The health check of the image.

A gateway is asked at its admin port (SANDIK_ADMIN), on this machine. A worker, a delivery and a replay listen
nowhere: they end by themselves when they cannot go on, and a worker also when it stands still
(SANDIK_STAND_STILL_S), so while the process is there, it is well.

Know before changing: it runs every few seconds in every container and must need nothing but Python.
"""

import os
import sys
import urllib.request

WITHIN_S = 2.0


def well(admin: str) -> bool:
    """Whether the gateway whose admin port is at HOST:PORT says that it works."""
    port = admin.rpartition(":")[2]
    # No proxy that the environment names: it would ask its own machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{port}/health/live", timeout=WITHIN_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    place = os.environ.get("SANDIK_ADMIN", "")
    sys.exit(0 if not place or well(place) else 1)
