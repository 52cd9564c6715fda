"""Who is at the other end of a connection: the address that limits are counted for.

    trusted = parse("10.0.0.0/8 127.0.0.1")
    counted(peer(address, forwarded_for, trusted))        "192.0.2.7" or "2001:db8:1:2::/64"

Know before changing: anybody can write anything into X-Forwarded-For. Each proxy adds, at the right, whom it
saw; so it is read from the right, as far as proxies of ours have written it, and never beyond the first that
is not ours.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from election.errors import UsageError

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]

HOPS_MAX = 16
"""Most proxies one behind another; beyond, the chain is not followed."""
ONE_CUSTOMER_BITS = 64
"""Whoever has one address of IPv6 has as many as this leaves: they count as one."""
UNKNOWN = "unknown"
"""All whose address nobody knows, for instance on a socket of the file system, are counted as one."""
TEXT_CHARACTERS_MAX = 100
"""A longer text is no address."""


def parse(text: str) -> Networks:
    """The proxies of a setting, addresses or networks. UsageError names SANDIK_PROXIES."""
    found = []
    for word in text.replace(",", " ").split():
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            raise UsageError(
                f"SANDIK_PROXIES has {word!r}; it is addresses or networks of the proxies before the "
                "gateway: 127.0.0.1 10.0.0.0/8."
            ) from None
    return tuple(found)


def peer(address: str, forwarded_for: str, trusted: Networks) -> Address | None:
    """Who asks: the peer of the connection, or whom a proxy of ours says it saw. None: nobody knows."""
    found = read(address)
    if found is None or not trusted or not forwarded_for:
        return found
    for hop in reversed(forwarded_for.rsplit(",", HOPS_MAX)[-HOPS_MAX:]):
        if not _among(found, trusted):
            return found
        before = read(hop)
        if before is None:
            return found  # what a proxy of ours wrote there is no address: the proxy itself is counted
        found = before
    return found


def counted(address: Address | None) -> str:
    """The name under which an address is counted: an IPv6 one with its neighbours."""
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    left = 128 - ONE_CUSTOMER_BITS
    return f"{IPv6Address(int(address) >> left << left)}/{ONE_CUSTOMER_BITS}"


def read(text: str) -> Address | None:
    """An address as sockets and proxies write it, perhaps with a port; None for anything else.

    An IPv4 address in the clothes of IPv6 is the IPv4 address.
    """
    if len(text := text.strip()) > TEXT_CHARACTERS_MAX:
        return None
    if text.startswith("["):
        text, _, port = text[1:].partition("]")
        if port and not (port[0] == ":" and port[1:].isascii() and port[1:].isdigit()):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not (port.isascii() and port.isdigit()):
            return None
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or IPv6Address(int(found))  # without the zone of a link-local one
    return found


def _among(address: Address, networks: Networks) -> bool:
    return any(address.version == network.version and address in network for network in networks)
