"""Errors are a family tree by whose fault they are, and each message says the way out."""

import pytest

from election import errors
from election.errors import (
    Mistake,
    MistakesError,
    ModeError,
    NightError,
    OutsideError,
    RecordError,
    SandikError,
    UsageError,
)


@pytest.mark.parametrize(
    "kind", [NightError, RecordError, ModeError, UsageError, MistakesError, OutsideError]
)
def test_every_error_raised_on_purpose_is_one_family(kind: type[Exception]) -> None:
    """A command can tell its own errors from a bug."""
    assert issubclass(kind, SandikError)


def test_the_tree_in_the_docstring_names_every_error() -> None:
    """A reader of the picture knows them all."""
    named = [name for name, thing in vars(errors).items() if isinstance(thing, type) and thing is not Mistake]
    own = [name for name in named if getattr(errors, name).__module__ == errors.__name__]
    assert [] == [name for name in own if name not in str(errors.__doc__)]


def test_a_mistake_reads_as_editors_and_compilers_write() -> None:
    """file:line: message, or without the line where the whole file is meant."""
    assert "night.toml:7: wrong" == str(Mistake("night.toml", 7, "wrong"))
    assert "boxes.csv: missing" == str(Mistake("boxes.csv", None, "missing"))


def test_a_night_error_says_every_mistake() -> None:
    """One a line, and how many."""
    error = NightError([Mistake("a", 1, "one"), Mistake("b", 2, "two")])
    assert "2 mistakes in the night folder:\na:1: one\nb:2: two" == str(error)
    assert str(NightError([Mistake("a", 1, "one")])).startswith("1 mistake in")


@pytest.mark.parametrize(
    "where",
    [f"in the {file}" for file in ("mapping", "faults", "simulation", "file of boxes", "subscriptions")],
)
def test_a_file_that_cannot_be_used_says_every_mistake(where: str) -> None:
    """Whoever wrote it can mend all of them at once; it is wrong use."""
    error = MistakesError(where, iter([Mistake("a", 1, "one"), Mistake("b", None, "two")]))
    assert f"2 mistakes {where}:\na:1: one\nb: two" == str(error)
    assert (Mistake("a", 1, "one"), Mistake("b", None, "two")) == error.mistakes
    assert f"1 mistake {where}:\na:1: one" == str(MistakesError(where, [Mistake("a", 1, "one")]))
    assert isinstance(error, UsageError)


def test_a_record_error_names_the_check_and_the_field() -> None:
    """The refused topic holds both; another mode is one kind of it."""
    error = ModeError("R004", "mode", "This record is of another mode.")
    assert ("R004", "mode", "This record is of another mode.") == (error.code, error.place, str(error))
    assert isinstance(error, RecordError)
