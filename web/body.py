"""A snapshot as bytes: whole for those who GET it, in parts for those who follow it.

    body = Body(shown, runs)
    body.whole            one JSON text
    body.parts            the same in texts of a bearable size, to be merged one into the other

Know before changing: areas are encoded once, in runs; whole and parts are put together from these. A large
contest has tens of thousands of areas, of which a version changes few: a run whose areas are the very same
objects as in the snapshot before is neither encoded nor deflated again (`pieces`).
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from operator import is_
from typing import NamedTuple

from election.wire.frames import Json, dumps
from web.pieces import Piece, Pieced

PART_BYTES_MAX = 512 * 1024
"""Most bytes of one part; only a single area that is larger makes a larger one."""
WHOLE_AREAS_MAX = 256
"""With so many areas or fewer a snapshot is encoded in one go."""
RUN_AREAS = 64
"""So many areas are encoded together; one that changed has its whole run encoded again."""

_AREAS, _FURTHER, _END, _COMMA = b'"areas":{', b'{"areas":{', b"}}", Piece(b",")


class Run(NamedTuple):
    """Some areas that follow one another, and their text without the braces around it."""

    names: tuple[str, ...]
    parts: tuple[Json, ...]
    piece: Piece

    def __len__(self) -> int:
        """Bytes."""
        return len(self.piece.text)


class Runs:
    """The areas as they were last encoded, run by run; nothing until a large snapshot is asked for."""

    def __init__(self) -> None:
        self._held: list[Run] = []

    def of(self, areas: Json) -> Iterator[Run]:
        """All areas in their order; what is the same as the last time is not encoded again."""
        names, parts, held, fresh = iter(areas), iter(areas.values()), iter(self._held), list[Run]()
        while here := tuple(islice(names, RUN_AREAS)):
            these, run = tuple(islice(parts, RUN_AREAS)), next(held, None)
            if run is None or run.names != here or not all(map(is_, these, run.parts)):
                run = _run(here, these)
            fresh.append(run)
            yield run
        self._held = fresh


class Body:
    """What is shown, encoded when it is first asked for."""

    def __init__(self, shown: Json, runs: Runs | None = None, part_bytes_max: int = PART_BYTES_MAX) -> None:
        """`runs` remembers what the snapshot before had in common with this one."""
        self._shown, self._part_bytes_max = shown, part_bytes_max
        self._runs = runs or Runs()

    def __len__(self) -> int:
        """Bytes of all parts together."""
        return sum(map(len, self.parts))

    @cached_property
    def parts(self) -> tuple[Pieced, ...]:
        """JSON objects: the first has everything but some areas, each other one has further areas alone."""
        areas: Json = self._shown["areas"]
        if len(areas) <= WHOLE_AREAS_MAX and len(whole := dumps(self._shown)) <= self._part_bytes_max:
            return (Pieced(whole),)
        rest = dumps({name: value for name, value in self._shown.items() if name != "areas"})
        start = rest[:-1] + b"," + _AREAS
        made: list[Pieced] = []
        room = self._part_bytes_max - len(start) - len(_END)
        pieces: list[bytes | Piece] = [start]
        for run in self._bearable(areas, min(room, self._part_bytes_max // 2)):
            if len(pieces) > 1 and len(run) > room:
                made.append(Pieced(*pieces[:-1], _END))
                pieces = [_FURTHER]
                room = self._part_bytes_max - len(_FURTHER) - len(_END)
            pieces += (run.piece, _COMMA)
            room -= len(run) + 1
        return (*made, Pieced(*(pieces[:-1] or pieces), _END))

    def _bearable(self, areas: Json, bytes_max: int) -> Iterator[Run]:
        """The areas in runs of at most so many bytes, or of one area."""
        for run in self._runs.of(areas):
            yield from _bearable(run, bytes_max)

    @cached_property
    def whole(self) -> bytes:
        """Everything in one JSON object."""
        first, *others = [part.text for part in self.parts]
        if not others:
            return first
        further = [part[len(_AREAS) + 1 : -len(_END)] for part in others]
        return b"".join((first[: -len(_END)], *(b"," + text for text in further), _END))


def _run(names: tuple[str, ...], parts: tuple[Json, ...]) -> Run:
    return Run(names, parts, Piece(dumps(dict(zip(names, parts, strict=True)))[1:-1]))


def _bearable(run: Run, bytes_max: int) -> Iterator[Run]:
    """The run, in halves of halves where it is too large; a single area is never parted."""
    if len(run) <= bytes_max or len(run.names) == 1:
        yield run
        return
    middle = len(run.names) // 2
    for half in (slice(middle), slice(middle, None)):
        yield from _bearable(_run(run.names[half], run.parts[half]), bytes_max)
