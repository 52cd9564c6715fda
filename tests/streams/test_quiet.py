"""Whether a library that complains without end cannot fill a disk, and nothing new is lost."""

import io
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from streams import quiet
from streams.quiet import COMPLAINTS_MAX, EVERY_S, OnceInAWhile


class Clock:
    """A clock that stands until it is moved; put in the place of the module's own."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Seconds since this machine was started."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that `quiet` sees."""
    found = Clock()
    monkeypatch.setattr(quiet, "time", SimpleNamespace(monotonic=found.monotonic))
    return found


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """What `set_up` changes belongs to the whole process."""
    root, ours = logging.getLogger(), logging.getLogger("streams")
    before = (root.handlers[:], root.level, ours.level)
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def line(
    message: str, *args: object, name: str = "aiokafka", level: int = logging.ERROR
) -> logging.LogRecord:
    """A line as a library writes it."""
    return logging.LogRecord(name, level, "file.py", 1, message, args, None)


def test_the_same_complaint_is_told_once_however_often_it_comes(clock: Clock) -> None:
    """Even where its arguments differ: a client that lost its brokers names another of them each time."""
    once = OnceInAWhile()
    told = [once.filter(line("cannot connect to %s", broker)) for broker in range(90_000)]
    assert 1 == sum(told)
    assert told[0]


def test_a_complaint_that_goes_on_is_told_again_after_a_while(clock: Clock) -> None:
    """Whoever reads the log must see that it has not stopped."""
    once = OnceInAWhile()
    told = []
    for clock.now in (0.0, EVERY_S - 0.1, EVERY_S, EVERY_S + 0.1, 2 * EVERY_S):
        told.append(once.filter(line("cannot connect")))
    assert [True, False, True, False, True] == told


def test_another_message_level_or_logger_is_another_complaint(clock: Clock) -> None:
    """One noisy library must not hide what another has to say."""
    once = OnceInAWhile()
    lines = [
        line("cannot connect"),
        line("cannot commit"),
        line("cannot connect", level=logging.WARNING),
        line("cannot connect", name="faust"),
    ]
    assert [True] * 4 == [once.filter(record) for record in lines]


def test_complaints_without_end_cost_bounded_memory(clock: Clock) -> None:
    """A library that puts an id into each message has no two that are the same."""
    once = OnceInAWhile()
    for number in range(5 * COMPLAINTS_MAX):
        once.filter(line(f"request {number} failed"))
    assert len(once._told_at) <= COMPLAINTS_MAX


@pytest.mark.usefixtures("logging_restored")
def test_a_worker_tells_what_it_does_and_of_libraries_only_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On standard error, each line with who says it; a flood from a library comes out as one line."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    quiet.set_up()
    logging.getLogger("streams.app").info("worker one counts")
    logging.getLogger("faust").info("hello")
    for _ in range(1000):
        logging.getLogger("aiokafka.client").error("cannot connect")
    expected = "INFO streams.app: worker one counts\nERROR aiokafka.client: cannot connect\n"
    assert expected == written.getvalue()
