"""Whether a row that is not suspect is one that the checks have nothing to say about."""

from hypothesis import given, settings
from hypothesis import strategies as st

from election.checks import check
from election.night import Night
from election.tally import Status, statement
from election.wire.keys import unpack_unit
from election.wire.records import Bundle
from streams.columns import columns
from streams.ground import Ground
from tests.streams import made

GROUNDS = [
    made.ground(night, contest, source)
    for night in (made.night(), made.strict_night())
    for contest, source in (("mayor", "council"), ("mayor", "agency"), ("bridge", "council"))
]
BATCHES = st.sampled_from(GROUNDS).flatmap(
    lambda on: st.tuples(st.just(on), st.lists(made.bundles(on.night, on, 60), min_size=1, max_size=4))
)


@given(BATCHES)
@settings(max_examples=120, deadline=None)
def test_a_row_that_is_not_suspect_has_no_finding_and_says_what_the_paper_says(
    batch: tuple[Ground, list[Bundle]],
) -> None:
    """Whatever stands in a bundle: suspecting too much is slow, suspecting too little would be wrong."""
    ground, bundles = batch
    table = columns(bundles, ground)
    claims = [claim for bundle in bundles for claim in bundle.claims()]
    assert len(claims) == len(table.rows)
    for at, claim in enumerate(claims):
        paper = check(claim, ground.night)
        if not table.suspect[at]:
            assert paper.findings == ()
            new = statement(paper, ground.contest, ground.night)
            assert new.status is Status.COUNTED
            assert new == unpack_unit(table.rows[at].tobytes())
            assert ground.units[table.units[at]] == claim.unit


def test_good_papers_are_not_suspect() -> None:
    """The quick path is taken by the papers it was made for."""
    for night in (made.night(), made.night("istanbul-2019-06-23")):
        contest = next(iter(night.contests.values()))
        ground = made.ground(night, contest.id, contest.source)
        good = [paper(night, ground, place) for place in range(0, 40)]
        bundle = made.bundle(contest.id, contest.source, ground.source.level, good)
        assert [False] * 40 == columns([bundle], ground).suspect.tolist()


def paper(night: Night, ground: Ground, place: int) -> dict[str, object]:
    """A paper of a box of which nobody could say anything."""
    unit = ground.units[place]
    most = ground.register[place] if ground.register[place] > 0 else 200
    share = int(most) * 4 // 5 // len(ground.contest.choices)
    votes = [share + 1, *[share] * (len(ground.contest.choices) - 1)]
    return made.good_row(night, ground.contest, ground.source, unit, votes)


def test_where_each_row_came_from_is_known() -> None:
    """A refusal names its bundle and its row."""
    ground = GROUNDS[0]
    parts = [
        made.bundle("mayor", "council", "box", [paper(ground.night, ground, 0)] * rows) for rows in (2, 1, 3)
    ]
    table = columns(parts, ground)
    assert [0, 0, 1, 2, 2, 2] == table.bundle.tolist()
    assert [0, 2, 3] == table.starts.tolist()
