"""Contests that are not a duel in Istanbul: a referendum, two seats, a tie, and a list of fourteen.

Know before changing: everything here is invented, and small enough to add up by hand.
"""

from collections.abc import Mapping

from tests.browser.fake_parts import Snapshot, area, choice, snapshot


def _towns(votes: Mapping[str, tuple[int, int, Mapping[str, int]]]) -> dict[str, Snapshot]:
    towns = {
        key: area(key.title(), "land", "town", boxes, total, count)
        for key, (boxes, total, count) in votes.items()
    }
    return towns | {"land": area("Land", None, "country", 0, 0, {})}


def yes_no() -> Snapshot:
    """A referendum without tiles, one town with a tie and one with nothing counted."""
    choices = [
        choice("yes", "Yes", "#1B7F5C", short="Yes", names={"tr": "Evet"}, shorts={"tr": "Evet"}),
        choice("no", "No", "#7A3E9D", short="No", names={"tr": "Hayır"}, shorts={"tr": "Hayır"}),
    ]
    towns = _towns(
        {
            "ashby": (4, 5, {"yes": 812, "no": 640}),
            "birchwood": (3, 3, {"yes": 500, "no": 500}),
            "coldwater": (0, 4, {"yes": 0, "no": 0}),
            "dunmore": (8, 9, {"yes": 301, "no": 1290}),
        }
    )
    return snapshot(
        "bridge", "Shall the bridge be built?", choices, towns, kind="yes-no", levels=["country", "town"]
    )


def two_seats() -> Snapshot:
    """Five stand for two seats: the margin is at the line, between the second and the third."""
    names = ("Ada Kaya", "Bora Demir", "Ceren Ak", "Deniz Öz", "Efe Su")
    colours = ("#1F5FA8", "#C2571A", "#2E8B57", "#8B1A5A", "#FFE100")
    choices = [
        choice(name.split()[0].lower(), name, colour) for name, colour in zip(names, colours, strict=True)
    ]
    keys = [one["id"] for one in choices]
    towns = _towns(
        {
            "ashby": (4, 5, dict(zip(keys, (812, 640, 600, 120, 14), strict=True))),
            "birchwood": (3, 3, dict(zip(keys, (300, 520, 520, 80, 0), strict=True))),
            "coldwater": (1, 4, dict(zip(keys, (90, 20, 130, 44, 2), strict=True))),
            "dunmore": (8, 9, dict(zip(keys[:3], (700, 410, 333), strict=True))),
        }
    )
    return snapshot(
        "council", "Two seats on the council", choices, towns, seats=2, levels=["country", "town"]
    )


def tie() -> Snapshot:
    """Two candidates with exactly the same number of votes."""
    choices = [choice("a", "Ali A", "#0B6E99", main=True), choice("b", "Berk B", "#B3541E", main=True)]
    towns = _towns({"ashby": (5, 5, {"a": 700, "b": 650}), "birchwood": (3, 3, {"a": 250, "b": 300})})
    return snapshot("reeve", "Reeve", choices, towns, levels=["country", "town"])


def many() -> Snapshot:
    """Fourteen stand; the strip shows ten and the rest together."""
    choices = [
        choice(f"c{n:02}", f"List {n}", f"#{40 + n * 14:02X}55{220 - n * 12:02X}", short=f"L{n}")
        for n in range(14)
    ]
    towns = _towns(
        {
            f"town{n}": (9, 10, {f"c{k:02}": 40 + (k * 37 + n * 13) % 400 for k in range(14)})
            for n in range(12)
        }
    )
    return snapshot("lists", "Lists", choices, towns, levels=["country", "town"])
