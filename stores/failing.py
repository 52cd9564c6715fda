"""What a store may answer instead of an answer, and which of it passes.

    except FAILS as error:          whatever the client raises
        if not passes(error): …     waiting cannot help

Know before changing: only what is harmless when it is asked twice may be asked again after any of these.
While another server takes over, each of the words here comes up for a moment, and none is a fault of ours.
"""

from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    MaxConnectionsError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

__all__ = [
    "FAILS", "AskError", "AuthenticationError", "ConnectionError", "NoScriptError", "ResponseError", "passes",
]  # fmt: skip

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
