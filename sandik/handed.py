"""Secrets handed to a process as files: each file of a folder is a variable of the file's name.

    take(os.environ)        with SANDIK_SECRETS=/run/secrets, the file SANDIK_REDIS there becomes SANDIK_REDIS

Docker puts secrets under /run/secrets, systemd under `%d`; neither a list of processes nor `docker inspect`
shows them there. Names that no variable could have are left alone. A line's end at the end of a file is not
part of the secret.

Know before changing: this runs before any setting is read, for every command. No message ever holds what a
file says. The same name with another value in the environment is a mistake that must be said: nobody could
tell which of the two is meant.
"""

import re
from collections.abc import MutableMapping
from pathlib import Path

from election.errors import UsageError

FOLDER = "SANDIK_SECRETS"
BYTES_MAX = 65536
"""Most bytes of one secret; a larger file is no secret, and is refused."""
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def take(environment: MutableMapping[str, str]) -> tuple[str, ...]:
    """Puts what the files say into the environment; the names taken. Raises UsageError for what cannot be."""
    folder = environment.get(FOLDER, "")
    if not folder:
        return ()
    try:
        files = sorted(path for path in Path(folder).iterdir() if _NAME.fullmatch(path.name))
    except OSError as error:
        raise UsageError(
            f"{FOLDER} is {folder}, which is no folder that can be read ({error.strerror})."
        ) from error
    for path in files:
        secret = _read(path)
        if environment.get(path.name, secret) != secret:
            raise UsageError(f"{path.name} is set, and {path} says something else: keep one of the two.")
        environment[path.name] = secret
    return tuple(path.name for path in files)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
        if len(content) > BYTES_MAX or b"\0" in content:
            raise UsageError(f"{path} is no secret: it is one line of text, at most {BYTES_MAX} bytes.")
        return content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise UsageError(f"The secret {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no secret: it is text in UTF-8.") from None
