"""Rows as statements, the long way: one a row, or the rows of one box; what is not read unmakes the paper."""

from producers.formats import csv_mapped
from producers.formats.cells import Table
from producers.formats.columns import planned
from producers.formats.document import UNNUMBERED, Refusal, Seen
from producers.formats.papers import Reader
from tests.producers.formats.tables import CHOICES, WIDE, document, seen

LONG = '[columns]\nunit = "box"\nvoters = "voters"\nvalid = "valid"\nchoice = "who"\nvotes = "votes"\n'


def one(table: str, text: str = WIDE) -> Seen:
    """The one statement in a table."""
    (found,) = seen(table, text)
    assert isinstance(found, Seen), found
    return found


def refused(table: str, text: str = WIDE) -> list[tuple[str, int, str]]:
    """Code, line and column of everything refused."""
    return [(said.code, said.line, said.column) for said in seen(table, text) if isinstance(said, Refusal)]


def test_a_row_of_a_wide_table_is_a_statement() -> None:
    """An empty cell of a choice is absent; invalid votes are worked out."""
    found = one("box;voters;valid;Ada;Bulut\nn-1;200;190;190;")
    assert (2, "n-1", 200, 190, 10, {"ada": 190}) == (
        found.line, found.unit, found.voters, found.valid, found.invalid, found.votes,
    )  # fmt: skip
    assert (UNNUMBERED, "first", "counted", {"ada": "Ada", "bulut": "Bulut"}) == (
        found.revision, found.cause, found.state, found.choice_names,
    )  # fmt: skip


def test_areas_names_and_what_is_fixed_stand_in_the_statement() -> None:
    """Top down; a code is the id where there is one."""
    text = f"""[fixed]
cause = "recount"
area.country = "Türkiye"
{WIDE}""".replace(
        '"voters"',
        '"voters"\nunit_name = "{İlçe} {box}"\narea.district = "İlçe"\narea.ward = {name="M",id="K"}',
        1,
    )
    found = one("box;İlçe;M;K;voters;valid;Ada;Bulut\n7;ŞİŞLİ;Merkez;sisli-1;10;9;5;4", text)
    expected = (
        ("country", "turkiye", "Türkiye"),
        ("district", "sisli", "ŞİŞLİ"),
        ("ward", "sisli-1", "Merkez"),
    )
    assert (expected, "ŞİŞLİ 7", "recount") == (found.areas, found.unit_name, found.cause)


def test_the_rows_of_a_box_are_one_statement() -> None:
    """What they share may be blank in all but one; its line is the first."""
    found = seen("box;voters;valid;who;votes\n1;10;9;Ada;5\n1;;;Bulut;4\n2;10;9;Ada;9\n", LONG + CHOICES)
    assert [(2, "1", {"ada": 5, "bulut": 4}, 9), (4, "2", {"ada": 9}, 9)] == [
        (one.line, one.unit, one.votes, one.valid) for one in found if isinstance(one, Seen)
    ]


def test_rows_that_hold_figures_are_figures() -> None:
    """Several marks of one are added."""
    text = '[columns]\nunit = "box"\nchoice = "who"\nvotes = "votes"\n[figures]\nvoters = "Cast"\n'
    text += 'invalid = ["Blank", "Over"]\n'
    found = one("box;who;votes\n1;Cast;12\n1;Ada L.;9\n1;Blank;2\n1;Over;1\n", text)
    assert (12, 9, 3, {"ada-l": 9}) == (found.voters, found.valid, found.invalid, found.votes)


def test_rows_of_a_box_that_differ_in_what_they_share_unmake_it() -> None:
    """No row of it is counted."""
    table = "box;voters;valid;who;votes\n1;10;9;Ada;5\n1;11;9;Bulut;4\n2;10;9;Ada;9\n"
    assert [("F005", 3, "voters")] == refused(table, LONG + CHOICES)
    assert 1 == sum(isinstance(said, Seen) for said in seen(table, LONG + CHOICES))


def test_a_choice_twice_in_a_box_unmakes_it_unless_its_parts_are_added() -> None:
    """The same text twice never is a part."""
    table = "box;voters;valid;who;votes\n1;10;9;Ada;5\n1;10;9;Ada L.;4\n"
    spelled = LONG + '[choices]\nada = ["Ada", "Ada L."]'
    added = LONG + '[choices]\nada = { marks = ["Ada", "Ada L."], sum = true }'
    assert [("F005", 3, "Ada L.")] == refused(table, spelled)
    assert {"ada": 9} == one(table, added).votes
    assert [("F005", 3, "who")] == refused(table.replace("Ada L.", "Ada"), added)


def test_a_bad_row_of_a_box_unmakes_the_whole_box_and_not_its_neighbours() -> None:
    """Half its votes would be a smaller count that nobody sees."""
    table = "box;voters;valid;who;votes\n1;9;9;Ada;9\n2;9;9;Ada;x\n2;9;9;Bulut;4\n3;9;9;Ada;9\n"
    found = seen(table, LONG + CHOICES)
    assert ["1", "3"] == [said.unit for said in found if isinstance(said, Seen)]
    assert [("E107", 3, "votes")] == refused(table, LONG + CHOICES)


def test_a_row_nobody_knows_whose_unmakes_the_boxes_beside_it() -> None:
    """It may have been a row of theirs."""
    table = "box;voters;valid;who;votes\n1;9;9;Ada;9\n2;9;9;Ada\n3;9;9;Ada;9\n4;9;9;Ada;9\n"
    assert ["4"] == [said.unit for said in seen(table, LONG + CHOICES) if isinstance(said, Seen)]
    assert [("F002", 3, ""), ("F005", 2, ""), ("F005", 4, "")] == refused(table, LONG + CHOICES)


def test_votes_for_nobody_and_a_box_of_nobody_are_refused() -> None:
    """A blank pair is nothing."""
    assert [("E104", 2, "who")] == refused("box;voters;valid;who;votes\n1;9;9;;9\n", LONG + CHOICES)
    assert ("E103", 2, "box") in refused("box;voters;valid;who;votes\n;9;9;Ada;9\n", LONG + CHOICES)
    assert {} == one("box;voters;valid;who;votes\n1;9;9;;\n", LONG + CHOICES).votes


def test_pairs_may_change_their_order_from_row_to_row() -> None:
    """A name and its votes stay together."""
    text = (
        '[feed]\nvalid = "sum"\n[columns]\nunit = "box"\nchoice = "c *"\nvotes = "v *"\npairs = true\n'
        + CHOICES
    )
    found = seen("box;c 1;v 1;c 2;v 2\n1;Ada;5;Bulut;4\n2;Bulut;3;Ada;2\n3;Ada;7;;\n", text)
    assert [{"ada": 5, "bulut": 4}, {"ada": 2, "bulut": 3}, {"ada": 7}] == [
        said.votes for said in found if isinstance(said, Seen)
    ]
    assert [("F005", 2, "c 2")] == refused("box;c 1;v 1;c 2;v 2\n1;Ada;5;Ada;4\n", text)


def test_a_mark_of_a_state_in_any_count_is_the_papers_state() -> None:
    """Two different ones are a contradiction."""
    text = WIDE + '[states]\nsealed = "S"\ntorn = "T"\n'
    found = one("box;voters;valid;Ada;Bulut\n1;10;9;S;4", text)
    assert ("sealed", {"bulut": 4}) == (found.state, found.votes)
    assert [("E110", 2, "Bulut")] == refused("box;voters;valid;Ada;Bulut\n1;10;9;S;T", text)


def test_figures_of_several_columns_are_added_and_half_of_them_is_nothing() -> None:
    """One blank part could hide votes; parts of a choice may be absent, since a list need not stand."""
    text = WIDE.replace('valid = "valid"', 'valid = ["v1", "v2"]').replace(
        'bulut = "Bulut"', 'bulut = { marks = ["B1", "B2"], sum = true }'
    )
    header = "box;voters;v1;v2;Ada;B1;B2\n"
    assert (9, {"ada": 5, "bulut": 4}) == ((found := one(header + "1;10;5;4;5;3;1", text)).valid, found.votes)
    assert {"ada": 5, "bulut": 3} == one(header + "1;10;5;4;5;3;", text).votes
    assert [("E105", 2, "v2")] == refused(header + "1;10;5;;5;3;1", text)


def test_revisions_come_from_their_column_or_from_the_time() -> None:
    """In milliseconds; rows of a long table with another revision are another statement."""
    own = WIDE.replace('"valid"', '"valid"\nrevision = "rev"', 1)
    assert 7 == one("box;rev;voters;valid;Ada;Bulut\n1;7;10;9;5;4", own).revision
    assert [("E111", 2, "rev"), ("E105", 3, "rev")] == refused(
        "box;rev;voters;valid;Ada;Bulut\n1;0;10;9;5;4\n2;;10;9;5;4", own
    )
    timed = '[feed]\nrevision = "time"\n' + WIDE.replace('"valid"', '"valid"\ntime = "at"', 1)
    found = one("box;at;voters;valid;Ada;Bulut\n1;2019-06-23T18:30:00+03:00;10;9;5;4", timed)
    assert 1561303800000 == found.revision == round(found.heard_at.timestamp() * 1000)


def test_a_paper_without_a_single_figure_is_empty() -> None:
    """A state or a figure is something."""
    text = WIDE + '[states]\nsealed = "S"\n'
    feed = document("box;voters;valid;Ada;Bulut\n", text)
    assert feed.mapping is not None
    table = Table(feed, feed.mapping.file)
    (plan,) = planned(table, feed.mapping)
    reader = Reader(table, plan, feed, feed.mapping)
    empty = []
    for line, cells in enumerate((["1", "", "", "", ""], ["1", "", "", "S", ""], ["1", "", "", "0", ""])):
        paper = reader.paper(reader.key(cells), line)
        reader.add(paper, cells, line)
        empty.append(paper.empty)
    assert [True, False, False] == empty
    assert csv_mapped.NO_CONTEST == one("box;voters;valid;Ada;Bulut\n1;;;0;", text).contest
