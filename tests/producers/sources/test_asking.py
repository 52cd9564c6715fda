"""The rules of asking a web address."""

from datetime import UTC, datetime, timedelta

import pytest

from election.errors import UsageError
from producers.sources import asking

NOW = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)
EARLIEST = NOW - timedelta(days=1)


def http(at: datetime) -> str:
    """A time as headers write it."""
    return at.strftime("%a, %d %b %Y %H:%M:%S GMT")


@pytest.mark.parametrize("address", ["https://a.org", "http://127.0.0.1:8080/x?y=1", "https://[::1]/x"])
def test_an_address_of_the_web_can_be_asked(address: str) -> None:
    """By name or number, with or without a port."""
    assert address == asking.checked(address)


@pytest.mark.parametrize("address", ["ftp://a.org/", "https://", "http://a.org:0/", "http://a.org:x/"])
def test_what_is_no_web_address_is_said(address: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(UsageError, match="This is no address"):
        asking.checked(address)


def test_an_address_with_a_password_is_refused_without_saying_it() -> None:
    """It would stand in every log line; the way out is named."""
    with pytest.raises(UsageError, match="--token-env") as caught:
        asking.checked("https://ayse:secret@a.org/feed")
    assert "secret" not in str(caught.value)


def test_what_is_shown_of_an_address_has_no_query() -> None:
    """A key often stands there."""
    assert "https://a.org/feed?…" == asking.shown("https://a.org/feed?key=secret")
    assert "https://a.org/feed" == asking.shown("https://a.org/feed")


@pytest.mark.parametrize(
    ("address", "location", "there"),
    [
        ("https://a.org/x", "/y", "https://a.org/y"),
        ("https://a.org/x/", "z", "https://a.org/x/z"),
        ("http://a.org/x", "https://a.org/x", "https://a.org/x"),
        ("http://a.org/x", "http://a.org:80/y", "http://a.org:80/y"),
        ("https://A.org/x", "https://a.org/y", "https://a.org/y"),
    ],
)
def test_a_redirect_to_the_same_host_is_followed(address: str, location: str, there: str) -> None:
    """Also from http to https."""
    assert there == asking.next_address(address, location)


@pytest.mark.parametrize(
    ("address", "location", "why"),
    [
        ("https://a.org/x", "http://a.org/x", "from https to http"),
        ("https://a.org/x", "https://b.org/x", r"another host \(b.org\)"),
        ("http://a.org/x", "http://169.254.169.254/latest", "another host"),
        ("http://a.org/x", "http://127.0.0.1/", "another host"),
        ("http://a.org/x", "http://a.org:9000/", "another host"),
        ("http://a.org/x", "https://a.org:9000/", "another host"),
        ("http://a.org/x", "//b.org/", "another host"),
        ("http://a.org/x", "file:///etc/passwd", "no address"),
        ("http://a.org/x", "http://u:p@a.org/", "no address"),
        ("http://a.org/x", "http://a.org:x/", "no address"),
        ("http://a.org/x", "//[", "no address"),
    ],
)
def test_any_other_redirect_is_not(address: str, location: str, why: str) -> None:
    """Neither inward nor outward nor down to http."""
    with pytest.raises(asking.RefusedRedirectError, match=why):
        asking.next_address(address, location)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), (http(NOW + timedelta(seconds=30)), 30.0), (http(NOW - timedelta(days=1)), 0.0), ("", 0.0),
     ("soon", 0.0), ("-5", 0.0), ("9" * 400, 999_999_999.0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float) -> None:
    """Anything else says nothing."""
    assert seconds == asking.retry_after_s(text, NOW)


def dated(modified: datetime | None, date: datetime | None = None, age: str = "") -> asking.Dated:
    """The time of a snapshot with these headers."""
    headers = {"age": age}
    if modified is not None:
        headers["last-modified"] = http(modified)
    if date is not None:
        headers["date"] = http(date)
    return asking.snapshot_time(headers, NOW, EARLIEST)


def test_a_snapshot_is_as_old_as_its_last_modified() -> None:
    """The feed's own word, where it is sane."""
    at = NOW - timedelta(minutes=5)
    assert asking.Dated(at, True) == dated(at, NOW)
    assert asking.Dated(at, True) == dated(at)


def test_without_one_it_is_as_old_as_our_look() -> None:
    """And nobody is told anything."""
    assert asking.Dated(NOW, False) == dated(None)
    assert asking.Dated(NOW, False) == asking.snapshot_time({"last-modified": "yesterday"}, NOW, EARLIEST)


def test_a_cached_answer_is_no_clock_that_is_wrong() -> None:
    """Its Date is from when the cache took it; its Age says how long ago."""
    assert dated(NOW - timedelta(hours=1), NOW - timedelta(seconds=300), age="300").stated


@pytest.mark.parametrize(
    ("modified", "date", "why"),
    [
        (NOW, NOW + timedelta(seconds=90), "90 s ahead of ours"),
        (NOW, NOW - timedelta(seconds=90), "90 s behind ours"),
        (NOW + timedelta(hours=3), NOW, "still to come"),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW, "before the night"),
    ],
)
def test_a_clock_that_is_not_ours_gives_no_time(modified: datetime, date: datetime, why: str) -> None:
    """Ours is taken then, and it is said."""
    found = dated(modified, date)
    assert (NOW, False) == (found.at, found.stated)
    assert why in found.because


def test_a_clock_at_the_end_of_time_is_said_too() -> None:
    """A nonsense of a Date with an Age on top of it."""
    found = dated(NOW, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), age="999999999")
    assert not found.stated
    assert "ahead of ours" in found.because


def test_a_second_ahead_is_now() -> None:
    """A snapshot is never from the future."""
    assert asking.Dated(NOW, True) == dated(NOW + timedelta(seconds=2), NOW)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"<!DOCTYPE html><html><title>Sign in</title>", "text/csv"),
        (b"\xef\xbb\xbf\n <HTML lang=tr><head><title>Sign in\n</title>", ""),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html><title>Sign in</title>', ""),
        (b"<!-- hello --><html ><title>Sign in</title>", ""),
        (b"<script>location='/login'</script><title>Sign in</title>", "text/html; charset=utf-8"),
    ],
)
def test_a_page_is_known_by_its_first_bytes(head: bytes, kind: str) -> None:
    """Its title says which it is."""
    assert "it gives a web page ('Sign in') and no feed" in asking.page(head, kind)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"box,voters\n", "text/html"),
        (b'{"a": 1}', "text/html"),
        (b'<?xml version="1.0"?><ElectionResult>', "application/xml"),
        (b'<?xml version="1.0"?><ElectionResult>', "text/html"),
        (b"box,name\n1,<html>\n", "text/csv"),
        (b"<!---->" * 146 + b"x", "text/csv"),  # one that would be looked at in more ways than there is time
        (b"", "text/html"),
    ],
)
def test_a_feed_is_no_page(head: bytes, kind: str) -> None:
    """Whatever its server calls it."""
    assert "" == asking.page(head, kind)
