"""Pieces one after the other are the text, deflated as they are, whatever they are and however often."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import pieces as module
from web.packing import LARGE_BYTES, packed
from web.pieces import Piece, Pieced, deflated

from .test_packing import unpacked

KEPT = [Piece(b"x" * 300), Piece(b""), Piece(bytes(range(256)) * 3)]
ANY = st.one_of(st.binary(max_size=300), st.sampled_from(KEPT), st.builds(Piece, st.binary(max_size=300)))


@given(st.lists(ANY, max_size=12))
def test_what_is_deflated_in_pieces_is_the_text(parts: list[bytes | Piece]) -> None:
    """A piece that stood in other texts before is as good as a new one."""
    made = Pieced(*parts)
    assert b"".join(part if isinstance(part, bytes) else part.text for part in parts) == made.text
    assert made.text == zlib.decompressobj(-15).decompress(deflated(made.pieces))


def test_a_large_frame_is_unpacked_to_its_text() -> None:
    """By a client that knows nothing of pieces."""
    area = Piece(b'"fatih":{"valid":864,"leader":"imamoglu"},' * 2000)
    made = Pieced(b"{", area, b'"x":1,', area, b"}")
    frame = packed(made.text, made.pieces)
    assert len(made) > LARGE_BYTES
    assert made.text == unpacked(frame)
    assert len(frame) < len(made) / 20


def test_a_piece_is_deflated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many snapshots it stands in."""
    made = list[int]()
    deflate = module._deflate
    monkeypatch.setattr(module, "_deflate", lambda text: (made.append(len(text)), deflate(text))[1])
    area = Piece(b"y" * 1000)
    for version in (b"7", b"8", b"9"):
        assert version + area.text == zlib.decompressobj(-15).decompress(deflated((version, area)))
    assert [1, 1000, 1, 1] == made
