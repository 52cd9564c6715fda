"""Another Sandık's gateway as a feed: its boxes for a source of boxes, its areas for a source of areas.

    gateway = Gateway("https://night.example.org/?source=council", night, source, "live", asker, say)
    for fetched in await gateway.look(): …         one table of all contests, for the format `sandik`

The address is that of its page. `contest` (again for another) names the contests, else all of our night;
`source` names which of its counts of boxes, else the one it publishes.

Know before changing: the contests are given together, because a table is whole: a contest that is not in it
was taken away. What is of another night or mode, or simulated where we are not, or still under embargo, is
told before anything is compared. An answer of an older version (a second gateway that lags) is left alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from election.errors import UsageError
from election.night import BOX_LEVEL, ContestId, Night, Source
from producers.formats import sandik_snapshot
from producers.formats.sandik_snapshot import About
from producers.sources import asking
from producers.sources.body import Body
from producers.sources.fetched import Fetched, TroubleError
from producers.sources.http import Asker, Got
from producers.sources.polled import EMPTY, utc_now, validators

HEAD_LINES = 2
FIELDS = ("contest", "source")


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last answer about a contest."""

    validators: Mapping[str, str]
    body: Body
    about: About


def addresses(address: str, night: Night, source: Source) -> dict[ContestId, str]:
    """What to ask a gateway for, by contest. UsageError for an address that cannot mean it."""
    parts = urlsplit(asking.checked(address))
    asked = parse_qs(parts.query, keep_blank_values=True)
    unknown = [field for field in asked if field not in FIELDS]
    if unknown:
        raise UsageError(f"{asking.shown(address)}: a gateway's address takes contest and source alone.")
    if "/export/" in parts.path or "/snapshot/" in parts.path:
        raise UsageError(
            f"{asking.shown(address)}: give the address of the gateway's page; what to ask it for follows "
            f"from the source {source.id}."
        )
    boxed = source.level == BOX_LEVEL
    if "source" in asked and not boxed:
        raise UsageError(f"A gateway shows areas of its published count only, and {source.id} reports areas.")
    found: dict[ContestId, str] = {}
    for name in asked.get("contest", list(night.contests)):
        contest = ContestId(name)
        if contest not in night.contests:
            raise UsageError(f"There is no contest {name!r:.60} in {night.id}: {', '.join(night.contests)}.")
        query = {"contest": str(contest)} | ({"source": asked["source"][0]} if "source" in asked else {})
        path = f"/export/boxes.csv?{urlencode(query)}" if boxed else f"/snapshot/{contest}.json"
        found[contest] = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")) + path
    return found


class Gateway:
    """One gateway."""

    def __init__(
        self,
        address: str,
        night: Night,
        source: Source,
        mode: str,
        asker: Asker,
        say: Callable[[str], None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._addresses = addresses(address, night, source)
        self._night, self._source, self._mode = night, source, mode
        self._asker, self._say, self._clock = asker, say, clock
        self.name = asking.shown(address)
        self._kept: dict[ContestId, _Kept] = {}
        self._settled: dict[ContestId, bytes] = {}
        self._said_older = False

    async def look(self) -> Sequence[Fetched]:
        """All contests as one table, if any of them changed. Raises TroubleError."""
        for contest, address in self._addresses.items():
            known = self._kept.get(contest)
            got = await self._asker.get(address, known.validators if known else {})
            self._keep(contest, got)
        now = {contest: kept.body.digest for contest, kept in self._kept.items()}
        if now == self._settled:
            return ()

        def settled() -> None:
            self._settled = now

        return (Fetched(self.name, self._clock(), self._lines(), False, settled),)

    async def close(self) -> None:
        """Gives back bodies and sockets."""
        for kept in self._kept.values():
            kept.body.close()
        self._kept.clear()
        await self._asker.close()

    def _keep(self, contest: ContestId, got: Got) -> None:
        """Remembers an answer that can be used. Raises TroubleError for any other."""
        body = got.body
        if body is None:
            return
        try:
            about = self._about(body, got.headers)
        except BaseException:
            body.close()
            raise
        before = self._kept.get(contest)
        if before is not None:
            if about.epoch == before.about.epoch and about.version < before.about.version:
                self._older(contest)
                body.close()
                return
            before.body.close()
        self._kept[contest] = _Kept(validators(got.headers), body, about)

    def _about(self, body: Body, headers: Mapping[str, str]) -> About:
        if not body.size:
            raise TroubleError(EMPTY)
        if page := asking.page(body.head, headers.get("content-type", "")):
            raise TroubleError(page)
        found = sandik_snapshot.about(islice(body.pieces(), HEAD_LINES))
        if found is None:
            raise TroubleError("its answer is neither a table of boxes nor a snapshot of a Sandık")
        if wrong := sandik_snapshot.fault(found, self._night, self._mode, self._source):
            raise TroubleError(_inside(wrong), foreign=True)
        if waiting := sandik_snapshot.not_yet(found):
            raise TroubleError(_inside(waiting), waiting=True)
        return found

    def _older(self, contest: ContestId) -> None:
        if not self._said_older:
            self._said_older = True
            self._say(f"{self.name}: an older version of {contest} came and is left alone: one gateway lags")

    def _lines(self) -> Iterator[bytes]:
        """One table after the other, each ending with a line end."""
        for kept in self._kept.values():
            last = b"\n"
            for last in kept.body.pieces():
                yield last
            if not last.endswith(b"\n"):
                yield b"\n"


def _inside(sentence: str) -> str:
    """A sentence as the second half of another."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")
