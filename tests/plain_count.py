"""A count of a recording that shares nothing with the project's own: plain dictionaries, newest paper wins.

Know before changing: it is the second opinion on `ending.json`; importing `election` here would make it the
first opinion again.
"""

import csv
import gzip
import io
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

NIGHTS = Path(__file__).resolve().parents[1] / "nights"
SHIPPED = ("practice", "istanbul-2019-03-31", "istanbul-2019-06-23")
FIGURES = ("registered", "voters", "valid", "invalid")

Row = dict[str, Any]


def files(night: str) -> dict[str, bytes]:
    """The files of a shipped night."""
    return {path.name: path.read_bytes() for path in sorted((NIGHTS / night).iterdir())}


def lines(content: bytes) -> list[Row]:
    """The JSON lines of a recording, the first one included."""
    return [json.loads(line) for line in gzip.decompress(content).decode().splitlines()]


def rows(content: bytes) -> Iterator[Row]:
    """Every paper of a recording as a dictionary, in the order heard."""
    for line in lines(content)[1:]:
        if line["t"] != "bundle":
            continue
        for place, box in enumerate(line["box"]):
            row: Row = {key: line[key] for key in ("contest", "source", "area", "level", "heard_at")}
            row["box"] = box
            for key in ("revision", "cause", "state", *FIGURES):
                row[key] = line[key][place] if isinstance(line[key], list) else line[key]
            row["votes"] = {choice: column[place] for choice, column in line["votes"].items()}
            row["claimed"] = line["boxes"][place] if "boxes" in line else None
            yield row


def table(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode())))


def newest(folder: Mapping[str, bytes], contest: str, source: str) -> dict[str, list[Row]]:
    """The accepted papers of each box's newest revision; more than one different is a conflict."""
    held: dict[str, list[Row]] = {}
    rules = _Rules(folder, contest)
    for row in rows(folder["recording.jsonl.gz"]):
        if (row["contest"], row["source"]) != (contest, source) or not rules.accepts(row):
            continue
        said = {key: value for key, value in row.items() if key not in ("heard_at", "cause", "area")}
        said["gone"] = row["cause"] == "withdrawn"
        now = held.get(row["box"], [])
        if not now or row["revision"] > now[0]["revision"]:
            held[row["box"]] = [said]
        elif row["revision"] == now[0]["revision"] and said not in now:
            now.append(said)
    return held


def count(folder: Mapping[str, bytes], contest: str) -> dict[str, Any]:
    """The totals of a contest by its published source, shaped as in ending.json."""
    rules = _Rules(folder, contest)
    held = newest(folder, contest, rules.contest["source"])
    counted, back = [], 0
    for papers in held.values():
        paper = papers[0]
        if len(papers) > 1:
            back += 1
        elif paper["gone"] or paper["state"] != "counted":
            continue
        elif rules.questionable(paper):
            back += 1
        else:
            counted.append(paper)
    choices = {name: sum(paper["votes"].get(name) or 0 for paper in counted) for name in rules.stands}
    ranked = sorted(choices, key=lambda name: -choices[name])
    seats = rules.contest["seats"]
    margin = choices[ranked[seats - 1]] - choices[ranked[seats]]
    return {
        "boxes": {"counted": len(counted), "total": len(rules.boxes), "quarantined": back},
        **{name: sum(paper[name] or 0 for paper in counted) for name in FIGURES},
        "choices": choices,
        "leader": None if seats == 1 and margin == 0 else ranked[0],
        "margin_votes": margin,
    }


class _Rules:
    """What a box's paper must be to be accepted, and what holds it back, read from the folder's tables."""

    def __init__(self, folder: Mapping[str, bytes], contest: str) -> None:
        self.night = tomllib.loads(folder["night.toml"].decode())
        self.contest = next(one for one in self.night["contests"] if one["id"] == contest)
        self.above = {area["id"]: area["parent"] for area in table(folder["areas.csv"])}
        self.boxes = {
            box["id"]: box
            for box in table(folder["boxes.csv"])
            if self.contest["area"] in self.line(box["area"])
        }
        self.stands = {choice["id"]: choice.get("areas") for choice in self.contest["choices"]}

    def line(self, area: str) -> list[str]:
        """An area and everything above it."""
        found = [area]
        while self.above[found[-1]]:
            found.append(self.above[found[-1]])
        return found

    def on_paper(self, box: str) -> set[str]:
        """The choices that stand at this box."""
        here = set(self.line(self.boxes[box]["area"]))
        return {name for name, areas in self.stands.items() if areas is None or here & set(areas)}

    def accepts(self, row: Row) -> bool:
        """Whether the paper is one of this contest's, readable, and adds up."""
        known = {"counted", *self.night.get("states", {})}
        if row["level"] != "box" or row["box"] not in self.boxes or row["state"] not in known:
            return False
        if row["cause"] == "guess" or row["revision"] < 1 or set(row["votes"]) - set(self.stands):
            return False
        if row["state"] != "counted":
            return True
        said = {name for name, votes in row["votes"].items() if votes is not None}
        figures = [row["voters"], row["valid"], row["invalid"], *(row["votes"][name] for name in said)]
        if said != self.on_paper(row["box"]) or any(type(one) is not int or one < 0 for one in figures):
            return False
        if row["registered"] is not None and not 0 <= row["registered"] < 2**31:
            return False
        total = sum(row["votes"][name] for name in said)
        return bool(row["valid"] + row["invalid"] == row["voters"] and total == row["valid"])

    def questionable(self, row: Row) -> bool:
        """Whether an accepted paper counts nothing until a person clears it."""
        law = self.night["outstanding"]
        register = self.boxes[row["box"]]["registered"]
        most = int(register) + law["slack_per_box"] if register else law["voters_max_without_register"]
        main = [
            c["id"] for c in self.contest["choices"] if c["main"] and c["id"] in self.on_paper(row["box"])
        ]
        no_vote = any(row["votes"][name] == 0 for name in main)
        return bool(row["voters"] > most or row["invalid"] * 5 >= row["voters"] > 0 or no_vote)
