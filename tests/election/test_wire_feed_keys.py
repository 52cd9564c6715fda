"""The file of public keys: what it says, and every mistake in it with its line."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from election.night import SourceId
from election.wire.feed_keys import KEYS_MAX, read_feed_keys, signed_text

SOURCES = {SourceId("council"): 1, SourceId("agency"): 1}
PUBLIC = b64encode(bytes(range(32))).decode()
GOOD = f"""unsigned = ["agency"]

[[keys]]
id = "council-1"
source = "council"
public = "{PUBLIC}"
from = 2019-06-23T00:00:00+03:00
until = 2019-06-24T00:00:00+03:00

[[keys]]
id = "council-2"
source = "council"
public = "{PUBLIC}"
"""


def test_a_file_of_keys() -> None:
    """Two keys of one source, the first for a day; another source need not sign."""
    keys = read_feed_keys("k.toml", GOOD.encode(), SOURCES)
    assert ["council-1", "council-2"] == list(keys.known)
    assert frozenset({SourceId("agency")}) == keys.unsigned
    first, second = keys.known.values()
    assert bytes(range(32)) == first.public
    assert SourceId("council") == first.source
    assert first.speaks_at(datetime(2019, 6, 22, 21, tzinfo=UTC))
    assert not first.speaks_at(datetime(2019, 6, 22, 20, 59, 59, tzinfo=UTC))
    assert not first.speaks_at(datetime(2019, 6, 23, 21, tzinfo=UTC))
    assert second.speaks_at(datetime(1990, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"council-2"', '"council-1"', "k.toml:11: The key council-1 stands twice"),
        ('"council-2"', '"Council 2"', "k.toml:11: The id 'Council 2' is not of small letters"),
        ('source = "council"\n', 'source = "counsel"\n', "k.toml:5: There is no source 'counsel' in"),
        ('source = "council"\n', 'source = "agency"\n', "k.toml:5: The source agency is among"),
        ('["agency"]', '["agancy"]', "k.toml:1: There is no source 'agancy'"),
        (PUBLIC, PUBLIC[:-4], "k.toml:6: public is not base64 of 32 bytes"),
        (PUBLIC, "no base64!", "k.toml:6: public is not base64 of 32 bytes"),
        (PUBLIC, "anahtarı-buraya", "k.toml:6: public is not base64 of 32 bytes"),
        ("until = 2019-06-24", "until = 2019-06-23", "k.toml:8: until is 2019-06-23 00:00:00"),
        ("+03:00\nuntil", "\nuntil", "k.toml:7: keys.from has no zone"),
        ("public =", "secret =", "public is missing"),
        ("[[keys]]", "[[keys", "This is not TOML"),
        (GOOD, "", "at least 1 is needed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(before: str, after: str, said: str) -> None:
    """So that a file is mended in one go."""
    assert before in GOOD
    with pytest.raises(UsageError) as raised:
        read_feed_keys("k.toml", GOOD.replace(before, after, 1).encode(), SOURCES)
    assert said in str(raised.value)


def test_too_many_are_refused() -> None:
    """A file of another kind, or a mistake."""
    one = f'[[keys]]\nid = "k%d"\nsource = "council"\npublic = "{PUBLIC}"\n'
    with pytest.raises(UsageError, match=f"{KEYS_MAX + 1} keys are more than {KEYS_MAX}"):
        read_feed_keys("k.toml", "".join(one % at for at in range(KEYS_MAX + 1)).encode(), SOURCES)


@given(st.binary(max_size=300))
def test_any_other_bytes_are_a_usage_error(content: bytes) -> None:
    """Never a traceback."""
    with pytest.raises(UsageError, match=r"k\.toml"):
        read_feed_keys("k.toml", content, SOURCES)


def test_what_is_signed() -> None:
    """Said in docs/sign-your-feed.md, for those who write producers."""
    assert b'sandik-bundle-1\n{"t":"bundle"}' == signed_text(b'{"t":"bundle"}')
