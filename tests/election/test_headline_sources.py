"""The headline beside other counts: the shown one has stopped, or another has somebody else ahead."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from election.headline import LANGUAGES, Public, headline
from election.headline_sources import Beside, beside
from election.night import ChoiceId
from election.outstanding import Outstanding
from election.sources import Count
from tests.election.strategies import contest_of, night
from tests.election.test_headline import CLOSED, LENGTH_MAX, OPEN
from tests.election.test_standing import seen

ADA, BORA, CEM = (choice.id for choice in contest_of().choices)
CLOSE = Public("too close")


def said(
    said: Beside, call: Public | None = CLOSE, votes: tuple[int, int, int] = (1710, 1700, 5)
) -> tuple[str, str]:
    """The sentence in English and Turkish."""
    told = headline(seen(votes), contest_of(), night(), OPEN, call, said)
    return told["en"], told["tr"]


def count(source: str, votes: tuple[int, int, int], units: int = 8) -> Count:
    """How far one source is."""
    of = night().sources[source]  # type: ignore[index]
    ranked = sorted(votes, reverse=True)
    return Count(
        of, source == "council", units, 8, None, sum(votes), votes, None, ranked[0] - ranked[1], None
    )


def test_who_leads_by_how_much_what_is_out_that_it_is_too_close_and_who_says_otherwise() -> None:
    """Everything a stranger must know, in two lines."""
    english, turkish = said(Beside(others=(BORA,)))
    assert (
        "Deniz leads by 10: too close to call. Up to 810 votes are still out, and another count puts Kaya "
        "ahead." == english
    )
    assert (
        "Deniz 10 oy önde: fark ilan için çok az. En çok 810 oy daha gelebilir; başka bir sayımda Kaya önde."
        == turkish
    )


def test_a_count_that_has_stopped_says_so() -> None:
    """With the other counts if they differ, and without."""
    english, turkish = said(Beside(stopped=True, others=(BORA, BORA)))
    assert (
        "Deniz leads by 10 in a count that has stopped. Up to 810 votes are still out, and two other counts "
        "put Kaya ahead." == english
    )
    assert turkish.startswith(
        "Deniz, duran bir sayımda 10 oy önde. En çok 810 oy daha gelebilir; başka iki sayımda"
    )
    alone = said(Beside(stopped=True))[0]
    assert "Deniz leads by 10 in a count that has stopped. Up to 810 votes are still out." == alone


def test_others_that_differ_among_themselves_are_not_named() -> None:
    """And many are a number."""
    assert said(Beside(others=(BORA, CEM)))[0].endswith("and two other counts put others ahead.")
    assert said(Beside(others=(BORA,) * 7))[0].endswith("and 7 other counts put Kaya ahead.")
    assert said(Beside(others=(BORA,) * 7))[1].endswith("başka 7 sayımda Kaya önde.")


def test_with_every_box_counted_nothing_is_out() -> None:
    """The others still say otherwise."""
    done = replace(seen((1710, 1700, 5), boxes=8), outstanding=Outstanding(0, 0, 0))
    told = headline(done, contest_of(), night(), OPEN, CLOSE, Beside(others=(BORA,)))
    assert told["en"].endswith("Every box is counted, and another count puts Kaya ahead.")
    assert "Bütün sandıklar sayıldı; başka bir sayımda" in told["tr"]


def test_a_lead_that_is_not_close_is_a_lead() -> None:
    """Too close is said by the state alone."""
    assert said(Beside(others=(BORA,)), None)[0].startswith("Deniz leads by 10. Up to ")


def test_where_nobody_may_be_named_the_others_are_not_said() -> None:
    """Under the ban, before the threshold, in a tie, and of a call that was made."""
    apart = Beside(stopped=True, others=(BORA,))
    for now, ban, call in (
        (seen((1710, 1700, 5)), CLOSED, CLOSE),
        (seen((1710, 1700, 5), boxes=2), OPEN, CLOSE),
        (seen((1700, 1700, 5)), OPEN, CLOSE),
        (seen((1710, 1700, 5)), OPEN, Public("called", (ADA,))),
    ):
        told = headline(now, contest_of(), night(), ban, call, apart)
        assert told == headline(now, contest_of(), night(), ban, call)
    assert said(Beside()) == tuple(
        headline(seen((1710, 1700, 5)), contest_of(), night(), OPEN, CLOSE).values()
    )


def test_only_counts_that_are_far_enough_on_are_heard() -> None:
    """Three of ten boxes; and nothing is said of them while the shown one is not far enough itself."""
    far, little = count("party", (1, 9, 0)), count("party", (1, 9, 0), units=2)
    ours = count("council", (9, 1, 0))
    assert (BORA,) == beside([ours, far], contest_of(), night(), 8, stopped=False).others
    assert () == beside([ours, little], contest_of(), night(), 8, stopped=False).others
    assert (
        ()
        == beside([count("council", (9, 1, 0), units=2), far], contest_of(), night(), 8, stopped=False).others
    )
    assert () == beside([ours, count("party", (8, 1, 0))], contest_of(), night(), 8, stopped=False).others
    assert () == beside([ours, count("party", (5, 5, 0))], contest_of(), night(), 8, stopped=False).others
    several = contest_of("assembly")
    assert Beside(stopped=True) == beside([ours, far], several, night(), 8, stopped=True)


@given(
    st.tuples(*[st.integers(0, 60_000_000)] * 3), st.integers(1, 200_000), st.integers(0, 200_000),
    st.booleans(), st.lists(st.sampled_from([ADA, BORA, CEM]), max_size=8), st.sampled_from([None, CLOSE]),
)  # fmt: skip
def test_beside_others_too_it_is_two_lines_at_most(
    votes: tuple[int, int, int],
    boxes: int,
    more: int,
    stopped: bool,
    others: list[ChoiceId],
    call: Public | None,
) -> None:
    """However large the country, and however many counts there are."""
    now = replace(
        seen(votes), boxes=boxes, received=boxes, boxes_total=boxes + more,
        outstanding=Outstanding(more, more * 300, more * 350),
    )  # fmt: skip
    told = headline(now, contest_of(), night(), OPEN, call, Beside(stopped, tuple(others)))
    assert set(LANGUAGES) == set(told)
    for sentence in told.values():
        assert len(sentence) <= LENGTH_MAX
        assert sentence.endswith(".")
