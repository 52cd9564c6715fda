"""Which export is asked for: a query becomes what a writer needs, or a sentence that names the wrong field.

    exports.wanted("elex.csv", {"contest": ["mayor"]}, headers)     a Wanted: its name, and how it is made
    await exports.boxes({"contest": ["mayor"]})                     the table, which the store must give

Know before changing: what is exported is made of what the hub shows and of nothing else, so that the embargo
holds here too; boxes are the exception, and `box_tables` asks what is shown before it writes a figure.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from zlib import crc32

from election.errors import UsageError
from election.night import BOX_LEVEL, ContestId, Night, SourceId
from election.wire.records import stamp
from web.apart import Apart
from web.box_tables import BOXES_MAX, Read, Table, Tables
from web.exports import EXPORTS
from web.exports.shown import Asked, Shown
from web.hub import Hub
from web.kept import Kept, digest, kept
from web.workshop import Order, Workshop
from web.workshop import Position as At

BOXES = "boxes.csv"
"""The one export that the store must be asked for."""
RACES = "races.json"
"""The one that says where its reader goes on."""
HAVE_MAX = 300
"""Most contests whose positions fit into an address; beyond, the reader goes on by time alone."""
CELLS_AT_ONCE_MAX = 300
"""Figures of choices in places; with more an export is made in a thread, and once a second at most."""
AGAIN_AFTER_S = 1.0
"""How old such an export may be while the count moves on; it says the version it is of."""
SHOWN_MAX = 60
"""Most characters of a foreign value in a sentence."""

Query = Mapping[str, Sequence[str]]

HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
POSITION = re.compile(r"([0-9a-f]{8})([cbo])(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An export that can be made: where it is kept, the name of its content, its type, and how."""

    key: str
    etag: str
    kind: str
    make: Callable[[], bytes]
    state: str
    """Of what is shown: epoch and embargo of each contest."""
    at_once: bool
    """Whether it is made so quickly that nobody notices."""
    vary: str = "Accept-Encoding"
    """The headers of a request that it hangs on, for caches."""


class Exports:
    """Everything under /export/."""

    def __init__(
        self, hub: Hub, night: Night, boxes: Read, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`boxes` reads what the store holds of single boxes."""
        self._hub, self._night = hub, night
        self._shown: dict[ContestId, Shown] = {}
        self._workshop = Workshop(clock)
        self._tables = Tables(boxes, self.shown, self._workshop)
        self.apart = Apart(night, boxes, self.shown, self._workshop)
        """Where two counts of boxes differ."""

    def shown(self, contest: ContestId) -> Shown:
        """A contest as clients are shown it at this moment; made once for each."""
        now, found = self._hub.groups[contest].shown, self._shown.get(contest)
        if found is None or found.snapshot is not now:
            found = self._shown[contest] = Shown(self._night, self._night.contests[contest], now)
        return found

    def wanted(self, name: str, query: Query, headers: Mapping[str, str]) -> Wanted:
        """The export of this name (not boxes). UsageError, naming the field, where the query is wrong."""
        shape = EXPORTS[name]
        contests, bom = self._contests(query, several=shape.several), _flag(query, "bom")
        tags = " ".join(f"{contest}={self._hub.groups[contest].tag}" for contest in contests)
        shown = tuple(map(self.shown, contests))
        asked, more, vary = Asked(shown, bom=bom), "", "Accept-Encoding"
        if name == RACES:
            asked, vary = _going_on(shown, query, _base(headers)), "Accept-Encoding, X-Forwarded-Proto"
            more = f"{asked.next_request} {sorted(asked.changed or ())} {asked.changed is None}"
        key = f"export/{name}/{','.join(contests)}/{bom:d}/{digest(_without_positions(more).encode())}"
        etag = digest(f"{name} {bom} {tags} {more}".encode())
        state = " ".join(f"{one.snapshot['epoch']}:{one.snapshot['embargo']['state']}" for one in shown)
        cells = sum(len(one.units) * len(one.choices) for one in shown)
        return Wanted(
            key, etag, shape.kind, lambda: shape.write(asked), state, cells <= CELLS_AT_ONCE_MAX, vary
        )

    async def made(self, wanted: Wanted) -> Kept:
        """An export that is not made at once."""

        async def make() -> tuple[Kept, At]:
            body = await asyncio.to_thread(lambda: kept(wanted.etag, wanted.make()))
            return body, (wanted.state, wanted.etag)

        position = wanted.state, wanted.etag
        # Where to go on from is of one reader alone, so that is never somebody else's, however young.
        young_s = 0.0 if "X-Forwarded-Proto" in wanted.vary else AGAIN_AFTER_S
        return await self._workshop.get(Order(wanted.key, wanted.key, lambda: position, make, young_s))

    async def boxes(self, query: Query) -> Kept:
        """The table of boxes. UsageError where the query is wrong, OutsideError while the store is away."""
        (contest,) = self._contests(query, several=False)
        table = Table(contest, self._source(contest, query), _flag(query, "bom"))
        count = self._hub.groups[contest].shown["counted"]["boxes_total"]
        if count > BOXES_MAX:
            raise UsageError(f"contest: {contest} has {count} boxes; a table holds at most {BOXES_MAX}.")
        return await self._tables.get(table)

    def _contests(self, query: Query, *, several: bool) -> tuple[ContestId, ...]:
        """The one asked for, else all of the night, or the first; as they are shown now."""
        if "as_of" in query:
            raise UsageError(
                "as_of: an export is of what is shown now. What was shown at a time is told by "
                "/snapshot/CONTEST.json?as_of=19:15."
            )
        known = tuple(self._hub.groups)
        asked = _one(query, "contest")
        if asked is None:
            return known if several else known[:1]
        if asked not in known:
            raise UsageError(f"contest: there is no {_said(asked)} here; there is {', '.join(known)}.")
        return (ContestId(asked),)

    def _source(self, contest: ContestId, query: Query) -> SourceId:
        """The one asked for, else the published one, or the first that tells of boxes."""
        boxed = [source.id for source in self._night.sources.values() if source.level == BOX_LEVEL]
        asked = _one(query, "source")
        if asked is None:
            published = self._night.contests[contest].source
            if published in boxed or not boxed:
                return published
            return boxed[0]
        if asked not in self._night.sources:
            known = ", ".join(self._night.sources)
            raise UsageError(f"source: there is no {_said(asked)} here; there is {known}.")
        if asked not in boxed:
            raise UsageError(f"source: {asked} tells of areas, not of boxes; {', '.join(boxed)} does.")
        return SourceId(asked)


def _one(query: Query, field: str) -> str | None:
    """A field's value; an empty one is as if it were not there."""
    values = query.get(field, ())
    if len(values) > 1:
        raise UsageError(f"{field}: it is given {len(values)} times; give it once.")
    return values[0] if values and values[0] else None


def _flag(query: Query, field: str) -> bool:
    value = _one(query, field)
    if value not in (None, "0", "1"):
        raise UsageError(f"{field}: {_said(value)} is neither 0 nor 1.")
    return value == "1"


def _said(value: str | None) -> str:
    return ascii(value)[:SHOWN_MAX]


def _base(headers: Mapping[str, str]) -> str:
    """Where the reader reaches us, as its request says it; nothing where it does not, or not plainly."""
    host = headers.get("host", "")
    scheme = headers.get("x-forwarded-proto", "http")
    if not HOST.fullmatch(host) or scheme not in ("http", "https"):
        return ""
    return f"{scheme}://{host}"


def _going_on(shown: tuple[Shown, ...], query: Query, base: str) -> Asked:
    """What changed since the reader's last request, and where it goes on from here.

    `have` says exactly what it was shown, wherever that was; `minDateTime` alone says only since when it
    asks, and then what changed at that very moment is told again: rather twice than never.
    """
    since, have = _one(query, "minDateTime"), _one(query, "have")
    least = "" if since is None else _time(since)
    had = dict(zip(shown, [] if have is None else _positions(have, len(shown)), strict=have is not None))
    changed = None
    if had:
        changed = frozenset(one.id for one, theirs in had.items() if _is_newer(one, theirs))
    elif least:
        changed = frozenset(one.id for one in shown if one.changed_at >= least)
    fields = [] if _one(query, "contest") is None else [("contest", str(shown[0].id))]
    fields.append(("minDateTime", max(least, *(one.changed_at for one in shown))))
    if len(shown) <= HAVE_MAX:
        # Who is ahead of us stays ahead: another gateway had told it more.
        now = [_position(one) if _is_newer(one, had.get(one)) else had[one] for one in shown]
        fields.append(("have", ".".join(f"{life}{ban}{version}" for life, ban, version in now)))
    return Asked(shown, changed=changed, next_request=f"{base}/export/{RACES}?{urlencode(fields)}")


Position = tuple[str, str, int]
"""What was shown of a contest: a short name of the epoch, the first letter of the embargo, the version."""


def _position(shown: Shown) -> Position:
    s = shown.snapshot
    return f"{crc32(s['epoch'].encode()):08x}", s["embargo"]["state"][0], s["version"]


def _positions(text: str, count: int) -> list[Position]:
    found = [POSITION.fullmatch(part) for part in text.split(".")]
    if len(found) != count or None in found:
        raise UsageError("have: it is not as nextrequest gave it; leave it out to begin again.")
    return [(one[1], one[2], int(one[3])) for one in found if one is not None]


def _is_newer(shown: Shown, theirs: Position | None) -> bool:
    """Whether what is shown here comes after what the reader has; another gateway may be ahead of us."""
    life, ban, version = _position(shown)
    return (
        theirs is None
        or life != theirs[0]
        or (version, "cbo".index(ban)) > (theirs[2], "cbo".index(theirs[1]))
    )


def _without_positions(text: str) -> str:
    """So that what is kept of a contest is one body for each kind of request, not one for each version."""
    return re.sub(r"(?:minDateTime|have)=[^& ]*", "", text)


def _time(text: str) -> str:
    """A time as snapshots write it. A blank may stand for the plus that an unescaped one becomes."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return stamp(at if at.tzinfo is not None else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"minDateTime: {_said(text)} is no time; write it as 2019-06-23T16:15:00Z."
        ) from error
