"""Tables of night folders as a command writes them."""

from sandik.night_csv import written


def test_csv_is_written_with_plain_line_ends() -> None:
    """The same bytes on every system."""
    assert b'id,name\n1,"a,b"\n' == written(["id", "name"], [(1, "a,b")])
