"""No bytes make any format do anything but read, refuse or stop; and half a file never gives half a count."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.formats import FORMATS
from tests.producers.fuzzing import CORPUS, Case, cases, changed, read, safe, whole_statements

NAMES = [f"{case.format}/{case.name}" for case in cases()]
WHOLE_PARTS = {"json", "jsonl", "nist-json", "nist-xml", "clarity", "recording"}
"""Formats in which a statement has an end of its own, so that a cut can be told from the end of the file."""


def case_of(name: str) -> Case:
    """The file of this name."""
    return cases()[NAMES.index(name)]


def test_every_format_has_files_in_the_corpus_and_it_is_small() -> None:
    """What is not in it is not tried."""
    assert set(FORMATS) == {case.format for case in cases()}
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < 200_000


@pytest.mark.parametrize("name", NAMES)
def test_the_files_of_the_corpus_are_read(name: str) -> None:
    """Whether right or once a finding."""
    case = case_of(name)
    count = safe(case, case.content)
    assert count > 0 or case.name.startswith("found-")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_changed_files_never_end_in_anything_else(name: str, seed: int) -> None:
    """Never a traceback, never a zero that nobody wrote."""
    case = case_of(name)
    safe(case, changed(Random(seed), case, cases()))


@pytest.mark.parametrize("format_name", sorted(FORMATS))
@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_never_end_in_anything_else(format_name: str, content: bytes) -> None:
    """Nor do bytes that are nothing at all."""
    for case in cases():
        if case.format == format_name:
            safe(case, content)


@pytest.mark.parametrize("name", [name for name in NAMES if name.partition("/")[0] in WHOLE_PARTS])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_half_a_file_says_nothing_that_the_whole_one_does_not(name: str, data: st.DataObject) -> None:
    """Cut anywhere: fewer statements, never another one."""
    case = case_of(name)
    size = data.draw(st.integers(0, len(case.content)))
    whole, _ = read(case, case.content)
    half, _ = read(case, case.content[:size])
    statements = list(whole_statements(whole))
    assert all(one in statements for one in whole_statements(half))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(size=st.integers(1, 700), seed=st.integers(0, 2**32))
def test_pieces_of_any_size_give_the_same(name: str, size: int, seed: int) -> None:
    """Of a changed file as well: the pieces of a connection are no part of it."""
    case = case_of(name)
    content = changed(Random(seed), case, cases())
    one, first = read(case, content, 10**6)
    two, second = read(case, content, size)
    assert (bool(first), list(whole_statements(one))) == (bool(second), list(whole_statements(two)))
