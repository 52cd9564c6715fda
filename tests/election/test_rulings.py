"""Whether a ruling that names no contest or no paper of the night is refused, with what it should say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from election.night import SourceId, UnitId
from election.rulings import Clearance, clearance, fault
from election.wire.records import RULING_KINDS, Ruling
from tests.election.strategies import night

AT = datetime(2024, 3, 31, 20, 0, tzinfo=UTC)
PAPER: dict[str, Any] = {"source": "council", "box": "k1-1", "revision": 3}


def ruling(kind: str, contest: str = "mayor", **data: Any) -> Ruling:
    """A ruling of the evening."""
    return Ruling(contest, kind, AT, AT, "council", "the council", "…", data)


@pytest.mark.parametrize("kind", RULING_KINDS)
def test_only_a_clearance_clears_a_paper(kind: str) -> None:
    """All others leave what is held as it is."""
    said = ruling(kind, **PAPER)
    assert fault(said, night()) is None
    expected = Clearance(SourceId("council"), UnitId("k1-1"), 3) if kind == "quarantine-cleared" else None
    assert expected == clearance(said, night())


def test_a_contest_that_is_not_of_the_night_is_named() -> None:
    """The finding says which one was meant."""
    found = fault(ruling("annulled", contest="moon"), night())
    assert found is not None
    assert ("E101", "contest") == (found.code, found.field)
    assert "moon" in found.message


@pytest.mark.parametrize(
    "wrong", [{"source": "moon"}, {"box": "moon-1"}, {"revision": 0}, {"revision": True}, {"revision": 2**53}]
)
def test_a_ruling_on_a_paper_names_a_paper(wrong: dict[str, Any]) -> None:
    """Otherwise it is refused, and the finding says what its data holds."""
    for kind in ("quarantine-cleared", "quarantine-upheld"):
        found = fault(ruling(kind, **PAPER | wrong), night())
        assert found is not None
        assert ("R006", "data") == (found.code, found.field)
        assert "source, box and revision" in found.message
