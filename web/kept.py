"""Bodies that were made once and are sent many times: plain and packed, under the name of their content.

    kept = keep.get("/mayor/en", "e1:412", make)     made by `make` only if another content was kept there

Know before changing: this is pure, and bounded in number and in bytes: whatever strangers ask for, the bodies
kept longest make room, and are made again when they are next asked for.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

PACKED_FROM_BYTES = 512
"""Shorter bodies are not worth packing."""
KEPT_MAX = 256
"""Most bodies kept; at the limit the one kept longest is made again when it is next asked for."""
KEPT_BYTES_MAX = 64 * 1024 * 1024
"""Most bytes kept, packed ones included; the same happens at this limit. A larger body is kept alone."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A body under the name of its content."""

    etag: str
    plain: bytes
    packed: bytes
    """Empty where packing gains nothing."""

    def __len__(self) -> int:
        """Bytes that keeping it costs."""
        return len(self.plain) + len(self.packed)


def kept(etag: str, body: bytes) -> Kept:
    """A body, packed once."""
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= PACKED_FROM_BYTES else b""
    return Kept(etag, body, packed if len(packed) < len(body) else b"")


def digest(body: bytes) -> str:
    """A short name for a content."""
    return hashlib.sha256(body).hexdigest()[:16]


class Keep:
    """Bodies by what was asked for, each of its newest content only."""

    def __init__(self, most: int = KEPT_MAX, bytes_max: int = KEPT_BYTES_MAX) -> None:
        self._most, self._bytes_max = most, bytes_max
        self._kept: dict[str, Kept] = {}
        self.held_bytes = 0

    def __len__(self) -> int:
        """How many bodies are kept."""
        return len(self._kept)

    def find(self, key: str) -> Kept | None:
        """What is kept there, whatever its content."""
        return self._kept.get(key)

    def get(self, key: str, etag: str, make: Callable[[], bytes]) -> Kept:
        """The body of this content; made now if it is not kept."""
        found = self._kept.get(key)
        if found is not None and found.etag == etag:
            return found
        return self.put(key, kept(etag, make()))

    def put(self, key: str, body: Kept) -> Kept:
        """Keeps a body, in place of whatever was kept there; gives it back."""
        self._drop(key)
        while self._kept and (len(self._kept) >= self._most or self.held_bytes + len(body) > self._bytes_max):
            self._drop(next(iter(self._kept)))
        self._kept[key] = body
        self.held_bytes += len(body)
        return body

    def _drop(self, key: str) -> None:
        gone = self._kept.pop(key, None)
        self.held_bytes -= len(gone) if gone is not None else 0
