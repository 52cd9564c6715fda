"""Whether whatever somebody calls a pack is read within bounds, or refused with a sentence."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandik import packed
from sandik.packed import Packed, PackError, opened
from tests.sandik import packs


def refused(path: Path) -> str:
    """Why it is no pack, whatever of it is read."""
    with pytest.raises(PackError) as caught:
        whole(path)
    return str(caught.value)


def whole(path: Path) -> None:
    """Reads everything in it, in every way."""
    with opened(path) as found:
        assert isinstance(found, Packed)
        for name in found.names:
            found.digest(name)
            list(found.lines(name))


def test_what_stands_in_a_pack_is_read_whole_and_by_lines(tmp_path: Path) -> None:
    """Lines come without their ends, the last one too."""
    path = packs.zipped({"manifest.json": b"{}", "log/reports-0.jsonl": b"one\n\ntwo"}, tmp_path / "p.zip")
    with opened(path) as found:
        assert ["log/reports-0.jsonl", "manifest.json"] == found.names
        assert b"{}" == found.content("manifest.json")
        assert [b"one", b"", b"two"] == list(found.lines("log/reports-0.jsonl"))
        with pytest.raises(PackError, match=r"p\.zip holds no SHA256SUMS"):
            found.content("SHA256SUMS")


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "night/../../x",
        "night/.hidden",
        "log/reports-0.exe",
        "log/",
        "night/a/b",
        "x" * 300,
    ],
)
def test_a_file_that_no_pack_holds_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    """Nothing is ever unpacked to disk; and still nobody should pass such a thing on."""
    assert "which is no file of a pack" in refused(packs.zipped({name: b""}, tmp_path / "p.zip"))


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """One reader would take the first and another the last."""
    path = tmp_path / "p.zip"
    packs.zipped({"manifest.json": b"{}", "manifest.jsoN": b"[]"}, path)
    path.write_bytes(path.read_bytes().replace(b"manifest.jsoN", b"manifest.json"))
    assert "twice" in refused(path)


def test_what_is_no_zip_is_refused_with_what_it_is(tmp_path: Path) -> None:
    """Half a download, nothing, a folder, an error page."""
    whole = packs.zipped({"manifest.json": b"{}" * 500}, tmp_path / "whole.zip").read_bytes()
    for content in (b"", b"<html>404</html>", whole[: len(whole) // 2]):
        (tmp_path / "p.zip").write_bytes(content)
        assert "is no zip" in refused(tmp_path / "p.zip")
    assert "There is no file" in refused(tmp_path / "nothing.zip")
    assert "cannot be read" in refused(tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sizes it gives; a file that gives a smaller one is cut off there, as damaged."""
    path = packs.zipped({"night/areas.csv": bytes(4_000_000), "manifest.json": b"{}"}, tmp_path / "p.zip")
    monkeypatch.setattr(packed, "BYTES_MAX", 1_000_000)
    assert "unpacks to more than" in refused(path)
    monkeypatch.setattr(packed, "BYTES_MAX", 10_000_000)
    monkeypatch.setattr(packed, "LINE_BYTES_MAX", 1_000_000)
    assert "has a line of more than" in refused(path)
    monkeypatch.setattr(packed, "WHOLE_BYTES_MAX", 1_000_000)
    with opened(path) as found, pytest.raises(PackError, match="larger than"):
        found.content("night/areas.csv")
    monkeypatch.setattr(packed, "FILES_MAX", 1)
    assert "holds 2 files" in refused(path)
    content = path.read_bytes()
    lying = content.replace(struct.pack("<I", 4_000_000), struct.pack("<I", 1000))
    monkeypatch.undo()
    path.write_bytes(lying)
    assert "night/areas.csv is damaged" in refused(path)


def test_an_encrypted_or_oddly_packed_file_is_refused(tmp_path: Path) -> None:
    """No pack of ours is; and there is no password to ask for."""
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as target:
        target.writestr("manifest.json", "{}")
    assert "packed in a way that no pack is" in refused(path)


WHOLE = ["manifest.json", "log/reports-0.jsonl", "links/reports-0.txt"]


@given(at=st.integers(0, 5000), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_byte_changed_is_read_as_it_is_or_refused(at: int, byte: int, tmp_path: Path) -> None:
    """Nothing else is ever raised."""
    path = packs.zipped(dict.fromkeys(WHOLE, b"line\n" * 50), tmp_path / "p.zip")
    content = bytearray(path.read_bytes())
    content[at % len(content)] = byte
    path.write_bytes(content)
    try:
        whole(path)
    except PackError as error:
        said = str(error)
    else:
        said = "p.zip is read"
    assert "p.zip" in said
