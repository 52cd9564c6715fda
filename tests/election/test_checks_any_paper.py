"""What holds for every paper: all findings at once, levels as the night sets them, no exception ever."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.checks import CHECKS, SHOWN_MAX, check
from election.report import MISSING
from tests.election import plain
from tests.election.strategies import COUNTS, PARENT_VOTES, codes, figures, night, paper, papers


def test_all_findings_of_a_paper_come_at_once() -> None:
    """A clerk mends a paper in one go."""
    assert ["E104", "E105", "E106", "E107", "E110", "E111"] == codes(
        paper(
            voters=-1,
            valid=MISSING,
            invalid=1.5,
            cause="guess",
            revision=0,
            votes={"ada": 1, "bora": 1, "cem": 1, "nobody": 1},
        )
    )
    assert ["E201", "E202", "Q302", "Q304", "Q307", "W301", "W303"] == codes(
        paper("k2-1", voters=300, valid=100, invalid=100, votes={"ada": 0, "bora": 50, "cem": 20})
    )


@pytest.mark.parametrize("level", ["off", "W", "Q", "E"])
@pytest.mark.parametrize("code", [code for code, one in CHECKS.items() if one.settable and code != "Q302"])
def test_a_level_is_the_nights_to_set(code: str, level: str) -> None:
    """Down to off: in other countries right papers fail some of these by the hundred."""
    firing = {
        "E112": paper(votes={"ada": 60, "bora": 50}, voters=115, valid=110),
        "E201": paper(invalid=6), "E202": paper(votes={"ada": 60, "bora": 50, "cem": 39}),
        "E203": paper(voters=149, invalid=0), "W301": paper("k2-1", **figures(41, 30, 30)),
        "W303": paper("k2-1", **figures(70, 10, 10, invalid=10)),
        "Q304": paper("k2-1", **figures(60, 10, 10, invalid=20)), "W305": paper("k2-1", **figures(2, 2, 2)),
        "W306": paper("k2-1", **figures(95, 4, 1)), "Q307": paper("k2-1", **figures(60, 0, 30)),
        "W309": paper(**figures(20, 121, 20)), "W310": paper(registered=299),
    }  # fmt: skip
    if code == "W308":
        assert "two sources" in CHECKS[code].asks  # found by comparing sources, never in one paper
        return
    the = night(checks=f'{code} = {{ level = "{level}" }}', parent=PARENT_VOTES)
    found = [finding for finding in check(firing[code], the).findings if finding.code == code]
    assert ([] if level == "off" else [level]) == [finding.level for finding in found]


def test_a_threshold_is_the_nights_to_set() -> None:
    """3 % instead of 10, 200 votes instead of 20."""
    the = night(
        checks="W303 = { at_least_pct = 3 }\nW306 = { more_than_votes = 200 }\nW305 = { under_pct = 99 }"
    )
    assert ["W303", "W305"] == codes(paper("k2-1", **figures(75, 10, 10, invalid=3)), the)
    assert ["W305"] == codes(paper("k2-1", **figures(95, 1, 2)), the)


def test_unweighed_papers_have_no_figures() -> None:
    """A mark or a withdrawal is a state; nothing is asked of figures that count nothing."""
    assert [] == codes(paper(state="illegible", voters=9999, valid=1, invalid=0))
    assert [] == codes(paper(cause="withdrawn", voters=9999, valid=1, invalid=0))
    assert ["E201", "E204", "Q302", "W301"] == codes(
        paper(state="provisional", voters=9999, valid=1, invalid=0)
    )


def test_areas_are_asked_only_what_makes_sense_of_an_area() -> None:
    """Turnout, registers and parents belong to boxes."""
    odd: dict[str, Any] = {"source": "agency", "level": "town", "registered": None}
    assert [] == codes(paper("kuzey", **odd, **figures(900, 0, 0, invalid=300)))
    assert ["E201"] == codes(paper("kuzey", **odd, **figures(900, 0, 0, invalid=300) | {"voters": 901}))


def deep(levels: int) -> list[object]:
    """A list in a list in a list."""
    made: list[object] = []
    for _ in range(levels):
        made = [made]
    return made


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
) | st.sampled_from([MISSING, 10**4000, -(10**4000), "x" * 100_000])  # fmt: skip
FIELDS = (
    "contest", "source", "unit", "level", "revision", "cause", "state", "registered", "voters", "valid",
    "invalid", "claimed_boxes",
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
    st.dictionaries(st.text(max_size=5), ANYTHING, max_size=3),
)
def test_whatever_a_feed_holds_is_a_finding_and_never_an_exception(
    changes: dict[str, Any], votes: dict[str, Any]
) -> None:
    """Sentences stay short, whatever the size and depth of what came."""
    claim = paper(**changes, **({"votes": votes} if votes else {}))
    for finding in check(claim, night()).findings:
        assert len(finding.message) < 300 + SHOWN_MAX
        assert len(finding.field) < 100


def test_a_value_of_any_depth_is_a_finding() -> None:
    """Nested deeper than Python can say: the paper is refused, the rest goes on."""
    nest = deep(5000)
    claim = paper(
        nest, revision=nest, cause=nest, state=nest, votes={"ada": nest}, voters=nest, claimed_boxes=nest
    )
    assert check(claim, night()).refused
    assert check(paper(contest=nest, source=nest), night()).refused


@given(st.data())
def test_checks_agree_with_the_plain_reading(data: st.DataObject) -> None:
    """Refused and held back exactly where the independent count of the tests says so."""
    contest, source = data.draw(COUNTS)
    claim = data.draw(papers(contest, source))
    said = check(claim, night())
    assert plain.refused(claim) == said.refused
    if not said.refused and plain.has_figures(claim):
        assert plain.quarantined(claim) == said.quarantined
