"""What is shown of boxes held back: what is wrong, what it could change, and what may be done about it."""

import json
from typing import Any

import pytest

from election.checks import CHECKS, check
from election.night import SourceId, UnitId
from election.tally import hear, statement
from election.wire.records import Bundle, Ruling
from languages import table
from sandik import desk_papers
from sandik.desk_papers import ROWS_MAX, quarantine_json
from streams.papers import Heard
from streams.papers import paper as kept_paper
from tests.sandik.evenings import LIFTED, MAYOR, Evening, paper
from tests.streams import made
from tests.web.made import records

COUNCIL = SourceId("council")
GROUND = made.ground(made.night())


def held(conflict: bool = False, boxes: int = 1) -> dict[SourceId, dict[UnitId, bytes]]:
    """Boxes in quarantine, as the store keeps them: a choice has no vote, or one revision says two things."""
    found = {}
    for unit in GROUND.units[:boxes]:
        before, kept = None, None
        for votes in ([80, 0, 60], [70, 0, 70])[: 2 if conflict else 1]:
            row = made.good_row(GROUND.night, GROUND.contest, GROUND.source, unit, votes)
            seen = check(made.bundle("mayor", "council", "box", [row], 7).claim(0), GROUND.night)
            heard = Heard(
                statement(seen, GROUND.contest, GROUND.night), seen.findings, "2024-10-06T17:07:00.000Z"
            )
            after = hear(before, heard.new)
            assert after is not None
            kept = kept_paper(after, before, heard, kept, GROUND.contest, GROUND.night)
            before = after
        assert kept is not None
        found[UnitId(unit)] = kept
    return {COUNCIL: found}


def shown(evening: Evening, papers: Any, *rulings: Ruling) -> dict[str, Any]:
    """What is held back, as it goes over the wire."""
    found: dict[str, Any] = json.loads(json.dumps(quarantine_json(evening.case(), papers, rulings)))
    return found


def test_a_box_is_shown_with_what_is_wrong_and_its_paper() -> None:
    """The code, the sentence, its place, the most votes it can bring, and the figures as they were stated."""
    made = shown(Evening(), held())
    (row,) = made["rows"]
    assert ("Q307", True, "one", 1) == (row["code"], row["clears"], row["kind"], row["revision"])
    assert ({"Q307": 1}, {"council": 1}, 0) == (made["codes"], made["sources"], made["more"])
    assert {"deniz": 80, "toprak": 0, "ruzgar": 60} == row["papers"][0]["choices"]
    assert row["votes_max"] >= row["registered"] > 0
    assert row["area_name"]
    assert {"en", "tr"} == set(row["becauses"])


def test_the_most_votes_are_those_of_marked_boxes_too_and_it_is_said_of_how_many() -> None:
    """An illegible paper is not held back and has no row, and what it could bring counts all the same."""
    heard = [one for one in records() if isinstance(one, Bundle | Ruling) and one.contest == MAYOR]
    made = shown(Evening(records=heard), {})
    assert (2, 1, 826) == (made["boxes"], made["marked"], made["votes_max"])
    assert shown(Evening(records=[paper(1)]), held())["marked"] is None


def test_under_the_ban_a_box_is_shown_by_its_code_alone() -> None:
    """A finding and a paper have figures in them."""
    made = shown(Evening(records=[paper(1)]), held())
    (row,) = made["rows"]
    assert ("Q307", [], [], None, None) == (
        row["code"], row["papers"], row["why"], row["voters"], row["votes_max"]
    )  # fmt: skip
    assert {None} == {made[name] for name in ("votes_max", "margin_votes", "decisive")}
    assert "80" not in row["because"]


def test_of_two_statements_of_one_revision_none_can_be_taken() -> None:
    """Both are shown; nobody can tell which is meant, so a person cannot make it count."""
    (row,) = shown(Evening(), held(conflict=True))["rows"]
    assert ("Q311", False, "two") == (row["code"], row["clears"], row["kind"])
    assert [80, 70] == [one["choices"]["deniz"] for one in row["papers"]]


def test_a_box_that_somebody_left_out_says_who() -> None:
    """Of that revision alone: a newer paper is another question."""
    (unit,) = held()[COUNCIL]
    for revision, by in ((1, "Ayşe"), (2, None)):
        data = {"source": "council", "box": unit, "revision": revision}
        ruling = Ruling("mayor", "quarantine-upheld", LIFTED, LIFTED, "desk", "Ayşe", "forged", data)
        (row,) = shown(Evening(), held(), ruling)["rows"]
        assert by == (row["upheld"] or {}).get("by")


def test_where_there_are_many_those_with_the_most_votes_are_shown() -> None:
    """And how many are not."""
    made = shown(Evening(), held(boxes=ROWS_MAX + 2))
    votes = [row["votes_max"] for row in made["rows"]]
    assert (ROWS_MAX, 2) == (len(votes), made["more"])
    assert votes == sorted(votes, reverse=True)


def test_so_many_are_looked_at_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night gone wrong holds thousands back, and the clients of the gateway must not wait for the desk."""
    monkeypatch.setattr(desk_papers, "LOOKED_AT_MAX", 3)
    made = shown(Evening(), held(boxes=5))
    assert (3, 2, {"council": 5}) == (len(made["rows"]), made["more"], made["sources"])


@pytest.mark.parametrize("code", [code for code, check in CHECKS.items() if check.settable or code == "Q311"])
def test_every_check_that_may_hold_a_box_back_is_said_in_turkish(code: str) -> None:
    """A night may make a quarantine of any that it may set."""
    assert code in table("tr")["checks"]
