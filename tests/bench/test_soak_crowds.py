"""What clients of a soak saw is asked of each of them, and after the last night too."""

from argparse import Namespace
from typing import Any

import pytest

from bench import soak, soak_crowds
from bench.soak import Soak
from bench.soak_crowds import Churn


class Crowd:
    """One that saw something; it has no process."""

    pid = 0

    def __init__(self, saw: str) -> None:
        self.saw = saw

    def ask(self, within_s: float, **_: object) -> dict[str, Any]:
        """What it saw."""
        return {"faults": [self.saw]}

    def __exit__(self, *_: object) -> None:
        """It goes."""


def test_those_that_have_gone_are_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that stay, and those that pass through and are killed."""
    come = iter("abcd")
    monkeypatch.setattr(soak_crowds.os, "kill", lambda *_: None)
    monkeypatch.setattr(Churn, "_come", lambda *_: Crowd(next(come)))
    churn = Churn(0, ("mayor",))
    assert [] == churn.faults()
    churn.night()
    churn._pass()
    assert ["a", "b"] == churn.faults()
    churn.night()
    churn._pass()
    assert ["a", "b", "c", "d"] == churn.faults()


def test_a_soak_ends_in_an_error_when_somebody_saw_in_its_last_night_what_nobody_may_see(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no night after it, before which it would be asked."""
    told: list[int] = []
    monkeypatch.setattr(soak, "Churn", Seeing)
    monkeypatch.setattr(Soak, "_play", lambda self, number: None)
    monkeypatch.setattr(Soak, "_until", lambda self, number, churn: None)
    monkeypatch.setattr(Soak, "_note", lambda self, **facts: told.append(facts["night"]))
    one = Soak.__new__(Soak)
    one._port, one._contests, one._args, one._began_s = 0, ["mayor"], Namespace(times=1.0), 0.0
    with pytest.raises(AssertionError, match="in night 2 clients saw"):
        one.run(2)
    assert [1] == told


class Seeing:
    """Crowds of which one sees something in the second night."""

    def __init__(self, *_: object) -> None:
        self.nights, self.counts = 0, dict[str, int]()

    def __enter__(self) -> "Seeing":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Everybody goes."""

    def night(self) -> list[str]:
        """Another one."""
        self.nights += 1
        return []

    def faults(self) -> list[str]:
        """What was seen so far."""
        return ["a gap"] if self.nights == 2 else []
