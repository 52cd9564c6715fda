"""Boxes heard are compared with those out: by the parent's margin, by size, by place; are there enough?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls.order import Order, order, skewed_order, too_little_heard
from election.calls.verdict import CLEAR, DOES_NOT_APPLY, FORBIDS, Then, Verdict, View
from election.night import AreaId, GuardRule
from election.standing import Standing
from tests.election.strategies import LAW_OPENS_AT, night
from tests.election.test_calls_certain import ONE
from tests.election.views import COUNCIL, Held, made, row, toml, view

PROJECTED = Verdict("projected", None, 0, {}, {})
K1, K2, G1, G2 = (AreaId(area) for area in ("k1", "k2", "g1", "g2"))
WHOLE = {K1: (2, 500), K2: (2, 100), G1: (2, 280), G2: (2, 0)}
"""Boxes and registered voters of each ward of the night."""


def heard(
    parts: dict[AreaId, tuple[int, int]], then: dict[AreaId, Then] | None = None, no_register: int = 0
) -> View:
    """So many boxes with so many registered voters were counted in each ward, some of them without any."""
    rows = {area: row((60, 40, 0), boxes=boxes, register=many) for area, (boxes, many) in parts.items()}
    total = row(
        (60, 40, 0),
        boxes=sum(boxes for boxes, _ in parts.values()),
        register=sum(many for _, many in parts.values()),
        no_register=no_register,
    )
    shown = made().view(Held({COUNCIL: {AreaId("kent"): total, **rows}}), LAW_OPENS_AT)
    return replace(shown, then=then or {})


def lean(heard_votes: tuple[int, int, int], out: tuple[int, int, int]) -> dict[AreaId, Then]:
    """The parent had these votes in the boxes heard and those in the boxes out."""
    whole = tuple(a + b for a, b in zip(heard_votes, out, strict=True))
    return {K1: Then(1, 2, (60, 40, 0), heard_votes, whole)}


def limits(guard: str, **numbers: int) -> GuardRule:
    """A guard with numbers of its own."""
    return GuardRule(True, {**night().guards[guard].numbers, **numbers})


HALF = {K1: (1, 250), K2: (1, 50), G1: (1, 140)}


def test_an_order_like_chance_is_clear() -> None:
    """As many from each ward, of the same size, of the same lean."""
    shown = heard(HALF, lean((60, 40, 0), (62, 38, 0)))
    assert Order(4.0, 0.0, 0.0, 0.0) == order(shown)
    assert CLEAR == skewed_order(shown, PROJECTED).word


@pytest.mark.parametrize(
    ("number", "limit", "word"),
    [
        ("lean_points", 19, FORBIDS), ("lean_points", 20, CLEAR),
        ("size_pct", 19, FORBIDS), ("size_pct", 20, CLEAR),
        ("place_pct", 11, FORBIDS), ("place_pct", 12, CLEAR),
    ],
)  # fmt: skip
def test_each_of_the_three_ways_can_forbid(number: str, limit: int, word: str) -> None:
    """Above its limit, not at it (20.0, 20.0 and 12.0 here); the others are wide open."""
    wide = {"lean_points": 200, "size_pct": 100, "place_pct": 100}
    parts = {"place_pct": {K1: (1, 344), K2: (1, 56), G1: (1, 100)},
             "size_pct": {K1: (1, 228), K2: (1, 45), G1: (1, 127)}}  # fmt: skip
    shown = heard(parts.get(number, HALF), lean((60, 40, 0), (50, 50, 0)))
    guard = {"skewed-order": limits("skewed-order", **(wide | {number: limit}))}
    told = skewed_order(replace(shown, night=replace(night(), guards=guard)), PROJECTED)
    assert word == told.word
    assert 20.0 == told.numbers["lean_points"]


def test_differences_are_said_to_a_tenth() -> None:
    """A dossier that is made again must not differ by how many digits somebody liked."""
    far = heard({K1: (1, 300), K2: (1, 40), G1: (1, 100)}, lean((60, 40, 0), (200, 100, 0)))
    assert Order(13.3, 0.0, 11.4, 0.0) == order(far)
    large = heard({K1: (1, 350), K2: (1, 70), G1: (1, 196)})
    assert 57.1 == order(large).size_pct


def test_what_two_guards_ask_of_one_view_is_worked_out_once() -> None:
    """The very same answer, and not one that is equal: a view is of thousands of boxes."""
    shown = heard(HALF)
    assert order(shown) is order(shown)


@pytest.mark.parametrize(("out", "word"), [((55, 45, 0), CLEAR), ((549, 451, 0), FORBIDS)])
def test_a_night_that_sets_no_limits_has_the_documented_ones(out: tuple[int, int, int], word: str) -> None:
    """Ten points of lean, a hundred boxes or all there are: a guard left out is not turned off."""
    shown = heard(HALF, lean((60, 40, 0), out))
    shown = replace(shown, night=replace(shown.night, guards={}))
    assert word == skewed_order(shown, PROJECTED).word
    told = too_little_heard(shown, PROJECTED)
    assert (FORBIDS, 8) == (told.word, told.numbers["boxes_least"])


def test_a_box_without_a_register_has_no_size() -> None:
    """One box of 300 voters against five that share 580: those out are smaller, and one box is an average."""
    shown = heard({K1: (1, 300), K2: (1, 0)}, no_register=1)
    assert round(100 - 100 * 580 / 5 / 300, 1) == order(shown).size_pct


def test_one_box_that_is_out_can_be_of_another_size() -> None:
    """The largest box comes last: 300 voters against 580 in five boxes."""
    shown = heard({K1: (1, 200), K2: (2, 100), G1: (2, 280), G2: (2, 0)}, no_register=2)
    assert round(100 * 300 / (580 / 5) - 100, 1) == order(shown).size_pct


CONTEST = """
[[contests]]
id = "{0}"
name = "Another"
area = "{1}"
seats = {2}
source = "council"
choices = [{{ id = "one", name = "One" }}, {{ id = "two", name = "Two" }}]
"""
"""One more contest, of two choices: its id, its area and how many it elects."""


def test_a_contest_without_a_registered_voter_has_no_order() -> None:
    """Nobody can live elsewhere, nobody is unheard; g2 is a box without a register and one of nobody."""
    shown = view((30, 20), toml(CONTEST.format("quay", "g2", 1)), "quay")
    assert Order(None, 0.0, 0.0, 0.0) == order(shown)


@pytest.mark.parametrize(
    ("contest", "of", "votes", "in_heard", "in_out", "points"),
    [
        ("bridge", "", (60, 40), (60, 40), (50, 50), 20.0),
        ("assembly", "", (90, 50, 45), (40, 35, 25), (50, 20, 30), 20.0),
        ("both", CONTEST.format("both", "kent", 2), (60, 40), (60, 40), (50, 50), 20.0),
        ("alone", ONE, (60,), (60,), (50,), None),
    ],
)
def test_the_lean_is_between_the_two_at_the_line(
    contest: str, of: str, votes: tuple[int, ...], in_heard: tuple[int, ...], in_out: tuple[int, ...],
    points: float | None,
) -> None:  # fmt: skip
    """Yes against no; the second against the third for two seats; the last two if all are in; none alone."""
    whole = tuple(a + b for a, b in zip(in_heard, in_out, strict=True))
    shown = view(votes, toml(of), contest)
    assert points == order(replace(shown, then={G1: Then(1, 2, votes, in_heard, whole)})).lean_points


def test_a_parent_with_another_ballot_is_an_error() -> None:
    """And never a lean between the wrong two choices."""
    then = {K1: Then(1, 2, (60, 40, 0), (60, 40, 0), (110, 90, 0, 7))}
    with pytest.raises(ValueError):
        order(heard(HALF, then))


def test_junes_order_is_said_to_be_skewed_and_certain_does_not_rest_on_it() -> None:
    """The boxes out lean 21 points further: the numbers are there, the call is not forbidden by them."""
    shown = heard(HALF, lean((500, 500, 0), (605, 395, 0)))
    told = skewed_order(shown, Verdict("certain", None, 0, {}, {}))
    assert (DOES_NOT_APPLY, 21.0) == (told.word, told.numbers["lean_points"])
    assert "21.0 points by the parent's margin" in told.because["en"]
    assert FORBIDS == skewed_order(shown, PROJECTED).word


def test_without_a_parent_only_size_and_place_are_asked() -> None:
    """And the sentence says that there is no margin to compare."""
    told = skewed_order(heard(HALF), PROJECTED)
    assert "lean_points" not in told.numbers
    assert "– points" in told.because["en"]


def test_nothing_heard_and_nothing_out_are_no_order() -> None:
    """Zero differences; what is unheard is everything."""
    assert Order(None, 0.0, 0.0, 100.0) == order(heard({}))
    assert Order(None, 0.0, 0.0, 0.0) == order(heard({K1: (2, 500), K2: (3, 100), G1: (2, 280), G2: (1, 0)}))


@pytest.mark.parametrize(
    ("numbers", "word"),
    [
        ({"boxes_least": 3}, CLEAR), ({"boxes_least": 4}, FORBIDS), ({"boxes_least": 1000}, FORBIDS),
        ({"boxes_least": 3, "unheard_pct": 0}, CLEAR),
    ],
)  # fmt: skip
def test_a_projection_needs_boxes(numbers: dict[str, int], word: str) -> None:
    """Never more than there are: a night of eight boxes needs eight."""
    guards = {"too-little-heard": limits("too-little-heard", **numbers)}
    shown = replace(heard(HALF), night=replace(night(), guards=guards))
    told = too_little_heard(shown, PROJECTED)
    assert word == told.word
    assert min(8, numbers["boxes_least"]) == told.numbers["boxes_least"]


@pytest.mark.parametrize(("limit", "word"), [(31, FORBIDS), (32, CLEAR)])
def test_a_projection_needs_boxes_from_nearly_everywhere(limit: int, word: str) -> None:
    """280 of 880 voters live in a ward of which nothing was heard."""
    guards = {"too-little-heard": limits("too-little-heard", boxes_least=2, unheard_pct=limit)}
    shown = replace(heard({K1: (1, 250), K2: (1, 50)}), night=replace(night(), guards=guards))
    told = too_little_heard(shown, PROJECTED)
    assert (word, 31.8) == (told.word, told.numbers["unheard_pct"])


@given(st.fixed_dictionaries({area: st.tuples(st.integers(0, many[0]), st.integers(0, many[1]))
                              for area, many in WHOLE.items()}))  # fmt: skip
def test_differences_are_shares_whatever_was_heard(parts: dict[AreaId, tuple[int, int]]) -> None:
    """Never negative; place and unheard at most all."""
    found = order(heard(parts))
    assert found.size_pct >= 0
    assert 0 <= found.place_pct <= 100
    assert 0 <= found.unheard_pct <= 100
    assert isinstance(heard(parts).seen, Standing)
