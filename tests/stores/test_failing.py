"""Which errors of a store pass: all that another server's taking over brings up, and no mistake of ours."""

import ssl

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

from stores.failing import NotLetInError, passes, refuses, what

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


def distrusted() -> Exception:
    """What the library makes of a certificate that TLS refuses."""
    try:
        try:
            raise ssl.SSLCertVerificationError("unable to get local issuer certificate")
        except OSError as error:
            raise ConnectionError(f"Error 1 connecting to redis.example:6379. {error}.")  # noqa: B904 # as there
    except ConnectionError as error:
        return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (AuthenticationError("who are you"), "does not let us in (who are you): see user and password"),
        (NotLetInError("a:1: who are you"), "does not let us in (a:1: who are you): see user and password"),
        (distrusted(), "shows a certificate that is not to be trusted (Error 1 connecting to redis.example"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_who_is_not_let_in_may_be_let_in_soon_and_is_told_where_to_look(error: Exception, says: str) -> None:
    """The library counts these among broken connections; whether we were ever let in, others must say."""
    assert (True, True) == (passes(error), refuses(error))
    assert what(error).startswith(says)
    assert "SANDIK_REDIS, and docs/secure.md" in what(error)


def test_what_is_not_granted_is_not_taken_for_a_store_that_is_away() -> None:
    """Another sentence, and no waiting; nor is a store that is away one that refuses us."""
    error = NoPermissionError("User gateway has no permissions to run the 'hset' command")
    assert (False, False) == (passes(error), refuses(error))
    assert "the rights of the user of SANDIK_REDIS in docs/secure.md" in what(error)
    assert not refuses(ConnectionError("gone"))
    assert what(TimeoutError()).startswith("does not do its work (TimeoutError): see that it runs")
