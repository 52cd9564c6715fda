"""What steers a replay, as records of the topic `…controls`: what somebody asks for, and what became of it.

    encode(Control(id="6b1f…", do="speed", by="Ayşe", at=…, speed=120), scope)
    decode(value, scope)                    a Control, or the Answer of the replay that took it

Know before changing: a control is about how a recording is played and never about what is counted. The replay
that is running takes it; one that is started later does not, so nothing old moves a new replay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from election.errors import RecordError
from election.wire.records import VERSION, opened, read_time, stamp
from election.wire.topics import Scope

VERBS = ("pause", "resume", "speed", "jump", "step", "fault", "look")
FAULT_KEYS_MAX = 16
"""Most words of a fault that is asked for."""
SPEED_MAX = 1_000_000.0
STEP_MAX = 10_000
TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Control:
    """What somebody asks of the replay that is running."""

    id: str
    do: str
    """One of VERBS."""
    by: str
    at: datetime
    """When it was asked, by the clock."""
    speed: float | None = None
    """For `speed`: times as fast as the night; None: as fast as possible."""
    to: datetime | None = None
    """For `jump`: the recorded hour up to which everything comes at once; an earlier one begins it anew."""
    records: int = 1
    """For `step`: how many more records come although it is paused."""
    fault: Mapping[str, str | int | float] = field(default_factory=dict)
    """For `fault`: the words of one, as a file of faults has them, or `end`: the id of one that is to end."""
    outline: bool = False
    """For `look`: whether also the outline of the whole recording is wanted, which is long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a replay made of a control, and where it stands."""

    of: str
    """The id of the control."""
    because: str
    """Why it was not done; empty: it was."""
    at: datetime | None
    """The hour of the night that was reached; None: nothing is played yet, or nothing since it went back."""
    speed: float | None
    paused: bool
    records: int
    """Records played so far."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What there is to see besides, for `look` and `fault`."""


def encode(control: Control, scope: Scope) -> bytes:
    """A control as a record."""
    fields: dict[str, Any] = {"id": control.id, "do": control.do, "by": control.by, "at": stamp(control.at)}
    if control.do == "speed":
        fields["speed"] = control.speed
    if control.to is not None:
        fields["to"] = stamp(control.to)
    if control.do == "step":
        fields["records"] = control.records
    if control.do == "fault":
        fields["fault"] = dict(control.fault)
    if control.outline:
        fields["outline"] = True
    return _record("control", fields, scope)


def encode_answer(answer: Answer, scope: Scope) -> bytes:
    """An answer as a record."""
    fields: dict[str, Any] = {
        "of": answer.of, "because": answer.because, "speed": answer.speed, "paused": answer.paused,
        "records": answer.records, "at": None if answer.at is None else stamp(answer.at),
    }  # fmt: skip
    if answer.facts:
        fields["facts"] = answer.facts
    return _record("controlled", fields, scope)


def _record(kind: str, fields: dict[str, Any], scope: Scope) -> bytes:
    head = {"v": VERSION, "t": kind, "mode": scope.mode, "night": scope.night, "session": scope.session}
    return orjson.dumps(head | fields)


def decode(value: bytes, scope: Scope) -> Control | Answer:
    """The control or the answer in these bytes. Raises RecordError that names the field, ModeError."""
    body = opened(value, scope)
    if body.get("t") == "control":
        return read(body)
    if body.get("t") == "controlled":
        at = body.get("at")
        return Answer(
            of=_text(body, "of"), because=_text(body, "because", least=0, most=1000),
            at=None if at is None else read_time(at, "at"), speed=_speed(body),
            paused=bool(body.get("paused")), records=_count(body, "records", 0, None),
            facts=_facts(body.get("facts", {})),
        )  # fmt: skip
    raise RecordError("R010", "t", f"A record here is control or controlled, not {body.get('t')!r:.40}.")


def read(body: dict[str, Any]) -> Control:
    """A control from its fields, whoever wrote them. Raises RecordError (R009, R010) that names the field."""
    do = body.get("do")
    if do not in VERBS:
        raise RecordError("R010", "do", f"A replay can {', '.join(VERBS)}; not {do!r:.40}.")
    if do == "speed" and "speed" not in body:
        raise RecordError("R010", "speed", "Which speed? A number above 0, or null for as fast as possible.")
    if do == "jump" and "to" not in body:
        raise RecordError("R010", "to", "Up to when? A recorded time such as 2019-06-23T16:15:00Z.")
    return Control(
        id=_text(body, "id"), do=do, by=_text(body, "by"), at=read_time(body.get("at"), "at"),
        speed=_speed(body), to=read_time(body["to"], "to") if do == "jump" else None,
        records=_count(body, "records", 1, STEP_MAX) if "records" in body else 1,
        fault=_fault(body.get("fault")) if do == "fault" else {}, outline=body.get("outline") is True,
    )  # fmt: skip


def _text(body: dict[str, Any], place: str, *, least: int = 1, most: int = TEXT_MAX) -> str:
    value = body.get(place)
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise RecordError("R010", place, f"{place} is a text of {least} to {most} characters.")
    return value


def _facts(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RecordError("R010", "facts", "facts is an object.")
    return value


def _fault(value: object) -> Mapping[str, str | int | float]:
    if (
        not isinstance(value, dict)
        or not 0 < len(value) <= FAULT_KEYS_MAX
        or not all(isinstance(one, str | int | float) and len(str(one)) <= TEXT_MAX for one in value.values())
    ):
        raise RecordError("R010", "fault", "fault is an object of texts and numbers: kind, source, for_s, …")
    return value


def _speed(body: dict[str, Any]) -> float | None:
    value = body.get("speed")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= SPEED_MAX:
        raise RecordError("R010", "speed", f"speed is a number above 0 and up to {SPEED_MAX:,.0f}, or null.")
    return float(value)


def _count(body: dict[str, Any], place: str, least: int, most: int | None) -> int:
    value = body.get(place)
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most and value > most):
        raise RecordError(
            "R010", place, f"{place} is a whole number from {least}" + (f" to {most}." if most else ".")
        )
    return value
