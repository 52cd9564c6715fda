"""A body as it comes in: bounded, whole, unpacked, named by its content."""

import gzip
import tracemalloc
import zlib

import pytest

from producers.sources import body
from producers.sources.body import Body, BrokenError, TooLargeError

TEXT = b"box,voters\nn-1,100\n" * 500


def filled(pieces: list[bytes], *, packed: bool = False, bytes_max: int = 10**6) -> Body:
    """A body of these pieces."""
    made = Body(bytes_max, packed=packed)
    try:
        for piece in pieces:
            made.write(piece)
        made.end()
    except BrokenError:
        made.close()
        raise
    return made


def test_what_was_written_is_read_line_by_line() -> None:
    """As often as somebody asks, with its first bytes at hand."""
    made = filled([TEXT[:7], TEXT[7:]])
    assert TEXT.splitlines(keepends=True) == list(made.pieces()) == list(made.pieces())
    assert (TEXT[: body.HEAD_BYTES], len(TEXT)) == (made.head, made.size)
    made.close()


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_packed_body_is_the_same_content(size: int) -> None:
    """However its packets fall, and also if it consists of several gzips, one after the other."""
    packed = gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    made, plain = filled(pieces, packed=True), filled([TEXT])
    assert plain.digest == made.digest
    assert TEXT == b"".join(made.pieces())
    made.close()
    plain.close()


def test_a_body_is_never_larger_than_allowed() -> None:
    """Looked at piece by piece."""
    made = Body(100)
    made.write(b"x" * 100)
    with pytest.raises(TooLargeError):
        made.write(b"x")
    made.close()


def test_a_bomb_is_stopped_at_the_limit_and_not_after_it() -> None:
    """Many megabytes in a few kilobytes: what is held in memory stays small."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeeze.compress(bytes(2**20)) for _ in range(24)) + squeeze.flush()
    made = Body(2**20, packed=True)
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        made.write(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    made.close()
    assert most < 4 * 2**20


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_half_a_packed_body_is_not_whole(cut: int) -> None:
    """It is never taken for a short table."""
    with pytest.raises(BrokenError, match="broke off"):
        filled([gzip.compress(TEXT)[:-cut]], packed=True)


def test_what_only_calls_itself_gzip_is_broken() -> None:
    """And a checksum that does not fit too."""
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 1
    for wrong in (TEXT, bytes(packed)):
        with pytest.raises(BrokenError, match="no gzip"):
            filled([wrong], packed=True)


def test_a_line_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded."""
    monkeypatch.setattr(body, "LINE_BYTES_MAX", 4)
    made = filled([b"abcdefghij"])
    assert [b"abcd", b"efgh", b"ij"] == list(made.pieces())
    made.close()


def test_a_large_body_lies_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name, so that nothing is left of it."""
    monkeypatch.setattr(body, "IN_MEMORY_BYTES", 10)
    made = filled([TEXT])
    assert TEXT == b"".join(made.pieces())
    made.close()
