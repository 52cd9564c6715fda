"""Every mistake in a TOML file is noted with its line, and what is misspelt is named."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from election.errors import Mistake
from election.wire.toml_reader import Table, lines_of, parse_toml

TEXT = """\
name = "x"
names = { tr = "y" }
many = 3
share = 0.5
flag = true
day = 2024-10-06
time = 2024-10-06T17:00:00+03:00
words = ["a", "b"]

[table]
inner = 1

[[list]]
id = "one"
  [[list.under]]
  id = "first"
  [[list.under]]
  id = "second"

[[list]]
id = "two"
  [[list.under]]
  id = "third"
"""


def table_of(text: str) -> tuple[Table, list[Mistake]]:
    """The root table of a text and what is found wrong with it."""
    mistakes: list[Mistake] = []
    return parse_toml("night.toml", text.encode(), mistakes), mistakes


def only(mistakes: list[Mistake]) -> tuple[int | None, str]:
    """Line and sentence of the one mistake."""
    assert 1 == len(mistakes)
    assert "night.toml" == mistakes[0].file
    return mistakes[0].line, mistakes[0].message


def test_a_document_in_order_is_read_without_a_mistake() -> None:
    """Each kind of value, and every key asked for."""
    root, mistakes = table_of(TEXT)
    assert ("x", {"tr": "y"}, 3, 5, True) == (
        root.text("name"), root.names(), root.number("many"), root.tenths("share", 0),
        root.flag("flag", False),
    )  # fmt: skip
    assert (date(2024, 10, 6), datetime(2024, 10, 6, 14, tzinfo=UTC)) == (root.day("day"), root.time("time"))
    assert (("a", "b"), 1) == (root.texts("words"), root.table("table").number("inner"))
    lists = root.tables("list")
    assert [["first", "second"], ["third"]] == [
        [under.text("id") for under in one.tables("under")] for one in lists
    ]
    root.finish()
    assert [] == mistakes


def test_lines_are_found_for_keys_with_dots_and_in_quotes() -> None:
    """Each table on the way to a key has the line where it first stands."""
    found = lines_of('[columns]\narea.district = "x"\narea . "ward 1" = "y"\n"a b" = 1\n')
    assert (2, 2, 3, 4) == (
        found[("columns", "area")], found[("columns", "area", "district")],
        found[("columns", "area", "ward 1")], found[("columns", "a b")],
    )  # fmt: skip


def test_lines_are_found_for_headers_and_keys_of_array_tables() -> None:
    """The second table of the second list is where it stands."""
    found = lines_of(TEXT)
    assert (1, 10, 11) == (found["name",], found["table",], found["table", "inner"])
    assert (13, 17, 18) == (
        found["list", 0],
        found["list", 0, "under", 1],
        found["list", 0, "under", 1, "id"],
    )
    assert (20, 23) == (found["list", 1], found["list", 1, "under", 0, "id"])


@pytest.mark.parametrize(
    ("line", "ask", "said"),
    [
        ("a = 1", lambda root: root.text("a"), "a is 1; it is a text."),
        ("b = 1", lambda root: root.text("a"), "a is missing; it is a text."),
        ('a = "1"', lambda root: root.number("a"), "a is '1'; it is a whole number."),
        ("a = true", lambda root: root.number("a"), "a is True; it is a whole number."),
        ("a = 1.0", lambda root: root.number("a"), "a is 1.0; it is a whole number."),
        ("a = 0", lambda root: root.number("a", least=1), "a is 0; it is at least 1."),
        ("a = -1", lambda root: root.maybe_number("a"), "a is -1; it is at least 0."),
        ("a = 1", lambda root: root.flag("a", False), "a is 1; it is true or false."),
        ('a = "x"', lambda root: root.tenths("a", 0), "a is 'x'; it is a number."),
        ("a = 0.25", lambda root: root.tenths("a", 0), "a is 0.25; it is 0 to 100 with at most one decimal."),
        ("a = -0.5", lambda root: root.tenths("a", 0), "a is -0.5; it is 0 to 100 with at most one decimal."),
        ("a = nan", lambda root: root.tenths("a", 0), "a is nan; it is 0 to 100 with at most one decimal."),
        ("a = inf", lambda root: root.tenths("a", 0), "a is inf; it is 0 to 100 with at most one decimal."),
        ('a = "today"', lambda root: root.day("a"), "a is 'today'; it is a date as in 2019-06-23."),
        (
            "a = 2019-06-23T17:00:00Z",
            lambda root: root.day("a"),
            "a has an hour; it is a date as in 2019-06-23.",
        ),
        (
            "a = 2019-06-23",
            lambda root: root.time("a"),
            "a is datetime.date(2019, 6, 23); it is a time as in",
        ),
        ("a = 2019-06-23T17:00:00", lambda root: root.time("a"), "a has no zone; write it as in"),
        ("a = 9999-12-31T23:59:59Z", lambda root: root.time("a"), "a is in the year 9999, which has no hour"),
        ("a = 0001-01-01T00:00:00Z", lambda root: root.time("a"), "a is in the year 1, which has no hour"),
        ("a = [1]", lambda root: root.texts("a"), "a is a list of texts."),
        ('a = "x"', lambda root: root.texts("a"), "a is 'x'; it is a list of texts."),
        ("a = 1", lambda root: root.table("a"), "a is 1; it is a table."),
        ("a = [1]", lambda root: root.tables("a"), "a is a list of tables."),
        ("a = 1", lambda root: root.tables("a"), "a is 1; it is a list of tables."),
        ("a = []", lambda root: root.tables("a", least=1), "a: at least 1 is needed ([[a]])."),
        ("names = { tr = 1 }", lambda root: root.names(), "names.tr is 1; it is a text."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(line: str, ask: Any, said: str) -> None:
    """The sentence says what it is and what it should be; reading goes on."""
    root, mistakes = table_of(f"# a comment\n{line}\n")
    ask(root)
    number, message = only(mistakes)
    assert message.startswith(said)
    assert number == (1 if "missing" in said or "needed" in said else 2)


def test_a_list_that_is_needed_is_named_as_it_is_written() -> None:
    """Inside another list with the name of that one."""
    root, mistakes = table_of('[[contests]]\nid = "mayor"\n')
    (contest,) = root.tables("contests")
    contest.tables("choices", least=1)
    assert (1, "contests.choices: at least 1 is needed ([[contests.choices]]).") == only(mistakes)


def test_a_key_nobody_asked_for_is_named_with_those_that_are_known() -> None:
    """Most are misspelt."""
    root, mistakes = table_of("[table]\ninner = 1\niner = 2\n")
    table = root.table("table")
    table.number("inner")
    table.finish()
    assert (3, "There is no table.iner; known here: inner.") == only(mistakes)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a = 1\nb =\n", 2), (b"a = 1\na = 2\n", 2), (b"\xff", None),
        (b"a = " + b"1" * 5000, None), (b"a = " + b"[" * 5000, None),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_one_mistake(content: bytes, line: int | None) -> None:
    """With the line where the parser stopped."""
    mistakes: list[Mistake] = []
    root = parse_toml("night.toml", content, mistakes)
    found, message = only(mistakes)
    assert line == found
    assert message.startswith("This is not TOML: ")
    assert () == root.keys_here()


def test_what_is_left_out_has_its_default() -> None:
    """Without a mistake."""
    root, mistakes = table_of("")
    assert ("d", 4, None, 7, True, None, ("z",)) == (
        root.text("a", "d"), root.number("a", 4), root.maybe_number("a"), root.tenths("a", 0.7),
        root.flag("a", True),
        root.time("a"), root.texts("a", ("z",)),
    )  # fmt: skip
    assert (False, None, [], {}) == (root.has("a"), root.value("a"), root.tables("a"), root.names())
    assert [] == mistakes
