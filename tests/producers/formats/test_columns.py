"""Headings found once; every column is used or ignored by name, and the nearest is named where none fits."""

import pytest

from producers.formats.cells import Table
from producers.formats.columns import Plan, pattern, planned
from producers.formats.document import FeedError
from producers.formats.shapes import FileShape
from tests.producers.formats.tables import CHOICES, COLUMNS, WIDE, document, mapping

HEADER = "box;voters;valid;Ada;Bulut"


def plans(header: str, text: str = WIDE) -> tuple[Plan, ...]:
    """The plans of a table with this header."""
    return planned(Table(document(header + "\n", text), FileShape()), mapping(text))


def plan(header: str, text: str = WIDE) -> Plan:
    """The only one."""
    (found,) = plans(header, text)
    return found


def test_a_wide_table_has_a_place_for_each_choice_in_whatever_order() -> None:
    """The heading decides and not the place."""
    found = plan("Bulut;valid;box;Ada;voters")
    assert {"ada": (3,), "bulut": (0,)} == {one.id: one.places for one in found.choices}
    assert ("n-1", {"voters": (4,), "valid": (1,)}) == (found.unit(["", "", " n-1 ", "", ""]), found.figures)


def test_our_words_are_told_as_the_feed_calls_them() -> None:
    """In refusals."""
    found = plan("Sandık;voters;valid;A.;Bulut", WIDE.replace('"box"', '"Sandık"').replace('"Ada"', '"A."'))
    assert ("Sandık", "A.", "cause") == tuple(found.heading(name) for name in ("unit", "ada", "cause"))


def test_choices_may_be_all_columns_that_are_left() -> None:
    """Each is known by its own name."""
    found = plan(f"{HEADER};Cem Taş;Note", COLUMNS + 'choices = "*"\nignore = "Note"')
    assert ["ada", "bulut", "cem-tas"] == [one.id for one in found.choices]


STAR = COLUMNS + 'choices = "*"'


@pytest.mark.parametrize(
    ("header", "text", "says"),
    [
        (f"{HEADER};Cem;Ada", STAR, "Columns 4 and 7 are both called 'Ada'"),
        (f"{HEADER};Ada;Ada", STAR, "Columns 4 and 6 are both called 'Ada'"),
        (f"{HEADER};Ada", f'{STAR}\nignore = "Ada"', "Columns 4 and 6 are both called 'Ada'"),
        (f"{HEADER};box", STAR, "Columns 1 and 6 are both called 'box'"),
    ],
)
def test_a_heading_that_is_there_twice_is_no_choice_of_its_own(header: str, text: str, says: str) -> None:
    """The second candidate would be one that nobody has heard of; or it is no candidate at all."""
    with pytest.raises(FeedError) as error:
        plan(header, text)
    assert says in str(error.value)
    assert "name them in [choices]" in str(error.value)
    assert "columns.ignore" in str(error.value)


def test_a_heading_that_is_there_twice_may_be_named_or_ignored() -> None:
    """A person says what each of them is; a heading that is written so is no second one."""
    named = plan(f"{HEADER};Ada", f'{STAR}\n[choices]\nada = "Ada"\nayse = "Ada#2"')
    assert {"ada": (3,), "ayse": (5,), "bulut": (4,)} == {one.id: one.places for one in named.choices}
    ignored = plan(f"{HEADER};Ada", f'{STAR}\nignore = "Ada#2"')
    assert ["ada", "bulut"] == [one.id for one in ignored.choices]
    written = plan(f"{HEADER};Cem #2;Cem", STAR)
    assert ["ada", "bulut", "cem-2", "cem"] == [one.id for one in written.choices]


@pytest.mark.parametrize(
    ("header", "text", "says"),
    [
        (f"{HEADER};Cem", WIDE, "Column 'Cem' (6): neither used nor ignored"),
        (f"{HEADER};Cem;Deniz", WIDE, "Columns 'Cem' (6), 'Deniz' (7): neither"),
        (f"{HEADER};;x", WIDE, "'#6' (6), 'x' (7)"),
        (f"{HEADER};Ada", WIDE, "Column 'Ada#2' (6): neither used nor ignored"),
        ("box;voters;valid;Ada;Bulud", WIDE, "the choice bulut. Did you mean 'Bulud'?"),
        ("Box;voters;valid;Ada;Bulut", WIDE, "There is no column 'box', which my.toml gives for unit"),
        ("BOX;voters;valid;Ada;Bulut", WIDE, "Did you mean 'BOX'?"),
        ("x;y", WIDE, "The header begins 'x;y'"),
        (f"{HEADER};A.", COLUMNS + '[choices]\nada = ["Ada", "A."]', "'Ada' and 'A.' are both ada"),
        (HEADER, COLUMNS + '[choices]\nada = { marks = ["Ada", "A."], sum = true }', "a part of ada"),
        (
            "box;voters;valid",
            COLUMNS + '[choices]\nada = { marks = "Ada", optional = true }',
            "No column is a choice",
        ),
        (HEADER, COLUMNS + "choices = ['Ada', 'Bulut', 'Ada']", "Two columns are the choice ada"),
        (HEADER, COLUMNS + "choices = ['Ada', 'Bulut']" + '\nchoice = ""', ""),
        ("<html>", WIDE, "page of HTML"),
    ],
)
def test_a_header_that_does_not_fit_stops_the_feed_with_the_way_out(
    header: str, text: str, says: str
) -> None:
    """The file and the header's line stand before it."""
    if not says:
        assert plan(header, text)
        return
    with pytest.raises(FeedError) as caught:
        plans(header, text)
    assert says in str(caught.value)
    assert str(caught.value).startswith("feed.csv:1:")


def test_a_mapping_without_columns_reads_no_csv() -> None:
    """It may be for another format."""
    with pytest.raises(FeedError, match=r"\[columns\]"):
        plans(HEADER, CHOICES)


def test_columns_are_ignored_by_name_or_by_pattern() -> None:
    """A star stands for anything, brackets for themselves."""
    found = plan(f"{HEADER};Unnamed: 7;Not [x]", COLUMNS + 'ignore = ["Unnamed*", "Not [x]"]\n' + CHOICES)
    assert 2 == len(found.choices)
    assert pattern("a*c").fullmatch("abbc")
    assert not pattern("a.c").fullmatch("abc")


def test_spellings_are_one_choice_and_parts_are_added() -> None:
    """Of spellings one may be there, of parts all."""
    spelled = COLUMNS + '[choices]\nada = ["A. L.", "Ada"]\nbulut = "Bulut"'
    assert (3,) == plan(HEADER, spelled).choices[0].places
    added = COLUMNS + '[choices]\nada = { marks = ["Ada", "Bulut"], sum = true }'
    assert (3, 4) == plan(HEADER, added).choices[0].places


def test_a_choice_that_may_be_missing_may_be_missing() -> None:
    """Only where the mapping says so."""
    found = plan("box;voters;valid;Ada", WIDE.replace('"Bulut"', '{ marks = "Bulut", optional = true }'))
    assert ["ada"] == [one.id for one in found.choices]


PAIRS = '[columns]\nunit = "box"\nvalid = "valid"\npairs = true\nchoice = "{c}"\nvotes = "{v}"\n'


def pairs(header: str, choice: str, votes: str, more: str = "") -> tuple[tuple[int, int], ...]:
    """The pairs of places under a header."""
    return plan(header, PAIRS.replace("{c}", choice).replace("{v}", votes) + more).pairs


def test_pairs_belong_together_by_what_tells_them_apart_or_in_their_order() -> None:
    """Whatever the order of the columns."""
    assert ((2, 5), (4, 3)) == pairs("box;valid;Aday 1;Oy 2;Aday 2;Oy 1", "Aday *", "Oy *")
    assert ((2, 3), (4, 5)) == pairs("box;valid;Aday;Oy;Aday;Oy", "Aday", "Oy")


@pytest.mark.parametrize(
    ("header", "more"), [("box;valid;Aday 1;Oy 1;Aday 2", ""), ("box;valid;x", 'ignore = "x"')]
)
def test_a_column_without_its_other_one_stops_the_feed(header: str, more: str) -> None:
    """Half a pair says nothing."""
    with pytest.raises(FeedError, match="belong together"):
        pairs(header, "Aday *", "Oy *", more)


def test_a_template_makes_one_id_of_several_columns_and_nothing_of_a_blank() -> None:
    """Half an id would be another box."""
    text = WIDE.replace('"box"', '"{İlçe|slug}-{No|04}/{Ek|lower}"')
    unit = plan("İlçe;No;Ek;voters;valid;Ada;Bulut", text).unit
    assert "besiktas-0017/a" == unit(["BEŞİKTAŞ ", "17", "A"])
    assert "" == unit(["BEŞİKTAŞ", " ", "A"]) == unit(["", "1", "A"])


def test_each_contest_beside_others_has_a_plan_of_its_own() -> None:
    """With the shared columns, and its own choices."""
    text = """[columns]
unit = "box"
[contests.mayor]
columns.valid = "m valid"
choices.ada = "Ada"
[contests.bridge]
columns.valid = "b valid"
choices.yes = "Yes"
choices.no = "No"
"""
    found = plans("box;m valid;Ada;b valid;Yes;No", text)
    assert [("mayor", ["ada"], (1,)), ("bridge", ["yes", "no"], (3,))] == [
        (one.contest, [choice.id for choice in one.choices], one.figures["valid"]) for one in found
    ]
    with pytest.raises(FeedError, match="tell the choices"):
        plans("box;m valid;Ada;b valid;Yes;No", text.replace('"box"', '"box"\nchoices = "*"'))
