"""Tables as bytes: read back as they were, whatever stands in them, and never a formula."""

import csv
import io

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.exports.csv_text import BOM, FORMULA, safe, table

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(TEXT, st.integers(), st.none() | st.floats(allow_nan=False, allow_infinity=False))))
def test_a_table_is_read_back_as_it_was(rows: list[tuple[str, int, float | None]]) -> None:
    """By the standard library, with quotes, commas, line ends and every letter; None is an empty cell."""
    body = table([("a", "b", "c"), *rows])
    found = list(csv.reader(io.StringIO(body.decode(), newline="")))
    expected = [[str(safe(a)), str(b), "" if c is None else str(c)] for a, b, c in rows]
    assert [["a", "b", "c"], *expected] == found


@given(TEXT, st.sampled_from(FORMULA))
def test_no_cell_of_text_is_a_formula(text: str, mark: str) -> None:
    """Names come from feeds: a spreadsheet that opens the table runs none of them."""
    (_, row) = csv.reader(io.StringIO(table([("a", "b"), (mark + text, text)]).decode(), newline=""))
    assert all(not cell.startswith(FORMULA) for cell in row)
    assert f"'{mark}{text}" == row[0]


def test_numbers_stay_numbers() -> None:
    """Also a negative one: it is a figure, and nothing is in front of it."""
    assert b"n,m,t\r\n-3,-0.5,True\r\n" == table([("n", "m", "t"), (-3, -0.5, True)])


@pytest.mark.parametrize("bom", [False, True])
def test_pandas_reads_turkish_letters(bom: bool) -> None:
    """With and without the mark that Excel needs."""
    body = table([("name", "votes"), ('İstanbul, Şişli "ığüşöç"', 12)], bom=bom)
    assert bom == body.startswith(BOM)
    frame = pandas.read_csv(io.BytesIO(body))
    assert ["name", "votes"] == list(frame.columns)
    assert [('İstanbul, Şişli "ığüşöç"', 12)] == list(frame.itertuples(index=False, name=None))


def test_lines_end_as_asked_for() -> None:
    """As RFC 4180 has it, unless a shape is known with another end."""
    assert b"a\r\n1\r\n" == table([("a",), (1,)])
    assert b"a\n1\n" == table([("a",), (1,)], newline="\n")
