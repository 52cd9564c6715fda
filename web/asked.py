"""What is asked for by an address that answers.py does not answer itself: for `routes` and what stands there.

    def answer(asked: Asked) -> Answer | Awaitable[Answer]: …

Know before changing: what an answer is made from is what the hub shows (`groups`), so the embargo holds there
too. A body is made once for each content: `asked.keep.get(key, etag, make)`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from election.night import ContestId
from election.wire.frames import Json
from web.apart import Apart
from web.hub import Group
from web.kept import Keep
from web.lines import Lines
from web.map_file import MapFile
from web.past import Past
from web.policy import Outside
from web.replies import Answer, Request
from web.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Asked:
    """A request by the parts of its address."""

    where: str
    """The first part of the path, by which it came here."""
    rest: str
    """What follows it."""
    query: Mapping[str, Sequence[str]]
    lang: str
    request: Request
    groups: Mapping[ContestId, Group]
    """What is shown of each contest."""
    titles: Sequence[Json]
    """The contests of the night: id, title, titles."""
    keep: Keep
    edition: str
    """Of the files of the pages and of the night's; part of the tag of everything that is made of them."""
    past: Past | None
    """The log of what was shown, where one is kept."""
    outside: Outside = field(default_factory=Outside)
    """How the gateway is known to others."""
    lines: Lines = field(default_factory=Lines)
    """How each contest went so far."""
    mapped: MapFile | None = None
    """The map of the night."""
    apart: Apart | None = None
    """The boxes of which two counts say different things."""
    workshop: Workshop | None = None
    """Where pages are made that take long."""
    stale: bool = False
    """Whether the store has been lost: what is shown is the last that came."""

    def one(self, name: str) -> str | None:
        """A value of the query."""
        return next(iter(self.query.get(name, ())), None)


Route = Callable[[Asked], Answer | Awaitable[Answer]]
