"""Whom limits are counted for: only proxies of ours are believed, and nobody becomes somebody else."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from web.addresses import HOPS_MAX, UNKNOWN, counted, parse, peer, read

OURS = parse("10.0.0.0/8, 2001:db8:ffff::/48 127.0.0.1")
V4, V6 = st.ip_addresses(v=4), st.ip_addresses(v=6)
STRANGERS = (V4 | V6).filter(lambda at: not any(at.version == net.version and at in net for net in OURS))


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1, 10.2.3.4", "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 10.2.3.4", "10.9.9.9"),
        ("10.0.0.1", "198.51.100.1:5123", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::/64"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, , 10.0.0.2", "10.0.0.2"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:ffff::5", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("", "", UNKNOWN),
        ("somewhere", "198.51.100.1", UNKNOWN),
    ],
)
def test_the_rightmost_who_is_not_ours_is_counted(address: str, forwarded: str, expected: str) -> None:
    """A proxy adds at the right whom it saw; what stands left of a stranger is the stranger's own word."""
    assert expected == counted(peer(address, forwarded, OURS))


@given(STRANGERS, st.text(max_size=200))
def test_nobody_hides_behind_what_he_writes(stranger: object, lies: str) -> None:
    """Whatever a client puts into the header, our proxy adds the client's own address behind it."""
    expected = counted(peer(str(stranger), "", OURS))
    assert expected == counted(peer("10.0.0.1", f"{lies},{stranger}", OURS))
    assert expected == counted(peer(str(stranger), lies, OURS))


def test_a_chain_without_end_is_not_followed() -> None:
    """A header full of addresses of ours costs no more than some of them."""
    chain = ", ".join(["198.51.100.1", *["10.0.0.2"] * (HOPS_MAX + 1)])
    assert "10.0.0.2" == counted(peer("10.0.0.1", chain, OURS))
    short = ", ".join(["198.51.100.1", *["10.0.0.2"] * (HOPS_MAX - 1)])
    assert "198.51.100.1" == counted(peer("10.0.0.1", short, OURS))


@given(V6, st.integers(0, 2**64 - 1))
def test_one_customer_of_ipv6_is_one(address: object, other: int) -> None:
    """Everybody has 2^64 addresses; a limit for each would be none."""
    at = ip_address(str(address))
    neighbour = type(at)(int(at) >> 64 << 64 | other)
    if getattr(at, "ipv4_mapped", None) is None and getattr(neighbour, "ipv4_mapped", None) is None:
        assert counted(read(str(at))) == counted(read(str(neighbour)))


@given(V4)
def test_an_ipv4_address_is_itself_in_any_clothes(address: object) -> None:
    """A socket that listens for both says it as ::ffff:192.0.2.7."""
    assert str(address) == counted(read(f"::ffff:{address}")) == counted(read(f"{address}:80"))


@given(st.text(max_size=200), st.text(max_size=400))
def test_whatever_stands_there_is_an_address_or_not(address: str, forwarded: str) -> None:
    """Never an error; and what it is counted as is short."""
    assert len(counted(peer(address, forwarded, OURS))) <= 45


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.0/33", "10.0.0", "*"])
def test_what_is_no_address_in_the_setting_is_said(text: str) -> None:
    """A name is none: it would have to be looked up, and could change."""
    with pytest.raises(UsageError) as caught:
        parse(f"127.0.0.1 {text}")
    assert "SANDIK_PROXIES" in str(caught.value)
    assert text in str(caught.value)
