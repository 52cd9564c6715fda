"""A fault that somebody asks for while a recording is played, and all faults written down as a file of them.

    fault = read_asked({"kind": "stall", "source": "agency", "for_s": 900}, night, begin=at)
    mishap = read_asked({"who": "gateway", "do": "kill", "for_s": 20}, night, begin=at)
    as_toml(faults.faults, mishaps)         text for --faults

Know before changing: the words are those of the file (`faults_file`), without the hour: it begins with the
next record. What `as_toml` writes reads as the same faults again; a test holds it to that.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from election.errors import Mistake, UsageError
from election.night import Night
from election.wire.records import stamp
from election.wire.toml_reader import Table
from producers.faults import Fault
from producers.faults_file import SECONDS_OF, Mishap, Reader

HOURS = ("from", "until", "at")
PLACE = "asked"


def read_asked(fields: Mapping[str, Any], night: Night, begin: datetime) -> Fault | Mishap:
    """What is asked for, from this hour of the night on. Raises UsageError with every mistake."""
    mistakes: list[Mistake] = []
    process = "who" in fields
    hour = {"at" if process else "from": stamp(begin)}
    table = Table(PLACE, {**fields, **hour}, (), {}, mistakes)
    for key in HOURS:
        if key in fields:
            table.wrong(key, f"{key} is not asked for: a fault begins with the next record.")
    read = Reader(night)
    found: Fault | Mishap = read.mishap(table) if process else read.fault(table)
    if mistakes:
        raise UsageError(" ".join(one.message for one in mistakes))
    return found


def as_toml(faults: Iterable[Fault], mishaps: Iterable[Mishap] = ()) -> str:
    """A file of faults that says the same."""
    tables = [_table("fault", _fault(one)) for one in faults]
    tables += [_table("process", _mishap(one)) for one in mishaps]
    return "\n".join(tables)


def _fault(fault: Fault) -> dict[str, object]:
    said: dict[str, object] = {"kind": fault.kind, "source": fault.source, "contest": fault.contest}
    said["area"] = fault.area
    said["from"] = stamp(fault.begin) if fault.begin else ""
    said["until"] = stamp(fault.end) if fault.end else ""
    said = {key: value for key, value in said.items() if value}
    if fault.kind not in ("stall", "burst") and fault.chance != 1:
        said["chance_pct"] = round(fault.chance * 100, 1)
    said |= {key: getattr(fault, field) for field, key in SECONDS_OF.get(fault.kind, {}).items()}
    if fault.kind == "corrupt":
        said["how"] = fault.how
    if fault.kind == "correct":
        said["most_pct"] = fault.most_pct
    if fault.most:
        said["most_reports"] = fault.most
    return said


def _mishap(mishap: Mishap) -> dict[str, object]:
    return {"who": mishap.who, "do": mishap.do, "at": stamp(mishap.at), "for_s": mishap.for_s}


def _table(name: str, said: Mapping[str, object]) -> str:
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
    return "\n".join([f"[[{name}]]", *lines, ""])
