"""Programs as values: their environment, and their ends in words."""

import pytest

from sandik import program
from sandik.program import DiedError, NotReadyError, Program


def test_settings_come_on_top_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child has our environment, with its own settings over it and Python's lines unbuffered."""
    monkeypatch.setenv("SANDIK_MODE", "live")
    monkeypatch.setenv("SANDIK_NIGHT", "practice")
    env = program.environment(Program("worker", ("true",), env={"SANDIK_MODE": "replay"}))
    assert ("replay", "practice", "1") == (env["SANDIK_MODE"], env["SANDIK_NIGHT"], env["PYTHONUNBUFFERED"])


@pytest.mark.parametrize(
    ("code", "expected"),
    [(0, "ended with exit code 0"), (3, "ended with exit code 3"), (-9, "was killed by signal 9")],
)
def test_an_end_in_words(code: int, expected: str) -> None:
    """Signals are told apart from exit codes."""
    assert expected == program.how_it_ended(code)


def test_a_death_quotes_the_last_lines() -> None:
    """Whoever reads the error need not look for a log."""
    died = DiedError("store", 1, ("bind: address in use", "bye"))
    expected = (
        "store ended with exit code 1 before it was ready. It said last:\n    bind: address in use\n    bye"
    )
    assert expected == str(died)


def test_a_silent_program_is_said_to_be_silent() -> None:
    """No lines is a fact too."""
    assert "kafka was not ready within 60 s. It said nothing." == str(NotReadyError("kafka", 60, ()))
