"""What the desk is shown: what waits and why, what has changed since, what every guard says."""

from dataclasses import replace

from sandik import desk_words
from tests.sandik.evenings import ENOUGH, LIFTS, Evening, paper


def test_what_waits_is_shown_with_everything_a_person_signs() -> None:
    """The version to look at, the reason in numbers, every guard, and what to type."""
    evening = Evening()
    evening.approve()
    text = "\n".join(desk_words.lines(evening.case(), None))
    proposal = evening.proposal
    for part in (
        "WAITS FOR 1 OF 2, signed by Ayşe: call for Aydın by rule", f"at version {proposal.version}",
        proposal.because["en"], f"sandik approve {proposal.id} --by NAME", "recount-band: The margin of",
        "what the rules say now:", "  certain: ", "embargo-lifted", "proposal-approved",
    ):  # fmt: skip
        assert part in text, text


def test_what_has_changed_since_is_said() -> None:
    """Versions, boxes, margin and by how much the rule passes, then and now."""
    evening = Evening()
    before = desk_words.facts(evening.case(), None)
    assert 0 == before["proposal"]["since"]["boxes"]
    evening.hear(paper(ENOUGH, (95, 10, 5), minute=40))
    after = desk_words.facts(evening.case(), None)
    assert before["proposal"]["id"] == after["proposal"]["id"]
    since = after["proposal"]["since"]
    assert (1, before["margin_votes"] + 85) == (since["boxes"], since["margin_votes"])
    assert since["versions"] > 0
    assert before["proposal"]["cushion_votes"] < since["cushion_votes"]


def test_under_the_ban_no_total_is_told_in_a_shell_either() -> None:
    """What rules and guards say is of totals, so two evenings with other votes are told alike."""
    evenings = [Evening(records=[paper(1, votes)]) for votes in ((95, 10, 5), (20, 80, 10))]
    one, other = (desk_words.facts(evening.case(), None) for evening in evenings)
    assert one == other
    assert ("not started", None, []) == (one["call"]["state"], one["proposal"], one["rules"])
    assert (None, None, None) == (one["leader"], one["margin_votes"], one["votes_max"])
    assert 1 == one["boxes"]["counted"]
    lines = desk_words.lines(evenings[0].case(), None)
    assert lines == desk_words.lines(evenings[1].case(), None)
    assert "  not started: The publication ban is in force." in lines
    assert "  what the rules say is told when the ban has ended" in lines


def test_without_a_proposal_the_rules_say_why_there_is_no_call() -> None:
    """The state the counts give, and each rule with every guard's answer as of now."""
    evening = Evening(records=[LIFTS, paper(1)])
    shown = desk_words.facts(evening.case(), None)
    assert ("too early", None) == (shown["call"]["state"], shown["proposal"])
    assert ["certain", "majority"] == [asked["rule"] for asked in shown["rules"]]
    words = {one["id"]: one["word"] for one in shown["rules"][0]["guards"]}
    assert ("clear", "does not apply") == (words["embargo"], words["mode"])
    text = "\n".join(desk_words.lines(evening.case(), None))
    assert "too early: 1 of 60 boxes are counted" in text
    assert "clear          embargo: Publishing is allowed" in text
    assert "WAITS" not in text


def test_a_call_is_shown_with_whom_and_why_and_a_retraction_stays() -> None:
    """The story of one id has nothing of other things in it."""
    evening = Evening(people=0)
    assert "  called (Aydın): " in "\n".join(desk_words.lines(evening.case(), None))
    call = evening.call
    evening.decide("call-retracted", call=call.id)
    lines = desk_words.lines(evening.case(), call)
    assert "  retracted (Aydın): Ayşe: checked" in lines
    shown = desk_words.facts(evening.case(), call)
    assert ["call-proposed", "call-made", "call-retracted"] == [one["kind"] for one in shown["history"]]
    assert "embargo-lifted" not in "\n".join(lines)


def test_a_proposal_that_names_no_margin_is_shown_without_one() -> None:
    """Its numbers are the rule's own, and another program may have another rule."""
    evening = Evening()
    place = evening.facts.index(evening.proposal)
    numbers = {"margin_votes": "many"}
    evening.facts[place] = replace(evening.proposal, d={**evening.proposal.d, "numbers": numbers})
    assert desk_words.facts(evening.case(), None)["proposal"]["since"]["margin_votes_then"] is None
    assert "margin 4,250, passes by" in "\n".join(desk_words.lines(evening.case(), None))


def test_a_fact_that_is_no_call_is_its_own_story() -> None:
    """Looked at by its id."""
    evening = Evening()
    first = evening.facts[0]
    shown = desk_words.facts(evening.case(), first)
    assert [first.id] == [one["id"] for one in shown["history"]]
    assert "WAITS" not in "\n".join(desk_words.lines(evening.case(), first))
