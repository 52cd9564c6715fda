"""Which errors of a store pass: all that another server's taking over brings up, and no mistake of ours."""

import pytest
from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

from stores.failing import passes

PASSING = (
    ConnectionError("gone"), BusyLoadingError("loading"), OutOfMemoryError("full"), TimeoutError("slow"),
    ConnectionRefusedError("nobody"), ReadOnlyError("a replica now"), ClusterDownError("not served"),
    TryAgainError("half of it moved"), MovedError("5 127.0.0.1:7000"), AskError("5 127.0.0.1:7000"),
    MasterDownError("no link to the primary"),
    ResponseError("OOM command not allowed. script: 1, on @user_script:1."),
    ResponseError("MASTERDOWN Link with MASTER is down"), ResponseError("MISCONF cannot persist"),
    ResponseError("UNBLOCKED force unblock from blocking operation, instance state changed"),
    ResponseError("NOREPLICAS Not enough good replicas to write."),
    ResponseError("READONLY You can't write against a read only replica. script: 1, on @user_script:1."),
)  # fmt: skip
STAYING = (
    ResponseError("WRONGTYPE a key holds something else"), ResponseError("ERR unknown command"),
    ResponseError("CROSSSLOT Keys in request don't hash to the same slot"), NoPermissionError("not yours"),
)  # fmt: skip


@pytest.mark.parametrize("error", PASSING, ids=lambda error: f"{type(error).__name__} {error}"[:40])
def test_what_a_store_gets_over_by_itself(error: Exception) -> None:
    """It restarts, reads its file, is full for a while, or another takes its place."""
    assert passes(error)


@pytest.mark.parametrize("error", STAYING, ids=lambda error: f"{type(error).__name__} {error}"[:40])
def test_what_waiting_does_not_cure(error: Exception) -> None:
    """The same would come again; it is said at once."""
    assert not passes(error)


def test_a_store_that_does_not_let_us_in_may_let_us_in_soon() -> None:
    """The library counts this among broken connections, and users are set up while rooms start."""
    assert passes(AuthenticationError("who are you"))
