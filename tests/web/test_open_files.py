"""Less is let in than there are files, and the limit is raised as far as it may be."""

import logging
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.open_files import OTHERS, RESERVED, allow, share


@pytest.mark.parametrize(
    ("files", "clients", "expected"),
    [
        (1_000_000, 20_000, (20_000, OTHERS)),
        (20_000, 20_000, (14_952, 4984)),
        (1024, 20_000, (720, 240)),
        (256, 10, (10, 182)),
        (64, 20_000, (1, 1)),
    ],
)
def test_how_files_are_shared(files: int, clients: int, expected: tuple[int, int]) -> None:
    """A quarter for requests and strangers where there are few; the rest for websockets."""
    assert expected == share(files, clients)


@given(st.integers(RESERVED + 2, 2_000_000), st.integers(1, 1_000_000))
def test_there_are_always_enough(files: int, clients: int) -> None:
    """Both together never need more than there are, and each has one at least."""
    some, others = share(files, clients)
    assert 1 <= some <= clients
    assert 1 <= others <= OTHERS
    assert some + others + RESERVED <= files


def test_the_limit_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as needed, and no further than the system allows."""
    limits = [(1024, 1_000_000)]
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda which, both: limits.append(both))
    assert (20_000, OTHERS) == allow(20_000)
    assert (20_000 + OTHERS + RESERVED, 1_000_000) == limits[-1]


def test_a_limit_that_is_low_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With what to do about it."""

    def forbidden(which: int, both: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda which: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", forbidden)
    assert (720, 240) == allow(20_000)
    assert [logging.WARNING] * 2 == [one.levelno for one in caplog.records]
    assert "room for 720: raise the limit (ulimit -n" in caplog.records[-1].getMessage()


def test_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody is let in."""
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert (20_000, OTHERS) == allow(20_000)
