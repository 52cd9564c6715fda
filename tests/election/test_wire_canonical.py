"""What is filed is written as Python's own JSON writes it, whatever library does it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.wire.canonical import canonical, whole

WHOLE = st.integers(-(2**53), 2**53)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def plainly(value: Any) -> Any:
    """A value with its numbers as they are filed."""
    if isinstance(value, dict):
        return {key: plainly(one) for key, one in value.items()}
    if isinstance(value, list):
        return list(map(plainly, value))
    if not isinstance(value, float):
        return value
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


@given(st.dictionaries(st.text(), VALUES))
def test_it_is_what_pythons_own_json_writes(value: dict[str, Any]) -> None:
    """The first dossiers were written by that, and their hashes are on file."""
    text = json.dumps(plainly(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text.encode() == canonical(value)


@given(st.dictionaries(st.text(), st.dictionaries(st.text(), WHOLE | st.lists(WHOLE))))
def test_whole_numbers_written_at_once_are_the_same_bytes(numbers: dict[str, Any]) -> None:
    """Keys ascend in them too."""
    assert canonical({"rows": numbers}) == canonical({"rows": whole(numbers)})


@pytest.mark.parametrize(
    ("number", "written"),
    [(1e-6, b"1e-06"), (0.00001, b"1e-05"), (0.00012, b"0.00012"), (-0.0, b"0"), (1e16, b"10000000000000000"),
     (1e20, b"100000000000000000000"), (1 / 3, b"0.333333"), (2.0, b"2")],
)  # fmt: skip
def test_numbers_are_written_as_they_always_were(number: float, written: bytes) -> None:
    """Another way of writing would make another dossier of a call on file."""
    assert b'{"a":' + written + b"}" == canonical({"a": number})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    """JSON has no way to write it."""
    with pytest.raises((ValueError, OverflowError)):
        canonical({"a": number})
