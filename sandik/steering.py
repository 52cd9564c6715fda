"""What `sandik replay NIGHT --ask …` does: asks the replay that is running, and says what it made of it.

    steering.control(["jump", "19:10"], night, by="Ayşe")
    await steering.asked(control, night, settings, out)

Know before changing: the page asks the same over the gateway's socket (`sandik.acting`); both write a control
into the log, and the replay that is running takes it.
"""

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from election.errors import RecordError, UsageError
from election.night import Night
from election.wire.controls import VERBS, Control, read
from election.wire.records import stamp
from sandik.say import Out

if TYPE_CHECKING:
    from producers.settings import Settings

WITHIN_S = 30.0
"""How long an answer is waited for; going back takes as long as what was played is still being counted."""
NOBODY = 3
_WHOLE, _NUMBER = re.compile(r"[0-9]{1,15}"), re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")


def control(words: Sequence[str], night: Night, by: str) -> Control:
    """What the words ask for. Raises UsageError."""
    from producers.pace import read_from, read_speed

    do, *more = words
    fields: dict[str, object] = {
        "id": uuid.uuid4().hex[:16], "do": do, "by": by, "at": stamp(datetime.now(UTC)),
    }  # fmt: skip
    if do == "fault":
        fields["fault"] = _words(more)
        more = []
    wants = {"speed": "60, or max", "jump": "an hour such as 19:10"}.get(do)
    if len(more) != (1 if wants else 0) and not (do == "step" and len(more) == 1):
        raise UsageError(f"--ask {do} takes {wants or 'nothing more'}; --ask is one of: {', '.join(VERBS)}.")
    if do == "speed":
        fields["speed"] = read_speed(more[0])
    elif do == "jump":
        fields["to"] = stamp(read_from(more[0], night.date, night.time_zone))
    elif do == "step" and more:
        fields["records"] = int(more[0]) if _WHOLE.fullmatch(more[0]) else more[0]
    try:
        return read(fields)
    except RecordError as error:
        raise UsageError(f"--ask: {error}") from error


def _words(more: Sequence[str]) -> dict[str, str | int | float]:
    """The words of a fault: kind=stall source=agency for_s=900. Raises UsageError."""
    found: dict[str, str | int | float] = {}
    for word in more:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"--ask fault takes words such as kind=duplicate for_s=60, not {word!r:.60}.")
        number = _NUMBER.fullmatch(value)
        found[key] = value if number is None else float(value) if number.group(1) else int(value)
    return found


async def asked(asks: Control, night: Night, settings: "Settings", out: Out) -> int:
    """Asks; 0 done, 1 the replay says no, 3 nobody has answered."""
    from producers.controls import ask

    answer = await ask(settings, night.id, asks, WITHIN_S)
    if answer is None:
        out.say(f"No replay of {settings.scope(night.id).name} has answered within {WITHIN_S:g} s.")
        out.answer({"done": False, "because": "nobody"})
        return NOBODY
    at = None if answer.at is None else stamp(answer.at)
    where = "before the first record" if at is None else f"at {at}"
    speed = "max" if answer.speed is None else f"{answer.speed:g}"
    out.say(answer.because or f"done: {where}, speed {speed}{', paused' if answer.paused else ''}")
    for line in faults_in_words(answer.facts.get("faults", [])):
        out.say(line)
    out.answer({
        "done": not answer.because, "because": answer.because, "at": at, "speed": answer.speed,
        "paused": answer.paused, "records": answer.records, **answer.facts,
    })  # fmt: skip
    return 1 if answer.because else 0


def faults_in_words(faults: Sequence[dict[str, Any]]) -> list[str]:
    """What was asked for before, and whether the count came out right, a line each."""
    said = []
    for one in faults:
        what = one.get("kind") or f"{one['do']} the {one['who']}"
        holds = one["checks"].get("holds")
        state = "running" if not one["over"] else {True: "held", False: "DID NOT HOLD"}.get(holds, "over")
        said.append(
            f"  {one['id']} {what}: {state}" + "".join(f"; {x}" for x in one["checks"].get("differs", []))
        )
    return said
