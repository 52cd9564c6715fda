"""Judges whether a bundle comes from whom it says: by the signature in its record's headers.

    signatures = signatures_at("feed-keys.toml", night)     None for an empty path: nothing must be signed
    signatures.fault(value, headers, bundle)                None, or the finding that refuses the record

Know before changing: judged are the bytes of the record as they stand in the log, before anything is made of
them but what source they speak for and when. The counting, its independent twin (`sandik verify`) and
`sandik record` ask here, so that all of them leave out the same records.
"""

from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from election.checks import Finding
from election.errors import UsageError
from election.night import Night, SourceId
from election.wire.feed_keys import KEY, SIGNATURE, SIGNATURE_BYTES, FeedKeys, read_feed_keys, signed_text
from election.wire.records import Bundle, stamp

UNSIGNED, STRANGER, FORGED = "R012", "R013", "R014"
"""No signature; a key that does not speak for the source then; a signature that is not over these bytes."""
Headers = Mapping[str, bytes]


class Signatures:
    """The keys of a night's sources, ready to judge."""

    def __init__(self, keys: FeedKeys) -> None:
        self._keys = keys
        self._public = {id: Ed25519PublicKey.from_public_bytes(key.public) for id, key in keys.known.items()}

    def fault(self, value: bytes, headers: Headers, bundle: Bundle) -> Finding | None:
        """Why a record does not count; None if it may."""
        if SourceId(bundle.source) in self._keys.unsigned:
            return None
        word, signature = headers.get(KEY), headers.get(SIGNATURE)
        if word is None or signature is None:
            return _finding(UNSIGNED, f"The bundle is not signed, and those of {bundle.source:.60} must be.")
        id = word.decode("ascii", "replace")
        key = self._keys.known.get(id)
        if key is None:
            return _finding(STRANGER, f"Nobody knows the key {id!r:.60}.")
        if key.source != bundle.source:
            return _finding(STRANGER, f"The key {id} speaks for {key.source}, not for {bundle.source!r:.60}.")
        if not key.speaks_at(bundle.heard_at):
            return _finding(
                STRANGER, f"The key {id} does not speak for {key.source} at {stamp(bundle.heard_at)}."
            )
        try:
            if len(signature) != SIGNATURE_BYTES:
                raise InvalidSignature
            self._public[id].verify(signature, signed_text(value))
        except InvalidSignature:
            return _finding(
                FORGED, f"The signature by {id} is not over these bytes: they were changed, or forged."
            )
        return None


def signatures_at(path: str, night: Night) -> Signatures | None:
    """The keys in a file; None for an empty path. Raises UsageError where it is not right."""
    if not path:
        return None
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"SANDIK_FEED_KEYS is {path}, which cannot be read: {error.strerror}.") from error
    return Signatures(read_feed_keys(path, content, night.sources))


def _finding(code: str, message: str) -> Finding:
    return Finding(code, "E", "signature", message)
