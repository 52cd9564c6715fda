"""Puts real ballot boxes into a shipped night: `sandik night build NIGHT --boxes FILE --out DIR`.

    a night's files + a CSV of boxes → the files of a new night with one more level, neighbourhoods

The box figures are then real; who reported when is still simulated, and every text of the night says so.

Know before changing: the figures are final ones, after recounts. Whatever was questionable was settled by
people, so the checks that hold a box back only warn in a built night; otherwise its totals would fall short
of the official ones by the boxes held. And nobody knows what a real box said before it was corrected, so
corrections and the other sources, which are made up, stay with the made-up boxes.
"""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from election.errors import UsageError
from sandik.night_csv import written
from sandik.nightbuild_csv import CHOICES, RealBox, Which, read_boxes, slug
from sandik.nightbuild_toml import toml
from sandik.simulate import boxes_csv, ending, parent_csv, plan, record
from sandik.simulate_arrival import FIGURES, Sheet
from sandik.simulate_reading import read_totals
from sandik.simulate_story import Plan, first_reports

LEVEL = "neighbourhood"
AREA_ID_MAX = 63
"""Longest id of an area, in characters; the name of a neighbourhood is cut to fit."""
SETTLED = {"Q304": "W", "Q307": "W"}
"""Checks that would hold back a box whose final figures people have settled."""
CARRIED = ("totals.csv", "simulation.toml")
"""Files that a built night keeps as they are, so that its texts can be checked."""


def which_vote(files: Mapping[str, bytes]) -> Which:
    """The columns a night needs: a rerun (it has a parent) is June, the other is March."""
    facts = tomllib.loads(files["night.toml"].decode())
    return "june" if facts.get("lineage", {}).get("parent") else "march"


def build_with_boxes(
    night_files: Mapping[str, bytes], csv_bytes: bytes, *, which: Which, csv_name: str = "boxes file"
) -> dict[str, bytes]:
    """The files of the night with real boxes. Raises MistakesError with every mistake in the CSV.

    `which` is the vote whose columns are counted; June's parent figures are March's of the same rows.
    `csv_name` (no folder) stands in messages and in SOURCE.md.
    """
    facts = _facts(night_files)
    what = plan(night_files)
    areas = list(csv.DictReader(io.StringIO(night_files["areas.csv"].decode())))
    districts = [area["id"] for area in areas if area["level"] == facts["levels"][-1]]
    slack = facts.get("outstanding", {}).get("slack_per_box", 0)
    votes: tuple[Which, ...] = ("march", "june") if which == "june" else ("march",)
    boxes = read_boxes(csv_name, csv_bytes, districts, votes, slack)
    ids = [f"{box.district}-{box.seq}" for box in boxes]
    hoods = neighbourhood_ids(boxes)
    sheet = _sheet(boxes, ids, which)
    totals = read_totals(night_files["totals.csv"], what.choices)
    built = {
        "night.toml": toml(_adapted(facts, what)).encode(),
        "areas.csv": _areas_csv(areas, boxes, hoods),
        "boxes.csv": boxes_csv(ids, hoods, sheet.columns["registered"]),
        "recording.jsonl.gz": record(
            what, first_reports(what, sheet), f"real boxes ({csv_name}), arrival from a seed"
        ),
        "ending.json": ending(what, sheet, {}),
        "SOURCE.md": _source_md(what, sheet, totals, csv_name).encode(),
    }
    if which == "june":
        before = {id_: box.figures["march"] for id_, box in zip(ids, boxes, strict=True)}
        built["parent.csv"] = parent_csv(what, ids, before)
    return built | {name: night_files[name] for name in CARRIED}


def _facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    missing = [name for name in ("night.toml", "areas.csv", *CARRIED) if name not in files]
    if missing:
        raise UsageError(
            f"Boxes can only be put into a night that was simulated: no {', '.join(missing)} here."
        )
    facts = tomllib.loads(files["night.toml"].decode())
    choices = [choice["id"] for contest in facts["contests"] for choice in contest["choices"]]
    if sorted(choices) != sorted(CHOICES):
        raise UsageError(f"A file of boxes holds {', '.join(CHOICES)}; this night asks {', '.join(choices)}.")
    if facts["levels"][-1] == LEVEL:
        raise UsageError("This night has real boxes already: build from the shipped one.")
    return facts


def neighbourhood_ids(boxes: Sequence[RealBox]) -> list[str]:
    """`<district>--<slug>` for each box; two names of a district with one slug get a number."""
    names: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for box in boxes:
        if (box.district, box.neighbourhood) in names:
            continue
        base = f"{box.district}--{slug(box.neighbourhood)}"[: AREA_ID_MAX - 5].rstrip("-")
        found, number = base, 1
        while found in taken:
            number += 1
            found = f"{base}-{number}"
        taken.add(found)
        names[box.district, box.neighbourhood] = found
    return [names[box.district, box.neighbourhood] for box in boxes]


def _sheet(boxes: Sequence[RealBox], ids: Sequence[str], which: Which) -> Sheet:
    figures = [box.figures[which] for box in boxes]
    columns = {name: [said[name] for said in figures] for name in (*FIGURES, *CHOICES)}
    return Sheet(ids, [box.district for box in boxes], columns)


def _adapted(facts: Mapping[str, Any], what: Plan) -> dict[str, Any]:
    """night.toml with the new level, what is simulated now, and the checks of settled figures."""
    shown = facts.get("shown_levels", facts["levels"])
    published = {contest["source"] for contest in facts["contests"]}
    checks = dict(facts.get("checks", {}))
    for code, level in SETTLED.items():
        if checks.get(code, {}).get("level") != "off":
            checks[code] = {**checks.get(code, {}), "level": level}
    return {
        **facts,
        "simulated": True,
        "simulated_what": "Box figures are real; the order and minute of arrival are simulated "
        f"(seed {what.seed}).",
        "simulated_whats": {
            "tr": "Sandık rakamları gerçektir; sandıkların geliş sırası ve dakikası benzetimdir "
            f"(tohum {what.seed})."
        },
        "levels": [*facts["levels"], LEVEL],
        "shown_levels": list(shown),
        "checks": checks,
        "sources": [source for source in facts["sources"] if source["id"] in published],
    }


def _areas_csv(areas: Sequence[Mapping[str, str]], boxes: Sequence[RealBox], hoods: Sequence[str]) -> bytes:
    head = list(areas[0])
    rows = [[area[column] for column in head] for area in areas]
    sides = {area["id"]: area.get("side", "") for area in areas}
    added = {
        hood: {"id": hood, "name": box.neighbourhood, "level": LEVEL, "parent": box.district,
               "side": sides[box.district]}
        for hood, box in zip(hoods, boxes, strict=True)
    }  # fmt: skip
    rows += [[area.get(column, "") for column in head] for area in added.values()]
    return written(head, rows)


def differences(sheet: Sheet, totals: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A sentence for every district figure where the boxes do not sum to the official total."""
    sums: dict[str, dict[str, int]] = {}
    for row, area in enumerate(sheet.areas):
        total = sums.setdefault(area, dict.fromkeys(("boxes", *sheet.columns), 0))
        total["boxes"] += 1
        for name, column in sheet.columns.items():
            total[name] += column[row]
    return [
        f"{area}: {name} is {sums.get(area, {}).get(name, 0)}, officially {official}"
        for area, figures in totals.items()
        for name, official in figures.items()
        if sums.get(area, {}).get(name, 0) != official
    ]


def _source_md(what: Plan, sheet: Sheet, totals: Mapping[str, Mapping[str, int]], csv_name: str) -> str:
    wrong = differences(sheet, totals)
    if wrong:
        said = "Against the official district totals (`totals.csv`) they differ:\n\n"
        said += "\n".join(f"* {line}" for line in wrong)
    else:
        said = (
            f"They sum to the official totals of all {len(totals)} districts (`totals.csv`) in every column."
        )
    return f"""# Where the figures of this night come from

Built with `sandik night build {what.night} --boxes`.

* **Box figures are real**: {len(sheet.boxes)} boxes read from `{csv_name}`. They are final figures, after
  recounts. {said}
* **The order and minute of arrival are simulated** from seed {what.seed} (`simulation.toml`). Nobody
  published when each box was entered, so everything shown says SIMULATED.
* The checks {" and ".join(SETTLED)} only warn here: what they would hold back was settled by people before
  the figures became final.
* Each box is heard once, with its final figures. The corrections, the boxes held and the other sources of the
  shipped night are made up with its boxes and are not here; its rulings are.
* Neighbourhoods are named as in the file; contests, choices, areas and rulings are the shipped night's.
"""
