"""Whether what is kept beside a unit's row tells a clerk what was said, and hangs on nothing else."""

from itertools import permutations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.checks import check
from election.tally import Statement, Status, hear, statement
from streams.papers import CONFLICT, STATEMENTS_MAX, Heard, codes, held_back, paper, said
from tests.streams import made

GROUND = made.ground(made.night())


def heard(votes: list[int], revision: int = 1, minute: int = 0) -> Heard:
    """A paper of the first box, as it was accepted."""
    row = made.good_row(GROUND.night, GROUND.contest, GROUND.source, GROUND.units[0], votes)
    bundle = made.bundle("mayor", "council", "box", [{**row, "revision": revision}], minute)
    seen = check(bundle.claim(0), GROUND.night)
    return Heard(statement(seen, GROUND.contest, GROUND.night), seen.findings, f"15:{minute:02}")


def kept_of(papers: list[Heard]) -> tuple[Statement | None, bytes | None]:
    """What is held, and kept, after these papers in this order."""
    held, kept = None, None
    for one in papers:
        after = hear(held, one.new)
        if after is not None:
            kept = paper(after, held, one, kept, GROUND.contest, GROUND.night)
            held = after
    return held, kept


def test_a_plain_good_paper_leaves_nothing_to_keep() -> None:
    """Thirty thousand of them would cost the memory that the odd ones need."""
    assert kept_of([heard([80, 60, 20])])[1] is None


def test_a_paper_with_findings_is_kept_with_all_of_them() -> None:
    """The sentences, the level the night gives them, and what was said when."""
    held, kept = kept_of([heard([80, 0, 60], minute=7)])
    assert held is not None
    assert Status.QUARANTINED is held.status
    told = orjson.loads(kept or b"null")
    assert (1, 0, "quarantined") == (told["revision"], told["edition"], told["status"])
    finding = {"code": "Q307", "level": "Q", "field": "votes.toprak"}
    assert [finding] == [{name: one[name] for name in finding} for one in told["findings"]]
    assert told["findings"][0]["message"].endswith(".")
    assert ["15:07"] == [one["heard_at"] for one in told["statements"]]
    assert {"deniz": 80, "toprak": 0, "ruzgar": 60} == told["statements"][0]["votes"]


def test_what_a_statement_does_not_say_stays_unsaid() -> None:
    """Absent is not zero, in JSON neither."""
    new = heard([80, 60, 20]).new
    silent = Statement(1, 0, Status.MARKED, True, None, None, None, None, None, (None,) * len(new.votes))
    assert {None} == {value for value in said(silent, GROUND.contest).values() if not isinstance(value, dict)}
    assert {"deniz": None, "toprak": None, "ruzgar": None} == said(silent, GROUND.contest)["votes"]


@pytest.mark.parametrize("order", list(permutations([[80, 60, 20], [80, 0, 60], [81, 60, 20]])))
def test_the_codes_kept_of_a_conflict_do_not_hang_on_the_order(order: tuple[list[int], ...]) -> None:
    """Whichever came first, odd or good: the store's count of findings is moved by these codes."""
    held, kept = kept_of([heard(votes, minute=minute) for minute, votes in enumerate(order)])
    assert held is not None
    assert Status.CONFLICT is held.status
    assert {CONFLICT} == codes(kept)
    statements = orjson.loads(kept or b"null")["statements"]
    assert [list(votes) for votes in order[:2]] == [list(one["votes"].values()) for one in statements[:2]]


def test_a_feed_that_contradicts_itself_without_end_costs_bounded_memory() -> None:
    """At the limit further statements are not kept; the paper stays in conflict."""
    held, kept = kept_of([heard([80, 60, 20 + number]) for number in range(5 * STATEMENTS_MAX)])
    assert held is not None
    assert Status.CONFLICT is held.status
    statements = orjson.loads(kept or b"null")["statements"]
    assert STATEMENTS_MAX == len(statements)
    assert [20, 21] == [one["votes"]["ruzgar"] for one in statements][:2]


def test_a_newer_revision_lets_a_conflict_go() -> None:
    """It settles it, and the two old statements are not said of it."""
    held, kept = kept_of([heard([80, 60, 20]), heard([81, 60, 20]), heard([82, 60, 20], 2)])
    assert (2, None) == (held.revision if held else 0, kept)
    held, kept = kept_of([heard([80, 60, 20]), heard([81, 60, 20]), heard([80, 0, 60], 2)])
    assert {"Q307"} == codes(kept)
    assert [80] == [one["votes"]["deniz"] for one in orjson.loads(kept or b"null")["statements"]]


PAPERS = st.builds(
    heard, st.sampled_from([[80, 60, 20], [81, 60, 20], [80, 0, 60], [0, 50, 50]]), st.integers(1, 3)
)


@given(st.lists(PAPERS, min_size=1, max_size=6))
def test_a_paper_is_kept_exactly_of_units_that_are_noted(papers: list[Heard]) -> None:
    """The flag in the row is what decides whether the JSON is read again."""
    held, kept = kept_of(papers)
    assert held is not None
    assert held.noted is (kept is not None)
    assert bool(codes(kept)) is held.noted


def test_nothing_kept_has_no_codes() -> None:
    """So that a first paper moves the count by its own findings alone."""
    assert frozenset() == codes(None)


def test_what_is_held_back_is_told_by_its_bytes() -> None:
    """Without reading them: in quarantine and in conflict; a feed's own words never make it so."""
    for papers, is_held in (
        ([[80, 0, 60]], True),
        ([[80, 60, 20], [60, 80, 20]], True),
        ([[140, 1, 2]], False),
    ):
        kept = kept_of([heard(votes) for votes in papers])[1]
        assert is_held == (kept is not None and held_back(kept))
    assert not held_back(orjson.dumps({"status": "counted", "message": '"status":"conflict"'}))
