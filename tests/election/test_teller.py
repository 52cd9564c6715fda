"""What there is to tell: the ban lifted first, retractions before the rest, each ruling once."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from election.embargo import embargo
from election.memory import Memory
from election.teller import WORD_MAX, Teller
from election.wire.records import DATA_BYTES_MAX, DATA_DEPTH_MAX, LANGUAGES_MAX, TEXT_MAX, decode, encode
from tests.election.strategies import CLOSED_UNTIL, LAW_OPENS_AT
from tests.election.tellings import by_itself, ruling, seen, tell, teller, words


def test_before_the_ban_ends_only_rulings_are_told() -> None:
    """Nothing about totals; and when it ends, that comes first, whichever way it ended."""
    who = teller()
    what = seen(who, (900, 100, 0))
    closed = replace(what, now=CLOSED_UNTIL, ban=embargo(who.night.embargo, None, CLOSED_UNTIL))
    conceded = ruling("concession", "Bora Kaya", choice="bora")
    kinds = [told.kind for told in tell(who, closed, [conceded])]
    assert ["concession"] == kinds
    facts = tell(who, what, [conceded])
    assert ("embargo-lifted", "open", LAW_OPENS_AT) == (facts[0].kind, facts[0].key, facts[0].at)
    assert not facts[0].d["early"]


def test_a_ban_lifted_early_names_its_ruling() -> None:
    """And the same opening is told once, though the ruling is heard twice."""
    who = teller()
    early = LAW_OPENS_AT - timedelta(hours=2)
    lifted = replace(ruling("embargo-lifted", "the council"), at=early, id="0123456789abcdef")
    what = seen(who, (900, 100, 0))
    what = replace(what, ban=embargo(who.night.embargo, early, early), now=early)
    facts = tell(who, what, [lifted, lifted])
    assert (True, "0123456789abcdef") == (facts[0].d["early"], facts[0].d["ruling"])


def test_each_ruling_is_told_once_under_its_own_id() -> None:
    """An objection filed, upheld and rejected are three objections."""
    who = teller()
    told = [
        ruling("objection-filed", "A", 1), ruling("objection-upheld", "B", 2),
        ruling("objection-rejected", "C", 3), ruling("recount-ordered", "D", 4),
        ruling("quarantine-upheld", "E", 5), ruling("concession", "F", 6),
    ]  # fmt: skip
    what = seen(who, (500, 500, 0))
    kinds = [kind for kind, _ in words(tell(who, what, told[:2]))] + [
        kind for kind, _ in words(tell(who, what, [*told, *told]))
    ]
    expected = ["objection", "objection", "objection", "recount-ordered", "concession"]
    assert expected == [kind for kind in kinds if kind in expected]


def test_a_concession_changes_nothing_about_calls() -> None:
    """It is recorded as an event; no rule and no guard asks for it: what can still change stays open."""
    with_it, without = teller(), teller()
    conceded, out = ruling("concession", "Bora", choice="bora"), {"boxes": 6, "register": 580}
    facts = tell(with_it, seen(with_it, (500, 400, 0), **out), [conceded])
    other = tell(without, seen(without, (500, 400, 0), **out))
    assert words(other) == words(facts, "concession")
    assert (None, "") == (with_it.memory.call, with_it.memory.state)


def test_a_ruling_as_large_as_may_be_can_be_told() -> None:
    """Its words and its data stand in the fact more than once, and a fact is a record like any other."""
    who = teller(by_itself())
    large = ruling("concession", text="x" * TEXT_MAX, date="y" * (DATA_BYTES_MAX - len('{"date":""}')))
    large = replace(large, texts={f"l{n}": "x" * TEXT_MAX for n in range(LANGUAGES_MAX)})
    assert large.data == getattr(decode(encode(large)), "data", None)
    assert "concession" in {told.kind for told in tell(who, seen(who, (900, 10, 0)), [large])}


def test_a_ruling_that_says_anything_in_its_data_can_be_told_and_sent() -> None:
    """As deep as may be, and words that are none, or too long: else nothing more could be told at all."""
    deep: object = "x"
    for _ in range(DATA_DEPTH_MAX - 1):
        deep = [deep]
    for said in ("x" * 5000, ["all"], 7, None, deep):
        who, odd = teller(by_itself()), ruling("recount-ordered", scope=said, date=said)
        assert odd.data == getattr(decode(encode(odd)), "data", None)
        (told,) = [one for one in tell(who, seen(who, (900, 10, 0)), [odd]) if one.kind == odd.kind]
        assert (odd.data, len(told.d["scope"]) <= WORD_MAX) == (told.d["data"], True)
        assert len(told.title["en"]) < 2 * WORD_MAX
        assert who.memory.state != "recount"


def test_certified_annulled_and_set_again() -> None:
    """The state follows; nothing is proposed any more."""
    who = teller(by_itself(1))
    what = seen(who, (900, 100, 0))
    tell(who, what)
    assert who.memory.proposal is not None
    rulings = [ruling("certified", "The board", 10, choice="ada")]
    for kind, state in (("certified", "certified"), ("annulled", "annulled"), ("rerun-set", "rerun")):
        if kind != "certified":
            rulings.append(ruling(kind, "The council", 20, date="2025-01-01"))
        facts = tell(who, what, rulings)
        assert ([kind], state) == ([told.kind for told in facts], who.memory.state)
    assert (("ada",), None) == (who.memory.certified, who.memory.proposal)


def test_an_annulment_takes_the_call_back_first() -> None:
    """Whoever received the call receives its retraction; then the annulment is told."""
    who = teller(by_itself(0))
    what = seen(who, (900, 100, 0))
    tell(who, what)
    facts = tell(who, what, [ruling("annulled", "The council", 5)])
    assert ["call-retracted", "annulled"] == [told.kind for told in facts]
    assert ("annulled", "ruling") == (who.memory.state, facts[0].d["reason"])


def test_a_certificate_for_somebody_else_takes_the_call_back_first() -> None:
    """Nobody who was told of a call is left with it; one for who was called ends it without that."""
    for choice, kinds in (("bora", ["call-retracted", "certified"]), ("ada", ["certified"])):
        who = teller(by_itself())
        what = seen(who, (900, 10, 0))
        assert "call-made" in {told.kind for told in tell(who, what)}
        facts = tell(who, what, [ruling("certified", "The board", 5, choice=choice)])
        assert kinds == [told.kind for told in facts]
        assert ("certified", (choice,)) == (who.memory.state, who.memory.certified)


def test_a_tie_decided_by_lot_is_certified_so() -> None:
    """The state says how it was decided."""
    who = teller()
    tell(who, seen(who, (500, 500, 0)), [ruling("certified", "The board", choice="bora", by="lot")])
    assert ("tie by lot", ("bora",)) == (who.memory.state, who.memory.certified)


def test_a_lot_that_is_heard_before_the_tie_is_counted_is_not_lost() -> None:
    """The certificate ends the call; when the recounts come that made the tie, nothing is taken back."""
    who, lot = teller(by_itself()), [ruling("certified", "The board", 5, choice="ada", by="lot")]
    tell(who, seen(who, (900, 10, 0)))
    assert who.memory.called
    assert ["certified"] == [told.kind for told in tell(who, seen(who, (900, 10, 0)), lot)]
    later = [told.kind for told in tell(who, seen(who, (500, 500, 0), version=2), lot)]
    assert "call-retracted" not in later
    assert ("tie by lot", ("ada",)) == (who.memory.state, who.memory.certified)


@given(st.data())
def test_a_teller_that_starts_again_tells_the_rest(data: st.DataObject) -> None:
    """Killed at any fact: what it told and what the next one tells is what one would have told.

    Corrections apart: what moved between two views is known to who saw both.
    """
    votes = data.draw(st.lists(st.tuples(*[st.integers(0, 900)] * 2), min_size=1, max_size=8))
    one = teller()
    views = [seen(one, (*pair, 0), version=n) for n, pair in enumerate(votes, 1)]
    whole = [told.id for what in views for told in tell(one, what) if told.kind != "correction"]
    at = data.draw(st.integers(0, len(views) - 1))
    first, facts = teller(), []
    for what in views[:at]:
        facts += tell(first, what)
    began = first.tell(views[at], {"log/0": views[at].version})
    facts += began[: data.draw(st.integers(0, len(began)))]
    second: Teller = teller()
    assert all(second.take(told) for told in facts)
    for what in views[at:]:
        facts += tell(second, what)
    assert whole == [told.id for told in facts if told.kind != "correction"]
    again = Memory()
    assert all(again.take(told) for told in facts)
