"""Whether every id is found at its own place, and no other one is taken for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import places
from streams.places import NOBODY, Places

NAMES = st.text("ab-1", min_size=1, max_size=20)
IDS = NAMES | st.text(max_size=30) | st.none() | st.integers() | st.lists(st.text())


@given(st.lists(NAMES, unique=True), st.lists(IDS))
def test_an_id_has_the_place_that_a_dictionary_says(names: list[str], others: list[object]) -> None:
    """Whatever a feed sends as an id, also what is no text at all."""
    ids = [*names, *others, *names]
    place = {name: at for at, name in enumerate(names)}
    expected = [place.get(one, NOBODY) if isinstance(one, str) else NOBODY for one in ids]
    assert expected == Places(names).find(ids).tolist()


@given(st.lists(NAMES, min_size=1, unique=True), st.lists(NAMES))
def test_ids_that_are_looked_for_in_the_same_slot_are_told_apart(names: list[str], others: list[str]) -> None:
    """A hash alone is never believed: here every id has the same one."""

    class Crowded(Places):
        def _slot(self, rows: places.Words) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
            return np.full(len(rows), self._mask, dtype=np.int64)

    expected = [names.index(one) if one in names else NOBODY for one in others]
    assert expected == Crowded(names).find(others).tolist()


ODD = ("", "a\nb", "a\0", "a ", "A", "é", "\udc80", "a" * 64, "a" * 1000, None, 1, ["a"])


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_name_is_nobody_and_the_others_are_found(odd: object) -> None:
    """One odd id is not to cost the papers beside it their place."""
    assert [1, NOBODY, 0] == Places(["a", "b"]).find(["b", odd, "a"]).tolist()


def test_names_of_every_length_are_found() -> None:
    """Names are compared eight bytes at a time, and the last of them may end anywhere in these."""
    names = ["x" * length for length in range(1, 64)]
    assert list(range(63)) == Places(names).find(names).tolist()


def test_one_name_is_found_or_is_an_error() -> None:
    """Whoever asks for one has been told that it is there."""
    found = Places(["a", "b"])
    assert found.place("b") == 1
    with pytest.raises(KeyError):
        found.place("c")


def test_a_name_with_a_lines_end_is_refused() -> None:
    """It could never be found."""
    with pytest.raises(ValueError, match="line's end"):
        Places(["a\nb"])
