"""How refusals and errors of a feed read."""

from producers.formats.document import FeedError, Refusal


def test_a_refusal_says_file_line_code_column_and_why() -> None:
    """The shape that editors and compilers use, so that a click leads to the place."""
    expected = "rows.csv:7: E107 voters: 'x' is no whole number."
    assert expected == str(Refusal("E107", "rows.csv", 7, "voters", "'x' is no whole number."))


def test_a_refusal_of_a_whole_line_names_no_column() -> None:
    """Nothing stands where there is nothing to say."""
    assert "rows.csv:7: F002 3 cells." == str(Refusal("F002", "rows.csv", 7, "", "3 cells."))


def test_an_error_of_a_feed_says_file_and_line() -> None:
    """The same shape for what stops a feed."""
    assert "rows.csv:1: The header is missing." == str(FeedError("rows.csv", 1, "The header is missing."))


def test_a_feed_neither_breaks_a_line_nor_steers_a_terminal() -> None:
    """A name in it may hold a line end, and behind it a line that nobody said; it is spelled."""
    refusal = Refusal("E104", "a.json", 1, "v.\x1b[2J", "x\na.json:2: E107 y\u2028")
    assert r"a.json:1: E104 v.\x1b[2J: x\na.json:2: E107 y\u2028" == str(refusal)
    assert r"a.json:1: İl\r\x9b" == str(FeedError("a.json", 1, "İl\r\x9b"))
