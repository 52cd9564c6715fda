"""The values that rules and guards speak in: a silence is a stall only past its limit and before its end."""

from dataclasses import FrozenInstanceError

import pytest

from election.calls.verdict import CLEAR, DOES_NOT_APPLY, FORBIDS, Silence, Verdict
from election.night import SourceId
from tests.election.views import view


@pytest.mark.parametrize(
    ("for_s", "finished", "stalled"),
    [(0, False, False), (1800, False, False), (1801, False, True), (9999, True, False)],
)
def test_a_source_has_stalled_past_its_limit_unless_it_is_finished(
    for_s: int, finished: bool, stalled: bool
) -> None:
    """Exactly at the limit it may still be on its way."""
    assert stalled == Silence(SourceId("council"), for_s, 1800, finished, None).stalled


def test_a_view_is_a_value() -> None:
    """Nothing may be changed in it: a dossier is made from it later."""
    with pytest.raises(FrozenInstanceError):
        view((1, 0, 0)).version = 2  # type: ignore[misc]
    assert view((1, 0, 0)) == view((1, 0, 0))


def test_a_verdict_names_everyone_who_is_in_where_several_are() -> None:
    """Nobody, unless the rule says so."""
    assert () == Verdict("certain", None, 0, {}, {}).elected
    assert 3 == len({CLEAR, FORBIDS, DOES_NOT_APPLY})
