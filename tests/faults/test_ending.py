"""What is written down of a night's end: facts as the store tells them, and what each gateway shows."""

from pathlib import Path

import pytest

from election.night import ContestId
from faults.ending import call_of, note_shown, told_facts
from faults.history import read
from producers.history import History
from tests.streams import facts


def test_a_call_has_the_id_of_the_fact_that_made_it_and_its_retraction_names_it() -> None:
    """Or nobody could tell which retraction is missing."""
    call = facts.told(1, "call-made")
    assert call.id == call_of(call) == call_of(facts.told(2, "call-retracted", d={"call": call.id}))


def test_other_facts_are_about_no_call() -> None:
    """An alert is owed to whoever asked for it, whatever becomes of a call."""
    assert "" == call_of(facts.told(1, "counted"))


@pytest.mark.parametrize(("kind", "public"), [("counted", True), ("call-proposed", False)])
def test_a_fact_is_written_down_with_its_number_and_whether_readers_are_told(kind: str, public: bool) -> None:
    """Without a number nobody could see that one is left out; proposals are for the desk."""
    told = facts.told(7, kind)
    wanted = {"id": told.id, "call": "", "contest": "mayor", "seq": 7, "kind": kind, "key": "7"}
    assert wanted | {"public": public} == told_facts(told)


def test_a_gateway_that_shows_nothing_in_the_end_is_written_down_as_silent(tmp_path: Path) -> None:
    """Or it would be left out, and the others speak for it."""
    shown = {"contest": "mayor", "epoch": "e", "version": 4, "hash": "h", "call": {}}
    with History(str(tmp_path), "gateway-0") as history:
        note_shown(history, ContestId("mayor"), shown)
        note_shown(history, ContestId("mayor"), None)
    end = {"contest": "mayor", "epoch": "e", "version": 4, "hash": "h"}
    assert [("end", end), ("silent", {"contest": "mayor"})] == [
        (one.what, one.facts) for one in read(tmp_path)
    ]
