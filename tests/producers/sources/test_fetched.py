"""What sources give, and how they say that they give nothing."""

from datetime import UTC, datetime

from election.errors import OutsideError
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
