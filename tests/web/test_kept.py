"""Bodies made once: kept by content, packed once, and never more of them than may be."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from web.kept import PACKED_FROM_BYTES, Keep, digest, kept


def test_a_body_is_made_once_for_each_content() -> None:
    """The same name of a content is the same bytes; another name makes them again."""
    keep, made = Keep(), []

    def make() -> bytes:
        made.append(1)
        return b"x" * len(made)

    first = keep.get("a", "1", make)
    assert first is keep.get("a", "1", make)
    assert b"xx" == keep.get("a", "2", make).plain
    assert (2, 1) == (len(made), len(keep))


def test_packing_is_kept_only_where_it_gains() -> None:
    """Short bodies and those that do not shrink travel as they are."""
    long = b"vote " * PACKED_FROM_BYTES
    assert long == gzip.decompress(kept("1", long).packed)
    assert b"" == kept("1", b"x" * (PACKED_FROM_BYTES - 1)).packed
    noise = b"".join(bytes.fromhex(digest(bytes([number]))) for number in range(100))
    assert b"" == kept("1", noise).packed


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 300)), max_size=40))
def test_never_more_than_may_be_kept(puts: list[tuple[str, int]]) -> None:
    """Whatever is asked for, number and bytes stay bounded; only a body that is too large stands alone."""
    keep = Keep(most=3, bytes_max=400)
    for place, (key, size) in enumerate(puts):
        made = keep.get(key, str(place), lambda size=size: b"\0" * size)
        assert made is keep.find(key)
        assert len(keep) <= 3
        assert keep.held_bytes <= 400 or len(keep) == 1
        assert keep.held_bytes == sum(len(body) for body in map(keep.find, "abcdef") if body is not None)
