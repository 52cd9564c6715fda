"""What sources give, and how they say that they give nothing."""

from datetime import UTC, datetime

import pytest

from election.errors import OutsideError
from producers.sources import fetched as module
from producers.sources.fetched import Fetched, TroubleError


def test_a_snapshot_that_nobody_remembers_can_be_settled_all_the_same() -> None:
    """A pipe gives each once; whoever reads need not know."""
    fetched = Fetched("-", datetime.now(UTC), [b"x"])
    fetched.settled()
    assert not fetched.stated


def test_trouble_is_of_the_outside_and_says_how_long_to_wait() -> None:
    """So that a command that looks once ends with the exit code of an outside part."""
    trouble = TroubleError("it answers 503", 7.0)
    assert isinstance(trouble, OutsideError)
    assert ("it answers 503", 7.0, False) == (str(trouble), trouble.after_s, trouble.waiting)


def test_who_reads_on_hears_how_much_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """At its end that it is all; of what has no known size only that something was."""
    monkeypatch.setattr(module, "TOLD_EVERY_BYTES", 2)
    said = list[float]()
    pieces = [b"12", b"3", b"4", b"5"]
    told = Fetched("-", datetime.now(UTC), pieces, size=5).passing(said.append)
    assert pieces == list(told)
    assert [0.4, 0.8, 1.0] == said
    said.clear()
    assert pieces == list(Fetched("-", datetime.now(UTC), pieces).passing(said.append))
    assert [0.0, 0.0] == said
