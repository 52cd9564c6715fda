"""Addresses of stores: what each form says, and that a refusal never shows the password."""

import pytest

from election.errors import UsageError
from stores.address import Address, Kind, Place, read

A, B = Place("a", 7000), Place("b", 7001)


@pytest.mark.parametrize(
    ("text", "expected", "urls", "shown"),
    [
        (
            "redis://127.0.0.1:6379/0",
            Address(Kind.SINGLE, (Place("127.0.0.1", 6379),), "", 0, False, "", "", ""),
            ["redis://127.0.0.1:6379/0"], "127.0.0.1:6379",
        ),
        (
            "rediss://me:s%40cret@store/3?ssl_ca_certs=%2Fca.pem",
            Address(
                Kind.SINGLE, (Place("store", 6379),), "", 3, True, "me:s%40cret@",
                "?ssl_ca_certs=%2Fca.pem", "",
            ),
            ["rediss://me:s%40cret@store:6379/3?ssl_ca_certs=%2Fca.pem"], "store:6379",
        ),
        (
            "redis://[::1]:7000",
            Address(Kind.SINGLE, (Place("::1", 7000),), "", 0, False, "", "", ""),
            ["redis://[::1]:7000/0"], "[::1]:7000",
        ),
        (
            "redis+cluster://:secret@a:7000, b:7001",
            Address(Kind.CLUSTER, (A, B), "", 0, False, ":secret@", "", ""),
            ["redis://:secret@a:7000/0", "redis://:secret@b:7001/0"], "a:7000,b:7001 (a cluster)",
        ),
        (
            "rediss+cluster://a:7000/0",
            Address(Kind.CLUSTER, (A,), "", 0, True, "", "", ""),
            ["rediss://a:7000/0"], "a:7000 (a cluster)",
        ),
        (
            "redis+sentinel://me:secret@a:7000,b/night/2?sentinel_password=o%2Fther",
            Address(
                Kind.SENTINEL, (A, Place("b", 26379)), "night", 2, False, "me:secret@", "", ":o%2Fther@"
            ),
            ["redis://me:secret@a:7000/2", "redis://me:secret@b:26379/2"],
            "a:7000,b:26379 (sentinels of night)",
        ),
    ],
    ids=["one", "one with all", "IPv6", "cluster", "cluster TLS", "sentinels"],
)  # fmt: skip
def test_what_an_address_says(text: str, expected: Address, urls: list[str], shown: str) -> None:
    """Of which kind the store is, who is asked first, and the URL of each of its servers."""
    found = read(text)
    assert expected == found
    assert urls == [found.url(place) for place in found.places]
    assert shown == found.shown


def test_sentinels_have_a_login_of_their_own() -> None:
    """The servers' password is not told to them; the options of TLS are the same."""
    found = read("rediss+sentinel://:secret@a:1/night?ssl_ca_certs=x&sentinel_user=s&sentinel_password=p")
    assert "rediss://s:p@a:1/0?ssl_ca_certs=x" == found.sentinel_url(found.places[0])
    assert "rediss://:secret@b:7001/0?ssl_ca_certs=x" == found.url(B)
    assert "redis://a:1/0" == read("redis+sentinel://:secret@a:1/night").sentinel_url(Place("a", 1))


def test_no_password_stands_in_the_text_of_an_address() -> None:
    """It may end in a log; an option may hold one, too."""
    address = "redis+sentinel://:secret@a:1/night?password=secret&sentinel_password=secret"
    assert "secret" not in repr(read(address))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://store:6379/0", "does not begin with redis://"),
        ("redis+ring://store:6379/0", "does not begin with redis://"),
        ("store:6379", "does not begin with redis://"),
        ("redis://:secret@a:1,b:2/0", "several hosts are a cluster, or sentinels"),
        ("redis://:secret@store:none/0", "a port is a number"),
        ("redis://:secret@store:0/0", "a port is from 1 to 65535"),
        ("redis://:secret@store:/0", "a port is missing"),
        ("redis://:secret@/0", "a host is missing"),
        ("redis+cluster://a:1,,b:2", "a host is missing"),
        ("redis://:secret@store:6379/one", "the number of a database is a number"),
        ("redis://:secret@store:6379/1/2", "too many parts"),
        ("redis+cluster://:secret@a:1/1", "a cluster has database 0 only"),
        ("redis+sentinel://:secret@a:1", "the name they have for the primary"),
        ("redis+sentinel://:secret@a:1/night?sentinel_user=me", "a user has a password"),
        ("redis://:secret@a:1/0?sentinel_password=p", "are for sentinels"),
        ("redis://:secret@[::1:7000/0", "stands in brackets"),
        ("redis://:[secret]@store:6379/0", "a sign in a password is written %XX"),
        ("redis://:secret℀@store:6379/0", "a sign in a password is written %XX"),
    ],
)
def test_what_is_no_address_is_said_with_the_forms_there_are(text: str, why: str) -> None:
    """What is wrong, and how it is written; never what was given."""
    with pytest.raises(UsageError) as caught:
        read(text)
    assert why in str(caught.value)
    assert "SANDIK_REDIS is no address of a store" in str(caught.value)
    assert "redis+sentinel://HOST:PORT,HOST:PORT/NAME/0" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_whoever_asked_for_an_address_is_named() -> None:
    """An argument of a command is no setting."""
    with pytest.raises(UsageError, match="--store is no address"):
        read("nonsense", "--store")
