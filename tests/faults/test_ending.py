"""What is written down of a fact ties a retraction to the call that it ends."""

from faults.ending import call_of
from tests.streams import facts


def test_a_call_has_the_id_of_the_fact_that_made_it_and_its_retraction_names_it() -> None:
    """Or nobody could tell which retraction is missing."""
    call = facts.told(1, "call-made")
    assert call.id == call_of(call) == call_of(facts.told(2, "call-retracted", d={"call": call.id}))


def test_other_facts_are_about_no_call() -> None:
    """An alert is owed to whoever asked for it, whatever becomes of a call."""
    assert "" == call_of(facts.told(1, "counted"))
