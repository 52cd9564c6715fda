"""Frames are what the protocol says they are, packed ones unpack to the text, and little is remembered."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.packing import KEPT_MAX, PACKED_FROM_BYTES, PING, Packer, packed, plain


def unpacked(frame: bytes) -> bytes:
    """The text of a frame, whole and unmasked, as a client reads it."""
    first, size = frame[0], frame[1]
    at = 2
    if size > 125:
        at += 2 if size == 126 else 8
        size = int.from_bytes(frame[2:at], "big")
    body = frame[at:]
    assert size == len(body)
    if first == 0x81:
        return body
    assert first == 0xC1
    return zlib.decompressobj(-15).decompress(body + b"\x00\x00\xff\xff")


@given(st.binary(max_size=3000))
def test_a_frame_holds_its_text(text: bytes) -> None:
    """Plain or packed, what a client makes of it is what was meant; packed is never the longer one."""
    assert text == unpacked(plain(text))
    assert text == unpacked(packed(text))
    assert len(packed(text)) <= len(plain(text))


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 300_000])
def test_every_length(size: int) -> None:
    """Each of the three ways to say a length."""
    text = b"x" * size
    assert text == unpacked(plain(text))
    assert text == unpacked(packed(text))


def test_what_repeats_is_much_smaller() -> None:
    """A snapshot says the same words for every area."""
    text = b'{"counted":{"boxes":3},"valid":864}' * 100
    assert len(packed(text)) < len(text) / 10


def test_a_ping() -> None:
    """Nothing in it, not masked."""
    assert b"\x89\x00" == PING


def test_short_ones_go_plain() -> None:
    """There is nothing to gain."""
    short, long = b"x" * (PACKED_FROM_BYTES - 1), b"x" * PACKED_FROM_BYTES
    packer = Packer()
    assert plain(short) == packer.frames(short).packed()
    assert plain(long) != packer.frames(long).packed()


def test_what_is_for_one_goes_plain() -> None:
    """Packing costs more than one client's bytes are worth, unless the text is asked for again."""
    text = b"x" * 5000
    packer = Packer()
    assert plain(text) == packer.frames(text, many=False).packed()
    assert packed(text) == packer.frames(text, many=False, keep=True).packed()


def test_what_is_asked_for_again_is_made_once() -> None:
    """A snapshot for each newcomer: the very same bytes."""
    packer = Packer()
    text = b"x" * 5000
    first = packer.frames(text, keep=True)
    assert first is packer.frames(bytes(bytearray(text)), keep=True)
    assert first.packed() is packer.frames(text, keep=True).packed()


def test_the_oldest_is_forgotten() -> None:
    """By number and by bytes; what is larger than all there may be is not kept at all."""
    packer = Packer(kept_bytes_max=3000)
    texts = [bytes([number]) * 600 for number in range(3)]
    kept = [packer.frames(text, keep=True) for text in texts]
    assert kept[2] is packer.frames(texts[2], keep=True)
    assert kept[0] is not packer.frames(texts[0], keep=True)
    large = b"x" * 2000
    assert packer.frames(large, keep=True) is not packer.frames(large, keep=True)
    many = Packer()
    first = many.frames(b"first", keep=True)
    for number in range(KEPT_MAX):
        many.frames(b"%d" % number, keep=True)
    assert first is not many.frames(b"first", keep=True)


def test_packed_clients_are_given_the_packed_one() -> None:
    """Of what is being sent; anything else, a ping, goes as it is. What was saved is counted."""
    packer = Packer()
    packer.now = packer.frames(b"x" * 5000)
    given_ = packer.for_packed(packer.now.plain)
    assert packer.now.packed() == given_
    assert len(packer.now.plain) - len(given_) == packer.saved
    assert PING is packer.for_packed(PING)
