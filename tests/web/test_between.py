"""What changed between two snapshots, in numbers: only what was published, and only what is different."""

import copy
from datetime import UTC, datetime
from typing import Any

from tests.browser import fakes
from web.between import COLUMNS_MAX, Between, columns, lead, moved

START, END = datetime(2019, 6, 23, 17, tzinfo=UTC), datetime(2019, 6, 23, 18, tzinfo=UTC)


def between(before: Any, after: Any) -> Between:
    """Two snapshots, an hour apart."""
    return Between(START, END, before, after, [], 1)


def test_nothing_changed() -> None:
    """The same snapshot twice."""
    assert [] == moved(between(fakes.june(), fakes.june()))


def test_a_place_whose_figures_changed_is_named_with_both() -> None:
    """Most votes first; the others are not there."""
    before, after = fakes.june(), copy.deepcopy(fakes.june())
    small, large = list(after["areas"])[3:5]
    first = after["choices"][columns(after)[0]]["id"]
    for area, votes in ((small, 7), (large, 70)):
        facts = after["areas"][area]
        facts["choices"][first] += votes
        facts["valid"] += votes
    found = moved(between(before, after))
    assert [large, small] == [one.area for one in found]
    was = before["areas"][large]["choices"][first]
    assert (was, was + 70) == found[0].votes[0]
    assert 70 == found[0].gained


def test_before_the_first_there_was_nothing_to_compare_with() -> None:
    """Every place with figures is new."""
    after = fakes.june()
    found = moved(between(None, after))
    shown = [facts for facts in after["areas"].values() if facts["level"] == after["levels"][-1]]
    assert len(found) == sum(1 for facts in shown if facts["counted"]["boxes"])
    assert all(one.boxes[0] is None and one.votes[0][0] is None for one in found)


def test_under_the_embargo_only_boxes_received_are_compared() -> None:
    """No figure of votes is there, and none is asked for."""
    after = fakes.embargoed(fakes.june()) | {"embargo": {"state": "closed"}}
    before = copy.deepcopy(after)
    area = next(iter(after["areas"]))
    before["areas"][area]["received"]["boxes"] -= 1
    found = moved(between(before, after))
    assert [area] == [one.area for one in found]
    assert ((), (None, None), 1) == (found[0].votes, found[0].valid, found[0].gained)
    assert (None, None) == lead(after)


def test_whose_votes_stand_beside_each_place() -> None:
    """Of a duel both, of a list those that are ahead."""
    assert 2 == len(columns(fakes.june()))
    for make in fakes.FAKES.values():
        assert len(columns(make())) <= COLUMNS_MAX
