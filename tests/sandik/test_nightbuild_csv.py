"""A file of real boxes is read with every mistake found at once, each with its line and column."""

import gzip

import pytest

from election.errors import MistakesError
from sandik.nightbuild_csv import MISTAKES_MAX, needed, read_boxes, slug

HEAD = "district,seq,neighborhood,registered,voted,valid,akp,chp,sp,other"
GOOD = "SILE,1,AGVA MAH.,300,260,250,100,140,4,6"


def mistakes(*lines: str, content: bytes | None = None) -> list[str]:
    """What is said of a file with these lines under a right header."""
    given = "\n".join((HEAD, *lines)).encode() if content is None else content
    with pytest.raises(MistakesError) as caught:
        read_boxes("b.csv", given, ["sile", "adalar"], ["march"], 50)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_row_becomes_a_box_with_our_names() -> None:
    """akp, chp, sp and other are our choices; invalid is what was cast and is not valid."""
    (box,) = read_boxes("b.csv", f"{HEAD}\n{GOOD}\n".encode(), ["sile"], ["march"], 50)
    assert ("sile", 1, "AGVA MAH.") == (box.district, box.seq, box.neighbourhood)
    assert {
        "registered": 300, "voters": 260, "valid": 250, "invalid": 10, "imamoglu": 140, "yildirim": 100,
        "gokcinar": 4, "others": 6,
    } == box.figures["march"]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), [
    (GOOD.replace("SILE", "BURSA"), "column district: there is no district 'BURSA' in this night."),
    (GOOD.replace("260", "many"), "column voted: 'many' is not a whole number."),
    (GOOD.replace("140", "-140"), "column chp: '-140' is not a whole number."),
    (GOOD.replace("140", "140.5"), "column chp: '140.5' is not a whole number."),
    (GOOD.replace("140", ""), "column chp: '' is not a whole number."),
    (GOOD.replace("AGVA MAH.", " "), "column neighborhood: '' is not a name."),
    (GOOD.replace("140", "141"), "column valid: the choices add up to 251, not to 250 valid votes."),
    (GOOD.replace("260", "249"), "column valid: 250 valid votes are more than 249 voters."),
    (GOOD.replace("300", "200"),
     "column voted: 260 voters are more than 200 registered and the 50 the law allows."),
    (GOOD + ",7", "11 cells, the header has 10."),
])  # fmt: skip
def test_a_mistake_names_its_line_and_column(row: str, said: str) -> None:
    """Each kind of mistake alone is one sentence at line 2."""
    assert [f"b.csv:2: {said}"] == mistakes(row)


def test_all_mistakes_are_told_at_once() -> None:
    """Three rows, four mistakes, four sentences."""
    found = mistakes("BURSA,x,A,1,1,1,1,0,0,0", GOOD, GOOD)
    assert 3 == len(found)
    assert found[2] == "b.csv:4: district SILE, seq 1: this box stands in line 3 already."


def test_every_missing_column_is_named() -> None:
    """A header of another kind of file says what is missing, column by column."""
    found = mistakes(content=b"district,seq,neighborhood,registered,voted,valid,akp,chp\n")
    assert ["b.csv:1: The column sp is missing.", "b.csv:1: The column other is missing."] == found


def test_june_needs_the_columns_of_both_votes() -> None:
    """The parent figures come from the same rows."""
    assert {"chp", "chp_jun"} <= set(needed(["march", "june"]))
    assert "chp_jun" not in needed(["march"])


@pytest.mark.parametrize(("content", "said"), [
    (gzip.compress(HEAD.encode(), mtime=0)[:-9], "This gzip file is damaged"),
    (b"\x1f\x8brubbish", "This gzip file is damaged"),
    (b"\xff\xfe\x00", "This file is not UTF-8"),
    (HEAD.encode(), "There is no box in this file."),
    (b"x" * 200_000, "1: This is not CSV"),
])  # fmt: skip
def test_a_file_of_another_kind_is_one_sentence(content: bytes, said: str) -> None:
    """Damaged, in another encoding or empty: said once."""
    (found,) = mistakes(content=content)
    assert found.removeprefix("b.csv:").strip().startswith(said)


def test_reading_stops_when_the_file_is_another_kind() -> None:
    """Thousands of mistakes are one: this is not that file."""
    found = mistakes(*["BURSA,1,A,1,1,1,1,0,0,0"] * 5000)
    assert MISTAKES_MAX + 1 == len(found)
    assert "reading stops here" in found[-1]


@pytest.mark.parametrize(("text", "expected"), [
    ("ADALAR", "adalar"), ("İÇERENKÖY MAH.", "icerenkoy-mah"), ("Ağva  Merkez", "agva-merkez"),
    ("ŞIŞLI", "sisli"), ("Kınalıada", "kinaliada"), ("...", ""),
])  # fmt: skip
def test_a_slug_is_small_letters_digits_and_hyphens(text: str, expected: str) -> None:
    """Turkish letters lose their marks, both kinds of i are one."""
    assert expected == slug(text)
