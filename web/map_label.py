"""Where in a shape its number stands: inside it, and with as much room around as there is.

    label([ring, hole])      x, y and the room: half the width of the largest ellipse there, half as high

Numbers are wider than high, so heights are doubled while the place is looked for. Source of the search:
Mapbox's polylabel (V. Agafonkin, "A new algorithm for finding a visual center of a polygon", 2016): cells
are cut into four, those first that could hold the best place. Know before changing: the place is inside for
every shape, since the search begins at one that is (the middle of the widest span of a line across).
"""

import heapq
from collections.abc import Sequence
from itertools import count, pairwise
from math import hypot, inf, sqrt

XY = tuple[float, float]
Ring = Sequence[XY]
"""Without its first place again at the end."""
FLAT = 2.0
"""How much wider than high a number is."""
CELLS_MAX = 400
"""Most places looked at in one shape; the best so far is taken then."""
PRECISION = 1.0
CORNERS_MAX = 240
"""Most corners that a place is searched among; a country's coast has many thousands."""
LINES = 12
"""Lines across, among which the widest span is looked for."""


def label(rings: Sequence[Ring]) -> tuple[float, float, float]:
    """The place for a number in a polygon with an area (outer ring first), and its room; room 0: no area."""
    tall = [[(x, y * FLAT) for x, y in ring] for ring in rings]
    x, y = _across(tall)
    best = (_inside(x, y, tall), x, y)
    coarse = _coarse(tall)
    xs, ys = [x for x, _ in coarse[0]], [y for _, y in coarse[0]]
    box = (min(xs), min(ys), max(xs), max(ys))
    size = min(box[2] - box[0], box[3] - box[1])
    if size > 0:
        _, x, y = _search(best, coarse, box, size / 2)
        best = max(best, (_inside(x, y, tall), x, y))
    room, x, y = best
    return x, y / FLAT, max(0.0, room)


def _coarse(rings: Sequence[Ring]) -> list[Ring]:
    """The same shape with few corners, to search in; what is found there is measured in the shape itself."""
    step = 1 + sum(map(len, rings)) // CORNERS_MAX
    return [ring[::step] for ring in rings if len(ring) > 2 * step] or [rings[0]]


def _search(
    best: tuple[float, float, float],
    rings: Sequence[Ring],
    box: tuple[float, float, float, float],
    half: float,
) -> tuple[float, float, float]:
    """Better places than the first one, as far as there are any."""
    left, top, right, bottom = box
    numbers, cells = count(), list[tuple[float, int, float, float, float, float]]()

    def look(x: float, y: float, half: float) -> None:
        room = _inside(x, y, rings)
        heapq.heappush(cells, (-(room + half * sqrt(2)), next(numbers), room, x, y, half))

    for across in range(max(1, min(40, round((right - left) / half / 2)))):
        for down in range(max(1, min(40, round((bottom - top) / half / 2)))):
            look(left + half * (1 + 2 * across), top + half * (1 + 2 * down), half)
    while cells and next(numbers) < CELLS_MAX * 2:
        most, _, room, x, y, half = heapq.heappop(cells)
        if room > best[0]:
            best = (room, x, y)
        if -most - best[0] <= PRECISION:
            break
        for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
            look(x + dx * half / 2, y + dy * half / 2, half / 2)
    return best


def inside(x: float, y: float, rings: Sequence[Ring]) -> bool:
    """Whether a place is inside, by the even-odd rule that the map is drawn with."""
    crossed = False
    for ring in rings:
        for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                crossed = not crossed
    return crossed


def _inside(x: float, y: float, rings: Sequence[Ring]) -> float:
    """How far inside a place is, to the nearest edge; less than 0 outside."""
    nearest = inf
    for ring in rings:
        for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
            dx, dy = bx - ax, by - ay
            long = dx * dx + dy * dy
            part = 0.0 if not long else min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / long))
            nearest = min(nearest, hypot(x - ax - part * dx, y - ay - part * dy))
    return nearest if inside(x, y, rings) else -nearest


def _across(rings: Sequence[Ring]) -> XY:
    """The middle of the widest span of some lines across the shape, none of them through a corner."""
    heights = sorted({y for ring in rings for _, y in ring})
    gaps = sorted(pairwise(heights), key=lambda gap: gap[0] - gap[1])[:LINES]
    widest, found = -1.0, rings[0][0]
    for low, high in gaps:
        y = (low + high) / 2
        cuts = sorted(
            (bx - ax) * (y - ay) / (by - ay) + ax
            for ring in rings
            for (ax, ay), (bx, by) in pairwise([*ring, ring[0]])
            if (ay > y) != (by > y)
        )
        for left, right in zip(cuts[::2], cuts[1::2], strict=True):
            if right - left > widest:
                widest, found = right - left, ((left + right) / 2, y)
    return found
