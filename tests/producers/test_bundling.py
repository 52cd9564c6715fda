"""Single reports into bundles and back: nothing lost, nothing mixed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from election.checks import check
from election.night import ChoiceId, ContestId, SourceId, UnitId
from election.report import COUNT_MAX, BoxReport, Cause
from election.wire.records import BUNDLE_REPORTS_MAX, RECORD_BYTES_MAX, Bundle, Record, Ruling, decode, encode
from producers.bundling import bundles
from tests.producers import tiny

NIGHT = tiny.night()


def a_report(
    unit: str = "n-1", minute: int = 0, revision: int = 1, source: str = "council", contest: str = "mayor",
    votes: dict[str, int] | None = None, cause: Cause = Cause.FIRST, state: str = "counted",
) -> BoxReport:  # fmt: skip
    """A report that the checks have nothing to say about."""
    said = {"ada": 60, "bulut": 40} if votes is None else votes
    valid = sum(said.values())
    return BoxReport(
        ContestId(contest), SourceId(source), UnitId(unit), revision, cause, state,
        None if source == "agency" or unit == "s-2" else NIGHT.boxes[unit].registered,  # type: ignore[index]
        valid + 5, valid, 5, {ChoiceId(choice): votes for choice, votes in said.items()},
        3 if source == "agency" else None, tiny.HEARD_AT + timedelta(minutes=minute),
    )  # fmt: skip


def only_bundles(records: Sequence[Record]) -> list[Bundle]:
    """The bundles among records."""
    return [record for record in records if isinstance(record, Bundle)]


def test_reports_heard_together_about_one_area_are_one_bundle() -> None:
    """One source, one contest, one area, one time."""
    (bundle,) = only_bundles(list(bundles([a_report("n-1"), a_report("n-2")], NIGHT)))
    assert ["n-1", "n-2"] == bundle.box
    assert ("council", "north", "box") == (bundle.source, bundle.area, bundle.level)
    assert (1, "first", "counted") == (bundle.revision, bundle.cause, bundle.state)


def test_what_differs_between_rows_is_a_column() -> None:
    """A revision, cause or state that is not the same for all is said for each."""
    two = [a_report("n-1"), a_report("n-2", revision=2, cause=Cause.RECOUNT)]
    (bundle,) = only_bundles(list(bundles(two, NIGHT)))
    assert ([1, 2], ["first", "recount"]) == (bundle.revision, bundle.cause)


def test_reports_of_two_sources_areas_contests_or_times_are_never_in_one_bundle() -> None:
    """Each of these stands once in a bundle, so it cannot differ between its rows."""
    many = [
        a_report("n-1"), a_report("s-1", votes={"ada": 9}), a_report("north", source="agency"),
        a_report("n-1", contest="bridge", votes={"yes": 5, "no": 4}), a_report("n-2", minute=1),
    ]  # fmt: skip
    assert [1] * 5 == [len(bundle) for bundle in only_bundles(list(bundles(many, NIGHT)))]


def test_a_full_bundle_is_sent_and_the_next_begun() -> None:
    """No bundle is larger than the limit."""
    many = [a_report(revision=number) for number in range(1, BUNDLE_REPORTS_MAX + 2)]
    assert [BUNDLE_REPORTS_MAX, 1] == [len(bundle) for bundle in only_bundles(list(bundles(many, NIGHT)))]


def test_a_ballot_of_very_many_names_has_fewer_papers_in_a_bundle() -> None:
    """A bundle that is no record would be refused, and nobody could send its papers in another way."""
    mayor = NIGHT.contests[ContestId("mayor")]
    names = [ChoiceId(f"{'a-candidate-with-a-long-id-' * 2}{number:06}") for number in range(1000)]
    choices = tuple(replace(mayor.choices[0], id=name) for name in names)
    night = replace(NIGHT, contests={mayor.id: replace(mayor, choices=choices)})
    votes = dict.fromkeys(map(str, names), COUNT_MAX)
    many = [a_report(revision=number, votes=votes) for number in range(1, BUNDLE_REPORTS_MAX + 1)]
    found = only_bundles(list(bundles(many, night)))
    assert BUNDLE_REPORTS_MAX == sum(map(len, found))
    assert all(len(encode(bundle)) <= RECORD_BYTES_MAX for bundle in found)


def test_a_ruling_keeps_its_place() -> None:
    """What was heard before it goes before it."""
    at = tiny.HEARD_AT
    ruling = Ruling("mayor", "concession", at, at, "council", "", "")
    found = list(bundles([a_report("n-1"), ruling, a_report("n-2")], NIGHT))
    assert [Bundle, Ruling, Bundle] == [type(record) for record in found]


def test_a_choice_that_is_absent_stays_absent() -> None:
    """Absent in one row and a number in another: null, never 0."""
    two = [a_report("n-1"), a_report("n-2", votes={"ada": 70})]
    (bundle,) = only_bundles(list(bundles(two, NIGHT)))
    assert [40, None] == bundle.votes["bulut"]


REPORTS = st.builds(
    a_report,
    unit=st.sampled_from(["n-1", "n-2"]),
    minute=st.integers(0, 2),
    revision=st.integers(1, 9),
    votes=st.fixed_dictionaries({"ada": st.integers(0, 100), "bulut": st.integers(0, 100)}),
    cause=st.sampled_from([Cause.FIRST, Cause.RECOUNT, Cause.TYPO]),
    state=st.sampled_from(["counted", "sealed"]),
)


@given(st.lists(REPORTS, max_size=30))
def test_every_report_comes_back_from_the_bytes_as_it_was(reports: list[BoxReport]) -> None:
    """Reports → bundles → bytes → claims → reports: the same ones, each once."""
    found = []
    for record in bundles(reports, NIGHT):
        bundle = decode(encode(record))
        assert isinstance(bundle, Bundle)
        found += [check(claim, NIGHT).report for claim in bundle.claims()]
    for report in reports:
        found.remove(report)
    assert [] == found
