"""A first mapping, written by looking at a table."""

import gzip
import tomllib
from pathlib import Path
from typing import Any

import pytest

from election.errors import UsageError
from producers.formats.mapping import read_mapping
from sandik.scaffold_sketch import beginning, sketch
from tests.sandik.foreign import EVERY


def sketched(text: str, encoding: str = "utf-8") -> Any:
    """The mapping of a table, which the reader of mappings takes too."""
    made = sketch("t.csv", text.encode(encoding))
    read_mapping("t.toml", made.encode())
    return tomllib.loads(made)


def test_a_wide_table_is_read_as_one() -> None:
    """What is neither figure nor place and holds numbers is a choice; what holds words is ignored by name."""
    found = sketched(
        "county,precinct,registered,ballots cast,Ada,Bulut,notes\nA,1,90,80,50,30,x\nA,2,9,8,5,3,y\n"
    )
    assert {
        "unit": "precinct", "area": {"county": "county"}, "registered": "registered",
        "voters": "ballots cast", "choices": "*", "ignore": ["notes"],
    } == found["columns"]  # fmt: skip
    assert {"valid": "sum"} == found["feed"]


def test_a_long_table_is_read_as_one() -> None:
    """With its contest and party; figures that are nowhere are assumed in so many words."""
    found = sketched(
        "county,precinct,office,party,candidate,votes\n"
        "A,1,Mayor,Red,Ada,50\nA,1,Mayor,Blue,Bulut,30\nA,2,Mayor,Red,Ada,5\nA,2,Mayor,Blue,Bulut,3\n"
    )
    assert {
        "unit": "precinct", "area": {"county": "county"}, "contest": "office", "party": "party",
        "choice": "candidate", "votes": "votes",
    } == found["columns"]  # fmt: skip
    assert {"valid": "sum", "voters": "valid"} == found["feed"]


def test_a_box_is_told_by_as_many_columns_as_it_takes() -> None:
    """Precinct 1 of two counties are two boxes; the mapping that says otherwise would lose one."""
    found = sketched("county,precinct,valid,voters,Ada\nA,1,5,5,5\nA,2,5,5,5\nB,1,6,6,6\n")
    assert "{county|slug}-{precinct}" == found["columns"]["unit"]


def test_rows_of_a_box_that_lie_apart_are_noticed() -> None:
    """Sorted by candidate: the reader must hold the table."""
    rows = "precinct,candidate,votes\n1,Ada,5\n2,Ada,5\n1,Bulut,5\n2,Bulut,5\n"
    assert {"sorted": False} == sketched(rows)["file"]


def test_a_header_of_two_lines_and_a_box_told_by_several_codes_are_noticed() -> None:
    """As Excel writes merged headings, in its own Unicode; a table of A and B in every section."""
    found = sketched(
        "Resultados 20:45\n"
        "Provincia\tMunicipio\tSección\tMesa\tCenso\tVotos\t\t\tCandidaturas\t\n"
        "\t\t\t\t\tEmitidos\tNulos\tBlancos\tAzul\tPartido Verde\n"
        "León\tAstorga\t1\tA\t612\t402\t3\t5\t201\t193\nLeón\tAstorga\t1\tB\t598\t377\t1\t4\t160\t212\n"
        "León\tBembibre\t1\tA\t701\t455\t6\t9\t240\t200\nTotal\t\t\t\t1911\t1234\t10\t18\t601\t605\n",
        "utf-16",
    )
    assert (1, 2, ["Total"]) == (
        found["file"]["skip_lines"], found["file"]["header_lines"], found["file"]["skip"][0]["marks"],
    )  # fmt: skip
    columns = found["columns"]
    assert "{Municipio|slug}-{Sección}-{Mesa}" == columns["unit"]
    assert (["Votos Nulos", "Votos Blancos"], "Votos Emitidos") == (columns["invalid"], columns["voters"])
    assert "party" not in columns  # a party's column of votes is a choice, and not the party of one


def test_rows_of_figures_among_the_choices_are_named() -> None:
    """`Total Votes Cast` and `Blanks` are no candidates; nothing has to be assumed of the voters then."""
    rows = "town,candidate,votes\n1,Ada,50\n1,Write-ins,2\n1,Blanks,3\n1,Total Votes Cast,55\n"
    found = sketched(rows)
    assert {"invalid": ["Blanks"], "voters": ["Total Votes Cast"]} == found["figures"]
    assert "feed" not in found


def test_arithmetic_puts_right_what_words_mistake() -> None:
    """Voters are the valid and the invalid together, choices add up to the valid; empty columns are none."""
    found = sketched(
        "region,district_id,district name,precinct,special voters,possible voters,votes by noon,signed for,"
        "invalid,valid,1 - Free,2 - Dream\n"
        ",29,West,1,4,900,224,709,6,703,363,340\n"
        ",29,West,2,3,452,69,259,4,254,55,199\n"
        ",35,East,1,0,593,98,331,2,329,98,231\n"
    )
    assert {
        "unit": "{district name|slug}-{precinct}",
        "area": {"district": {"name": "district name", "id": "district_id"}},
        "registered": "possible voters", "voters": "signed for", "valid": "valid", "invalid": "invalid",
        "choices": "*", "ignore": ["region", "special voters", "votes by noon"],
    } == found["columns"]  # fmt: skip


def test_marks_of_numbers_titles_sums_and_letters_are_noticed() -> None:
    """Thousands and decimals, lines above the header, a line of sums, Latin-1."""
    found = sketched(
        "Wahl im Süden\n\nBezirk;Wahlberechtigte;Wähler;Gültige;Jörg\n"
        "1;1.066,00;628,00;625,00;-\n2;993,00;724,00;718,00;718,00\nSumme;2.059,00;1.352,00;1.343,00;718,00\n",
        "latin-1",
    )
    assert {"decimal": ",", "thousands": ".", "absent": ["-"]} == found["numbers"]
    assert ("latin-1", 2) == (found["file"]["encoding"], found["file"]["skip_lines"])


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_the_worked_examples_are_sketched_so_that_the_reader_takes_them(table: Any, tmp_path: Path) -> None:
    """Every kind of table in the docs."""
    table.write(tmp_path)
    path = sorted(tmp_path.iterdir())[-1]
    read_mapping("t.toml", sketch(path.name, beginning(path)).encode())


def test_what_is_no_table_is_said(tmp_path: Path) -> None:
    """A page, nothing, a single word, no text, a cell without end; and a packed table is unpacked."""
    odd = ("<html><body>log in", "", "hello\n", '""\n', " ;\n;\n", "a,b\n1,\0\n", "a,b\n1," + "x" * 200_000)
    for text in odd:
        with pytest.raises(UsageError, match=r"t\.csv"):
            sketch("t.csv", text.encode())
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(b"box,voters\n1,2\n"))
    assert b"box,voters\n1,2\n" == beginning(packed)
    packed.write_bytes(b"box,voters\n1,2\n")  # its name says so still
    assert b"box,voters\n1,2\n" == beginning(packed)


def test_a_raised_number_is_no_figure() -> None:
    """A digit that no number is written with."""
    found = sketched("box,valid,invalid,voters,Ada\n1,5,1,6 m\u00b2,5\n2,8,1,9,8\n")
    assert "voters" == found["columns"]["voters"]


def test_rows_of_boxes_that_were_not_heard_yet_are_passed_over() -> None:
    """A table of a running night has them; a register alone is no figure of a paper."""
    table = "Gemeinde-Nr;Gemeinde;Stimmberechtigte;Eingelegte Stimmzettel;Ungültig;Gültig;Ja;Nein\n"
    heard, unheard = (
        "101;Altwil;1204;633;7;626;311;315\n102;Birkenau;980;544;3;541;300;241\n",
        "103;Chlus;402;-;-;-;-;-\n",
    )
    assert "empty_rows" not in sketch("t.csv", (table + heard).encode())
    assert 'empty_rows = "skip"  # LOOK:' in sketch("t.csv", (table + heard + unheard).encode())
