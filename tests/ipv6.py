"""Whether this machine has IPv6. Where it has not, a test that comes by it sees that this is said instead.

    if said_without_ipv6(host):
        return

Know before changing: it is asked with a plain socket and not with our own code, which such a test is about.
Nothing is skipped: a machine without IPv6 is whole.
"""

import socket

import pytest

from sandik import ports


def has_ipv6() -> bool:
    """Whether somebody can listen on ::1 here."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def said_without_ipv6(host: str) -> bool:
    """Whether the machine has no IPv6; then it was seen that an address of it is refused with a sentence."""
    if has_ipv6():
        return False
    with pytest.raises(ports.CannotListenError, match=f"on {host} cannot be listened on"):
        ports.choose(0, host)
    return True
