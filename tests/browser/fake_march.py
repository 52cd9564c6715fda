"""31 March 2019 in figures: the official totals of its districts, and how an agency had them at 23:20.

    ended()["fatih"]             (boxes, votes by choice) when all was counted
    at_2320()["fatih"]           the same when the agency fell silent; the sums are those it published
    steps(night)                 how the night came to that, for its line

Know before changing: totals are those of the night's pack. How much of a district was in at 23:20 and how
the votes lay in it is invented; only the city's sums (4,110,446 and 4,114,467 in 30,812 boxes) are not.
"""

import csv
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

from election.wire.records import stamp
from tests.browser.fake_parts import Snapshot

TOTALS = Path(__file__).parents[2] / "nights" / "istanbul-2019-03-31" / "totals.csv"
CHOICES = ("imamoglu", "yildirim", "gokcinar", "others")
OUT = {
    "umraniye": 66, "atasehir": 24, "maltepe": 24, "kadikoy": 23, "kucukcekmece": 20, "esenler": 17,
    "basaksehir": 16, "beylikduzu": 14, "adalar": 0, "sultanbeyli": 0, "sile": 0,
}  # fmt: skip
"""Boxes out at 23:20; the others had five or six each."""
SUMS = {"imamoglu": 4_110_446, "yildirim": 4_114_467}
BOXES_OUT = 374
AWAY = {"agency-a": -22.0, "council": 13.0, "party": 12.0}
"""By how many points each count was further off when it began."""
Standing = tuple[int, Mapping[str, int]]


def ended() -> dict[str, Standing]:
    """Every district with all its boxes."""
    with TOTALS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["area"]: (int(row["boxes"]), {one: int(row[one]) for one in CHOICES}) for row in rows}


def at_2320() -> dict[str, Standing]:
    """Every district as the agency had it: its part of the boxes, the sums made to be the published ones."""
    end = ended()
    rest = [area for area in end if area not in OUT]
    few, more = divmod(BOXES_OUT - sum(OUT.values()), len(rest))
    out = OUT | {area: few + (at < more) for at, area in enumerate(rest)}
    made: dict[str, tuple[int, dict[str, int]]] = {}
    for area, (boxes, votes) in end.items():
        counted = boxes - out[area]
        made[area] = (counted, {one: count * counted // boxes for one, count in votes.items()})
    for one, wanted in SUMS.items():
        _bring(made, one, wanted - sum(votes[one] for _, votes in made.values()))
    return {**made}


def _bring(made: dict[str, tuple[int, dict[str, int]]], one: str, missing: int) -> None:
    """Spreads what is missing to a sum over the districts, each by what it has; the first takes the rest."""
    whole = sum(votes[one] for _, votes in made.values())
    parts = {area: int(missing * votes[one] / whole) for area, (_, votes) in made.items()}
    first = next(iter(parts))
    parts[first] += missing - sum(parts.values())
    for area, part in parts.items():
        made[area][1][one] += part


def steps(night: Snapshot, first: str = "19:04", every_s: int = 240, many: int = 64) -> Iterator[Snapshot]:
    """The same night growing, one step every four minutes up to 23:20; leads close in on the last ones."""
    begun = datetime.fromisoformat(f"2019-03-31T{first}:00+03:00").timestamp()
    left, right = (night["choices"][at]["votes"] for at in (0, 1))
    for step in range(1, many + 1):
        part, far = step / many, (1 - step / many) ** 2
        s = deepcopy(night) | {"alerts": [], "version": step}
        s["at"] = stamp(datetime.fromtimestamp(begun + every_s * step, UTC))
        s["counted"]["boxes"] = int(night["counted"]["boxes"] * part)
        s["valid"] = int(night["valid"] * part)
        turned = s["valid"] * AWAY["agency-a"] * far / 200
        for at, votes in ((0, left * part + turned), (1, right * part - turned)):
            s["choices"][at]["votes"] = round(votes)
        s["margin_votes"] = abs(s["choices"][0]["votes"] - s["choices"][1]["votes"])
        for one in s["sources"][1:]:
            one |= {"valid": int(one["valid"] * part), "last_at": s["at"]}
            one["counted"] = one["counted"] | {"units": int(one["counted"]["units"] * part)}
            one["margin_votes"] = int(one["margin_votes"] * part + one["valid"] * AWAY[one["id"]] * far / 100)
        yield s
    yield night
