"""What a file is instead of what it should be."""

import pytest

from producers.formats.kinds import mistaken


@pytest.mark.parametrize(
    ("begins", "wanted", "says"),
    [
        (b"", "CSV", "empty"),
        (b"\xef\xbb\xbf  \r\n", "XML", "empty"),
        (b"<!DOCTYPE html><title>Log in", "JSON", "page of HTML"),
        (b"\n\n<HTML lang=tr>", "CSV", "page of HTML"),
        (b"<?xml version='1.0'?><html xmlns=''>", "XML", "page of HTML"),
        (b"PK\x03\x04rest", "CSV", "zip"),
        (b"\x1f\x8b\x08", "JSON", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1", "CSV", "Excel"),
        (b"<ElectionReport>", "JSON", "This is XML and not JSON"),
        (b'{"a": 1}', "XML", "This is JSON and not XML"),
        (b"a,b\n1,2\n", "XML", "no XML; it begins with 'a,b"),
        (b"a,b\n1,2\n", "JSON", "no JSON; it begins with"),
    ],
)
def test_another_kind_of_file_is_named(begins: bytes, wanted: str, says: str) -> None:
    """With what to do about it."""
    assert says in mistaken(begins, wanted)


@pytest.mark.parametrize(
    ("begins", "wanted"),
    [(b"a;b\n", "CSV"), (b'"{x}",b\n', "CSV"), (b'{"a":', "JSON"), (b"[1", "JSON"), (b"<a>", "XML")],
)
def test_of_a_file_that_is_what_it_should_be_nothing_is_said(begins: bytes, wanted: str) -> None:
    """Then its own reader says what is wrong."""
    assert "" == mistaken(begins, wanted)
