"""What the board costs a browser while a night plays at 60×: first paint, the script of repaints, long tasks.

Know before changing: the page is the demo's own, in Chromium; a repaint is `store.paint`, timed in the page,
and a long task is what the browser itself calls one (over 50 ms, whoever caused it). The ban is lifted two
seconds after the start, so the jump, with all 39 districts and the table at once, is among what is timed.
"""

import shutil
import statistics
from typing import Any

from bench.istanbul import NIGHT
from bench.results import Figure, Results
from bench.servers import SANDIK, Place
from bench.start import numbers
from bench.stored import wait_for
from bench.wanted import Wanted
from election.errors import OutsideError
from sandik import ports

BEGINS, SPEED = "19:13", 60
PLAYS_S, PLAYS_QUICK_S = 90, 20
WITHIN_S = 90.0
FIRST_MAX_MS, REPAINT_MAX_MS, TASK_MAX_MS = 1000.0, 4.0, 50.0
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
WATCH = """() => {
  globalThis.took = [];
  globalThis.tasks = [];
  const { store } = sandik;
  const paint = store.paint.bind(store);
  store.paint = () => { const began = performance.now(); paint(); took.push(performance.now() - began); };
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask' });
}"""


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """A night at 60×, as often as asked for, each in a browser of its own."""
    runs = [_run(place, wanted.either(PLAYS_S, PLAYS_QUICK_S)) for _ in range(wanted.repeat)]
    note = f"sandik demo {NIGHT} --from {BEGINS} --speed {SPEED}, Chromium, 1280 × 900"
    for what, key, most in (
        ("first contentful paint", "first", FIRST_MAX_MS),
        ("script of a repaint, median", "median", REPAINT_MAX_MS),
        ("script of a repaint, 99th", "p99", None), ("script of a repaint, worst", "worst", TASK_MAX_MS),
        ("longest task of the page while it follows", "task", TASK_MAX_MS),
    ):  # fmt: skip
        figures = tuple(run[key] for run in runs)
        said = note + (f"; {runs[0]['paints']:.0f} repaints in the first run" if key == "median" else "")
        results.add(Figure("page", what, "ms", figures, most=most, note=said))


def _run(place: Place, plays_s: float) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise OutsideError("Chromium is not installed: apt-get install chromium")
    port = ports.choose()
    words = ("demo", NIGHT, "--from", BEGINS, "--speed", str(SPEED), "--no-browser", "--port", str(port))
    demo = place.command((str(SANDIK), *words), {})
    try:
        wait_for(lambda: demo.check() and numbers(port), WITHIN_S, "numbers on the page")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            try:
                return _watched(browser.new_page(viewport={"width": 1280, "height": 900}), port, plays_s)
            finally:
                browser.close()
    finally:
        demo.stop()


def _watched(page: Any, port: int, plays_s: float) -> dict[str, float]:
    page.goto(f"http://{ports.LOCALHOST}:{port}/")
    wait_for(
        lambda: bool(page.evaluate("Boolean(globalThis.sandik?.store.painted)")), WITHIN_S, "a painted page"
    )
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.evaluate(WATCH)
    page.wait_for_timeout(plays_s * 1000)
    took, tasks = page.evaluate("[took, tasks]")
    if len(took) < 2:
        raise OutsideError("the page was not repainted: the night did not play")
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return {
        "first": first, "median": statistics.median(took), "p99": cuts[98], "worst": max(took),
        "task": max(tasks, default=0.0), "paints": float(len(took)),
    }  # fmt: skip
