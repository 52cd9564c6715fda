"""A night made up from official district totals: boxes, their figures, their arrival, and the golden ending.

    night.toml + areas.csv + totals.csv + simulation.toml (+ the parent night's files)
        → boxes.csv, parent.csv, recording.jsonl.gz, ending.json

The boxes of a district sum to its total to the vote. Nothing here is a fact except those totals.

Know before changing: the shipped nights are rebuilt from their seed by a test and must come out the same,
byte for byte; after a change on purpose, write the new files and say so in the changelog.
"""

import gzip
import json
import tomllib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from election.errors import UsageError
from election.wire.records import Record
from sandik.night_csv import written
from sandik.simulate_arrival import FIGURES, Sheet, recording
from sandik.simulate_figures import (
    Ballot,
    Columns,
    Lean,
    first_figures,
    first_register,
    later_figures,
    later_register,
    neighbourhoods,
)
from sandik.simulate_reading import SIMULATION, TOTALS, read_simulation, read_totals
from sandik.simulate_story import Plan, story

Files = Mapping[str, bytes]
"""A night folder: file name → bytes."""
RECORDING = "recording.jsonl.gz"


def plan(files: Files) -> Plan:
    """Reads the plan; the night has one contest with two main choices. Raises UsageError."""
    facts = tomllib.loads(files["night.toml"].decode())
    contests = facts["contests"]
    main = [choice["id"] for choice in contests[0]["choices"] if choice.get("main")]
    if len(contests) != 1 or len(main) != 2:
        raise UsageError("Only a night of one contest with two main choices (main = true) can be simulated.")
    if type(facts.get("seed")) is not int:
        raise UsageError("night.toml has no seed, or one that is no whole number: write seed = 7.")
    (contest,), (one, other) = contests, main
    choices = tuple(choice["id"] for choice in contest["choices"])
    simulation = read_simulation(files[SIMULATION], facts, main)
    return Plan(
        night=facts["id"],
        seed=facts["seed"],
        contest=contest["id"],
        source=contest["source"],
        root=contest["area"],
        choices=choices,
        ballot=Ballot((one, other), tuple(c for c in choices if c not in (one, other))),
        late=simulation["arrival"]["late"],
        simulation=simulation,
    )


def build(files: Files, parent: Files | None = None) -> dict[str, bytes]:
    """Boxes, parent figures, recording and ending of a simulated night.

    With a parent (its boxes.csv and recording) the boxes are the parent's, figures swing from it, and
    parent.csv is written. Raises UsageError for files that cannot be used, or that no night fits.
    """
    what = plan(files)
    if TOTALS not in files:
        raise UsageError(f"A night is simulated from its official totals: there is no {TOTALS} here.")
    totals = read_totals(files[TOTALS], what.choices)
    try:
        return _built(what, totals, parent)
    except ValueError as error:
        raise UsageError(f"No night fits {SIMULATION} and {TOTALS}: {error}.") from error


def _built(what: Plan, totals: Mapping[str, Mapping[str, int]], parent: Files | None) -> dict[str, bytes]:
    before = _read(parent) if parent is not None else None
    sheet = _sheet(what, totals, before)
    built = {
        "boxes.csv": boxes_csv(sheet.boxes, sheet.areas, sheet.columns["registered"]),
        RECORDING: record(what, story(what, sheet), "official district totals (totals.csv) and a seed"),
        "ending.json": ending(what, sheet, what.simulation.get("ending", {})),
    }
    if before is not None:
        built["parent.csv"] = parent_csv(what, sheet.boxes, before)
    return built


def _sheet(
    what: Plan, totals: Mapping[str, Mapping[str, int]], before: Mapping[str, Mapping[str, int]] | None
) -> Sheet:
    boxes: list[str] = []
    areas: list[str] = []
    columns: Columns = {name: [] for name in (*FIGURES, *what.choices)}
    for area, total in totals.items():
        ids = [f"{area}-{number}" for number in range(1, total["boxes"] + 1)]
        found = _district(what, area, total, ids, before)
        boxes.extend(ids)
        areas.extend([area] * len(ids))
        for name, column in columns.items():
            column.extend(found[name])
    return Sheet(boxes, areas, columns)


def _district(
    what: Plan, area: str, total: Mapping[str, int], ids: Sequence[str],
    before: Mapping[str, Mapping[str, int]] | None,
) -> Columns:  # fmt: skip
    dice = Random(f"{what.seed}/{what.night}/{area}")
    if before is None:
        places = neighbourhoods(len(ids), dice)
        registered = first_register(total["registered"], places, dice)
        return first_figures(total, what.ballot, registered, places, dice, Lean())
    if lost := [box for box in ids if box not in before]:
        raise ValueError(f"the parent night has no box {lost[0]}")
    old = {name: [before[box][name] for box in ids] for name in (*FIGURES, *what.choices)}
    registered = later_register(total["registered"], old["registered"], dice)
    return later_figures(total, what.ballot, registered, old, dice, Lean())


def _read(parent: Files) -> dict[str, dict[str, int]]:
    """The parent's boxes. Raises UsageError where they cannot be had."""
    if RECORDING not in parent:
        raise UsageError(f"The parent night has no {RECORDING}, from which its boxes are taken.")
    try:
        return newest(parent)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"The parent night's {RECORDING} cannot be read: {error!r:.100}.") from error


def newest(parent: Files) -> dict[str, dict[str, int]]:
    """Final figures of a parent night's boxes from its recording: the newest revision of each."""
    what = tomllib.loads(parent["night.toml"].decode())
    (contest,) = what["contests"]
    figures: dict[str, dict[str, int]] = {}
    for text in gzip.decompress(parent[RECORDING]).decode().splitlines()[1:]:
        line = json.loads(text)
        if line["t"] != "bundle" or line["source"] != contest["source"]:
            continue
        for row, box in enumerate(line["box"]):
            revision = line["revision"] if isinstance(line["revision"], int) else line["revision"][row]
            if figures.get(box, {}).get("revision", 0) >= revision:
                continue
            said = {name: line[name][row] for name in FIGURES}
            votes = {name: column[row] for name, column in line["votes"].items()}
            figures[box] = {"revision": revision, **said, **votes}
    return figures


def record(what: Plan, records: Sequence[Record], source: str) -> bytes:
    """The recording file; `source` says what it was made from."""
    first = {
        "night": what.night, "mode": "replay", "simulated": True,
        "made_by": f"sandik.simulate, seed {what.seed}", "from": source,
    }  # fmt: skip
    return recording(first, records)


def ending(what: Plan, sheet: Sheet, wanted: Mapping[str, Any]) -> bytes:
    """The golden totals when every box is counted once (plain sums), and what must have been said."""
    sums = {name: sum(column) for name, column in sheet.columns.items()}
    choices = {name: sums[name] for name in what.choices}
    first, second = sorted(what.choices, key=lambda name: -choices[name])[:2]
    count = len(sheet.boxes)
    contest = {
        "boxes": {"counted": count, "total": count, "quarantined": 0},
        **{name: sums[name] for name in FIGURES},
        "choices": choices,
        "leader": first if choices[first] > choices[second] else None,
        "margin_votes": choices[first] - choices[second],
        **_told(wanted),
    }
    return (json.dumps({"contests": {what.contest: contest}}, indent=2) + "\n").encode()


def _told(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The call and the alerts of `[ending]`, if the plan says them; an empty word is nobody."""
    if not wanted:
        return {}
    call = {name: wanted[name] or None for name in ("state", "choice", "rule")}
    return {"call": call, "alerts": [list(pair) for pair in wanted["alerts"]]}


def boxes_csv(boxes: Iterable[str], areas: Iterable[str], registered: Iterable[int]) -> bytes:
    """boxes.csv: id, area, registered."""
    rows = zip(boxes, areas, registered, strict=True)
    return written(["id", "area", "registered"], rows)


def parent_csv(what: Plan, boxes: Iterable[str], before: Mapping[str, Mapping[str, int]]) -> bytes:
    """parent.csv: the parent night's final figures of the boxes that stood then."""
    rows = (
        (what.contest, box, before[box]["valid"], *(before[box][name] for name in what.choices))
        for box in boxes
        if box in before
    )
    return written(["contest", "box", "valid", *what.choices], rows)
