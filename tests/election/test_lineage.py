"""What became of an election: each event with its hour, actor and source; the state that they leave."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.lineage import lineage
from election.wire.records import RULING_KINDS, identity
from tests.election.strategies import night
from tests.election.tellings import ruling

CERTIFIED = ruling("certified", "The board", 10, choice="ada")
ANNULLED = ruling("annulled", "The council", 20)
RERUN = ruling("rerun-set", "The council", 21, date="2024-12-01")
PART = ruling("recount-ordered", "The board", 5, area="k1")
WHOLE = ruling("recount-ordered", "The board", 6, scope="all")


@pytest.mark.parametrize(
    ("rulings", "state", "rerun_on"),
    [
        ([], "unofficial", None),
        ([ruling("concession", "Bora", 1)], "unofficial", None),
        ([PART], "unofficial", None),
        ([PART, WHOLE], "recount", None),
        ([WHOLE, CERTIFIED], "certified", None),
        ([CERTIFIED, ANNULLED], "annulled", None),
        ([CERTIFIED, ANNULLED, RERUN], "annulled", date(2024, 12, 1)),
        ([ruling("rerun-set", "The council", 21, date="soon")], "unofficial", None),
    ],
)
def test_the_state_is_that_of_the_last_event_that_changes_it(
    rulings: list[object], state: str, rerun_on: date | None
) -> None:
    """A recount of a part changes nothing; a day that cannot be read is none."""
    found = lineage(night(), rulings)  # type: ignore[arg-type]
    assert (state, rerun_on, None) == (found.state, found.rerun_on, found.parent)


def test_events_keep_their_hour_their_actor_and_their_source() -> None:
    """And what else the ruling said; other rulings are no events."""
    others = [ruling(kind, minute=n) for n, kind in enumerate(("embargo-lifted", "call-approved"))]
    (event,) = lineage(night(), [*others, CERTIFIED, CERTIFIED]).events
    assert (identity(CERTIFIED), "certified", "The board", "desk") == (
        event.id, event.kind, event.actor, event.source,
    )  # fmt: skip
    assert (CERTIFIED.at, {"choice": "ada"}) == (event.at, event.data)


@given(st.permutations([CERTIFIED, ANNULLED, RERUN, PART, WHOLE]), st.sampled_from(RULING_KINDS))
def test_the_order_they_were_heard_in_leaves_no_trace(order: list[object], extra: str) -> None:
    """Events of different hours come out by their hours, whichever was heard first."""
    found = lineage(night(), [*order, ruling(extra, minute=-5)])  # type: ignore[list-item]
    assert "annulled" == found.state
    assert sorted(event.at for event in found.events) == [event.at for event in found.events]
