"""Bundles and rulings as bytes: the values of Kafka records and the lines of a recording.

A bundle is the reports of one source about one area of one contest, heard together, in columns: a third of
the size of a dictionary a report, and a batch of them can be summed by numpy. A recording's lines are the
same without mode and night, which its first line says once.

Know before changing: bytes are made in one order of fields and never otherwise, so that the same bundle is
the same bytes everywhere (record → replay → record). A paper's figures are *not* judged here: a bad figure
refuses one paper (`checks`), only a record that cannot be read at all is refused whole, with an R code.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from election.errors import ModeError, RecordError
from election.report import MISSING, Claim
from election.wire.topics import Scope

VERSION = 1
BUNDLE_REPORTS_MAX = 200
"""Most reports in one bundle; at the limit a producer begins the next, and a reader refuses a larger one."""
RECORD_BYTES_MAX = 1024 * 1024
"""Largest record in bytes; a larger one is refused whole (R008)."""
DEPTH_MAX = 200
"""Brackets in a record from which its depth is looked at; a normal bundle has one a column."""
TEXT_MAX = 2000
"""Longest free text of a ruling, in characters; longer is refused (R011)."""
DATA_BYTES_MAX = 64 * 1024
"""Most bytes of a ruling's data; more is refused (R011). A fact that tells of it holds it more than once."""
DATA_DEPTH_MAX = 100
"""Most lists and objects inside one another in a ruling's data; more is refused (R011). The fact that tells
of it holds it deeper, a webhook deeper still, and beyond 254 neither could be written."""
LANGUAGES_MAX = 24
"""Most languages that a ruling says something in; more are refused (R011)."""
LANGUAGE_MAX = 35
"""Longest code of a language, in characters (RFC 5646, 4.4.1); a longer one is refused (R011)."""

Column = list[Any]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Reports of one source about one area of one contest. A scalar column says the same of every row."""

    contest: str
    source: str
    area: str
    level: str
    heard_at: datetime
    box: Column
    revision: Column | int
    registered: Column
    voters: Column
    valid: Column
    invalid: Column
    votes: Mapping[str, Column]
    cause: Column | str = "first"
    state: Column | str = "counted"
    boxes: Column | None = None
    """For a source that reports areas: boxes it says are in each figure."""
    id: str = ""

    def __len__(self) -> int:
        """How many reports it holds."""
        return len(self.box)

    def claims(self) -> Iterator[Claim]:
        """Its reports as they came, unchecked."""
        for row in range(len(self.box)):
            yield self.claim(row)

    def claim(self, row: int) -> Claim:
        """One report as it came, unchecked."""
        return Claim(
            contest=self.contest,
            source=self.source,
            unit=self.box[row],
            level=self.level,
            revision=_cell(self.revision, row),
            cause=_cell(self.cause, row),
            state=_cell(self.state, row),
            registered=_cell(self.registered, row),
            voters=_cell(self.voters, row),
            valid=_cell(self.valid, row),
            invalid=_cell(self.invalid, row),
            votes={choice: column[row] for choice, column in self.votes.items()},
            claimed_boxes=None if self.boxes is None else self.boxes[row],
            heard_at=self.heard_at,
        )


def _cell(column: Any, row: int) -> object:
    if isinstance(column, list):
        return column[row] if column else MISSING
    return column


@dataclass(frozen=True, slots=True)
class Ruling:
    """A lifecycle event or desk decision: what was decided, when it counts from, by whom."""

    contest: str
    kind: str
    at: datetime
    heard_at: datetime
    source: str
    actor: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The text by language code, where it is known in which; `text` is one of them."""
    actors: Mapping[str, str] = field(default_factory=dict)
    """What `actor` is called, by language code."""


RULING_KINDS = (
    "embargo-announced", "embargo-lifted", "objection-filed", "objection-upheld", "objection-rejected",
    "recount-ordered", "quarantine-cleared", "quarantine-upheld", "concession", "call-approved",
    "call-refused", "call-retracted", "certified", "annulled", "rerun-set", "alert-acknowledged",
    "alert-reopened",
)  # fmt: skip

Record = Bundle | Ruling


def stamp(at: datetime) -> str:
    """A time as every record writes it: UTC, milliseconds, Z. Texts order as the times they name."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        # In the first and last hours of the calendar there is no time in every zone that people read it in.
        if at.tzinfo is None or not 1 < at.year < 9999:
            return None
        at = at.astimezone(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)  # as `stamp` writes it
    except (ValueError, OverflowError):
        return None


def read_time(value: object, place: str) -> datetime:
    """An aware UTC time in whole milliseconds, or RecordError R009."""
    at = _time(value) if isinstance(value, str) else None
    if at is not None:
        return at
    raise RecordError("R009", place, f"{place} is {value!r:.60}; a time has a date, an hour and a zone.")


def _body(record: Record) -> dict[str, Any]:
    """Everything a record says, in the one order it is written in, without id and scope."""
    if isinstance(record, Ruling):
        return {
            "t": "ruling", "v": VERSION, "contest": record.contest, "kind": record.kind,
            "at": stamp(record.at), "heard_at": stamp(record.heard_at), "source": record.source,
            "actor": record.actor, "text": record.text, "data": dict(record.data),
        }  # fmt: skip
    body = {
        "t": "bundle", "v": VERSION, "contest": record.contest, "source": record.source,
        "area": record.area, "level": record.level, "heard_at": stamp(record.heard_at),
        "cause": record.cause, "state": record.state, "box": record.box, "revision": record.revision,
        "registered": record.registered, "voters": record.voters, "valid": record.valid,
        "invalid": record.invalid, "votes": dict(record.votes),
    }  # fmt: skip
    if record.boxes is not None:
        body["boxes"] = record.boxes
    for place in _MAY_BE_ABSENT:
        if body[place] is MISSING or body[place] == []:
            del body[place]  # absent as it came: the same bytes again, and every row misses the field
    return body


_MAY_BE_ABSENT = ("cause", "state", "revision", "registered", "voters", "valid", "invalid")


def identity(record: Record) -> str:
    """The record's id: 16 hex digits of SHA-256 over what it says. The same words have the same id.

    `texts` and `actors` are left out: a ruling that is translated later is the same ruling.
    """
    return hashlib.sha256(orjson.dumps(_body(record))).hexdigest()[:16]


def encode(record: Record, scope: Scope | None = None) -> bytes:
    """The record's bytes: for Kafka with its scope, for a recording without."""
    body = _body(record)
    if isinstance(record, Ruling):
        by_language = {"texts": dict(record.texts), "actors": dict(record.actors)}
        body |= {place: said for place, said in by_language.items() if said}
    head: dict[str, Any] = {"t": body.pop("t"), "v": body.pop("v"), "id": record.id or identity(record)}
    if scope is not None:
        head |= {"mode": scope.mode, "night": scope.night}
        if scope.session:
            head["session"] = scope.session
    return orjson.dumps(head | body)


AFTER = "after"
"""Header of a replayed ruling: how far each partition of reports was written when the ruling was heard."""


def encode_after(ends: Mapping[str, int]) -> bytes:
    """The header's value: partition → next offset."""
    return orjson.dumps(dict(ends))


def decode_after(value: bytes) -> dict[str, int]:
    """What a header says; nothing where it says nothing that can be used."""
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {}
    right = isinstance(found, dict) and all(type(end) is int and end >= 0 for end in found.values())
    return found if right else {}


def decode(value: bytes, scope: Scope | None = None) -> Record:
    """The record in these bytes.

    Raises RecordError (code R001–R011 and the field) for what cannot be read, ModeError for another mode,
    night or session than `scope`.
    """
    body = opened(value, scope)
    kind = body.get("t")
    if kind == "bundle":
        return _bundle(body)
    if kind == "ruling":
        return _ruling(body)
    raise RecordError("R010", "t", f"A record is a bundle or a ruling, not {kind!r:.40}.")


def opened(value: bytes, scope: Scope | None = None) -> dict[str, Any]:
    """The body of a record: JSON of our version, neither too large nor too deep, of this scope.

    What is in it is for the caller to read. Raises RecordError R001–R003 and R008, ModeError R004 and R005.
    """
    if len(value) > RECORD_BYTES_MAX:
        raise RecordError("R008", "record", f"{len(value)} bytes are more than {RECORD_BYTES_MAX}.")
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise RecordError("R001", "record", f"This is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise RecordError("R002", "record", "A record is a JSON object.")
    if value.count(b"[") + value.count(b"{") > DEPTH_MAX:
        _refuse_depth(body)
    if body.get("v") != VERSION:
        raise RecordError("R003", "v", f"Version {body.get('v')!r:.20} is not {VERSION}, which we read.")
    if scope is not None:
        _same_scope(body, scope)
    return body


def _refuse_depth(body: Mapping[str, Any]) -> None:
    """Raises RecordError for what could not be written again: orjson reads deeper than it writes."""
    try:
        orjson.dumps(body)
    except orjson.JSONEncodeError as error:
        raise RecordError("R001", "record", "This is nested too deeply to be a record of ours.") from error


def _same_scope(body: Mapping[str, Any], scope: Scope) -> None:
    for place, code, ours in (
        ("mode", "R004", scope.mode),
        ("night", "R005", scope.night),
        ("session", "R005", scope.session),
    ):
        theirs = body.get(place, "")
        if theirs != ours:
            raise ModeError(code, place, f"This record is of {place} {theirs!r:.60}, we work on {ours!r}.")


def _depth(value: Any) -> int:
    """How many lists and objects stand inside one another."""
    depth, inside = 0, [value]
    while inside := [one for one in inside if isinstance(one, dict | list)]:
        inside = [each for one in inside for each in (one.values() if isinstance(one, dict) else one)]
        depth += 1
    return depth


def _text(body: Mapping[str, Any], place: str, length_max: int = 200) -> str:
    value = body.get(place, "")
    if not isinstance(value, str) or len(value) > length_max:
        raise RecordError("R011", place, f"{place} is a text of at most {length_max} characters.")
    return value


def _texts(body: Mapping[str, Any], place: str, length_max: int = 200) -> dict[str, str]:
    """Texts by language code, or none at all."""
    value = body.get(place, {})
    if not isinstance(value, dict) or len(value) > LANGUAGES_MAX:
        raise RecordError("R011", place, f"{place} is an object of at most {LANGUAGES_MAX} texts.")
    for language, text in value.items():
        if len(language) > LANGUAGE_MAX:
            said = f"{place} has a language code of more than {LANGUAGE_MAX} characters."
            raise RecordError("R011", place, said)
        if not isinstance(text, str) or len(text) > length_max:
            where = f"{place}.{language:.20}"
            raise RecordError("R011", where, f"{where} is a text of at most {length_max} characters.")
    return dict(value)


def _column(body: Mapping[str, Any], place: str, length: int) -> Column:
    """A column of the right length; an absent one is empty and every row misses the field."""
    column = body.get(place)
    if column is None:
        return []
    if not isinstance(column, list) or len(column) != length:
        raise RecordError("R006", place, f"The column {place} is not a list of {length} values.")
    return column


def _bundle(body: Mapping[str, Any]) -> Bundle:
    box = body.get("box")
    if not isinstance(box, list) or not box:
        raise RecordError("R006", "box", "A bundle holds a list of boxes, at least one.")
    length = len(box)
    if length > BUNDLE_REPORTS_MAX:
        raise RecordError("R007", "box", f"{length} reports are more than {BUNDLE_REPORTS_MAX} in a bundle.")
    votes = body.get("votes")
    if not isinstance(votes, dict):
        raise RecordError("R006", "votes", "votes is an object of columns, one a choice.")
    for choice, column in votes.items():
        if not isinstance(column, list) or len(column) != length:
            raise RecordError("R006", f"votes.{choice:.60}", f"This column is not a list of {length} values.")
    shared: dict[str, Any] = {}
    for place in ("revision", "cause", "state"):
        value = body.get(place, MISSING)
        shared[place] = _column(body, place, length) if isinstance(value, list) else value
    names = ("registered", "voters", "valid", "invalid")
    return Bundle(
        contest=_text(body, "contest"),
        source=_text(body, "source"),
        area=_text(body, "area"),
        level=_text(body, "level"),
        heard_at=read_time(body.get("heard_at"), "heard_at"),
        box=box,
        votes=votes,
        boxes=_column(body, "boxes", length) or None,
        id=_text(body, "id"),
        **shared,
        **{name: _column(body, name, length) for name in names},
    )


def _ruling(body: Mapping[str, Any]) -> Ruling:
    kind = body.get("kind")
    if kind not in RULING_KINDS:
        raise RecordError("R010", "kind", f"There is no ruling {kind!r:.40}.")
    data = body.get("data", {})
    if not isinstance(data, dict):
        raise RecordError("R006", "data", "data is an object.")
    if len(orjson.dumps(data)) > DATA_BYTES_MAX or _depth(data) > DATA_DEPTH_MAX:
        said = f"data is an object of at most {DATA_BYTES_MAX} bytes, and at most {DATA_DEPTH_MAX} deep."
        raise RecordError("R011", "data", said)
    return Ruling(
        contest=_text(body, "contest"),
        kind=kind,
        at=read_time(body.get("at"), "at"),
        heard_at=read_time(body.get("heard_at"), "heard_at"),
        source=_text(body, "source"),
        actor=_text(body, "actor"),
        text=_text(body, "text", TEXT_MAX),
        data=data,
        id=_text(body, "id"),
        texts=_texts(body, "texts", TEXT_MAX),
        actors=_texts(body, "actors"),
    )
