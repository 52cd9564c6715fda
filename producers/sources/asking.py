"""The rules of asking a web address, without asking: addresses, redirects, headers, pages that are no feed.

    next_address("https://a.org/x", "/y")      "https://a.org/y"; RefusedRedirectError for any other host
    snapshot_time(answer, now, earliest)       when the table was made, or our own time and why

Know before changing: this is pure. A redirect may lead to the same host alone, and never from https to http:
an address that was typed is trusted, one that a stranger sends is not, wherever it leads.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from election.errors import UsageError

SKEW_MAX = timedelta(seconds=10)
"""A server's clock may be off by so much; beyond it its times are not ours."""
HEAD_BYTES = 1024
"""How much of a body is looked at to know a page from a feed."""
PORTS = {"http": 80, "https": 443}
# A comment ends at its first end and is not looked at again: many of them would take for ever otherwise.
_HTML = re.compile(rb"(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html[\s>])", re.DOTALL)
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)


class RefusedRedirectError(Exception):
    """A redirect that is not followed; the message says why, without what is secret in an address."""


def checked(address: str) -> str:
    """The address, if it can be asked. UsageError says what is wrong with it, without its secrets."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError("This is no address: it is http:// or https://, a host, a path.") from error
    if parts.scheme not in PORTS or not host or port == 0:
        raise UsageError("This is no address: it is http:// or https://, a host, a path.")
    if parts.username or parts.password:
        raise UsageError(
            f"{parts.scheme}://{host}/… has a name or password in it, which would stand in logs: "
            "put what signs you in into an environment variable and name it with --token-env."
        )
    return address


def shown(address: str) -> str:
    """The address as it may be said: without its query, which often holds a key."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")


def next_address(address: str, location: str) -> str:
    """Where a redirect leads. Raises RefusedRedirectError."""
    try:
        there = urljoin(address, location)
        old, new = urlsplit(address), urlsplit(there)
        places = [(part.hostname, part.port or PORTS.get(part.scheme)) for part in (old, new)]
    except ValueError as error:
        raise RefusedRedirectError("it redirects to what is no address") from error
    if new.scheme not in PORTS or new.username or new.password:
        raise RefusedRedirectError("it redirects to what is no address")
    if old.scheme == "https" and new.scheme == "http":
        raise RefusedRedirectError("it redirects from https to http, which is not followed")
    upgraded = (old.scheme, new.scheme) == ("http", "https") and not new.port
    if places[0][0] != places[1][0] or (places[0] != places[1] and not upgraded):
        raise RefusedRedirectError(
            f"it redirects to another host ({new.hostname}), which is not followed: "
            "if that is right, give that address as the feed"
        )
    return there


def retry_after_s(text: str, now: datetime) -> float:
    """Seconds to wait by a Retry-After header (seconds, or a date); 0 where it says nothing usable."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    at = http_time(text)
    return 0.0 if at is None else max(0.0, (at - now).total_seconds())


def http_time(text: str) -> datetime | None:
    """The time in a header, or None."""
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Dated:
    """A snapshot's time; whether the feed stated it; and a sentence where it states one that is not taken."""

    at: datetime
    stated: bool
    because: str = ""


def snapshot_time(headers: Mapping[str, str], now: datetime, earliest: datetime) -> Dated:
    """When a table was made: its Last-Modified if that is sane, else our own time.

    Sane is: the server's clock (Date, and Age where a cache answered) is ours within `SKEW_MAX`, and the
    time is not before `earliest`, the day before the night: a placeholder such as 1970 is no time of it.
    Header names in lower case.
    """
    made = http_time(headers.get("last-modified", ""))
    if made is None:
        return Dated(now, False)
    answered = http_time(headers.get("date", ""))
    if answered is not None:
        age = headers.get("age", "").strip()
        ahead = answered - now + timedelta(seconds=int(age[:9]) if age.isascii() and age.isdigit() else 0)
        if abs(ahead) > SKEW_MAX:
            word = "ahead of" if ahead > timedelta() else "behind"
            off_s = round(abs(ahead.total_seconds()))
            return Dated(now, False, f"its clock is {off_s} s {word} ours: snapshots get our time")
    if made > now + SKEW_MAX:
        return Dated(
            now, False, f"its Last-Modified ({made:%Y-%m-%d %H:%M:%S} UTC) is still to come: ours is taken"
        )
    if made < earliest:
        return Dated(
            now, False, f"its Last-Modified ({made:%Y-%m-%d}) is before the night: our time is taken"
        )
    return Dated(min(made, now), True)


def page(head: bytes, kind: str) -> str:
    """What an HTML page instead of a feed is, for a sentence; nothing if it is none.

    Known by its first bytes; a content type that says HTML is believed where a tag begins the body.
    """
    begins = head[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    typed = kind.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    tagged = begins.startswith(b"<") and not begins.startswith(b"<?xml")
    if not (_HTML.match(begins) or (typed and tagged)):
        return ""
    title = _TITLE.search(head)
    words = " ".join(title[1].decode("utf-8", "replace").split())[:80] if title else ""
    named = f" ({words!r})" if words else ""
    return f"it gives a web page{named} and no feed; is a sign-in needed (--token-env)?"
