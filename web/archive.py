"""The newest versions that were shown of each contest, for addresses that name one content for ever.

    archive.keep("mayor", tag, shown)         at every tick; costs nothing where nothing moved
    archive.find("mayor", "e1-412")           what was shown as version 412 of epoch e1, or None

An address is `<epoch>-<version>`, with `-closed` or `-bulletins` while the embargo hid something of it: the
hour alone changes what a version shows. What hangs on the clock and not on the version, how long a source has
been silent, is not in what is found here, so that every gateway has the same content under the same address.

Know before changing: snapshots are kept as they are, not as bytes, because two that follow each other share
the areas that did not move. `weight` says a bit more than what that costs; a test measures it.
"""

from collections import OrderedDict
from dataclasses import dataclass
from zlib import crc32

from election.night import ContestId
from election.wire.frames import Json, dumps

VERSIONS_MAX = 256
"""Most versions kept of a contest; the oldest goes first."""
BYTES_MAX = 64 * 1024 * 1024
"""Most memory for all of them; at the limit the contest that has most gives its oldest up."""
SNAPSHOT_BYTES, CHOICE_BYTES, AREA_BYTES, FIGURE_BYTES, PLACE_BYTES = 9_000, 600, 1_500, 60, 104
"""What a snapshot costs without its areas and choices; each choice; each area that moved; a choice's figure
in it; and an area's place among the others."""
OF_THE_CLOCK = ("silent_s", "stalled", "pace")
"""Fields of a source that change without a new version."""


@dataclass(slots=True)
class Version:
    """What was shown, and what keeping it costs beside the version before it."""

    shown: Json
    weight: int


class Archive:
    """The newest versions of every contest."""

    def __init__(self, versions_max: int = VERSIONS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._versions_max, self._bytes_max = versions_max, bytes_max
        self._kept: dict[ContestId, OrderedDict[str, Version]] = {}
        self._shown: dict[ContestId, Json] = {}
        self.held_bytes = 0

    def keep(self, contest: ContestId, tag: str, shown: Json) -> None:
        """Notes what is shown now, under its tag `epoch:version[:embargo]`."""
        if self._shown.get(contest) is shown:
            return
        self._shown[contest] = shown
        kept = self._kept.setdefault(contest, OrderedDict())
        name = name_of(tag)
        if name in kept:
            return
        before = next(reversed(kept.values())).shown if kept else None
        self._add(kept, name, Version(shown, weight(shown, before)))
        if len(kept) > self._versions_max:
            self._forget(kept)
        while self.held_bytes > self._bytes_max:
            most = max(self._kept.values(), key=lambda versions: sum(one.weight for one in versions.values()))
            if len(most) < 2:
                return  # the newest of each is kept whatever it weighs: it is what is shown
            self._forget(most)

    def find(self, contest: ContestId, name: str) -> Json | None:
        """What was shown under this name, without what hangs on the clock."""
        found = self._kept.get(contest, OrderedDict()).get(name)
        return None if found is None else without_clock(found.shown)

    def newest(self, contest: ContestId) -> str:
        """The name of the newest version there is; empty where there is none."""
        kept = self._kept.get(contest)
        return next(reversed(kept)) if kept else ""

    def __len__(self) -> int:
        """How many versions there are, of all contests."""
        return sum(map(len, self._kept.values()))

    def _add(self, kept: "OrderedDict[str, Version]", name: str, version: Version) -> None:
        kept[name] = version
        self.held_bytes += version.weight

    def _forget(self, kept: "OrderedDict[str, Version]") -> None:
        """The oldest goes; what it shared with the next is now the next one's alone."""
        _, gone = kept.popitem(last=False)
        following = next(iter(kept.values()))
        whole = weight(following.shown, None)
        self.held_bytes += whole - following.weight - gone.weight
        following.weight = whole


def without_clock(shown: Json) -> Json:
    """A snapshot without what hangs on the clock: under its own address it has one content for ever."""
    sources = [
        {field: value for field, value in source.items() if field not in OF_THE_CLOCK}
        for source in shown["sources"]
    ]
    return shown | {"sources": sources}


def clock_mark(shown: Json) -> str:
    """A short name of what hangs on the clock: with the tag it names exactly what is shown.

    Empty where the night's own time is the clock: there the version says it.
    """
    if shown["mode"] != "live":
        return ""
    found = [[source[field] for field in OF_THE_CLOCK] for source in shown["sources"]]
    return f":{crc32(dumps({'sources': found})):08x}"


def name_of(tag: str) -> str:
    """The address of what a tag names: `e1:412:closed` → `e1-412-closed`."""
    return tag.replace(":", "-")


def weight(shown: Json, before: Json | None) -> int:
    """What keeping a snapshot costs in memory beside the one before it, whose other areas it shares."""
    areas, old = shown["areas"], {} if before is None else before["areas"]
    moved = sum(old.get(id) is not area for id, area in areas.items())
    choices = len(shown["choices"])
    fixed = SNAPSHOT_BYTES + choices * CHOICE_BYTES + len(areas) * PLACE_BYTES
    return fixed + moved * (AREA_BYTES + choices * FIGURE_BYTES)
