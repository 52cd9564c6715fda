"""What was shown, asked for afterwards: at a time, under its own address, as an index, and as what changed.

    await past.as_of("mayor", {"as_of": ["19:15"]})         the bytes that were published, and what they are
    await past.version("mayor", "e1-412")                   that version, whatever became of the gateway
    await past.index("mayor", {"from": ["19:00"]})          which there are
    await past.changes("mayor", {"from": …, "to": …}, "tr") a page: what changed between two times

Know before changing: everything here comes from the log of what was shown and from nothing else, so it holds
no more than was published, the embargo included. What is wrong with a question is a UsageError that names the
field; what was never shown is a NotShownError; a log that is away, or is still being read, an OutsideError.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson

from election.errors import OutsideError, SandikError, UsageError
from election.night import ContestId, Night
from election.wire.frames import Json, dumps
from election.wire.moments import read_moment
from election.wire.records import stamp
from election.wire.shown import Entry, Mark, entry_json
from web.archive import without_clock
from web.between import Between
from web.kept import Kept, digest, kept
from web.policy import FORMS
from web.showing import LATE_MAX_S
from web.shown import ShownLog
from web.workshop import Order, Workshop

INDEX_MAX = 1000
"""Most snapshots in one answer of an index; `next` in it leads on."""
TOLD_READS_MAX = 10
"""Most snapshots that are read for the alerts between two times: each holds the newest twenty."""
SETTLED_AFTER_S = LATE_MAX_S + 60
"""After so long nothing is put among what was shown before."""
SHORT = "public, max-age=1"
FOR_EVER = "public, max-age=31536000, immutable"
JSON_TYPE, HTML_TYPE = "application/json", "text/html; charset=utf-8"

Query = Mapping[str, Sequence[str]]
Page = Callable[[Between, str], bytes]
"""What changed, and the language → the page."""


class NotShownError(SandikError):
    """Nothing like it was ever shown here, or it is no longer in the log."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its body, and how it travels."""

    body: Kept
    kind: str = JSON_TYPE
    caching: str = SHORT
    vary: str = "Accept-Encoding"
    headers: Mapping[str, str] = field(default_factory=dict)


AS_OF, INDEX, CHANGES = "as of", "index", "changes"


def question(where: str, name: str, query: Query) -> tuple[str, ContestId]:
    """What is asked for at this address and of which contest; an empty kind where it is something else."""
    contest, _, rest = name.partition("/")
    if where == "shown" and contest and not rest:
        return CHANGES, ContestId(contest)
    if where == "snapshot" and rest == "index.json":
        return INDEX, ContestId(contest)
    if where == "snapshot" and not rest and contest.endswith(".json") and "as_of" in query:
        return AS_OF, ContestId(contest.removesuffix(".json"))
    return "", ContestId(contest)


class Past:
    """Answers from the log."""

    def __init__(
        self, log: ShownLog, night: Night, mode: str, page: Page,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._log, self._night, self._live, self._page, self._wall = log, night, mode == "live", page, wall
        self._bodies, self._pages = Workshop(), Workshop()  # a page holds its place while it waits for bodies

    async def as_of(self, contest: ContestId, query: Query) -> Told:
        """What was shown at a time, byte for byte, with what it is in the headers."""
        at = self._moment(query, "as_of")
        if at is None:
            raise UsageError("as_of: give a time, for instance as_of=19:15 or as_of=2019-06-23T16:15:00Z.")
        entry = self._at(contest, at)
        headers = _headers(entry) | {"Sandik-As-Of": stamp(at)}
        caching = FOR_EVER if self._settled(at) else SHORT
        return Told(await self._body(entry.mark), JSON_TYPE, caching, headers=headers)

    def has(self, contest: ContestId, name: str) -> bool:
        """Whether there is a version of this name; nobody knows while the log is being read."""
        index = self._log.index
        return not index.ready or index.find(contest, name) is not None

    async def version(self, contest: ContestId, name: str) -> Told:
        """One version under its own address: the same content as while it is held in memory."""
        mark = self._ready().find(contest, name)
        if mark is None:
            raise NotShownError(f"There is no {contest} {name[:80]!r} in the log of what was shown.")
        return Told(await self._body(mark, clock=False), JSON_TYPE, FOR_EVER)

    async def answer(self, kind: str, contest: ContestId, query: Query, lang: str) -> Told:
        """One of the questions that `question` knows."""
        if kind == AS_OF:
            return await self.as_of(contest, query)
        if kind == INDEX:
            return await self.index(contest, query)
        return await self.changes(contest, query, lang)

    async def index(self, contest: ContestId, query: Query) -> Told:
        """The snapshots that were shown, oldest first."""
        line = self._ready().line(contest)
        since, until = self._moment(query, "from"), self._moment(query, "to")
        start = 0
        after = _one(query, "after")
        if after is not None:
            mark = self._ready().find(contest, after)
            if mark is None:
                raise UsageError(f"after: there is no {ascii(after)[:60]} in the log of what was shown.")
            start = self._ready().place(mark) + 1
        wanted = [
            entry for entry in line[start:]
            if (since is None or entry.since >= since) and (until is None or entry.since <= until)
        ]  # fmt: skip
        part = wanted[:INDEX_MAX]
        found: Json = {
            "v": 1, "night": self._night.id, "contest": contest, "count": len(line),
            "first": stamp(line[0].since) if line else None,
            "last": stamp(line[-1].since) if line else None,
            "snapshots": [_said(entry) for entry in part],
            "next": _next(contest, part[-1].mark, since, until) if len(wanted) > len(part) else None,
        }  # fmt: skip
        body = dumps(found)
        return Told(await self.printed(f"index/{digest(body)}", lambda: body))

    async def changes(self, contest: ContestId, query: Query, lang: str) -> Told:
        """The page of what changed between two times; without times, since the first."""
        line = self._ready().line(contest)
        if not line:
            raise NotShownError(f"Nothing of {contest} has been shown yet.")
        start = self._moment(query, "from") or line[0].since
        end = self._moment(query, "to") or max(line[-1].since, start)
        if start > end:
            raise UsageError("from: it is later than to; ask the other way round.")
        after, before = self._at(contest, end), self._log.index.at(contest, start)
        key = f"changes/{lang}/{contest}/{before and before.mark.digest}/{after.mark.digest}/{start}/{end}"

        async def make() -> tuple[Kept, tuple[str, str]]:
            made = Between(
                start, end, None if before is None else await self._snapshot(before.mark),
                await self._snapshot(after.mark), await self._told(contest, before, after),
                self._place(after.mark) - (self._place(before.mark) if before else -1),
            )  # fmt: skip
            body = await asyncio.to_thread(self._page, made, lang)
            return await asyncio.to_thread(kept, digest(body), body), ("", key)

        body = await self._pages.get(Order(key, key, lambda: ("", key), make))
        return Told(body, HTML_TYPE, "no-cache", "Accept-Encoding, Accept-Language", FORMS)

    async def printed(self, key: str, make: Callable[[], bytes]) -> Kept:
        """Another page of what was shown, made in a thread, once for a crowd; `key` names what is on it."""

        async def made() -> tuple[Kept, tuple[str, str]]:
            body = await asyncio.to_thread(make)
            return await asyncio.to_thread(kept, digest(body), body), ("", key)

        return await self._pages.get(Order(key, key, lambda: ("", key), made))

    async def _told(self, contest: ContestId, before: Entry | None, after: Entry) -> list[Json]:
        """The alerts that were told between two snapshots, newest first."""
        known = before.mark.told if before is not None and before.mark.epoch == after.mark.epoch else 0
        seen: set[str] = set()
        if before is not None:
            seen = {alert["id"] for alert in (await self._snapshot(before.mark)).get("alerts") or ()}
        found: dict[str, Json] = {}
        entry: Entry | None = after
        for _ in range(TOLD_READS_MAX):
            if entry is None or entry.mark.told <= known:
                break
            alerts = (await self._snapshot(entry.mark)).get("alerts") or ()
            found |= {alert["id"]: alert for alert in alerts if alert["seq"] > known}
            least = min((alert["seq"] for alert in alerts), default=0)
            entry = self._before(contest, entry, least)
        return sorted(
            (alert for id, alert in found.items() if id not in seen),
            key=lambda alert: int(alert["seq"]), reverse=True,
        )  # fmt: skip

    def _before(self, contest: ContestId, entry: Entry, told: int) -> Entry | None:
        """The newest snapshot of the same epoch that was shown before this alert was in one."""
        line = self._log.index.line(contest)
        for place in range(self._place(entry.mark) - 1, -1, -1):
            mark = line[place].mark
            if mark.epoch != entry.mark.epoch:
                return None
            if mark.told < told:
                return line[place]
        return None

    # From the log.

    def _place(self, mark: Mark) -> int:
        """Where a snapshot stands; the log may have begun anew since it was found there."""
        try:
            return self._log.index.place(mark)
        except ValueError as error:
            raise NotShownError(
                f"{mark.contest} {mark.name} is no longer in the log of what was shown."
            ) from error

    def _ready(self) -> Any:
        if not self._log.index.ready:
            raise OutsideError("What was shown is still being read from the log; try again shortly.")
        return self._log.index

    def _at(self, contest: ContestId, at: datetime) -> Entry:
        entry: Entry | None = self._ready().at(contest, at)
        if entry is not None:
            return entry
        line = self._log.index.line(contest)
        first = f"the first was shown at {stamp(line[0].since)}" if line else "nothing has been yet"
        raise NotShownError(f"Nothing of {contest} had been shown by {stamp(at)}: {first}.")

    def _moment(self, query: Query, name: str) -> datetime | None:
        word = _one(query, name)
        if word is None:
            return None
        try:
            return read_moment(word, self._night.date, self._night.time_zone)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from error

    def _settled(self, at: datetime) -> bool:
        """Whether what was shown then cannot become another: never in a replay, which may go back."""
        return self._live and at + timedelta(seconds=SETTLED_AFTER_S) <= self._wall()

    async def _body(self, mark: Mark, *, clock: bool = True) -> Kept:
        """The bytes, as they were published; without what hangs on the `clock` under their own address."""
        key = f"{mark.contest}/{mark.digest}" + ("" if clock else "/version")
        etag = mark.digest[:16] if clock else mark.name

        async def make() -> tuple[Kept, tuple[str, str]]:
            value = await self._log.read(mark.offset)
            if value is None or hashlib.sha256(value).hexdigest() != mark.digest:
                raise NotShownError(f"{mark.contest} {mark.name} is no longer in the log of what was shown.")
            if not clock:
                value = dumps(without_clock(orjson.loads(value)))
            return await asyncio.to_thread(kept, etag, value), ("", key)

        return await self._bodies.get(Order(key, key, lambda: ("", key), make))

    async def _snapshot(self, mark: Mark) -> Json:
        found: Json = orjson.loads((await self._body(mark)).plain)
        return found


def _one(query: Query, name: str) -> str | None:
    """A field's value; an empty one is as if it were not there."""
    values = query.get(name, ())
    if len(values) > 1:
        raise UsageError(f"{name}: it is given {len(values)} times; give it once.")
    return values[0] if values and values[0] else None


def _said(entry: Entry) -> Json:
    mark = entry.mark
    return entry_json(entry) | {"href": f"/snapshot/{mark.contest}/{mark.name}.json"}


def _next(contest: ContestId, last: Mark, since: datetime | None, until: datetime | None) -> str:
    times = (("from", since), ("to", until))
    more = "".join(f"&{name}={stamp(at)}" for name, at in times if at is not None)
    return f"/snapshot/{contest}/index.json?after={last.name}{more}"


def _headers(entry: Entry) -> dict[str, str]:
    """What a snapshot of the past is; Memento-Datetime and the links as RFC 7089 has them."""
    mark = entry.mark
    return {
        "Memento-Datetime": format_datetime(entry.since.astimezone(UTC).replace(microsecond=0), usegmt=True),
        "Link": (
            f'</snapshot/{mark.contest}.json>; rel="original timegate", '
            f'</snapshot/{mark.contest}/index.json>; rel="timemap"; type="application/json"'
        ),
        "Sandik-Snapshot": mark.name,
        "Sandik-Shown-At": stamp(mark.shown_at),
        "Sandik-At": stamp(mark.at),
        "Sandik-Hash": mark.hash,
    }
