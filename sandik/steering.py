"""What `sandik replay NIGHT --ask …` does: asks the replay that is running, and says what it made of it.

    steering.control(["jump", "19:10"], night, by="Ayşe")
    await steering.asked(control, night, settings, out)

Know before changing: the page asks the same over the gateway's socket (`sandik.acting`); both write a control
into the log, and the replay that is running takes it.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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


def control(words: Sequence[str], night: Night, by: str) -> Control:
    """What the words ask for. Raises UsageError."""
    from producers.pace import read_from, read_speed

    do, *more = words
    fields: dict[str, object] = {
        "id": uuid.uuid4().hex[:16], "do": do, "by": by, "at": stamp(datetime.now(UTC)),
    }  # fmt: skip
    wants = {"speed": "60, or max", "jump": "an hour such as 19:10"}.get(do)
    if len(more) != (1 if wants else 0) and not (do == "step" and len(more) == 1):
        raise UsageError(f"--ask {do} takes {wants or 'nothing more'}; --ask is one of: {', '.join(VERBS)}.")
    if do == "speed":
        fields["speed"] = read_speed(more[0])
    elif do == "jump":
        fields["to"] = stamp(read_from(more[0], night.date, night.time_zone))
    elif do == "step" and more:
        fields["records"] = int(more[0]) if more[0].isdigit() else more[0]
    try:
        return read(fields)
    except RecordError as error:
        raise UsageError(f"--ask: {error}") from error


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
    out.answer({
        "done": not answer.because, "because": answer.because, "at": at, "speed": answer.speed,
        "paused": answer.paused, "records": answer.records,
    })  # fmt: skip
    return 1 if answer.because else 0
