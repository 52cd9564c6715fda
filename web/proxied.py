"""By which proxy an address is reached, and what is said of one that is none: as the environment says.

    on_this_machine("ws://127.0.0.1:8080/ws")              True: no proxy is asked for that
    variable("wss://night.example/ws")                     "https_proxy"
    no_proxy("wss://night.example/ws", "path is meaningless")        a sentence

Know before changing: the address of a proxy may hold a password, so it is never said; the variable is.
"""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

ASKED = {"ws": ("ws", "socks", "https", "http"), "wss": ("wss", "socks", "https")}
"""Whose proxy a websocket is reached by, the first there is: the order of the websockets library."""


def on_this_machine(place: str) -> bool:
    """Whether an address leads back here: a proxy that the environment names would ask its own machine."""
    host = urlsplit(place).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def variable(place: str) -> str:
    """The variable that names the proxy for an address; nothing where none does."""
    for scheme in ASKED[urlsplit(place).scheme]:
        small, large = f"{scheme}_proxy", f"{scheme}_PROXY".upper()
        if os.environ.get(small):
            return small
        if os.environ.get(large) and small not in os.environ:  # an empty one in small letters means none
            return large
    return ""


def through(place: str) -> str:
    """That an address was asked by a proxy, to stand behind it; nothing where it was asked itself."""
    unasked = proxy_bypass(urlsplit(place).netloc)  # by no_proxy, or the system's settings
    if unasked or on_this_machine(place):
        return ""
    name = variable(place)
    return f", asked by the proxy that {name} names" if name else ""


def no_proxy(place: str, why: str = "") -> str:
    """That what is named is no proxy, perhaps why, and what to write instead."""
    named, because = _named(place), f" ({why})" if why else ""
    return (
        f"{named} no proxy by which {place} could be reached{because}: write it as http://HOST:PORT, or name "
        f"{urlsplit(place).hostname} in no_proxy to do without."
    )


def no_socks(place: str) -> str:
    """That a proxy of a sort is named which needs a package that is not here."""
    named = _named(place)
    return (
        f"{named} a SOCKS proxy for {place}, and the package that speaks to those is not installed: "
        "pip install python-socks, or name an HTTP proxy."
    )


def _named(place: str) -> str:
    name = variable(place)
    return f"{name} names" if name else "This system's settings name"
