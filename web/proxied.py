"""By which proxy an address is reached, and what is said of one that is none: of the environment, as a value.

    on_this_machine("ws://127.0.0.1:8080/ws")              True: no proxy is asked for that
    variable("wss://night.example/ws", os.environ)         "https_proxy"
    no_proxy("wss://night.example/ws", os.environ, "path is meaningless")        a sentence

Know before changing: the address of a proxy may hold a password, so it is never said; the variable is.
"""

from collections.abc import Mapping
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


def variable(place: str, environment: Mapping[str, str]) -> str:
    """The variable that names the proxy for an address; nothing where none does."""
    for scheme in ASKED[urlsplit(place).scheme]:
        small, large = f"{scheme}_proxy", f"{scheme}_PROXY".upper()
        if environment.get(small):
            return small
        if environment.get(large) and small not in environment:  # an empty one in small letters means none
            return large
    return ""


def through(place: str, environment: Mapping[str, str]) -> str:
    """That an address was asked by a proxy, to stand behind it; nothing where it was asked itself."""
    if on_this_machine(place) or proxy_bypass(
        urlsplit(place).netloc
    ):  # by no_proxy, or the system's settings
        return ""
    name = variable(place, environment)
    return f", asked by the proxy that {name} names" if name else ""


def no_proxy(place: str, environment: Mapping[str, str], why: str = "") -> str:
    """That what is named is no proxy, perhaps why, and what to write instead."""
    named, because = _named(place, environment), f" ({why})" if why else ""
    return (
        f"{named} no proxy by which {place} could be reached{because}: write it as http://HOST:PORT, or name "
        f"{urlsplit(place).hostname} in no_proxy to do without."
    )


def no_socks(place: str, environment: Mapping[str, str]) -> str:
    """That a proxy of a sort is named which needs a package that is not here."""
    named = _named(place, environment)
    return (
        f"{named} a SOCKS proxy for {place}, and the package that speaks to those is not installed: "
        "pip install python-socks, or name an HTTP proxy."
    )


def _named(place: str, environment: Mapping[str, str]) -> str:
    name = variable(place, environment)
    return f"{name} names" if name else "This system's settings name"
