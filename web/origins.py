"""From which pages a browser may open a websocket here: the Origin it says, against the host and a list.

    allowed = parse("https://kent.example, https://www.kent.example")      or "*", or "" for our own host only
    may_come(allowed, "https://kent.example", "kent.example")              True

A browser says on which site the page is that asks; a page of another site may not ask in its visitor's name.
Programs say no origin, and pass: this is no lock against them (docs/secure.md).

Know before changing: an origin is compared whole, scheme, host and port; no patterns, no suffixes. `null` is
what sandboxed frames and local files say, any of them, so it is never somebody's own.
"""

import re
from ipaddress import IPv6Address

from election.errors import UsageError

ANY = "*"
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
PORT_MAX = 65535
TEXT_CHARACTERS_MAX = 512
"""A longer origin or host is none: the name of a host has 253 characters."""

ORIGIN = re.compile(
    r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[^\s/?#@:\[\],\\%]+)(?::([0-9]{1,5}))?", re.ASCII
)
PLACE = re.compile(r"(\[[0-9a-f:.]+\]|[^\s/?#@:\[\],\\%]+)(?::([0-9]{1,5}))?", re.ASCII)

Origin = tuple[str, str, int]
"""Scheme, host and port; a port of 0 is that of a scheme that has none."""


def parse(text: str, setting: str = "SANDIK_ORIGINS") -> tuple[str, ...]:
    """The origins of a setting, a comma or a space between two. UsageError names the setting."""
    found = []
    for word in text.replace(",", " ").split():
        origin = read(_ascii(word))
        if origin is None and word != ANY:
            raise UsageError(
                f"{setting} has {word!r}; an origin is a scheme and a host, and a port if it has one of "
                "its own: https://kent.example. Or * for every page there is."
            )
        found.append(ANY if origin is None else written(origin))
    return tuple(dict.fromkeys(found))


def may_come(allowed: tuple[str, ...], origin: str | None, host: str) -> bool:
    """Whether a page of this origin may; `host` is what the request calls us. None: no page asks."""
    if origin is None or ANY in allowed:
        return True
    said = read(origin)
    if said is None:
        return False
    if allowed:
        return written(said) in allowed
    scheme, name, port = said
    return _place(host, PORTS.get(scheme, 0)) == (name, port)


def read(text: str) -> Origin | None:
    """An origin as its parts; None where it is not one (`null` is not)."""
    match = ORIGIN.fullmatch(text.lower()) if len(text) <= TEXT_CHARACTERS_MAX else None
    if match is None:
        return None
    scheme = match[1]
    place = _place(match[0].removeprefix(f"{scheme}://"), PORTS.get(scheme, 0))
    return None if place is None else (scheme, *place)


def written(origin: Origin) -> str:
    """An origin in its one way of writing: lower case, no port where it is the scheme's own."""
    scheme, host, port = origin
    return f"{scheme}://{host}" + ("" if port == PORTS.get(scheme, 0) else f":{port}")


def _place(text: str, port: int) -> tuple[str, int] | None:
    """Host and port; `port` where none is said. None for what is no host."""
    match = PLACE.fullmatch(text.lower()) if len(text) <= TEXT_CHARACTERS_MAX else None
    if match is None:
        return None
    host, said = match[1], match[2]
    if said is not None and not 0 < int(said) <= PORT_MAX:
        return None
    if host.startswith("["):
        try:
            host = f"[{IPv6Address(host[1:-1]).compressed}]"
        except ValueError:
            return None
    return host, port if said is None else int(said)


def _ascii(word: str) -> str:
    """A host with letters of its own as browsers say it: seçim.example is xn--seim-1oa.example."""
    scheme, mark, rest = word.partition("://")
    if rest.isascii():
        return word
    host, colon, port = rest.partition(":")
    try:
        return f"{scheme}{mark}{host.encode('idna').decode()}{colon}{port}"
    except UnicodeError:
        return ""
