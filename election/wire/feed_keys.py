"""Whose signature a bundle must bear: the file of public keys, and what is signed.

    keys = read_feed_keys("feed-keys.toml", content)
    keys.known["agency-2019a"].source            'agency'
    signed_text(value)                           the bytes that a signature is over

    unsigned = ["observers"]                     sources whose bundles need none; of all others they do

    [[keys]]
    id = "agency-2019a"                          stands in the header `key` of each record
    source = "agency"                            the one source that it speaks for
    public = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    until = 2019-06-24T00:00:00+03:00            first hour that it speaks for no longer; `from` likewise

Know before changing: a signature is Ed25519 (RFC 8032) over `sandik-bundle-1`, a line end and the record's
value, byte for byte. Mode, night and session stand in the value, so what was signed for a rehearsal is
nothing in a live night. A rebuild judges every record again: a key that has served stays in the file, with
an `until`; one that was stolen is taken out, and then nothing that it signed counts.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from election.errors import Mistake, UsageError
from election.night import SourceId
from election.wire.toml_reader import Table, parse_toml
from election.wire.topics import WORD

KEY, SIGNATURE = "key", "signature"
"""Headers of a signed record: the key's id, and 64 bytes."""
PUBLIC_BYTES, SIGNATURE_BYTES = 32, 64
KEYS_MAX = 1000
"""Most keys in a file; more is a mistake."""
_WHAT = b"sandik-bundle-1\n"


@dataclass(frozen=True, slots=True)
class FeedKey:
    """A public key: the source it speaks for, and when."""

    id: str
    source: SourceId
    public: bytes
    begins_at: datetime | None = None
    ends_at: datetime | None = None

    def speaks_at(self, at: datetime) -> bool:
        """Whether it speaks for its source at this moment."""
        return (self.begins_at is None or self.begins_at <= at) and (
            self.ends_at is None or at < self.ends_at
        )


@dataclass(frozen=True, slots=True)
class FeedKeys:
    """The keys that are known. Without any, nothing has to be signed."""

    known: Mapping[str, FeedKey]
    unsigned: frozenset[SourceId] = frozenset()


def signed_text(value: bytes) -> bytes:
    """The bytes that a signature of a record with this value is over."""
    return _WHAT + value


def read_feed_keys(name: str, content: bytes, sources: Mapping[SourceId, object]) -> FeedKeys:
    """The keys in a file. Raises UsageError with every mistake and its line.

    A source that the night does not have is one: its keys would protect nothing.
    """
    mistakes: list[Mistake] = []
    root = parse_toml(name, content, mistakes)
    unsigned = root.texts("unsigned", ())
    for source in unsigned:
        if source not in sources:
            root.wrong("unsigned", _no_source(source, sources))
    tables = root.tables("keys", least=1)
    if len(tables) > KEYS_MAX:
        root.wrong("keys", f"{len(tables)} keys are more than {KEYS_MAX}.")
    known: dict[str, FeedKey] = {}
    for table in tables[:KEYS_MAX]:
        key = _key(table, sources)
        if key.id in known:
            table.wrong("id", f"The key {key.id} stands twice; each has an id of its own.")
        if key.source in unsigned:
            table.wrong(
                "source", f"The source {key.source} is among the unsigned ones too; take it out there."
            )
        known[key.id] = key
        table.finish()
    root.finish()
    if mistakes:
        raise UsageError("\n".join(str(mistake) for mistake in mistakes))
    return FeedKeys(known, frozenset(SourceId(source) for source in unsigned))


def _no_source(word: str, sources: Mapping[SourceId, object]) -> str:
    return f"There is no source {word!r} in this night: {', '.join(sources)}."


def _key(table: Table, sources: Mapping[SourceId, object]) -> FeedKey:
    id, source, public = table.text("id"), table.text("source"), b""
    if not WORD.fullmatch(id):
        table.wrong("id", f"The id {id[:60]!r} is not of small letters, digits and hyphens, 1 to 63.")
    if source not in sources:
        table.wrong("source", _no_source(source, sources))
    try:
        public = b64decode(table.text("public"), validate=True)
    except ValueError:  # also of letters that no base64 has
        public = b""
    if len(public) != PUBLIC_BYTES:
        table.wrong("public", f"public is not base64 of {PUBLIC_BYTES} bytes, as sandik key new prints it.")
    begins_at, ends_at = table.time("from"), table.time("until")
    if begins_at is not None and ends_at is not None and ends_at <= begins_at:
        table.wrong("until", f"until is {ends_at}, which is not after {begins_at}.")
    return FeedKey(id, SourceId(source), public, begins_at, ends_at)
