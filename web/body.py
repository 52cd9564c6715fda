"""A snapshot as bytes: whole for those who GET it, in parts for those who follow it.

    body = Body(shown)
    body.whole            one JSON text
    body.parts            the same in texts of a bearable size, to be merged one into the other

Know before changing: areas are encoded once, in runs; whole and parts are put together from these. A large
contest has tens of thousands of areas, and nobody waits while they are encoded twice.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from election.wire.frames import Json, dumps

PART_BYTES_MAX = 512 * 1024
"""Most bytes of one part; only a single area that is larger makes a larger one."""
RUN_AREAS = 256
"""So many areas are encoded in one go."""

_AREAS, _END = b'"areas":{', b"}}"


class Body:
    """What is shown, encoded when it is first asked for."""

    def __init__(self, shown: Json, part_bytes_max: int = PART_BYTES_MAX) -> None:
        self._shown, self._part_bytes_max = shown, part_bytes_max

    def __len__(self) -> int:
        """Bytes of all parts together."""
        return sum(map(len, self.parts))

    @cached_property
    def parts(self) -> tuple[bytes, ...]:
        """JSON objects: the first has everything but some areas, each other one has further areas alone."""
        areas: Json = self._shown["areas"]
        if len(areas) <= RUN_AREAS and len(whole := dumps(self._shown)) <= self._part_bytes_max:
            return (whole,)
        rest = dumps({name: value for name, value in self._shown.items() if name != "areas"})
        start = rest[:-1] + b"," + _AREAS
        made: list[bytes] = []
        run: list[bytes] = []
        room = self._part_bytes_max - len(start) - len(_END)
        for text in self._runs(areas):
            if run and len(text) > room:
                made.append(start + b",".join(run) + _END)
                start, run = b"{" + _AREAS, []
                room = self._part_bytes_max - len(start) - len(_END)
            run.append(text)
            room -= len(text) + 1
        return (*made, start + b",".join(run) + _END)

    def _runs(self, areas: Json) -> Iterator[bytes]:
        """The areas without the braces around them, in texts that leave room for others in a part."""
        every = iter(areas.items())
        while run := dict(islice(every, RUN_AREAS)):
            yield from _run(run, self._part_bytes_max // 2)

    @cached_property
    def whole(self) -> bytes:
        """Everything in one JSON object."""
        first, *others = self.parts
        if not others:
            return first
        further = [part[len(_AREAS) + 1 : -len(_END)] for part in others]
        return b"".join((first[: -len(_END)], *(b"," + text for text in further), _END))


def _run(areas: Json, bytes_max: int) -> Iterator[bytes]:
    text = dumps(areas)[1:-1]
    if len(text) <= bytes_max or len(areas) == 1:
        yield text
        return
    every = list(areas.items())
    for half in (every[: len(every) // 2], every[len(every) // 2 :]):
        yield from _run(dict(half), bytes_max)
