"""Rules propose, the desk decides, and a call that no longer holds is taken back with nobody asked."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls.verdict import CLEAR, FORBIDS, Answer, Guard, Rule, Verdict, View
from election.memory import Proposal, pair
from election.night import ChoiceId
from election.teller import Teller
from election.teller_calls import person, why_not
from election.wire.records import Ruling
from tests.election.strategies import CLOSED_UNTIL
from tests.election.tellings import by_itself, ruling, seen, tell, teller, words
from tests.election.views import toml

CALLS = ("call-", "proposal-")


def calls(who: Teller, what: View, rulings: Sequence[Ruling] = ()) -> list[tuple[str, str]]:
    """What is told of calls at a view."""
    return [word for word in words(tell(who, what, rulings)) if word[0].startswith(CALLS)]


def waiting(who: Teller) -> Proposal:
    """The proposal that is open."""
    assert who.memory.proposal is not None
    return who.memory.proposal


def approval(proposal: Proposal, actor: str = "Ayşe", **data: object) -> Ruling:
    """Somebody approves what they saw."""
    return ruling("call-approved", actor, **({"proposal": proposal.id, "version": proposal.version} | data))


def test_a_rule_that_needs_nobody_proposes_and_calls_at_once() -> None:
    """With its guards' answers, how much was counted, and the digest of its dossier."""
    who = teller(by_itself(0))
    facts = tell(who, seen(who, (900, 100, 0), version=7))
    made = {told.kind: told for told in facts}
    assert ["call-proposed", "call-made"] == [told.kind for told in facts if told.kind.startswith("call")]
    d = made["call-proposed"].d
    assert ("certain", "ada", ["ada"], 0) == (d["rule"], d["choice"], d["elected"], d["people"])
    assert {"embargo", "recount-band"} <= {one["id"] for one in d["guards"]}
    assert 64 == len(d["dossier"])
    assert (True, ("ada",), 7) == (
        who.memory.called, who.memory.call and who.memory.call.elected, made["call-made"].version,
    )  # fmt: skip


def test_nothing_is_called_under_the_ban() -> None:
    """Whatever the rules say; when it opens it is."""
    who = teller(by_itself(0))
    closed = replace(seen(who, (900, 100, 0)), now=CLOSED_UNTIL)
    view = replace(closed, ban=replace(closed.ban, state="bulletins"))
    assert [] == calls(who, view)
    assert 2 == len(calls(who, seen(who, (900, 100, 0))))


def test_two_people_approve_and_then_it_is_called() -> None:
    """The first approval is for the desk; the public hears of the call."""
    who = teller(by_itself(2))
    what = seen(who, (900, 100, 0))
    assert [("call-proposed", "certain/ada/1")] == calls(who, what)
    first, second = approval(waiting(who)), approval(waiting(who), "Burak")
    assert [("proposal-approved", "certain/ada/1/ayşe")] == calls(who, what, [first])
    assert not who.memory.called
    expected = [("proposal-approved", "certain/ada/1/burak"), ("call-made", "certain/ada/1")]
    assert expected == calls(who, what, [first, second])
    assert who.memory.call is not None
    assert ("Ayşe", "Burak") == who.memory.call.approvals


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ({"proposal": "nobody knows it"}, "There is no proposal 'nobody knows it' in this contest."),
        ({"version": 6}, "This approval saw version 6; the proposal stands on version 1: look at it again."),
        ({"actor": " ayşe"}, " ayşe has approved this proposal; it needs 2 different people."),
        ({"actor": "  "}, "A decision names who makes it: --by NAME."),
        ({"kind": "call-retracted", "call": "x"}, "There is no call 'x' in this contest."),
    ],
)
def test_a_word_of_the_desk_that_does_not_count_changes_nothing(
    word: dict[str, object], sentence: str
) -> None:
    """It is refused with a sentence where it was typed."""
    who = teller(by_itself(2))
    what = seen(who, (900, 100, 0))
    tell(who, what)
    good = approval(waiting(who))
    tell(who, what, [good])
    data = {"proposal": waiting(who).id, "version": 1} | word
    kind, actor = str(data.pop("kind", "call-approved")), str(data.pop("actor", "Burak"))
    bad = ruling(kind, actor, **data)
    assert sentence == why_not(who.memory, bad)
    assert [] == calls(who, what, [good, bad])


def test_a_proposal_that_no_longer_passes_is_withdrawn_and_cannot_be_approved() -> None:
    """Even by an approval that is heard with the very view that withdraws it."""
    who = teller(by_itself(1))
    tell(who, seen(who, (900, 100, 0)))
    old = waiting(who)
    gone = seen(who, (500, 500, 0), version=2)
    assert [("proposal-withdrawn", "certain/ada/1")] == calls(who, gone, [approval(old)])
    assert "was withdrawn: what it rested on has changed" in (why_not(who.memory, approval(old)) or "")
    assert [("call-proposed", "certain/ada/2")] == calls(who, seen(who, (900, 100, 0), version=3))
    assert old.id != waiting(who).id


def test_a_proposal_whose_cushion_shrank_is_made_anew() -> None:
    """By a quarter and more: nobody approves numbers they have not seen. A little less stays."""
    who = teller(by_itself(1))
    assert [("call-proposed", "certain/ada/1")] == calls(who, seen(who, (900, 100, 0)))
    assert [] == calls(who, seen(who, (800, 200, 0), version=2))
    expected = [("proposal-withdrawn", "certain/ada/1"), ("call-proposed", "certain/ada/2")]
    assert expected == calls(who, seen(who, (799, 200, 0), version=3))


def test_what_the_desk_refused_comes_back_only_when_it_is_clearer() -> None:
    """A cushion half as large again, or a twentieth more boxes."""
    for later in (seen(teller(by_itself(1)), (1200, 0, 0), version=3), None):
        who = teller(by_itself(1))
        boxes = {"boxes": 7, "register": 780, "no_register": 2}
        tell(who, seen(who, (900, 100, 0), **boxes))
        no = ruling("call-refused", proposal=waiting(who).key)
        assert [("proposal-refused", "certain/ada/1")] == calls(who, seen(who, (900, 100, 0), **boxes), [no])
        assert [] == calls(who, seen(who, (950, 100, 0), version=2, **boxes), [no])
        clearer = later or seen(who, (950, 100, 0), version=3)
        assert [("call-proposed", "certain/ada/2")] == calls(who, clearer, [no])


def test_a_refusal_remembers_what_the_desk_looked_at_and_not_what_was_proposed() -> None:
    """What grew while the proposal waited was seen; it is asked again when it has grown since."""
    few, more = (
        {"boxes": 6, "register": 700, "no_register": 2},
        {"boxes": 7, "register": 780, "no_register": 2},
    )
    who = teller(by_itself(1))
    assert [("call-proposed", "certain/ada/1")] == calls(who, seen(who, (900, 100, 0), **few))
    proposed = waiting(who)
    assert [] == calls(who, seen(who, (1400, 100, 0), version=2, **more))
    no = ruling("call-refused", proposal=proposed.id)
    grown = seen(who, (1400, 100, 0), version=3, **more)
    facts = tell(who, grown, [no])
    assert ["proposal-refused"] == [told.kind for told in facts]
    cushion = facts[0].d["cushions"]["certain"]
    assert (7, True) == (facts[0].d["boxes"], 2 * cushion >= 3 * proposed.cushion_votes)
    assert [] == calls(who, seen(who, (1500, 100, 0), version=4, **more), [no])
    votes = (1400 + cushion // 2 + 1, 100, 0)
    assert [("call-proposed", "certain/ada/2")] == calls(who, seen(who, votes, version=5, **more), [no])


def test_a_refusal_that_does_not_say_how_it_stood_is_of_the_proposal() -> None:
    """As facts were told once: its cushion and its boxes."""
    who = teller(by_itself(1))
    what = seen(who, (900, 100, 0))
    tell(who, what)
    proposal = waiting(who)
    (told,) = who.tell(what, {"log/0": 1}, [ruling("call-refused", proposal=proposal.id)])
    assert who.take(replace(told, d={name: told.d[name] for name in ("proposal", "ruling", "by")}))
    kept = who.memory.refused["certain/ada"]
    assert (proposal.cushion_votes, proposal.boxes) == (kept.cushion_votes, kept.boxes)


def by_hand(cushions: dict[str, int]) -> dict[str, Rule]:
    """Rules that name Ada by as many votes as these say; none or fewer: they do not pass."""

    def rule(name: str) -> Rule:
        def decide(view: View) -> Verdict:
            by = cushions.get(name, 0)
            return Verdict(name, ChoiceId("ada") if by > 0 else None, by, {"n": by}, {"en": "n", "tr": "n"})

        return Rule(name, "Who?", "a test", decide)

    return {name: rule(name) for name in ("certain", "majority")}


def test_what_the_desk_took_back_is_not_called_again_by_a_rule_that_passed_then() -> None:
    """Neither by the one that called it, whose cushion had grown meanwhile, nor by a stronger one that passed
    as well; when it has grown by half since then, it is."""
    for cushions, again in (
        ({"majority": 900}, []),
        ({"certain": 300, "majority": 900}, []),
        ({"majority": 1350}, [("call-proposed", "majority/ada/2"), ("call-made", "majority/ada/2")]),
    ):
        now = {"majority": 500}
        who = teller(toml(BOTH), rules=by_hand(now))
        assert 2 == len(calls(who, seen(who, (900, 100, 0))))
        assert who.memory.call is not None
        now |= {"certain": 0} | cushions | {"majority": 900}
        back = ruling("call-retracted", call=who.memory.call.id)
        expected = [("call-retracted", "majority/ada/1")]
        assert expected == calls(who, seen(who, (900, 100, 0), version=2), [back])
        now |= cushions
        assert again == calls(who, seen(who, (900, 100, 0), version=3), [back])
        assert (not again) == (who.memory.state == "retracted")


BOTH = "[calls.certain]\npeople = 0\n[calls.majority]\non = true\npeople = 0\n"


def test_a_call_is_retracted_when_the_lead_is_gone_before_anything_else_is_told() -> None:
    """At once and by nobody's leave; the reason is told."""
    who = teller(by_itself(0))
    tell(who, seen(who, (900, 100, 0)))
    facts = tell(who, seen(who, (100, 900, 0), version=2))
    assert ("call-retracted", "certain/ada/1", "lead") == (facts[0].kind, facts[0].key, facts[0].d["reason"])
    assert "RETRACTED: the call for Deniz is withdrawn" in facts[0].title["en"]
    assert "retracted" == who.memory.state or who.memory.called


def test_a_call_is_retracted_when_its_rule_no_longer_passes() -> None:
    """The lead is there; what can still come is more, because a district was withdrawn."""
    who = teller(by_itself(0))
    tell(who, seen(who, (900, 600, 0)))
    facts = tell(who, seen(who, (500, 400, 0), version=2, boxes=4, register=230, no_register=1))
    assert ("call-retracted", "rule") == (facts[0].kind, facts[0].d["reason"])
    assert "Deniz leads by 100 votes" in facts[0].because["en"]
    assert "retracted" == who.memory.state


@pytest.mark.parametrize(("ends", "told"), [(True, [("call-retracted", "certain/ada/1")]), (False, [])])
def test_a_guard_takes_a_call_back_if_it_judges_the_evidence(ends: bool, told: list[tuple[str, str]]) -> None:
    """One that judges only the moment to speak does not."""
    word = [CLEAR]

    def answer(view: View, verdict: Verdict) -> Answer:
        return Answer("doubt", word[0], {"n": 1}, {"en": "There is a doubt.", "tr": "Kuşku var."})

    who = teller(by_itself(0), guards={"doubt": Guard("doubt", "Is there a doubt?", answer, ends_call=ends)})
    assert 2 == len(calls(who, seen(who, (900, 100, 0))))
    word[0] = FORBIDS
    assert told == calls(who, seen(who, (900, 100, 0), version=2))
    if ends:
        assert "There is a doubt." == who.memory.because["en"]


def test_a_guard_that_forbids_keeps_a_rule_from_proposing() -> None:
    """The margin is inside the recount band: the rule passes and nothing is proposed."""
    who = teller(toml("[calls.certain]\npeople = 0\n"))
    assert [] == calls(who, seen(who, (10_010, 9_990, 0)))


def test_the_desk_retracts_a_call() -> None:
    """Named by id; the rule does not propose it again at once, and the second word is no news."""
    who = teller(by_itself(0))
    what = seen(who, (900, 100, 0))
    tell(who, what)
    assert who.memory.call is not None
    back = ruling("call-retracted", text="A doubt.", call=who.memory.call.id)
    assert [("call-retracted", "certain/ada/1")] == calls(who, what, [back])
    assert ("retracted", "Ayşe: A doubt.") == (who.memory.state, who.memory.because["en"])
    assert "This call is not in force any more." == why_not(who.memory, back)
    assert [] == calls(who, seen(who, (900, 100, 0), version=2), [back])


def test_a_lead_that_is_gone_is_somebody_elses_or_nobodys() -> None:
    """Who is ahead now, and by how many; of a tie no figure."""
    for votes, said in (
        ((900, 1000, 0), "now it is Kaya, by 100 votes."),
        ((900, 900, 0), "nobody is ahead."),
    ):
        who = teller(by_itself(0))
        calls(who, seen(who, (900, 0, 0)))
        (gone,) = [told for told in tell(who, seen(who, votes, version=2)) if told.kind == "call-retracted"]
        assert f"The lead is gone: {said}" == gone.because["en"]


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), max_size=20))
def test_a_call_that_flaps_is_made_a_bounded_number_of_times(votes: list[tuple[int, int]]) -> None:
    """Each that is broken doubles what is needed: with 2,000 votes and a size of 200, five at most; and every
    call made is in force or was retracted."""
    who = teller(by_itself(0))
    told = [word for one in votes for word in calls(who, seen(who, (*one, 0)))]
    kinds = [kind for kind, _ in told]
    assert kinds.count("call-made") <= 5
    assert kinds.count("call-made") - kinds.count("call-retracted") == who.memory.called


def test_rules_that_take_turns_propose_a_bounded_number_of_times() -> None:
    """Each turn puts a proposal away; every third doubles what is needed, until neither has that much."""
    now = {"majority": 900}
    both = teller(toml(BOTH.replace("people = 0", "people = 1")), rules=by_hand(now))
    told = []
    for turn in range(200):
        now["certain"] = 10 * (turn % 2)
        told += [kind for kind, _ in calls(both, seen(both, (900, 100, 0), version=turn))]
    assert 2 < told.count("call-proposed") <= 12
    waits = both.memory.proposal is not None
    assert told.count("call-proposed") - told.count("proposal-withdrawn") == waits


def test_a_person_is_the_same_however_the_name_is_written() -> None:
    """Spaces and capitals make no second person."""
    assert person("Ayşe  Yılmaz ") == person("AYŞE YILMAZ") == person("ayşe yılmaz")
    assert person("Demir İnan") == person("DEMİR İNAN") == person("demir inan")
    assert person("Ayşe") == person("Ays\u0327e")
    assert person("Ayşe") != person("Ayşegül")


def test_a_body_of_very_many_is_proposed_signed_and_called() -> None:
    """Whatever its ids and the names of those who sign are: no key is longer than a fact may hold."""
    ids = [f"c{number:03}-".ljust(63, "x") for number in range(90)]
    choices = "".join(f'  [[contests.choices]]\n  id = "{id}"\n  name = "{id[:4]}"\n' for id in ids)
    council = 'id = "council"\nname = "Council"\narea = "kent"\nseats = 64\nmarks = 64\nsource = "council"'
    who = teller(by_itself(2, f"[[contests]]\n{council}\n{choices}"), "council")
    what = seen(who, (900,) * 64 + (1,) * 26)
    assert [("call-proposed", f"{pair('certain', tuple(ids[:64]))}/1")] == calls(who, what)
    first, second = (approval(waiting(who), letter * 200) for letter in ("\ufb03", "b"))
    assert ["proposal-approved"] == [kind for kind, _ in calls(who, what, [first])]
    assert "call-made" in [kind for kind, _ in calls(who, what, [first, second])]
    assert who.memory.call is not None
    assert tuple(ids[:64]) == who.memory.call.elected
