"""What was told is summed up from the facts alone, and a fact that does not follow is no news."""

from copy import deepcopy
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from election.alerts import Told
from election.memory import PAIR_MAX, Memory, pair
from tests.election.strategies import LAW_OPENS_AT
from tests.election.tellings import SCOPE, by_itself, d_of, ruling, seen, tell, teller


def test_a_fact_that_does_not_follow_changes_nothing() -> None:
    """Neither told again, nor out of turn, nor by a worker that missed one."""
    who = teller()
    facts = tell(who, seen(who, (90, 80, 0))) + tell(who, seen(who, (80, 90, 0), version=2))
    memory = Memory()
    assert [True, False] == [memory.take(facts[0]), memory.take(facts[0])]
    before = deepcopy(memory)
    skipped = facts[2]
    assert not memory.take(skipped)
    assert not memory.take(replace(skipped, prev=memory.last, seq=9))
    assert not memory.take(replace(facts[0], prev=memory.last, seq=memory.seq + 1))
    assert before == memory


def test_a_memory_made_again_from_the_facts_is_the_same() -> None:
    """A worker that starts again goes on where the last one stopped: proposal, approval, stall and all."""
    who = teller(by_itself(people=2))
    facts = tell(who, seen(who, (900, 100, 0)))
    proposal = who.memory.proposal
    assert proposal is not None
    approval = ruling("call-approved", proposal=proposal.id, version=proposal.version)
    facts += tell(who, seen(who, (900, 100, 0), version=2), [approval])
    facts += tell(who, seen(who, (100, 900, 0), version=3), [approval])
    again = Memory()
    assert all(again.take(told) for told in facts)
    assert who.memory == again


@given(st.data())
def test_a_copy_is_apart_from_what_it_was_copied_from(data: st.DataObject) -> None:
    """Asking what there is to tell leaves no trace in what was told."""
    who = teller()
    for _ in range(data.draw(st.integers(1, 4))):
        votes = data.draw(st.tuples(*[st.integers(0, 300)] * 3))
        before = deepcopy(who.memory)
        facts = who.tell(seen(who, votes), {})
        assert before == who.memory
        assert all(who.take(told) for told in facts)


def test_a_recount_of_a_part_leaves_the_state_as_it_is() -> None:
    """Only one of the whole contest stops the rules."""
    for scope, state in (("part", ""), ("all", "recount")):
        who = teller()
        tell(who, seen(who, (80, 80, 0)), [ruling("recount-ordered", scope=scope)])
        assert state == who.memory.state


def test_a_source_that_was_never_silent_may_speak_again() -> None:
    """Whoever told so: there is nothing to forget."""
    memory = Memory()
    for seq, kind in enumerate(("source-resumed", "source-skewed"), 1):
        said = {"en": kind}
        told = Told(SCOPE, "mayor", seq, memory.last, kind, "x", LAW_OPENS_AT, 1, {}, said, said, d_of(kind))
        assert memory.take(told)
    assert {} == memory.stalls


def test_the_pair_of_a_rule_and_those_it_names() -> None:
    """One choice, or several where several are elected."""
    assert ("certain/ada", "certain/d1+d2") == (pair("certain", ("ada",)), pair("certain", ("d1", "d2")))


def test_the_pair_of_very_many_says_the_first_how_many_more_and_a_digest() -> None:
    """A key that names everyone could not be told; one is still another's only if everyone is the same."""
    many = tuple(f"c{number:03}-{'x' * 58}" for number in range(64))
    found = pair("certain", many)
    assert found.startswith(f"certain/{many[0]}+63~")
    assert 16 == len(found.partition("~")[2])
    others = {pair("majority", many), pair("certain", many[:-1]), pair("certain", (*many[:-1], "someone"))}
    assert (3, False) == (len(others), found in others)
    exactly = ("d" * (PAIR_MAX - len("certain/") - 2), "e")
    assert f"certain/{'+'.join(exactly)}" == pair("certain", exactly)
    assert "~" in pair("certain", (exactly[0], "ee"))
