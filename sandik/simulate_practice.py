"""The practice night: invented figures from a seed around the awkward cases of `simulate_practice_cases`.

    night.toml (its seed) → boxes.csv, recording.jsonl.gz, ending.json

Know before changing: the ending is summed here from what each case *should* leave behind, not by counting
the recording.
"""

import json
import tomllib
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from election.wire.records import Ruling
from sandik.night_csv import written
from sandik.simulate_arrival import recording
from sandik.simulate_practice_cases import (
    CASES,
    CHOICES,
    NEVER_HEARD,
    NO_REGISTER,
    TOWNS,
    WARDS,
    Desk,
    Paper,
    Votes,
    agency,
    party,
)

LIFTED = datetime.fromisoformat("2024-10-06T18:30:00+03:00")


def build(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """boxes.csv, recording.jsonl.gz and ending.json of the practice night."""
    seed = tomllib.loads(files["night.toml"].decode())["seed"]
    registers = _registers(Random(f"{seed}/practice/registers"))
    desks = {
        contest: Desk(contest, _papers(contest, registers, Random(f"{seed}/practice/{contest}")))
        for contest in CHOICES
    }
    for number, desk in enumerate(desks.values()):
        _first_reports(desk, SPECIAL_FIRST[desk.contest], 7 * number)
        CASES[desk.contest](desk)
    party(desks["mayor"])
    agency(desks["mayor"])
    records = [record for desk in desks.values() for record in desk.records]
    records += [_lifted(contest) for contest in CHOICES]
    records.sort(key=lambda record: (record.heard_at, not isinstance(record, Ruling)))
    first = {"night": "practice", "mode": "replay", "simulated": True,
             "made_by": f"sandik.simulate_practice, seed {seed}", "from": "invented"}  # fmt: skip
    rows = [(box, box.rsplit("-", 1)[0], "" if size is None else size) for box, size in registers.items()]
    return {
        "boxes.csv": written(["id", "area", "registered"], rows),
        "recording.jsonl.gz": recording(first, records),
        "ending.json": _ending(desks, registers),
    }


def _registers(dice: Random) -> dict[str, int | None]:
    boxes = [f"{ward}-{number}" for ward, count in WARDS.items() for number in range(1, count + 1)]
    return {box: None if box == NO_REGISTER else 180 + int(140 * dice.random()) for box in boxes}


def _papers(contest: str, registers: Mapping[str, int | None], dice: Random) -> dict[str, Paper]:
    """Everyone's first figures; in the bridge contest they come to a tie."""
    papers: dict[str, Paper] = {}
    for box, registered in registers.items():
        ward = box.rsplit("-", 1)[0]
        if contest == "bridge" and ward not in TOWNS["liman"]:
            continue
        voters = int((registered or 200) * (0.74 + 0.16 * dice.random()))
        invalid = int(voters * (0.01 + 0.03 * dice.random()))
        votes = _votes(contest, ward, voters - invalid, dice)
        papers[box] = Paper(registered, voters - invalid, invalid, votes)
    return _tied(papers) if contest == "bridge" else papers


def _tied(papers: dict[str, Paper]) -> dict[str, Paper]:
    """The same boxes with a vote moved here and there until yes and no have the same."""
    lead = sum((paper.votes["yes"] or 0) - (paper.votes["no"] or 0) for paper in papers.values())
    if lead % 2:
        papers["fener-1"] = papers["fener-1"].moved(yes=-1, invalid=1)
        lead -= 1
    boxes = list(papers)
    for turn in range(abs(lead) // 2):
        box = boxes[turn % len(boxes)]
        step = 1 if lead > 0 else -1
        papers[box] = papers[box].moved(yes=-step, no=step)
    return papers


def _votes(contest: str, ward: str, valid: int, dice: Random) -> Votes:
    tastes = {"mayor": (0.50, 0.41, 0.09), "assembly": (0.38, 0.27, 0.24, 0.11), "bridge": (0.52, 0.48)}
    lean = {"liman": 1.25, "baglar": 0.95, "yayla": 0.9}[next(t for t in TOWNS if ward in TOWNS[t])]
    weights = [taste * (0.8 + 0.4 * dice.random()) for taste in tastes[contest]]
    weights[0] *= lean
    if contest == "mayor" and ward in TOWNS["yayla"]:
        weights[2] = 0.0
    votes: Votes = {}
    left, rest = valid, sum(int(weight * 1000) for weight in weights)
    for name, weight in zip(CHOICES[contest], weights, strict=True):
        share = int(weight * 1000)
        votes[name] = left * share // rest if rest else left
        left, rest = left - (votes[name] or 0), rest - share
    if contest == "mayor" and ward in TOWNS["yayla"]:
        votes["toprak"], votes["ruzgar"] = (votes["toprak"] or 0) + (votes["ruzgar"] or 0), None
    return votes


SPECIAL_FIRST = {
    "mayor": {"carsi-3", "carsi-5", "ardic-2", "ardic-5", "kayalik-5", "degirmen-4", "degirmen-6", "pinar-6",
              "asma-6", "kuyu-3", "fener-2"},
    "assembly": {"fener-3", "pinar-2", "kuyu-4"},
    "bridge": {"iskele-1"},
}  # fmt: skip
"""Boxes whose first paper is itself an awkward case, written below."""


def _first_reports(desk: Desk, special: set[str], later: int) -> None:
    """Two or three bundles a ward; early in one place, late in another."""
    for place, (ward, count) in enumerate(WARDS.items()):
        boxes = [f"{ward}-{number}" for number in range(1, count + 1)]
        usual = [box for box in boxes if box in desk.papers and box not in special and box != NEVER_HEARD]
        for part in range(3):
            together = {box: desk.papers[box] for box in usual[part::3]}
            if together:
                desk.say(later + place * 6 + part * 23 + 0.25 * part, 1, together)


def _lifted(contest: str) -> Ruling:
    text = "The ban on publishing ends at 18:30."
    return Ruling(contest, "embargo-lifted", LIFTED, LIFTED, "council", "Election council (invented)", text)


TOLD: Mapping[str, Mapping[str, Any]] = {
    "mayor": {
        "call": {"state": "open", "choice": None, "rule": None},
        "alerts": [["embargo-lifted", "open"]],
    },
    "assembly": {
        "call": {"state": "open", "choice": None, "rule": None},
        "alerts": [["embargo-lifted", "open"]],
    },
    "bridge": {
        "call": {"state": "too close", "choice": None, "rule": None},
        "alerts": [["embargo-lifted", "open"], ["counted", "100"]],
    },
}
"""What must have been said of each contest: with boxes out no lead is certain, and a tie is no call."""


def _ending(desks: Mapping[str, Desk], registers: Mapping[str, int | None]) -> bytes:
    """The golden totals: plain sums of what the cases leave."""
    contests = {}
    for desk in desks.values():
        final = desk.final.values()
        choices = {name: sum(p.votes[name] or 0 for p in final) for name in CHOICES[desk.contest]}
        ranked = sorted(choices, key=lambda name: -choices[name])
        seats = 2 if desk.contest == "assembly" else 1
        margin = choices[ranked[seats - 1]] - choices[ranked[seats]]
        total = sum(box in desk.papers for box in registers)
        contests[desk.contest] = {
            "boxes": {"counted": len(desk.final), "total": total, "quarantined": len(desk.held)},
            "registered": sum(p.registered or 0 for p in final),
            "voters": sum(p.voters for p in final),
            "valid": sum(p.valid for p in final),
            "invalid": sum(p.invalid for p in final),
            "choices": choices,
            "leader": None if margin == 0 and seats == 1 else ranked[0],
            "margin_votes": margin,
            **TOLD[desk.contest],
        }
    return (json.dumps({"contests": contests}, indent=2) + "\n").encode()
