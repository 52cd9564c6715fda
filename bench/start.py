"""`sandik demo`, installed: from the command to the first numbers on the page.

Know before changing: this asks the page's own address as a browser would, and counts from the moment the
command is started; a box that is only received (before the embargo opens) is a number on the page.
"""

import contextlib
import http.client
import json
import time

from bench.istanbul import NIGHT
from bench.results import Figure, Results
from bench.servers import SANDIK, Place
from bench.stored import wait_for
from bench.wanted import Wanted
from sandik import ports

MOST_S = 8.0
WITHIN_S = 90.0


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """The demo as a newcomer starts it, without the browser."""
    runs = tuple(_run(place) for _ in range(wanted.repeat))
    note = f"sandik demo {NIGHT} --no-browser; until /snapshot/mayor.json and the page say how many boxes"
    results.add(Figure("start", "sandik demo → first numbers", "s", runs, most=MOST_S, note=note))


def _run(place: Place) -> float:
    port = ports.choose()
    began_s = time.monotonic()
    demo = place.command((str(SANDIK), "demo", NIGHT, "--no-browser", "--port", str(port)), {})
    try:
        ended_s = wait_for(lambda: demo.check() and numbers(port), WITHIN_S, "numbers on the page")
    finally:
        demo.stop()
    return ended_s - began_s


def numbers(port: int) -> bool:
    """Whether the snapshot holds a box, and the page is there."""
    snapshot, page = _get(port, "/snapshot/mayor.json"), _get(port, "/")
    return bool(page) and bool(snapshot) and json.loads(snapshot)["received"]["boxes"] > 0


def _get(port: int, path: str) -> bytes:
    line = http.client.HTTPConnection(ports.LOCALHOST, port, timeout=2)
    with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
        line.request("GET", path)
        answer = line.getresponse()
        body = answer.read()
        return body if answer.status == http.HTTPStatus.OK else b""
    return b""
