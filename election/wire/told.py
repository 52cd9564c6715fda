"""Facts that were told, as bytes: the values of the topic `…told`, and the public state of a call.

    encode(told, scope)         the record's bytes
    decode(value, scope)        the fact again, from the log; RecordError for what cannot be read
    held(value, scope)          the same from the store, where an error says the way out
    call_json(memory)           what is public of a contest's call, for the store and for snapshots

Know before changing: bytes are made in one order of fields and never otherwise; a fact read and written again
is the same bytes. The id is made again from scope, contest, kind and key, so a record cannot claim another's.
What `d` must hold stands in `told_fields`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from election.alerts import KINDS, Told, identity
from election.calls.state import BY_LOT, CERTIFIED, CallState
from election.errors import ModeError, RecordError
from election.memory import RESTING, Memory
from election.wire.records import VERSION, opened, read_time, stamp
from election.wire.told_fields import TEXT_MAX, check
from election.wire.topics import Scope

Json = dict[str, Any]


def encode(told: Told, scope: Scope) -> bytes:
    """The record's bytes. Raises ModeError for a fact of another scope."""
    if told.scope != scope.name:
        raise ModeError("R004", "scope", f"This fact is of {told.scope}, we tell of {scope.name}.")
    head: Json = {
        "t": "told", "v": VERSION, "id": told.id, "mode": scope.mode, "night": scope.night,
    }  # fmt: skip
    if scope.session:
        head["session"] = scope.session
    return orjson.dumps(head | _body(told))


def _body(told: Told) -> Json:
    return {
        "contest": told.contest, "seq": told.seq, "prev": told.prev, "kind": told.kind, "key": told.key,
        "at": stamp(told.at), "version": told.version, "positions": dict(told.positions),
        "title": dict(told.title), "because": dict(told.because), "d": _plain(told.d),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """The value with every mapping a dictionary and every tuple a list, as JSON gives them back."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def decode(value: bytes, scope: Scope) -> Told:
    """The fact in these bytes. Raises RecordError (codes of `records.decode`), ModeError for another."""
    body = opened(value, scope)
    if b"\n" in value:
        raise RecordError("R001", "record", "A fact is JSON on one line: the store joins facts by lines.")
    if body.get("t") != "told":
        raise RecordError("R010", "t", f"A record here is something told, not {body.get('t')!r:.40}.")
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise RecordError("R010", "kind", f"Nothing of the kind {kind!r:.40} is told.")
    told = Told(
        scope=scope.name,
        contest=_text(body, "contest"),
        seq=_number(body, "seq"),
        prev=_text(body, "prev"),
        kind=kind,
        key=_text(body, "key"),
        at=read_time(body.get("at"), "at"),
        version=_number(body, "version"),
        positions=_object(body, "positions", int),
        title=_said(body, "title"),
        because=_said(body, "because"),
        d=_object(body, "d", object),
    )
    check(kind, told.d)
    if body.get("id") != told.id:
        wanted = identity(told.scope, told.contest, told.kind, told.key)
        raise RecordError("R011", "id", f"The id of this fact is {wanted}, not {body.get('id')!r:.40}.")
    return told


def held(value: bytes, scope: Scope) -> Told:
    """The fact in these bytes of the store.

    Raises RecordError that says the way out: what is refused where it enters is in a store only if another
    version of this program let it in.
    """
    try:
        return decode(value, scope)
    except ModeError:
        raise
    except RecordError as error:
        sentence = (
            f"What the store holds as told cannot be read ({error.code}: {error}) Another version of Sandık "
            "wrote it: sandik verify --rebuild makes the store from the log again."
        )
        raise RecordError(error.code, error.place, sentence) from error


def _text(body: Mapping[str, Any], place: str) -> str:
    value = body.get(place)
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise RecordError("R011", place, f"{place} is a text of at most {TEXT_MAX} characters.")
    return value


def _number(body: Mapping[str, Any], place: str) -> int:
    value = body.get(place)
    if type(value) is not int or value < 0:
        raise RecordError("R006", place, f"{place} is a whole number that is not negative.")
    return value


def _object(body: Mapping[str, Any], place: str, of: type) -> Json:
    value = body.get(place)
    if not isinstance(value, dict) or not all(isinstance(one, of) for one in value.values()):
        raise RecordError("R006", place, f"{place} is an object.")
    return value


def _said(body: Mapping[str, Any], place: str) -> Json:
    """A sentence by language, in English at least."""
    value = _object(body, place, str)
    if "en" not in value:
        raise RecordError("R006", f"{place}.en", f"{place} holds a sentence by language; en is missing.")
    return value


def call_json(memory: Memory) -> Json:
    """What is public of the call. An empty state: nothing was called, the resting state holds."""
    call, state = memory.call, memory.state
    certified = state in (BY_LOT, CERTIFIED)
    elected = list(memory.certified) if certified else list(call.elected) if call is not None else []
    shown = call if state != RESTING and not certified else None
    return {
        "state": state,
        "choice": elected[0] if elected and state != RESTING else None,
        "elected": elected if state != RESTING else [],
        "rule": None if shown is None else shown.rule,
        "id": None if shown is None else shown.id,
        "at": None if memory.at is None else stamp(memory.at),
        "called_at": None if call is None or state == RESTING else stamp(call.at),
        "counted_at_call": None if call is None or state == RESTING else _share(call.boxes, call.boxes_total),
        "because": memory.because.get("en", ""),
        "becauses": dict(memory.because),
    }


def _share(boxes: int, boxes_total: int) -> float | None:
    """Boxes counted as a fraction, rounded down to four decimals: all is said of all only."""
    return None if boxes_total == 0 else boxes * 10_000 // boxes_total / 10_000


def shown_call(call: Mapping[str, Any] | None, resting: CallState) -> Json:
    """The call as a snapshot shows it: what was told of it, or the resting state where nothing was."""
    if call is not None and call.get("state"):
        return dict(call)
    return {
        "state": resting.state, "choice": None, "elected": [], "rule": None, "id": None, "at": None,
        "called_at": None, "counted_at_call": None, "because": resting.because,
        "becauses": dict(resting.becauses),
    }  # fmt: skip
