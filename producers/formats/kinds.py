"""What a file is instead of what it should be, told by its first bytes: a page of HTML, a login, an archive.

    mistaken(b"<!DOCTYPE html>…", "JSON")   → "This is a page of HTML and no table: …"
    mistaken(b'{"a": 1}', "JSON")           → ""

Know before changing: it is asked only when a file has already failed to be what it should be, or must not be
tried; so it may be wrong about a strange file without refusing a good one.
"""

BEGINS_BYTES = 4096
"""How much of a file is enough to tell."""

_ARCHIVES = ((b"PK\x03\x04", "a zip"), (b"\x1f\x8b", "a gzip"), (b"BZh", "a bzip2"), (b"\xfd7zXZ", "an xz"),
             (b"7z\xbc\xaf", "a 7-zip"), (b"Rar!", "a rar"))  # fmt: skip
_OFFICE = b"\xd0\xcf\x11\xe0"


def mistaken(begins: bytes, wanted: str) -> str:
    """What the file is instead of `wanted` (XML, JSON, CSV), in a sentence; empty if unknown."""
    start = begins[:BEGINS_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    lowered = start.lower()
    if not start:
        return "The file is empty."
    if lowered.startswith((b"<!doctype html", b"<html")) or (start[:1] == b"<" and b"<html" in lowered):
        return (
            "This is a page of HTML and no table: the address may ask for a login. Look at it in a browser."
        )
    for mark, what in _ARCHIVES:
        if start.startswith(mark):
            return f"This is {what} archive inside: unpack it and give the file that is meant."
    if start.startswith(_OFFICE):
        return "This is an old Excel or Word file: save it as CSV and give that."
    return _text(start, wanted)


def _text(start: bytes, wanted: str) -> str:
    if wanted != "XML" and start.startswith((b"<?xml", b"<")):
        return f"This is XML and not {wanted}: say so with --format."
    if wanted != "JSON" and (start.startswith((b'{"', b"[{", b"[[")) or start[:1] == b"{"):
        return f"This is JSON and not {wanted}: say so with --format."
    if wanted != "CSV" and start[:1] not in (b"<", b"{", b"[", b"\xff", b"\xfe"):
        return f"This is no {wanted}; it begins with {start[:40].decode('utf-8', 'replace')!r}."
    return ""
