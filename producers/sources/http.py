"""The door for bytes that are fetched from a web address: one GET, bounded in bytes and in time.

    asker = Asker(Limits(bytes_max=2**30, within_s=120), token="…")
    got = await asker.get("https://results.example.org/now.csv", {"if-none-match": '"7"'})
    got.body                                  a Body, or None: 304, nothing is new

Know before changing: whatever goes wrong out there is a TroubleError with a sentence, never a traceback, and
never half a body. Redirects are followed here and not by the library, by the rules of `asking`. Packed bodies
are unpacked here, because the library has no limit on what they become. No proxy, no cookies.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp

from producers.sources import asking
from producers.sources.body import PIECE_BYTES, Body, BrokenError, TooLargeError
from producers.sources.fetched import TroubleError

REDIRECTS_MAX = 5
CONNECT_WITHIN_S = 15.0
AGENT = "sandik"
_REDIRECTS = (301, 302, 303, 307, 308)
_SIGN_IN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an answer may be, packed and unpacked, and how long all of it may take."""

    bytes_max: int
    within_s: float


@dataclass(frozen=True, slots=True)
class Got:
    """An answer that can be used: its headers, names in lower case; without a body if nothing is new."""

    headers: Mapping[str, str]
    body: Body | None


class Asker:
    """Asks addresses of one feed. Close it when done."""

    def __init__(self, limits: Limits, token: str = "") -> None:
        """`token`: sent to the address asked and nowhere else; one with a blank in it as it is."""
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None
        self._headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "*/*"}
        if token:
            self._headers["Authorization"] = token if " " in token else f"Bearer {token}"

    async def get(self, address: str, validators: Mapping[str, str]) -> Got:
        """One answer, whole. Raises TroubleError."""
        within_s = self._limits.within_s
        try:
            async with asyncio.timeout(within_s):
                return await self._follow(address, validators)
        except aiohttp.ServerTimeoutError as error:
            raise TroubleError(f"no connection within {CONNECT_WITHIN_S:g} s") from error
        except TimeoutError as error:
            raise TroubleError(f"it gave no whole answer within {within_s:g} s") from error
        except asking.RefusedRedirectError as error:
            raise TroubleError(str(error)) from error
        except TooLargeError as error:
            raise TroubleError(
                f"its answer is more than {self._limits.bytes_max} bytes (SANDIK_FEED_BYTES_MAX): "
                "nothing of it is taken"
            ) from error
        except BrokenError as error:
            raise TroubleError(f"{error}: nothing of it is taken") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise TroubleError(_words(error)) from error

    async def close(self) -> None:
        """Gives back its sockets."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _follow(self, address: str, validators: Mapping[str, str]) -> Got:
        for _ in range(REDIRECTS_MAX + 1):
            async with self._opened().get(
                address, headers={**self._headers, **validators}, allow_redirects=False
            ) as answer:
                if answer.status not in _REDIRECTS:
                    return await self._answer(answer)
                address = asking.next_address(address, answer.headers.get("Location", ""))
        raise TroubleError(f"it redirects more than {REDIRECTS_MAX} times")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(use_dns_cache=False, force_close=True),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_WITHIN_S),
                read_bufsize=4 * PIECE_BYTES,
            )
        return self._session

    async def _answer(self, answer: aiohttp.ClientResponse) -> Got:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return Got(headers, None)
        if answer.status != HTTPStatus.OK:
            raise _refused(answer.status, headers)
        packing = headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("identity", "", "gzip", "x-gzip"):
            raise TroubleError(f"its answer is packed as {packing[:20]!r}, which it was not asked for")
        body = Body(self._limits.bytes_max, packed="gzip" in packing)
        try:
            await self._receive(answer, body, headers.get("content-length", ""))
        except BaseException:
            body.close()
            raise
        return Got(headers, body)

    async def _receive(self, answer: aiohttp.ClientResponse, body: Body, length: str) -> None:
        """The whole body, or an error."""
        wanted = int(length[:18]) if length.isascii() and length.isdigit() else None
        if wanted is not None and wanted > self._limits.bytes_max:
            raise TooLargeError
        try:
            async for piece in answer.content.iter_chunked(PIECE_BYTES):
                body.write(piece)
                if body.came > self._limits.bytes_max:
                    raise TooLargeError
        except aiohttp.ClientPayloadError as error:
            # The library may say so of a body that came whole, when its sender hung up at once (3.14).
            if body.came != wanted:
                of = "" if wanted is None else f" of {wanted}"
                raise BrokenError(f"its answer broke off after {body.came}{of} bytes") from error
        body.end()


def _refused(status: int, headers: Mapping[str, str]) -> TroubleError:
    after_s = asking.retry_after_s(headers.get("retry-after", ""), datetime.now(UTC))
    try:
        word = f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        word = str(status)
    if status in _SIGN_IN:
        return TroubleError(f"it answers {word}: is a sign-in needed (--token-env)?", after_s)
    if after_s:
        return TroubleError(f"it answers {word} and asks not to be asked for {after_s:.0f} s", after_s)
    return TroubleError(f"it answers {word}", after_s)


def _words(error: BaseException) -> str:
    """What went wrong without an answer, without the address: that may hold a secret."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({seen.verify_message})"
        if isinstance(seen, ssl.SSLError):
            return f"no TLS with it ({seen.reason or 'broken'})"
        seen = seen.__cause__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its host has no address: is the name right, is there a network?"
    if isinstance(error, OSError) and error.strerror:
        return f"no connection ({error.strerror})"
    return f"no answer that can be read ({type(error).__name__})"
