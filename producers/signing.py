"""Signs bundles: the private key of a feed, made, kept in a file of its owner alone, and used.

    signer = signer_at("agency-2019a.key")           None for an empty path: nothing is signed
    signer.headers(value)                            what goes beside the record's value

Know before changing: the key's text goes into its file and nowhere else; neither it nor the file's content
may stand in an error or a log. What is signed, and what it means, is `election.wire.feed_keys`.
"""

import os
import stat
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from election.errors import UsageError
from election.wire.feed_keys import KEY, SIGNATURE, signed_text
from election.wire.topics import WORD

_FIRST = "sandik-feed-key-1"
"""First word of a key's file; then come the key's id and the private key."""
_BYTES_MAX = 1024
OWNER_ONLY = 0o600


class Signer:
    """A private key and the id of its public one."""

    def __init__(self, id: str, private: Ed25519PrivateKey) -> None:
        self.id = id
        self._private = private

    def __repr__(self) -> str:
        """Its id; never the key."""
        return f"Signer({self.id!r})"

    @property
    def public(self) -> str:
        """The public key, as the file of keys has it."""
        return b64encode(self._private.public_key().public_bytes_raw()).decode()

    def headers(self, value: bytes) -> list[tuple[str, bytes]]:
        """The headers of a record with this value."""
        return [(KEY, self.id.encode()), (SIGNATURE, self._private.sign(signed_text(value)))]


def make(id: str) -> Signer:
    """A new key from the system's dice. Raises UsageError for an id that cannot be one."""
    if not WORD.fullmatch(id):
        raise UsageError(f"The id {id[:60]!r} is not of small letters, digits and hyphens, 1 to 63.")
    return Signer(id, Ed25519PrivateKey.generate())


def save(path: Path, signer: Signer) -> None:
    """Writes the key into a new file that only its owner may read. Raises UsageError; overwrites nothing."""
    private = b64encode(signer._private.private_bytes_raw()).decode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        raise UsageError(f"{path} is there already: name another file with --out, or move it away.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{_FIRST} {signer.id} {private}\n")
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink(missing_ok=True)  # half a key is none, and would be in the way of a whole one
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def signs_with(path: str) -> Callable[[bytes], list[tuple[str, bytes]]]:
    """What stands beside the value of each record: the signature of the key in a file; no path: nothing.

    Raises UsageError for a file that others may read, or that holds no key.
    """
    signer = signer_at(path)
    return (lambda _: []) if signer is None else signer.headers


def signer_at(path: str) -> Signer | None:
    """The key in a file; None for an empty path. Raises UsageError if others may read it, or it is none."""
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            mode, content = os.fstat(file.fileno()).st_mode, file.read(_BYTES_MAX)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): SANDIK_SIGN_WITH is a file of sandik key new."
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            f"{path} may be read by others than its owner: chmod 600 {path}, and think of a new key."
        )
    words = content.decode("ascii", "replace").split()
    try:
        if len(words) != 3 or words[0] != _FIRST or not WORD.fullmatch(words[1]):
            raise ValueError
        return Signer(words[1], Ed25519PrivateKey.from_private_bytes(b64decode(words[2], validate=True)))
    except (ValueError, Base64Error):
        raise UsageError(f"{path} holds no key of sandik key new.") from None
