"""Who must have signed a bundle, and what is said of one that they did not sign."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from election.night import SourceId
from election.wire.feed_keys import FeedKey, FeedKeys, signed_text
from election.wire.records import encode
from election.wire.topics import Scope
from streams.gathered import Gathered, Grounds
from streams.signatures import Signatures, signatures_at
from streams.spans import Received
from tests.streams import made

NIGHT = made.night()
SCOPE = Scope("replay", NIGHT.id)
GROUND = made.ground(NIGHT)
PRIVATE, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
BUNDLE = made.bundle(
    "mayor",
    "council",
    "box",
    [made.good_row(NIGHT, GROUND.contest, GROUND.source, GROUND.units[0], [80, 60, 20])],
)
VALUE = encode(BUNDLE, SCOPE)


def key(id: str, source: str, private: Ed25519PrivateKey, **times: datetime) -> FeedKey:
    """A public key as the file has it."""
    return FeedKey(id, SourceId(source), private.public_key().public_bytes_raw(), **times)


KEYS = FeedKeys(
    {one.id: one for one in (
        key("council-1", "council", PRIVATE), key("agency-1", "agency", OTHER),
        key("old-1", "council", PRIVATE, ends_at=datetime(2000, 1, 1, tzinfo=UTC)),
    )},
    frozenset({SourceId("party")}),
)  # fmt: skip
SIGNATURES = Signatures(KEYS)


def headers(
    value: bytes = VALUE, id: str = "council-1", private: Ed25519PrivateKey = PRIVATE
) -> dict[str, bytes]:
    """What a producer with this key puts beside a value."""
    return {"key": id.encode(), "signature": private.sign(signed_text(value))}


def test_what_its_source_signed_counts() -> None:
    """Other headers beside it do not matter."""
    assert SIGNATURES.fault(VALUE, headers() | {"after": b"{}"}, BUNDLE) is None


def test_a_source_that_need_not_sign() -> None:
    """It is named in the file; its bundles count with and without a signature."""
    assert SIGNATURES.fault(VALUE, {}, replace(BUNDLE, source="party")) is None


@pytest.mark.parametrize(
    ("code", "given", "said"),
    [
        ("R012", {}, "is not signed, and those of council must be"),
        ("R012", {"key": b"council-1"}, "is not signed"),
        ("R013", headers(id="nobody-1"), "Nobody knows the key 'nobody-1'"),
        ("R013", headers(id="agency-1", private=OTHER), "speaks for agency, not for 'council'"),
        ("R013", headers(id="old-1"), "does not speak for council at"),
        ("R013", {"key": b"\xff", "signature": b""}, "Nobody knows the key"),
        ("R014", headers(private=OTHER), "not over these bytes"),
        ("R014", headers(VALUE + b" "), "not over these bytes"),
        ("R014", {"key": b"council-1", "signature": b"x"}, "not over these bytes"),
    ],
)  # fmt: skip
def test_what_is_not_from_its_source_is_a_finding(code: str, given: dict[str, bytes], said: str) -> None:
    """With a sentence that says which key and which source."""
    found = SIGNATURES.fault(VALUE, given, BUNDLE)
    assert found is not None
    assert (code, "E", "signature") == (found.code, found.level, found.field)
    assert said in found.message


def test_a_source_that_nobody_knows_must_sign_too() -> None:
    """A bundle of no source of this night is refused either way; here for want of a signature."""
    found = SIGNATURES.fault(VALUE, {}, replace(BUNDLE, source="stranger"))
    assert found is not None
    assert "R012" == found.code


@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    """Neither of the value nor of the signature."""
    given = headers()
    in_value = data.draw(st.booleans())
    bytes_ = bytearray(VALUE if in_value else given["signature"])
    at = data.draw(st.integers(0, len(bytes_) - 1))
    bytes_[at] ^= data.draw(st.integers(1, 255))
    if in_value:
        found = SIGNATURES.fault(bytes(bytes_), given, BUNDLE)
    else:
        found = SIGNATURES.fault(VALUE, given | {"signature": bytes(bytes_)}, BUNDLE)
    assert found is not None
    assert "R014" == found.code


def test_a_forged_bundle_is_refused_whole_and_the_rest_counts() -> None:
    """It stands among the refused with its bytes, and its papers are in no total."""
    gathered = Gathered(Grounds(NIGHT), SCOPE, 8000, 1000, SIGNATURES)
    for offset, beside in enumerate((headers(), {}, headers(private=OTHER))):
        gathered.add(Received(SCOPE.topic("reports"), 0, offset, VALUE, headers=beside))
    batch = gathered.finish()
    assert 1 == batch.reports
    assert [b'"R012"' in batch.refused[0], b'"R014"' in batch.refused[1]] == [True, True]
    assert 2 == len(batch.refused)


def test_without_keys_nothing_need_be_signed(tmp_path: Path) -> None:
    """The default; a file that is not there is said."""
    assert signatures_at("", NIGHT) is None
    with pytest.raises(UsageError, match=r"SANDIK_FEED_KEYS is .*nowhere, which cannot be read"):
        signatures_at(str(tmp_path / "nowhere"), NIGHT)
