"""The file of tokens: opened so that only its owner can change it, watched, added to, taken from.

    tokens = tokens_at("tokens.jsonl")             for the gateway: reads again by itself what changed
    add(path, token)                               for `sandik token new`
    gone = revoke(path, ["1a2b3c4d"])              for `sandik token revoke`

Know before changing: a gateway reads while a command writes. Whoever adds a line writes it in one piece;
whoever takes one out writes a new file and puts it in the old one's place; both hold a lock on the file that
stands there, so that none of two commands is lost.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from election.errors import UsageError
from web.tokens import TOKENS_MAX, NoFileError, Token, Tokens, line, nobodys, read, without

FILE_BYTES_MAX = 1024 * 1024
"""A longer file is not one of ours, and is not read."""
OWNER_ONLY = 0o600
NOT_FOR_OTHERS = stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP
"""What the mode must not allow. That the group reads it is how some orchestrators hand out secrets."""

Stamp = tuple[int, int, int, int, int]


def tokens_at(path: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Tokens:
    """The tokens of a file, as they are at each moment; no path: nobody's. Raises UsageError at the start."""
    if not path:
        return nobodys()
    return Tokens(Watched(Path(path)).news, clock, path)


class Watched:
    """A file whose bytes are asked for again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Stamp | None = None

    def news(self) -> bytes | None:
        """Its bytes, if they may have changed since the last time. Raises UsageError where it is not fit."""
        try:
            if self._seen is not None and _stamp(os.stat(self._path)) == self._seen:
                return None
            self._seen = None
            content, found = _content(self._path)
        except OSError as error:
            self._seen = None
            raise _cannot(self._path, error) from None
        self._seen = found
        return content


def tokens_in(path: Path) -> tuple[Token, ...]:
    """What a file holds now. Raises UsageError."""
    try:
        content, _ = _content(path)
    except OSError as error:
        raise _cannot(path, error) from None
    return read(content, str(path))


def add(path: Path, token: Token) -> None:
    """Adds a token; makes the file if there is none, for its owner alone. Raises UsageError."""
    if not path.parent.exists():
        raise UsageError(f"There is no folder {path.parent} for the file of tokens: mkdir -p {path.parent}")
    try:
        with _locked(path, make=True) as file:
            held = read(_checked(path, file)[0], str(path))
            if len(held) >= TOKENS_MAX:
                raise UsageError(f"{path} holds {len(held)} tokens, which is the most: revoke some first.")
            if token.id in {one.id for one in held}:
                raise UsageError(f"A token named {token.id} is there already; make another one.")
            text = line(token)
            size = os.fstat(file).st_size
            ended = size == 0 or os.pread(file, 1, size - 1) == b"\n"
            _append(file, text if ended else b"\n" + text, size)
    except OSError as error:
        raise _cannot(path, error) from None


def _append(file: int, text: bytes, size: int) -> None:
    """All of it behind what is there, or nothing: half a line would make the whole file unreadable."""
    try:
        while text:
            text = text[os.write(file, text) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def revoke(path: Path, ids: Sequence[str]) -> tuple[Token, ...]:
    """Takes tokens out; gives those that were there. Raises UsageError."""
    try:
        with _locked(path, make=False) as file:
            content, found = _checked(path, file)
            kept, gone = without(read(content, str(path)), ids)
            if gone:
                _replace(path, b"".join(map(line, kept)), found)
            return gone
    except OSError as error:
        raise _cannot(path, error) from None


@contextmanager
def _locked(path: Path, *, make: bool) -> Iterator[int]:
    """The file, open and locked; the one that stands under the name when the lock is ours."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if make else 0)
    while True:
        file = os.open(path, flags, OWNER_ONLY)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                there = os.path.samestat(os.fstat(file), os.stat(path))
            except FileNotFoundError:
                there = False
            if there:
                yield file
                return
        finally:
            os.close(file)


def _replace(path: Path, content: bytes, before: os.stat_result) -> None:
    """Puts a whole new file in the old one's place, with its mode and, where root does it, its owner."""
    number, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(number, "wb") as file:
            os.fchmod(number, stat.S_IMODE(before.st_mode))
            if os.geteuid() == 0:
                os.fchown(number, before.st_uid, before.st_gid)
            file.write(content)
            file.flush()
            os.fsync(number)
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise


def _content(path: Path) -> tuple[bytes, Stamp]:
    # Without waiting: the name may be that of a pipe.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        content, found = _checked(path, file)
        return content, _stamp(found)
    finally:
        os.close(file)


def _checked(path: Path, file: int) -> tuple[bytes, os.stat_result]:
    """The bytes of an open file, if it is one that nobody else can change."""
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{path} is no file: SANDIK_TOKENS is the file that sandik token writes.")
    if found.st_mode & NOT_FOR_OTHERS:
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        raise UsageError(
            f"{path} is open to others (mode {mode}); whoever can write it can sign at the desk. "
            f"Type: chmod 600 {path}"
        )
    if found.st_size > FILE_BYTES_MAX:
        raise UsageError(f"{path} has {found.st_size} bytes; a file of tokens has at most {FILE_BYTES_MAX}.")
    return os.pread(file, FILE_BYTES_MAX, 0), found


def _stamp(found: os.stat_result) -> Stamp:
    """What changes when a file does: its content, its place or its mode."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _cannot(path: Path, error: OSError) -> UsageError:
    if isinstance(error, FileNotFoundError):
        return NoFileError(
            f"There is no file of tokens at {path}: make the first token with sandik token new --file "
            f"{path}, or bring the file back."
        )
    return UsageError(
        f"The file of tokens at {path} cannot be used ({error.strerror}): it belongs to whoever runs the "
        "gateway, with mode 600."
    )
