"""Paths as people write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.formats.items import EACH
from producers.formats.paths import MISSING, Place, follow, read


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", Place(0, ())),
        ("a", Place(0, ("a",))),
        ("results.precincts[*]", Place(0, ("results", "precincts", EACH))),
        ("precincts.*", Place(0, ("precincts", EACH))),
        ("a[0].b", Place(0, ("a", 0, "b"))),
        ("[*].x[*]", Place(0, (EACH, "x", EACH))),
        ("^.name", Place(1, ("name",))),
        ("^^.a[1]", Place(2, ("a", 1))),
        ("@key", Place(0, (), True)),
        ("@value", Place(0, ())),
        ("^.@key", Place(1, (), True)),
        ('"a.b".c', Place(0, ("a.b", "c"))),
        (r'"say \"x\""', Place(0, ('say "x"',))),
        ("Oy sayısı.İlk aday", Place(0, ("Oy sayısı", "İlk aday"))),
    ],
)
def test_a_path_is_steps(text: str, place: Place) -> None:
    """Up, down, each, one of a list."""
    assert place == read(text)


@pytest.mark.parametrize("text", ["a.", ".a", "a..b", "a[x]", "a]", "^a", "^@key", 'a"b"', "a*", "a[-1]"])
def test_what_is_no_path_says_where(text: str) -> None:
    """In a sentence that names the path."""
    with pytest.raises(ValueError, match=r"dot|no path"):
        read(text)


@given(st.text(max_size=40))
def test_any_text_is_a_path_or_a_sentence(text: str) -> None:
    """Never anything else."""
    with contextlib.suppress(ValueError):
        assert isinstance(read(text), Place)


def test_a_path_is_followed_down() -> None:
    """What is not there is missing, and null is there."""
    tree = {"a": [{"b": 1}, {"b": None}]}
    assert 1 == follow(tree, ("a", 0, "b"))
    assert follow(tree, ("a", 1, "b")) is None
    for steps in (("a", 2), ("x",), ("a", "b"), ("a", 0, "b", "c"), ("a", EACH)):
        assert MISSING is follow(tree, steps)
    assert not MISSING
    assert tree is follow(tree, ())
