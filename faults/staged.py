"""The practice night with calls in it, made and broken again and again, for nights that are to be broken.

    folder = stage(place)          a night folder: `sandik replay FOLDER`, SANDIK_NIGHT=FOLDER

The shipped practice night makes no call, so nobody could miss a retraction there. Here Liman answers the
question of the bridge with a clear yes, then with a clear no, and so on all evening, each time by a recount
of all its boxes; calls are made without anybody's signature, so an answer becomes a call and the next one its
retraction. All else is the practice night.

Know before changing: what is added is heard between the records that are there, in the order of the hour.
"""

import gzip
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from election.night import Area, Night
from election.wire.records import Bundle, Record, Ruling, encode
from sandik import folders

NIGHT, CONTEST, TOWN = "practice", "bridge", "liman"
FIRST_AT, WAVES, EVERY = datetime.fromisoformat("2024-10-06T14:36:30Z"), 12, timedelta(minutes=9)
"""When Liman first answers, how often it does, and after how long again."""
REVISION = 100
"""Of the first answer: higher than any paper of the recording."""
FEW = 7
"""Votes against in each box."""
CLOSED, OPENED = "closed_until = 2024-10-06T18:00:00+03:00", "closed_until = 2024-10-06T17:30:00+03:00"
"""No call may be made while the ban is on, so it ends before Liman answers."""
RULES = "".join(f"\n[calls.{rule}]\non = true\npeople = 0\n" for rule in ("certain", "majority"))


def stage(place: Path) -> Path:
    """Writes the night into a folder of its own in `place`, and gives that."""
    shipped, made = folders.load(NIGHT), place / NIGHT
    shutil.copytree(shipped.path, made)
    (made / "ending.json").unlink()
    told = made / "night.toml"
    said = told.read_text(encoding="utf-8")
    assert CLOSED in said
    told.write_text(said.replace(CLOSED, OPENED) + RULES, encoding="utf-8")
    head, *lines = gzip.decompress(shipped.recording.read_bytes()).splitlines()
    lines += [encode(record) for record in answers(shipped.night)]
    lines.sort(key=lambda line: str(json.loads(line)["heard_at"]))
    (made / shipped.recording.name).write_bytes(gzip.compress(b"\n".join([head, *lines]) + b"\n"))
    return made


def answers(night: Night) -> Iterator[Record]:
    """The ban is lifted, and Liman answers: a bundle a ward, all of its boxes."""
    before = FIRST_AT - timedelta(minutes=1)
    yield Ruling(CONTEST, "embargo-lifted", before, before, "council", "the council", "lifted early")
    wards = [area for area in night.areas.values() if area.parent == TOWN]
    for wave in range(WAVES):
        for ward in wards:
            yield _answer(night, ward, wave)


def _answer(night: Night, ward: Area, wave: int) -> Bundle:
    boxes = [box for box in night.boxes.values() if box.area == ward.id]
    voters: list[int | None] = [max(2 * FEW, (box.registered or 0) // 2) for box in boxes]
    many, few = [(one or 0) - FEW for one in voters], [FEW for _ in voters]
    return Bundle(
        contest=CONTEST, source="council", area=ward.id, level="box", heard_at=FIRST_AT + wave * EVERY,
        box=[str(box.id) for box in boxes], revision=REVISION + wave,
        registered=[box.registered for box in boxes], voters=voters, valid=voters, invalid=[0 for _ in boxes],
        votes={"yes": few if wave % 2 else many, "no": many if wave % 2 else few},
        cause="recount" if wave else "first",
    )  # fmt: skip
