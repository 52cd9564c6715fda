"""A web address that always says the table as it stands: asked again and again, and given when it is new.

    polled = Polled("https://results.example.org/now.csv", asker, earliest, say)
    for fetched in await polled.look(): …          none: 304, or other headers around the same content

Know before changing: what is asked for is what was settled last (ETag, Last-Modified), not what was seen
last; so a snapshot that was not taken, or of which something was held back, is fetched and compared again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from producers.sources import asking
from producers.sources.body import Body
from producers.sources.fetched import Fetched, TroubleError
from producers.sources.http import Asker

EMPTY = "its answer is empty: nothing of it is taken"


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def validators(headers: Mapping[str, str]) -> dict[str, str]:
    """What to send along so that the same content is not sent again."""
    found = {"if-none-match": headers.get("etag", ""), "if-modified-since": headers.get("last-modified", "")}
    return {name: value for name, value in found.items() if value}


class Polled:
    """One address."""

    def __init__(
        self,
        address: str,
        asker: Asker,
        earliest: datetime,
        say: Callable[[str], None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`earliest`: a Last-Modified before it is no time of this night."""
        self._address, self._asker, self._earliest, self._clock = (
            asking.checked(address),
            asker,
            earliest,
            clock,
        )
        self.name = asking.shown(address)
        self._say, self._said = say, ""
        self._validators: dict[str, str] = {}
        self._digest = b""
        self._body: Body | None = None

    async def look(self) -> Sequence[Fetched]:
        """The table, if it is another one than the last that was settled. Raises TroubleError."""
        self._drop()
        got = await self._asker.get(self._address, self._validators)
        if got.body is None:
            return ()
        body = self._body = got.body
        if not body.size:
            raise TroubleError(EMPTY)
        if page := asking.page(body.head, got.headers.get("content-type", "")):
            raise TroubleError(page)
        asked_with, digest = validators(got.headers), body.digest
        if digest == self._digest:
            self._validators = asked_with
            return ()
        dated = asking.snapshot_time(got.headers, self._clock(), self._earliest)
        kind = "".join(mark for mark in dated.because if not mark.isdigit())
        if kind and kind != self._said:
            self._said = kind
            self._say(f"{self.name}: {dated.because}")

        def settled() -> None:
            self._validators, self._digest = asked_with, digest

        return (Fetched(self.name, dated.at, body.pieces(), dated.stated, settled, body.size),)

    async def close(self) -> None:
        """Gives back the body and the sockets."""
        self._drop()
        await self._asker.close()

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
