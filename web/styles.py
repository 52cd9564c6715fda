"""The stylesheet of one contest: the colours of its choices (light, dark, safe), and where its tiles lie.

Know before changing: colours are the night's data and the page allows no inline style, so they come as a
stylesheet of their own; every text colour is computed to keep its contrast, whatever colour a party has.
"""

from collections.abc import Sequence

from web.face import Face, Snapshot

WHITE, INK, DARK = "#FFFFFF", "#14171C", "#101318"
OTHER = "#7B8494"
BESIDE_HALVES_MAX = 10
"""Columns of tiles, in halves, up to which what explains them stands beside them on a wide screen."""
SAFE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7B8494")
"""Told apart by nearly everybody; the first two for the two main choices."""
CHOSEN: dict[str, dict[str, str]] = {
    "#A50F2B": {"dark_fill": "#C8213F", "dark_text": "#FF8496"},
    "#F5A524": {"edge": "#A86A00", "text": "#8A5200", "dark_text": "#F7B54A"},
}
"""Shades picked by eye for the colours of the shipped nights; others are computed."""
STEPS_LIGHT, STEPS_DARK = (42, 75, 100), (52, 76, 100)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(colour: str, ground: str, pct: int) -> str:
    """`pct` percent of the colour, the rest ground."""
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    return "#" + "".join(f"{(a * pct + b * (100 - pct) + 50) // 100:02X}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [part / 255 for part in _rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    a, b = luminance(one), luminance(other)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def until(colour: str, towards: str, ground: str, least: float) -> str:
    """The colour moved towards black or white only as far as its contrast on the ground needs."""
    for pct in range(100, -1, -4):
        mixed = mix(colour, towards, pct)
        if contrast(mixed, ground) >= least:
            return mixed
    return towards


def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on the fill."""
    return WHITE if contrast(WHITE, fill) >= contrast(INK, fill) else INK


def readable(fill: str) -> str:
    """The fill itself, or moved away from its ink until that reads on it (4.5:1)."""
    away = "#000000" if ink_on(fill) == WHITE else WHITE
    for pct in range(100, 40, -4):
        mixed = mix(fill, away, pct)
        if contrast(mixed, ink_on(mixed)) >= 4.5:
            return mixed
    return fill


def valid_colour(colour: object) -> str:
    """A `#RRGGBB` colour in capitals; grey for anything else."""
    text = str(colour or "").upper()
    good = len(text) == 7 and text[0] == "#" and all(letter in "0123456789ABCDEF" for letter in text[1:])
    return text if good else OTHER


def shades(colour: str, *, dark: bool) -> dict[str, str]:
    """The custom properties of one choice: fill, edge, text, and the three steps with their inks."""
    ground, towards = (DARK, WHITE) if dark else (WHITE, "#000000")
    chosen = CHOSEN.get(colour, {})
    fill = chosen.get("dark_fill", until(colour, towards, ground, 2.0)) if dark else colour
    edge = until(fill, towards, ground, 3.0)
    edge = edge if dark else chosen.get("edge", edge)
    text = chosen.get("dark_text" if dark else "text", until(fill, towards, ground, 5.0))
    found = {"--f": fill, "--e": edge, "--t": text, "--o": ink_on(fill)}
    for step, pct in enumerate(STEPS_DARK if dark else STEPS_LIGHT, start=1):
        shade = readable(mix(fill, ground, pct))
        found[f"--f{step}"] = shade
        found[f"--o{step}"] = ink_on(shade)
    return found


def _rule(selector: str, facts: dict[str, str]) -> str:
    return selector + "{" + ";".join(f"{name}:{value}" for name, value in facts.items()) + "}"


def _colours(base: Sequence[str], safe: Sequence[str], *, dark: bool) -> str:
    rules = [_rule(f'[data-c="{at}"]', shades(colour, dark=dark)) for at, colour in enumerate(base)]
    for at, colour in enumerate(safe):
        rules.append(_rule(f'[data-palette=safe] [data-c="{at}"]', shades(colour, dark=dark)))
    return "".join(rules)


def choice_colours(face: Face, theme: str = "auto") -> str:
    """The colours of all choices in both palettes, on the reader's ground; or on a light or a dark one."""
    base = [valid_colour(choice.get("colour")) for choice in face.choices]
    main = [place for place in (face.left, face.right) if place is not None]
    order = main + [place for place in range(len(base)) if place not in main]
    rank = {place: at for at, place in enumerate(order)}
    last = 2 if face.duel else len(SAFE)
    safe = [SAFE[rank[at]] if rank[at] < last else OTHER for at in range(len(base))]
    if theme != "auto":
        return _colours(base, safe, dark=theme == "dark")
    light = _colours(base, safe, dark=False)
    return light + "@media (prefers-color-scheme:dark){" + _colours(base, safe, dark=True) + "}"


def tile_cells(snapshot: Snapshot, face: Face) -> dict[str, tuple[int, int]]:
    """Row and half column of each tile; odd rows lie half a cell to the right, like bricks."""
    tiles = {area: snapshot["areas"][area].get("tile") for area in face.areas}
    placed = {area: tile for area, tile in tiles.items() if tile}
    if not placed:
        return {}
    top = min(row for row, _ in placed.values())
    halves = {area: (row - top, 2 * column + row % 2) for area, (row, column) in placed.items()}
    first = min(half for _, half in halves.values())
    return {area: (row, half - first) for area, (row, half) in halves.items()}


def cell(row: int, half: int, halves: int, rows: int = 1) -> str:
    """The grid area of something that lies in the tile ground."""
    return f"{row + 1}/{half + 1}/{row + 1 + rows}/{half + 1 + halves}"


def tile_grid(snapshot: Snapshot, face: Face, place: Snapshot) -> str:
    """Where tiles, water and words lie; nothing for a night without tiles."""
    cells = tile_cells(snapshot, face)
    if not cells:
        return ""
    rows = 1 + max(row for row, _ in cells.values())
    halves = 2 + max(half for _, half in cells.values())
    rules = [f".tiles{{--rows:{rows};--halves:{halves}}}"]
    for at, area in enumerate(face.areas):
        if area in cells:
            row, half = cells[area]
            rules.append(f".p{at}{{grid-area:{cell(row, half, 2)}}}")
    for at, (row, half, long) in enumerate(place.get("water", ())):
        rules.append(f".w{at}{{grid-area:{cell(row, half, long)}}}")
    for at, label in enumerate(place.get("labels", ())):
        row, half, long = label["at"]
        rules.append(f".l{at}{{grid-area:{cell(row, half, long)}}}")
    wide = []
    for name, tall in (("legend", 1), ("readout", 1), ("summary", 2)):
        if name in place:
            row, half, long = place[name]
            wide.append(f".tiles .{name}{{grid-area:{cell(row, half, long, tall)}}}")
    if not wide and halves <= BESIDE_HALVES_MAX:
        wide = _beside(halves)
    return "".join(rules) + "@media (min-width:1120px){" + "".join(wide) + "}"


def _beside(halves: int) -> list[str]:
    """Few tiles leave room beside them: key, readout and sum stand there, not in the narrow column below."""
    ground = f".tiles:not(.flow){{max-width:none;grid-template-columns:repeat({halves},62px) minmax(0,1fr)}}"
    room = "margin:0;padding:0 0 0 36px;align-self:start"
    beside = [
        f".tiles:not(.flow) .{name}{{grid-area:{row}/{halves + 1};{room}}}"
        for row, name in enumerate(("legend", "readout", "summary"), start=1)
    ]
    return [ground, *beside]
