"""What a store may answer instead of an answer, and which of it passes.

    except FAILS as error:          whatever the client raises
        if not passes(error): …     waiting cannot help
        if refuses(error): …        it is we who are not let in: waiting helps who was let in before
        what(error)                 what the store does, and what to do about it, behind "The store at …"

Know before changing: only what is harmless when it is asked twice may be asked again after any of these.
While another server takes over, each of the words here comes up for a moment, and none is a fault of ours.
"""

import ssl

from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    MaxConnectionsError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

__all__ = [
    "FAILS", "AskError", "ConnectionError", "NoScriptError", "NotLetInError", "ResponseError", "passes",
    "refuses", "what",
]  # fmt: skip


class NotLetInError(AuthenticationError):
    """A server of the store, or a sentinel, does not let us in; the message says which and why."""


FAILS = (RedisError, OSError)
"""Whatever a client of a store raises."""

PASSING = (
    AskError, BusyLoadingError, ClusterDownError, ConnectionError, MaxConnectionsError, OutOfMemoryError,
    ReadOnlyError, TimeoutError, TryAgainError, OSError,
)  # fmt: skip
"""Errors that a store gets over: it restarts, loads its file, is full, or another takes its place.

`AskError`, of which the library's `MovedError` is a kind: a slot of the cluster has moved, or is being moved.
"""

PASSING_WORDS = (
    "LOADING", "BUSY", "OOM", "READONLY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "MISCONF", "MOVED", "ASK",
    "NOREPLICAS", "UNBLOCKED",
)  # fmt: skip
"""The same, as the first word of an error that comes out of a script, or that the client has no name for."""


def passes(error: Exception) -> bool:
    """Whether the store may get over this by itself."""
    words = str(error).split(" ", 1)[0]
    return isinstance(error, PASSING) or (isinstance(error, ResponseError) and words in PASSING_WORDS)


def refuses(error: BaseException) -> bool:
    """Whether it is we who are not let in: by name and password, or because its certificate is none we trust.

    The library hides what TLS said behind an error of its own.
    """
    return isinstance(error, AuthenticationError) or _distrusted(error)


def what(error: BaseException) -> str:
    """What the store does by this error, and what to do about it; no password stands in it."""
    why = str(error) or type(error).__name__
    if _distrusted(error):
        return (
            f"shows a certificate that is not to be trusted ({why}): see host and ssl_ca_certs in "
            "SANDIK_REDIS, and docs/secure.md"
        )
    if refuses(error):
        return f"does not let us in ({why}): see user and password in SANDIK_REDIS, and docs/secure.md"
    if isinstance(error, NoPermissionError):
        return (
            f"does not let us do that ({why}): see the rights of the user of SANDIK_REDIS in docs/secure.md"
        )
    return (
        f"does not do its work ({why}): see that it runs and has memory and disk left; sandik doctor tells "
        "what is wrong"
    )


def _distrusted(error: BaseException) -> bool:
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in (error.__cause__, error.__context__))
