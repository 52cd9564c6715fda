"""How a contest went: `/series/<contest>.json` in columns of numbers, for anybody who draws it.

    facts(line, with_all_told(group.shown, …))      lead, other counts, boxes received and marks, up to now
    /series/mayor/drawn.json?lang=tr&by=share       the same as the board draws it, and what the trailer needs

Know before changing: while the embargo is not open there is nothing in it but boxes received, not even of an
hour that was open before. The last point is what the snapshot shows. Columns of numbers weigh a third of a
list of objects; times are seconds since 1970, in the night's own time.
"""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from election.errors import UsageError
from election.night import ContestId
from election.wire.frames import Json, dumps
from web.archive import clock_mark
from web.asked import Asked
from web.face import Snapshot, duel_of, face_of, phase_of
from web.needs import told
from web.plotted import BY, plan
from web.points import CountPoint, Dated, Line, Point, Received, counts_of, marks_of, moment, point_of
from web.replies import BY_LANGUAGE, SHORT, TYPES, Answer, cached, finish, nothing, wrong
from web.story import with_all_told
from web.words import words

D = TypeVar("D", bound=Dated)
VERSION = 1
MARKS_MAX = 100
"""Most marks; at the limit the oldest are left out."""
DRAWN = "drawn.json"


def answer(asked: Asked) -> Answer | Awaitable[Answer]:
    """The series of a contest as it is shown, or what the board draws of it."""
    contest, _, file = asked.rest.rpartition("/")
    contest = contest or file.removesuffix(".json")
    if ContestId(contest) not in asked.groups or file not in (f"{contest}.json", DRAWN):
        return nothing()
    return _answer(asked, ContestId(contest), drawn=file == DRAWN)


async def _answer(asked: Asked, contest: ContestId, *, drawn: bool) -> Answer:
    line = await filled(asked, contest)
    s = asked.groups[contest].shown
    etag = f"{asked.groups[contest].tag}{clock_mark(s)}:{line.moves}"
    led = asked.groups[contest].led.told
    if not drawn:
        body = asked.keep.get(f"/series/{contest}", etag, lambda: dumps(facts(line, with_all_told(s, led))))
        return finish(cached(body, asked.request, TYPES["json"], SHORT), asked.request)
    by = asked.one("by") or BY[0]
    if by not in BY:
        return wrong(UsageError(f"by: there is {' and '.join(BY)}."))
    w = words(asked.lang)

    def make() -> bytes:
        face = face_of(s)
        found = facts(line, with_all_told(s, led))
        of = {"epoch": s["epoch"], "version": s["version"]}
        return dumps(plan(found, s, face, w, by) | of | {"whole": line.whole, "needs": told(s, face, w)})

    body = asked.keep.get(f"/series/{contest}/{by}/{w.lang}", f"{etag}:{by}:{w.lang}:{asked.edition}", make)
    return finish(cached(body, asked.request, TYPES["json"], SHORT, BY_LANGUAGE), asked.request)


async def filled(asked: Asked, contest: ContestId) -> Line:
    """The line of a contest with what is shown now, and what was shown before this gateway began."""
    asked.lines.look(contest, asked.groups[contest].shown)
    await asked.lines.fill(contest)
    return asked.lines.line(contest)


def facts(line: Line, s: Snapshot) -> Json:
    """What may be told of the course of a contest, at the moment of a snapshot that has all that was told."""
    now = moment(s.get("at"))
    is_open = phase_of(s) != "closed"
    left, right = duel_of(s)
    ban = s.get("embargo") or {}
    marks = sorted(marks_of(s), key=lambda mark: (mark.at, mark.id)) if is_open and now is not None else []
    return {
        "v": VERSION, "contest": s["contest"], "epoch": s["epoch"], "version": s["version"],
        "at": now, "whole": line.whole, "left": left, "right": right,
        "boxes_total": s["counted"]["boxes_total"],
        "received": _received(line, s, now),
        "opened_at": moment(ban.get("opens_at")) if is_open else None,
        "jump": line.jump if is_open else None,
        "points": _points(line, s, now) if is_open else None,
        "counts": _counts(line, s, now) if is_open else [],
        "marks": [
            {"id": mark.id, "kind": mark.kind, "at": mark.at, "title": mark.title, "titles": mark.titles}
            for mark in marks[-MARKS_MAX:]
        ],
    }  # fmt: skip


def until(kept: Sequence[D], now: int | None, newest: D | None) -> list[D]:
    """What was, up to now, with what is now at the end."""
    if newest is None or now is None:
        return [one for one in kept if now is not None and one.at <= now]
    return [*(one for one in kept if one.at < newest.at), newest]


def _points(line: Line, s: Snapshot, now: int | None) -> Json:
    points: list[Point] = until(line.points.kept(), now, point_of(s))
    return {
        "at": [one.at for one in points], "boxes": [one.boxes for one in points],
        "valid": [one.valid for one in points], "lead": [one.lead for one in points],
        "ahead": [one.ahead for one in points], "then": [one.then for one in points],
    }  # fmt: skip


def _counts(line: Line, s: Snapshot, now: int | None) -> list[Json]:
    newest = counts_of(s)
    found = []
    for source in s.get("sources") or ():
        kept = line.counts.get(source["id"])
        points: list[CountPoint] = until(kept.kept() if kept else (), now, newest.get(source["id"]))
        if points and not source.get("published"):
            found.append(
                {
                    "id": source["id"], "name": source["name"], "names": source.get("names") or {},
                    "simulated": bool(source.get("simulated")),
                    "at": [one.at for one in points], "boxes": [one.boxes for one in points],
                    "valid": [one.valid for one in points], "lead": [one.lead for one in points],
                }
            )  # fmt: skip
    return found


def _received(line: Line, s: Snapshot, now: int | None) -> Json:
    step_s = line.received.step_s
    newest = None if now is None else Received(now, s["received"]["boxes"])
    kept = {one.at // step_s: one.boxes for one in until(line.received.kept(), now, newest)}
    return {"step_s": step_s, "at": [place * step_s for place in kept], "boxes": list(kept.values())}
