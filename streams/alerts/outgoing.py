"""The door for bytes that go to somebody's address: one POST, to a public address, with nothing left open.

    await post(url, body, headers, target, within_s)     returns at a 2xx answer; else NotDeliveredError

Know before changing: a name is resolved once, every address it has is looked at, and the connection goes to
one of just these: a name that answers differently the second time gains nothing. What the library takes for
an address by itself (also in digits of other scripts) never comes to our resolver, so each address is looked
at once more where its socket is made. An answer of 2xx is enough and its body is not read; of any other, at
most `ANSWER_BYTES_MAX` are. Redirects are not followed, proxies not used.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from election.wire.delivered import Target
from streams.alerts.channel import NotDeliveredError
from streams.alerts.trust import tls_context, tls_fault

ANSWER_BYTES_MAX = 64 * 1024
"""Most bytes read of an answer; the rest is never asked for."""
NOTE_CHARACTERS_MAX = 160
RETRY_AFTER_S_MAX = 3600.0
"""Longest wait a receiver may ask for; one that asks for more is tried again after this."""
SECRET_CHARACTERS_MIN = 6
"""A part of an address that is shorter is a word, and no secret."""
GONE = 410
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedAddressError(OSError):
    """An address that is not public."""


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet, also seen through IPv6's ways to wrap IPv4."""
    address = ipaddress.ip_address(text.partition("%")[0])
    inner: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        inner += [found for found in (address.sixtofour, *(address.teredo or ())) if found]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(one.is_global and not one.is_multicast for one in inner)


def fault(url: str, target: Target) -> str:
    """What is wrong with an address before anybody is asked: a sentence without the address, or nothing."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "it is no URL"
    if parts.scheme not in ("https", "http") or not host or port == 0:
        return "it is no https:// URL"
    if parts.scheme == "http" and not target.http:
        return "it is http; that needs allow_http = true for its host"
    if parts.username or parts.password:
        return "it has a name or password in it"
    try:
        public = is_public(host)
    except ValueError:
        return ""  # a name: its addresses are looked at when it is used
    if public or target.private:
        return ""
    return "its address is not public; that needs allow_private = true for its host"


class Resolver(AbstractResolver):
    """Resolves a name once, and refuses it if any of its addresses is not public."""

    def __init__(self, private: bool) -> None:
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses to connect to. Raises RefusedAddressError, or OSError as the system's resolver
        does."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        places = [str(place[0]) for *_, place in found]
        if not self._private and not all(map(is_public, places)):
            raise RefusedAddressError
        return [
            ResolveResult(
                hostname=host, host=place, port=port, family=one[0], proto=one[2], flags=socket.AI_NUMERICHOST
            )
            for one, place in zip(found, places, strict=True)
        ]

    async def close(self) -> None:
        """Nothing is kept, so there is nothing to give back."""


async def post(url: str, body: bytes, headers: Mapping[str, str], target: Target, within_s: float) -> None:
    """Sends once; returns at an answer of 2xx. Raises NotDeliveredError for anything else."""
    if wrong := fault(url, target):
        raise NotDeliveredError(f"the address is not used: {wrong}", hopeless=True)
    try:
        async with asyncio.timeout(within_s), _session(target) as session:
            await _try(session, url, body, headers)
    except RefusedAddressError as error:
        raise NotDeliveredError("the address is not used: it is not public", hopeless=True) from error
    except TimeoutError as error:
        raise NotDeliveredError(f"no answer within {within_s:g} s") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error.__cause__, RefusedAddressError):
            raise NotDeliveredError("the address is not used: it is not public", hopeless=True) from error
        why = tls_fault(error) or f"no connection or no answer ({type(error).__name__})"
        raise NotDeliveredError(why) from error


def _session(target: Target) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=Resolver(target.private),
            use_dns_cache=False,
            force_close=True,
            ssl=tls_context(),
            socket_factory=partial(_socket, target.private),
        ),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
    )


def _socket(private: bool, place: aiohttp.AddrInfoType) -> socket.socket:
    """The socket for a connection to this address. Raises RefusedAddressError."""
    family, kind, protocol, _, address = place
    if not private and not is_public(str(address[0])):
        raise RefusedAddressError
    return socket.socket(family, kind, protocol)


async def _try(session: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
        if not 200 <= answer.status < 300:
            raise await _refusal(answer, url)
        answer.close()


async def _refusal(answer: aiohttp.ClientResponse, url: str) -> NotDeliveredError:
    if 300 <= answer.status < 400:
        answer.close()
        return NotDeliveredError(f"answered {answer.status}: redirects are not followed")
    after_s = retry_after(answer.headers.get("Retry-After", ""), datetime.now(UTC))
    said = b""
    while len(said) < ANSWER_BYTES_MAX and (part := await answer.content.read(ANSWER_BYTES_MAX - len(said))):
        said += part
    answer.close()
    words = "".join(mark if mark.isprintable() else " " for mark in said.decode("utf-8", "replace"))
    words = without_address(words, url)
    note = f"answered {answer.status} {' '.join(words.split())[:NOTE_CHARACTERS_MAX]}".strip()
    return NotDeliveredError(note, after_s, hopeless=answer.status == GONE)


def without_address(words: str, url: str) -> str:
    """What a server said, without what it repeats of the address: that may be the secret itself.

    Many say “Cannot POST /services/…” for what they do not know. An end that was cut off is taken away too.
    """
    parts = urlsplit(url)
    given = (
        *re.split(r"[/?&=;#]", f"{parts.path}?{parts.query}"),
        parts.username or "",
        parts.password or "",
    )
    known = {part for one in given for part in (one, unquote(one)) if len(part) >= SECRET_CHARACTERS_MIN}
    for part in sorted(known, key=len, reverse=True):
        words = re.sub(re.escape(part), "…", words, flags=re.IGNORECASE)
    for part in known:
        for length in range(len(part) - 1, SECRET_CHARACTERS_MIN - 1, -1):
            if words.lower().endswith(part[:length].lower()):
                return words[:-length] + "…"
    return words


def retry_after(text: str, now: datetime) -> float:
    """Seconds to wait by a Retry-After header (seconds, or a date); 0 where it says nothing that can be
    used."""
    if text.strip().isascii() and text.strip().isdigit():
        return min(float(text), RETRY_AFTER_S_MAX)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now).total_seconds()), RETRY_AFTER_S_MAX)
