"""What the page of the desk is shown of a contest: from the ban to a call that was taken back."""

import json
from dataclasses import replace
from typing import Any

from election.calls import RULES
from election.wire.records import Ruling
from sandik.desk_contest import contest_json
from sandik.desk_words import facts
from tests.sandik.evenings import ENOUGH, LIFTED, Evening, paper


def shown(evening: Evening, **told_to: int) -> dict[str, Any]:
    """The contest, as it goes over the wire and comes back."""
    made = contest_json(evening.case(), evening.rulings, told_to)
    found: dict[str, Any] = json.loads(json.dumps(made))
    return found


def test_under_the_ban_no_figure_of_votes_is_in_it() -> None:
    """Boxes are; the leader, the margin, what may come and what rules would say are not."""
    made = shown(Evening(records=[paper(unit) for unit in range(ENOUGH)]))
    assert (ENOUGH, [], None) == (made["boxes"]["counted"], made["rules"], made["proposal"])
    assert {None} == {made[name] for name in ("valid", "leader", "margin_votes", "votes_max")}
    assert {None} == {one[name] for one in made["choices"] for name in ("votes", "share")}
    assert all(figure not in json.dumps(made) for figure in ("4250", "4,250", "4750"))


def test_a_proposal_is_what_sandik_calls_shows_with_who_signed_and_why() -> None:
    """The same figures, guards and version; and the reason of each signature in their own words."""
    evening = Evening()
    evening.approve()
    waits, same = shown(evening)["proposal"], facts(evening.case(), None)["proposal"]
    assert {
        name: waits[name] for name in ("id", "rule", "elected", "version", "people", "cushion_votes")
    } == {name: same[name] for name in ("id", "rule", "elected", "version", "people", "cushion_votes")}
    assert [(one["id"], one["word"]) for one in same["guards"]] == [
        (one["id"], one["word"]) for one in waits["guards"]
    ]
    assert [("Ayşe", "checked")] == [(one["by"], one["because"]) for one in waits["approvals"]]
    assert (True, False) == (waits["now"]["passes"], waits["changed"])
    assert {"en", "tr"} == set(waits["becauses"])
    assert same["dossier_sha256"] == waits["dossier_sha256"]


def test_what_rests_on_less_than_when_it_was_proposed_has_to_be_looked_at_again() -> None:
    """More for the leader changes nothing for a signer; less does, and a guard that says otherwise."""
    evening = Evening()
    evening.hear(paper(ENOUGH, (95, 10, 5), minute=40))
    made = shown(evening)["proposal"]
    assert (False, 1) == (made["changed"], made["since"]["boxes"])
    assert made["since"]["cushion_votes"] > made["since"]["cushion_votes_then"]
    less = Evening()
    less.hear(paper(0, (90, 15, 5), revision=2, minute=41))
    made = shown(less)["proposal"]
    assert (True, True) == (made["changed"], made["now"]["passes"])
    place = evening.facts.index(evening.proposal)
    guards = [one | {"word": "forbids"} for one in evening.proposal.d["guards"]]
    other = Evening()
    other.facts[place] = replace(other.proposal, d={**other.proposal.d, "guards": guards})
    assert shown(other)["proposal"]["changed"]


def test_a_call_is_shown_with_who_signed_it_and_how_it_stands_now() -> None:
    """And after it was taken back with by whom; its story is newest first."""
    evening = Evening()
    evening.approve("Ayşe")
    evening.approve("Mehmet")
    call = shown(evening, **{evening.call.id: 3})["call"]
    assert ("called", ["Ayşe", "Mehmet"], 3) == (
        call["state"], [one["by"] for one in call["approvals"]], call["told_to"]
    )  # fmt: skip
    assert (True, evening.proposal.id) == (call["held_now"], call["proposal"])
    assert call["cushion_votes"] == call["cushion_votes_now"]
    evening.decide("call-retracted", "Mehmet", call=evening.call.id)
    made = shown(evening)
    assert ("retracted", None) == (made["call"]["state"], made["call"]["held_now"])
    assert ["call-retracted", "call-made", "proposal-approved", "proposal-approved", "call-proposed"] == [
        one["kind"] for one in made["calls"]
    ]
    assert ["Mehmet", None, "Mehmet", "Ayşe", None] == [one["by"] for one in made["calls"]]


def test_rulings_are_shown_newest_first_without_what_is_shown_elsewhere() -> None:
    """Each has a title in both languages; signatures and acknowledgements stand with what they are of."""
    evening = Evening()
    evening.approve()
    seen = Ruling("mayor", "alert-acknowledged", LIFTED, LIFTED, "desk", "Ayşe", "seen", {"alert": "x"})
    evening.rulings.append(seen)
    evening.rulings.append(
        replace(seen, kind="concession", text="<b>well done</b>", data={"choice": "toprak"})
    )
    made = shown(evening)["rulings"]
    assert ["concession", "embargo-lifted"] == [one["kind"] for one in made]
    assert ("<b>well done</b>", {"en", "tr"}) == (made[0]["because"], set(made[0]["titles"]))


def test_every_rule_that_is_on_is_asked() -> None:
    """With what it says of the totals as they are, whether it passes or not."""
    evening = Evening(records=[paper(1), *Evening().rulings])
    rules = shown(evening)["rules"]
    assert {one["rule"] for one in rules} <= set(RULES)
    assert {False} == {one["passes"] for one in rules}
