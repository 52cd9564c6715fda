"""What the desk knows of a contest, what a decision says, and what became of it; no servers."""

import argparse
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from election.errors import UsageError
from election.memory import Memory
from election.wire.records import Ruling
from sandik import desk
from tests.sandik.evenings import LIFTED, LIFTS, Evening, paper


def ruling(evening: Evening, kind: str = "call-approved", by: str = "Ayşe", **data: object) -> Ruling:
    """A decision that is not taken in yet."""
    return desk.decision(kind, evening.case(), by=by, because="checked", data=data, heard_at=LIFTED)


def approval(evening: Evening, by: str = "Ayşe") -> Ruling:
    """An approval of what waits that is not taken in yet."""
    waiting = evening.proposal
    return ruling(evening, by=by, proposal=waiting.id, version=waiting.version)


class TestFinding:
    """An id is typed by a person in a hurry."""

    def test_a_proposal_is_found_by_its_id(self) -> None:
        """With the contest it belongs to."""
        evening = Evening()
        case, fact = desk.proposed([evening.case()], evening.proposal.id)
        assert ("mayor", "call-proposed") == (case.contest.id, fact.kind)

    def test_an_unknown_id_is_refused_and_says_what_waits(self) -> None:
        """One letter off names the one that was meant."""
        evening = Evening()
        name = evening.proposal.id
        with pytest.raises(desk.RefusedError, match=f"waiting now: {name}") as refused:
            desk.proposed([evening.case()], name[:-1] + "x")
        assert f"did you mean {name}?" in str(refused.value)

    def test_the_id_of_something_else_says_what_it_is(self) -> None:
        """A call is not approved, a proposal is not retracted."""
        evening = Evening()
        with pytest.raises(desk.RefusedError, match="is no call: it is what was told as call-proposed"):
            desk.called([evening.case()], evening.proposal.id)

    def test_a_call_is_found_when_it_was_made(self) -> None:
        """And named as the one in force when another id is typed."""
        evening = Evening(people=0)
        assert evening.call == desk.called([evening.case()], evening.call.id)[1]
        with pytest.raises(desk.RefusedError, match=f"in force now: {evening.call.id}"):
            desk.called([evening.case()], "nonsense")

    def test_anything_told_and_every_contest_can_be_looked_at(self) -> None:
        """No id means all."""
        evening = Evening()
        case = evening.case()
        assert [(case, None)] == desk.chosen([case], None) == desk.chosen([case], "mayor")
        assert [(case, evening.proposal)] == desk.chosen([case], evening.proposal.id)
        with pytest.raises(desk.RefusedError, match="did you mean mayor"):
            desk.chosen([case], "mayr")

    def test_a_contest_that_is_not_there_names_the_near_one(self) -> None:
        """Or all there are."""
        case = Evening().case()
        assert case is desk.contest_of([case], "mayor")
        with pytest.raises(desk.RefusedError, match="did you mean mayor"):
            desk.contest_of([case], "mayr")
        with pytest.raises(desk.RefusedError, match="there is mayor"):
            desk.contest_of([case], "zzz")

    def test_the_story_of_a_proposal_goes_on_to_the_end_of_its_call(self) -> None:
        """Whichever of its facts one begins with; a later proposal is another story."""
        evening = Evening()
        evening.approve()
        evening.approve("Mehmet")
        evening.decide("call-retracted", call=evening.call.id)
        kinds = ["call-proposed", "proposal-approved", "proposal-approved", "call-made", "call-retracted"]
        case = evening.case()
        for fact in case.about(evening.call):
            assert kinds == [one.kind for one in case.about(fact)]
        assert [] == case.about(evening.facts[0])


class TestDeciding:
    """A decision is a ruling with a name, a reason and an hour."""

    def test_it_says_who_why_and_from_where(self) -> None:
        """Its id is made from what it says, so that it is told once."""
        made = ruling(Evening(), by="  Ayşe   Demir ", proposal="x", version=1)
        assert ("Ayşe Demir", "checked", "desk") == (made.actor, made.text, made.source)
        assert made.id == ruling(Evening(), by="Ayşe Demir", proposal="x", version=1).id

    @pytest.mark.parametrize(
        ("by", "because", "says"),
        [
            (" ", "x", "--by is empty"),
            ("x", "", "--because is empty"),
            ("x" * 201, "x", "a ruling holds 200"),
            ("Ay\udcfee", "x", "--by is not UTF-8"),
            ("x", "g\udcf6r\udcfcld\udcfc", "--because is not UTF-8"),
        ],
    )
    def test_without_a_name_or_a_reason_there_is_none(self, by: str, because: str, says: str) -> None:
        """Nor with more than a ruling can hold."""
        with pytest.raises(UsageError, match=says):
            desk.decision("annulled", Evening().case(), by=by, because=because, data={}, heard_at=LIFTED)

    def test_a_live_decision_is_heard_at_the_clock_and_another_in_night_time(self) -> None:
        """Where nothing was heard yet, at the close of polls."""
        case, now = Evening().case(), datetime(2024, 10, 6, 18, 0, 0, 123456, tzinfo=UTC)
        assert now.replace(microsecond=123000) == desk.hour(case, "live", now)
        assert case.at == desk.hour(case, "replay", now)
        quiet = replace(case, at=None)
        assert case.view.night.polls_close_at == desk.hour(quiet, "rehearsal", now)

    def test_what_would_be_ignored_is_refused_before_it_is_sent(self) -> None:
        """The same person twice, an old version, a withdrawn proposal, a paper that is not there."""
        evening = Evening()
        evening.approve()
        waiting = evening.proposal
        for made, says in (
            (approval(evening, "ayşe"), "different people"),
            (ruling(evening, by="M", proposal=waiting.id, version=1), "saw version 1"),
            (ruling(evening, "quarantine-cleared", box="nowhere"), "names one paper"),
            (ruling(evening, "call-retracted", call="x"), "no call 'x'"),
        ):
            with pytest.raises(desk.RefusedError, match=says):
                desk.refuse_what_is_ignored(made, evening.case())
        desk.refuse_what_is_ignored(approval(evening, "Mehmet"), evening.case())
        evening.hear(*(paper(unit, (10, 95, 5), 2, 45) for unit in range(30)))
        with pytest.raises(desk.RefusedError, match="was withdrawn"):
            desk.refuse_what_is_ignored(
                ruling(evening, by="M", proposal=waiting.id, version=waiting.version), evening.case()
            )


class TestBecame:
    """What was told is the outcome; until it is clear there is none."""

    def test_nothing_is_clear_before_it_is_taken_in(self) -> None:
        """Nor right after: the evaluator has not spoken yet."""
        evening = Evening()
        made = approval(evening)
        assert desk.became(made, evening.case(), taken_in=False) is None
        assert desk.became(made, evening.case(), taken_in=True) is None

    def test_an_approval_of_two_is_told_and_waits_for_the_other(self) -> None:
        """In words: one more person."""
        evening = Evening()
        made = evening.approve()
        found = desk.became(made, evening.case(), taken_in=True)
        assert found is not None
        assert (desk.DONE, ["proposal-approved"]) == (found.word, [fact.kind for fact in found.facts])
        assert "It needs 1 more person" in desk.in_words(made, found, evening.case())[-1]

    def test_the_last_approval_makes_the_call(self) -> None:
        """Not clear while the call is on its way; the first one's outcome stays its own."""
        evening = Evening()
        first, last = evening.approve(), evening.approve("Mehmet")
        case = evening.case()
        found = desk.became(last, case, taken_in=True)
        assert found is not None
        assert ["proposal-approved", "call-made"] == [fact.kind for fact in found.facts]
        assert ["CALLED for Aydın" in line for line in desk.in_words(last, found, case)].count(True) == 1
        again = desk.became(first, case, taken_in=True)
        assert again is not None
        assert ["proposal-approved"] == [fact.kind for fact in again.facts]
        early = replace(case, facts=case.facts[:-1], memory=_memory(case.facts[:-1]))
        assert desk.became(last, early, taken_in=True) is None

    def test_one_that_came_too_late_says_why(self) -> None:
        """Somebody refused meanwhile."""
        evening = Evening()
        late = approval(evening, "Zeynep")
        evening.decide("call-refused", "Mehmet", proposal=evening.proposal.id)
        found = desk.became(late, evening.case(), taken_in=True)
        assert found is not None
        assert (desk.LATE, ()) == (found.word, found.facts)
        assert "refused by the desk" in desk.in_words(late, found, evening.case())[0]
        assert not desk.in_json(late, found, evening.case())["done"]

    def test_a_refusal_and_a_retraction_are_told(self) -> None:
        """Each by the fact that names it."""
        evening = Evening()
        refusal = evening.decide("call-refused", proposal=evening.proposal.id)
        found = desk.became(refusal, evening.case(), taken_in=True)
        assert found is not None
        assert ["proposal-refused"] == [fact.kind for fact in found.facts]
        called = Evening(people=0)
        retraction = called.decide("call-retracted", call=called.call.id)
        found = desk.became(retraction, called.case(), taken_in=True)
        assert found is not None
        assert ["call-retracted"] == [fact.kind for fact in found.facts]
        assert "retracted" == desk.in_json(retraction, found, called.case())["call"]["state"]

    def test_an_annulment_takes_the_call_back_first_and_is_clear_when_both_are_told(self) -> None:
        """In the order in which they were told."""
        evening = Evening(people=0)
        annulled = evening.decide("annulled")
        found = desk.became(annulled, evening.case(), taken_in=True)
        assert found is not None
        assert ["call-retracted", "annulled"] == [fact.kind for fact in found.facts]
        case = evening.case()
        half = replace(case, facts=[fact for fact in case.facts if fact.kind != "annulled"])
        assert desk.became(annulled, half, taken_in=True) is None

    def test_what_tells_nothing_is_done_when_it_is_taken_in(self) -> None:
        """A quarantine that is cleared acts on the count."""
        evening = Evening()
        cleared = ruling(evening, "quarantine-cleared", source="council", box="iskele-1", revision=1)
        assert desk.became(cleared, evening.case(), taken_in=False) is None
        found = desk.became(cleared, evening.case(), taken_in=True)
        assert found == desk.Outcome(desk.TAKEN)
        assert "nothing is told of it now" in desk.in_words(cleared, found, evening.case())[0]

    def test_a_lifted_ban_is_told_when_it_opens(self) -> None:
        """An hour that is still to come is taken in, and told then."""
        evening = Evening(records=[])
        assert desk.became(LIFTS, evening.case(), taken_in=True) == desk.Outcome(desk.TAKEN)
        evening.hear(LIFTS, paper(1))
        found = desk.became(LIFTS, evening.case(), taken_in=True)
        assert found is not None
        assert ["embargo-lifted"] == [fact.kind for fact in found.facts]

    def test_waiting_that_ended_is_said(self) -> None:
        """With the sentence that says what to look at."""
        evening = Evening()
        made = approval(evening)
        found = desk.Outcome(desk.WAITS, (), "nobody took it in")
        assert ["nobody took it in"] == desk.in_words(made, found, evening.case())


def _memory(facts: object) -> Memory:
    memory = Memory()
    assert all(memory.take(fact) for fact in facts)  # type: ignore[attr-defined]
    return memory


def test_an_hour_of_another_day_has_its_date() -> None:
    """An annulment comes weeks later."""
    night = Evening().night
    assert "18:30:00" == desk.clock(night, LIFTED)
    assert "2024-10-07 18:30:00" == desk.clock(night, LIFTED + timedelta(days=1))
    assert "–" == desk.clock(night, None)


def test_every_decision_asks_for_a_name_and_a_reason() -> None:
    """And nothing can be decided without."""
    parser = argparse.ArgumentParser()
    desk.asks_who(parser)
    desk.asks_where(parser)
    args = parser.parse_args(["--by", "Ayşe", "--because", "x"])
    assert ("Ayşe", "x", desk.WAIT_S, None) == (args.by, args.because, args.wait, args.night)
    with pytest.raises(SystemExit):
        parser.parse_args(["--by", "Ayşe"])
