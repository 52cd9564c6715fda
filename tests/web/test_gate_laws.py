"""What holds at the gate whatever happens: places never leak, purses fill at their rate, nothing raises."""

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tests.web.test_gate import DESK, DESK_TEXT, gate, refused
from web.gate import Purses, Refused, Visitor


@given(
    st.lists(st.tuples(st.floats(0, 3), st.sampled_from("ab")), max_size=120),
    st.floats(0.5, 20), st.integers(1, 10),
)  # fmt: skip
def test_no_more_come_than_the_purse_and_its_rate_allow(
    steps: list[tuple[float, str]], per_s: float, at_once: int
) -> None:
    """In any stretch of time: so many at once, and so many a second after that; with patience everybody."""
    purses, now, paid = Purses(per_s, at_once), 0.0, Counter[str]()
    for wait_s, who in steps:
        now += wait_s
        left_s = purses.wait_s(who, now)
        assert left_s >= 0
        if left_s == 0:
            paid[who] += 1
        assert paid[who] <= at_once + now * per_s + 1e-6
    wait_s = purses.wait_s("a", now)
    assert 0 == purses.wait_s("a", now + wait_s + 1 / per_s + 1e-6)


@given(st.lists(st.integers(0, 40), max_size=200))
def test_the_table_of_addresses_has_an_end(comes: list[int]) -> None:
    """The one idle for longest is forgotten, and comes back with a full purse."""
    purses = Purses(1, 3, addresses_max=10)
    for who in comes:
        purses.wait_s(str(who), 0.0)
        assert len(purses) <= 10


def test_a_clock_that_goes_back_fills_no_purse() -> None:
    """It does not on a good machine; then nobody gains by it."""
    purses = Purses(1, 1)
    assert 0 == purses.wait_s("a", 100.0)
    assert all(purses.wait_s("a", at) > 0 for at in (0.0, 99.0, 100.0, 0.0, 100.5))
    assert 0 == purses.wait_s("a", 101.5)


NAMES = st.sampled_from(["authorization", "origin", "host", "x-forwarded-for", "cookie"])
WORDS = st.one_of(
    st.text(max_size=80),
    st.from_regex(re.compile(r"[Bb]earer [ -~]{0,60}")),
    st.sampled_from(
        [f"Bearer {DESK_TEXT}", "https://kent.example", "kent.example", "null", "10.0.0.1, 1.2.3.4"]
    ),
)


@settings(max_examples=300)
@given(st.dictionaries(NAMES, WORDS), st.text(max_size=50), st.text(max_size=200), st.booleans())
def test_whatever_comes_is_a_visitor_or_a_sentence(
    headers: dict[str, str], address: str, target: str, private: bool
) -> None:
    """Never an error, never a place lost; and the desk only for who has its token."""
    one = gate(DESK, proxies="10.0.0.0/8", public="none" if private else "view")
    answers = (one.admit(address, headers, 0.0, target), one.visitor(address, headers, 0.0, target))
    for answer in answers:
        if isinstance(answer, Refused):
            assert 400 <= refused(answer)[0] <= 503
        else:
            right = headers.get("authorization", "").partition(" ")[2].strip() == DESK_TEXT
            assert ("desk" in answer.scopes) is right
    if isinstance(answers[0], Visitor):
        one.leave(answers[0])
    assert 0 == one.taken == one.addresses


class Places(RuleBasedStateMachine):
    """People come, sign in and leave in any order, some of them twice: places are exactly who is here."""

    here = Bundle("here")
    gone = Bundle("gone")

    def __init__(self) -> None:
        super().__init__()
        self.gate = gate(DESK, clients_max=6, per_address_max=3, new_per_s=1000)
        self.model: dict[int, str] = {}

    @rule(target=here, address=st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]))
    def come(self, address: str) -> Visitor:
        """Somebody comes."""
        expected = "2001:db8::/64" if ":" in address else address
        crowd = list(self.model.values()).count(expected)
        answer = self.gate.admit(address, {}, 0.0)
        if isinstance(answer, Refused):
            assert len(self.model) >= 6 or crowd >= 3
            return Visitor(expected, "", frozenset())
        assert len(self.model) < 6
        assert crowd < 3
        assert answer.seat not in self.model
        self.model[answer.seat] = answer.address
        return answer

    @rule(address=st.sampled_from(["192.0.2.1", "192.0.2.9"]))
    def ask(self, address: str) -> None:
        """A plain GET takes no place."""
        assert isinstance(self.gate.visitor(address, {}, 0.0), Visitor)

    @rule(target=here, who=consumes(here))
    def sign_in(self, who: Visitor) -> Visitor:
        """The same place, more scopes."""
        signed_in = self.gate.sign_in(DESK_TEXT, who)
        assert signed_in is not None
        assert signed_in.seat == who.seat
        return signed_in

    @rule(target=gone, who=consumes(here))
    def go(self, who: Visitor) -> Visitor:
        """Somebody leaves, who perhaps was never let in."""
        self.gate.leave(who)
        self.model.pop(who.seat, None)
        return who

    @rule(who=gone)
    def go_again(self, who: Visitor) -> None:
        """That is no news."""
        self.gate.leave(who)

    @invariant()
    def places_are_who_is_here(self) -> None:
        """In all, and by address."""
        assert len(self.model) == self.gate.taken
        assert len(set(self.model.values())) == self.gate.addresses


TestPlaces = Places.TestCase
TestPlaces.__doc__ = "Places never leak, in whatever order people come, sign in and leave."
TestPlaces.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
