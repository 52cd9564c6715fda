"""Archives come out as they went in, in pieces of any size; bombs, halves and locked ones are refused."""

import contextlib
import errno
import gzip
import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import OutsideError
from producers.formats import packed
from producers.formats.document import FeedError
from producers.formats.packed import unpacked

TEXT = b"a,b\n1,2\n" + b"3,4\n" * 5000


def pieces(content: bytes, size: int) -> list[bytes]:
    """The bytes, so many at a time."""
    return [content[at : at + size] for at in range(0, len(content), size)]


def out(content: bytes, size: int = 1000, endings: tuple[str, ...] = ()) -> bytes:
    """What comes out of these bytes."""
    return b"".join(unpacked("feed", pieces(content, size), endings))


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, stream: bool = False) -> bytes:
    """A zip of these files; `stream`: as written into a pipe, with the sizes after the content."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return not stream

        def tell(self) -> int:
            if stream:
                raise OSError
            return super().tell()

    target = Pipe()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


ARCHIVES = {
    "zip": zipped({"a": TEXT}),
    "streamed zip": zipped({"a": TEXT}, stream=True),
    "gzip": gzip.compress(TEXT),
}


@given(st.binary(max_size=3000).filter(lambda one: one[:2] not in (b"PK", b"\x1f\x8b")), st.integers(1, 50))
def test_what_is_not_packed_comes_as_it_is(content: bytes, size: int) -> None:
    """Whatever it is."""
    assert content == out(content, size)


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
@pytest.mark.parametrize("stream", [False, True])
def test_a_zip_with_one_file_is_that_file(size: int, stream: bool) -> None:
    """In pieces of any size, with the sizes before the content or after it."""
    assert TEXT == out(zipped({"detail.xml": TEXT}, stream=stream), size)


def test_a_file_that_only_lies_in_a_zip_comes_out_too() -> None:
    """Stored and not deflated."""
    assert TEXT == out(zipped({"detail.xml": TEXT}, zipfile.ZIP_STORED), 11)


def test_lines_come_as_lines() -> None:
    """Because a table is read line by line."""
    for content in (TEXT, gzip.compress(TEXT), zipped({"a.csv": TEXT})):
        assert TEXT.splitlines(keepends=True) == list(unpacked("feed", pieces(content, 5)))


@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_gzip_of_several_members_is_one_file(size: int) -> None:
    """As `cat a.gz b.gz` makes it; zeros after it are nothing."""
    assert TEXT * 2 == out(gzip.compress(TEXT) * 2 + b"\0" * 512, size)


def test_of_several_files_the_one_that_is_meant_is_taken() -> None:
    """By the endings of the format; what a Mac adds is nothing, and folders."""
    content = zipped(
        {"folder/": b"", "__MACOSX/._detail.xml": b"x", "readme.txt": b"hello", "in/Detail.XML": TEXT}
    )
    assert TEXT == out(content, endings=(".xml",))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a.xml": b"1", "b.xml": b"2"}, "several files"),
        ({"a.txt": b"1"}, "no file whose name ends in .xml: a.txt"),
        ({}, "no file"),
        ({f"{number}.txt": b"" for number in range(packed.ENTRIES_MAX + 1)}, "more than 64 files"),
    ],
)
def test_a_zip_that_does_not_say_which_file_is_refused(files: dict[str, bytes], says: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(FeedError, match=says):
        out(zipped(files), endings=(".xml",))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("second", "says"), [(b"9,9\n", "several files"), (b"\0" * 64 * 1024 * 1024, "times as many")]
)
def test_a_zip_that_is_refused_gives_no_line_before(second: bytes, says: str, stream: bool) -> None:
    """Rows of its first table would be sent, and counted, before anybody knew that another may be meant."""
    content = zipped({"a.csv": TEXT, "b.csv" if says == "several files" else "b.txt": second}, stream=stream)
    taken = list[bytes]()
    with pytest.raises(FeedError, match=says):
        taken.extend(unpacked("feed", pieces(content, 1000), (".csv",)))
    assert [] == taken


def test_half_a_zip_gives_no_line() -> None:
    """Of a table that was not fetched whole nothing is sent."""
    content, taken = zipped({"a.csv": TEXT}), list[bytes]()
    with pytest.raises(FeedError, match="in the middle"):
        taken.extend(unpacked("feed", pieces(content[:60], 7)))
    assert [] == taken


def test_a_zip_larger_than_memory_may_hold_is_read_from_where_it_lies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On the disk, in a file without a name."""
    monkeypatch.setattr(packed, "IN_MEMORY_BYTES", 10)
    assert TEXT == out(zipped({"readme.txt": b"hello", "a.csv": TEXT}), 13, (".csv",))


def test_a_zip_for_which_there_is_no_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is at fault, and neither the feed nor the command: it may be tried again."""

    def full(max_size: int) -> object:
        assert packed.IN_MEMORY_BYTES == max_size
        return Full()

    class Full(io.BytesIO):
        def write(self, piece: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packed, "SpooledTemporaryFile", full)
    with pytest.raises(OutsideError, match=r"feed: .*No space left on device.*TMPDIR"):
        out(zipped({"a.csv": TEXT}))


def test_a_zip_over_the_limit_is_not_laid_aside() -> None:
    """What is packed counts as well as what comes out."""
    with pytest.raises(FeedError, match="has more than 99 bytes"):
        list(unpacked("feed", pieces(zipped({"a.csv": TEXT}), 50), bytes_max=99))


@pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES.keys())
def test_half_an_archive_is_never_taken_for_a_whole_one(content: bytes) -> None:
    """Cut at any byte; a zip may only lack its list of files, which says nothing new."""
    for size in range(len(content)):
        cut = content[:size]
        try:
            found = out(cut)
        except FeedError:
            continue
        assert found in (cut, TEXT), f"{size} of {len(content)} bytes"
        if found == TEXT:
            assert cut.startswith(b"PK"), size
        else:
            assert size < 4, size


@pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES.keys())
def test_a_byte_that_changed_is_noticed(content: bytes) -> None:
    """By the checksum, wherever it is in the content."""
    for at in range(32, 44):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with pytest.raises(FeedError):
            out(changed)


def test_something_else_after_a_gzip_is_refused() -> None:
    """It would be lost."""
    with pytest.raises(FeedError, match="follows"):
        out(gzip.compress(TEXT) + b"more")


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_refused_long_before_it_is_unpacked(kind: str) -> None:
    """64 MB of nothing in 64 KB: told by the ratio."""
    nothing = bytes(64 * 1024 * 1024)
    bomb = gzip.compress(nothing) if kind == "gzip" else zipped({"a.xml": nothing})
    taken = list[int]()
    with pytest.raises(FeedError, match="times as many"):
        taken.extend(len(line) for line in unpacked("feed", pieces(bomb, 4096)))
    assert sum(taken) <= packed.RATIO_FROM_BYTES + packed.PIECE_BYTES


def test_more_than_the_limit_is_refused() -> None:
    """However well it packs."""
    with pytest.raises(FeedError, match="More than 9999 bytes"):
        list(unpacked("feed", [gzip.compress(TEXT)], bytes_max=9999))


def test_files_that_are_passed_over_count_too() -> None:
    """A bomb beside the file that is meant is still a bomb."""
    with pytest.raises(FeedError, match="times as many"):
        out(zipped({"a.txt": bytes(64 * 1024 * 1024), "b.xml": TEXT}), 4096, (".xml",))


def test_a_locked_zip_says_so() -> None:
    """Nobody can give the password here."""
    content = bytearray(zipped({"a.xml": TEXT}))
    content[6] |= 1
    with pytest.raises(FeedError, match="locked by a password"):
        out(bytes(content))


def test_another_way_of_packing_is_named() -> None:
    """bzip2 within a zip, for one."""
    with pytest.raises(FeedError, match="method 12"):
        out(zipped({"a.xml": TEXT}, zipfile.ZIP_BZIP2))


def test_a_zip_that_always_writes_long_sizes_is_read() -> None:
    """As some writers do for every file."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive,
        archive.open("a.xml", "w", force_zip64=True) as one,
    ):
        one.write(TEXT)
    assert TEXT == out(target.getvalue(), 13)


@given(st.binary(max_size=200), st.integers(1, 40))
def test_no_bytes_after_the_mark_of_an_archive_end_in_anything_but_an_error(noise: bytes, size: int) -> None:
    """Or in what they are."""
    for mark in (packed.ZIP, packed.GZIP, packed.GZIP + b"\x08"):
        with contextlib.suppress(FeedError):
            out(mark + noise, size)


def test_what_zlib_holds_back_comes_at_the_end() -> None:
    """A long run of one byte, larger than a piece, in very few bytes."""
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    content = made.compress(b"x" * (packed.PIECE_BYTES * 3 + 5)) + made.flush()
    assert b"x" * (packed.PIECE_BYTES * 3 + 5) == out(content, 10**6)
