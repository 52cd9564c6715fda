"""How a made-up night went, for tests of what is drawn of it: boxes under a ban, one jump, then a lead.

    line, now = june()          the line, and the snapshot at its end
    line, now = march()         three counts, no parent night, and one that fell silent

Know before changing: figures are the fakes' own, scaled; they stand for no real count.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from election.wire.records import stamp
from tests.browser import fakes
from web.points import Line

Snapshot = dict[str, Any]
OPENS = "2019-06-23T16:15:00.000Z"
JUMP = 29430


def hour(clock: str, day: str = "2019-06-23") -> str:
    """A moment of the night by the clock in Istanbul, as the wire writes it."""
    return stamp(datetime.fromisoformat(f"{day}T{clock}+03:00").astimezone(UTC))


def counted(final: Snapshot, boxes: int) -> Snapshot:
    """The same night when so many boxes were counted, every figure in proportion."""
    s = deepcopy(final)
    all_boxes = final["counted"]["boxes"]
    for thing in (s, *s["areas"].values()):
        for part in ("counted", "received"):
            thing[part]["boxes"] = thing[part]["boxes"] * boxes // all_boxes
    for one in s["choices"]:
        one["votes"] = one["votes"] * boxes // all_boxes
    s["valid"] = sum(one["votes"] for one in s["choices"])
    s["margin_votes"] = abs(s["choices"][0]["votes"] - s["choices"][1]["votes"])
    return s


def june_steps() -> Iterator[Snapshot]:
    """From 17:10, boxes alone; at 19:15 all at once; then half an hour of the lead."""
    closed, final = fakes.june_closed(), fakes.june()
    for step in range(25):
        minutes = 17 * 60 + 10 + 5 * step
        s = deepcopy(closed) | {"at": hour(f"{minutes // 60}:{minutes % 60:02}:00"), "version": step + 1}
        s["received"]["boxes"] = 28000 * (step + 1) // 25
        yield s
    for step in range(31):
        s = counted(final, JUMP + 6 * step) | {"version": 100 + step}
        s["at"] = hour(f"19:{15 + step}:00")
        s["embargo"] = s["embargo"] | {"state": "open", "opens_at": OPENS}
        s["swing"] = final["swing"] | {"then_points": -0.9}
        yield s


def march_steps() -> Iterator[Snapshot]:
    """31 March from 19:00, a box in a hundred every two minutes; a count falls silent at 20:40."""
    final = fakes.march_close()
    for step in range(1, 96):
        s = counted(final, final["counted"]["boxes"] * step // 100)
        minutes = 19 * 60 + 2 * step
        s |= {"at": hour(f"{minutes // 60}:{minutes % 60:02}:00", "2019-03-31"), "version": step}
        for one in s["sources"]:
            one |= {"valid": 80_000 * step, "last_at": s["at"], "margin_votes": 90 * step}
        s["alerts"] = []
        if step >= 50:
            at = hour("20:40:00", "2019-03-31")
            told = {"id": "a1", "seq": 1, "kind": "source-stalled", "at": at, "title": "Silent", "titles": {}}
            s["alerts"] = [told]
        yield s | {"recount_band_permille": 5}


def taken(steps: Iterator[Snapshot], mode: str = "live") -> tuple[Line, Snapshot]:
    """The line of these snapshots, and the last of them."""
    line, s = Line(mode), {}
    for s in steps:
        line.take(s)
    line.whole = True
    return line, s


def june(mode: str = "live") -> tuple[Line, Snapshot]:
    """23 June."""
    return taken(june_steps(), mode)


def march(mode: str = "live") -> tuple[Line, Snapshot]:
    """31 March."""
    return taken(march_steps(), mode)
