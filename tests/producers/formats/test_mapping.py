"""A mapping as its author writes it: every mistake at once, each with its line and the way out."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import MistakesError
from producers.formats.mapping import read_mapping
from tests.producers.formats.tables import WIDE

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "mapping.md"


def mistakes(text: str) -> list[str]:
    """What is wrong with this mapping, as `line: sentence`."""
    with pytest.raises(MistakesError) as caught:
        read_mapping("my.toml", text.encode())
    return [str(mistake).removeprefix("my.toml:") for mistake in caught.value.mistakes]


def test_the_page_of_mappings_is_right() -> None:
    """Each whole example on it is a mapping; the parts are, once columns are added."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert 6 <= len(blocks)
    for block in blocks:
        read_mapping("page.toml", block.encode())


def test_every_word_of_a_mapping_is_on_its_page() -> None:
    """Whatever the reader asks for is explained."""
    page = PAGE.read_text(encoding="utf-8")
    known = mistakes("[feed]\nx=1\n[file]\nx=1\n[numbers]\nx=1\n[time]\nx=1\n[fixed]\nx=1\n[columns]\nx=1\n")
    lists = [found[1] for one in known if (found := re.search(r"known here: (.*)\.$", one))]
    words = {word for one in lists for word in one.split(", ")}
    assert len(words) > 30
    assert [] == sorted(word for word in words if not re.search(rf"\b{word}\b", page))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "This is not TOML"),
        ("[feed]\ntable = 'hole'", "2: feed.table is 'hole'; it is additions or whole."),
        ("[file]\nencoding = 'utf-88'", "2: There is no encoding 'utf-88'"),
        ("[file]\nencoding = 'idna'", "2: There is no encoding"),
        ("[file]\nencoding = 'unicode_escape'", "2: There is no encoding"),
        ("[file]\nheader_lines = 101", "2: file.header_lines is 101; it is at most 100."),
        ("[file]\ndelimiter = ';;'", "2: file.delimiter is ';;'; it is one character"),
        ("[file]\ndelimiter = '\"'", "1: file.quote is the delimiter"),
        ("[file]\nsorted = 1", "2: file.sorted is 1; it is true or false."),
        ("[[file.skip]]\ncolumn = 'a'", "1: file.skip says no marks"),
        ("[[file.skip]]\ncolumn = 'a'\nbegins = ''", "3: file.skip.begins is empty"),
        ("[numbers]\ndecimal = ','\nthousands = ','", "2: numbers.decimal and numbers.thousands are both"),
        ("[numbers]\ndecimal = '0'", "2: numbers.decimal is one character"),
        ("[time]\nzone = 'Europe/Istambul'", "2: There is no time zone 'Europe/Istambul'"),
        ("[time]\nformat = '%d.%m.%Y %H:%M'", 'has no zone; say it as zone = "Europe/Istanbul"'),
        ("[time]\nzone = '+03:00'\nformat = '%H:%M'", "3: '%H:%M' has no day; say it as date"),
        ("[time]\nzone = '+03:00'\nformat = '%d.%m. %H:%M'", "3: '%d.%m. %H:%M' says the day in part"),
        ("[time]\nzone = '+03:00'\nformat = '%Y %H:%M'", "3: '%Y %H:%M' has no day"),
        ("[time]\nzone = '+03:00'\nformat = '%d.%m.%Y %I:%M'", "3: '%d.%m.%Y %I:%M' does not say which half"),
        ("[time]\nzone = '+03:00'\nformat = '%Q'", "3: '%Q' is no format of a time"),
        ("[time]\nzone = '+03:00'\nformat = '%d.%d'", "3: '%d.%d' is no format of a time"),
        ("[time]\nday_begins = 'noon'", "2: time.day_begins is 'noon'"),
        ("[time]\nday_begins = '12:00+03:00'", "2: time.day_begins is '12:00+03:00'"),
        ("[fixed]\ncause = 'guess'", "2: There is no cause 'guess'"),
        ("[causes]\nguess = 'x'", "2: There is no causes.guess"),
        ("[figures]\nblank = 'x'", "2: There is no figures.blank"),
        ("[states]\nsealed = 'S'\ntorn = 'S'", "3: 'S' means sealed already"),
        ("[states]\nsealed = 1", "2: states.sealed is 1"),
        ("[choices]\nAda = 'x'", "2: 'Ada' is no id"),
        ("[contests]\na_b = 'x'", "2: 'a_b' is no id"),
        ("[contests]\na = 'x'\nb = 'x'", "3: 'x' means a already"),
        ("[choices]\na = 'x'\nb = 'x'", "3: 'x' means a already"),
        ("[choices.a]\nmark = 'x'", "2: There is no choices.a.mark"),
        ("[columns]\nvoters = 'v'\n[choices]\na = 'x'", "1: columns.unit is missing"),
        ("[columns]\nunit = 'b'", "1: Nothing says where the votes stand"),
        ("[columns]\nunit = 'b'\nchoice = 'c'", "columns.choice and columns.votes go together"),
        ("[columns]\nunit = 'b'\nchoice = 'c'\nvotes = 'v'\nchoices = 'x'", "5: columns.choices is for wide"),
        ("[columns]\nunit = 'b'\nchoices = 'x'\npairs = true", "4: Pairs need choice and votes"),
        ("[columns]\nunit = '{b|upper}'\nchoices = 'x'", "2: '{b|upper}' is no column of a template"),
        ("[columns]\nunit = 'b'\nchoices = 'x'\narea.district = {}", "columns.area.district.name is missing"),
        ("[feed]\nrevision = 'time'\n[columns]\nunit = 'b'\nchoices = 'x'", 'columns.time is missing'),
        ("[fixed]\ncontest = 'a'\n[columns]\nunit='b'\nchoices='x'\ncontest='c'", "6: The contest is"),
        ("[paths]\nunit = 'a..b'\nchoices = 'x'", "2: 'a..b' is no path"),
        ("[colums]\nunit = 'b'", "There is no colums; known here"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(text: str, said: str) -> None:
    """Nothing that is not known is passed over."""
    assert any(said in mistake for mistake in mistakes(text)), mistakes(text)


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    """So that a mapping is mended in one go."""
    found = mistakes("[feed]\ntable = 'x'\nlevel = 1\n[numbers]\ndecimal = '..'\n[fixed]\ncauze = 'x'")
    assert [2, 3, 5, 7] == [int(mistake.split(":")[0]) for mistake in found]


def test_a_mistake_in_a_dotted_key_has_its_line() -> None:
    """As area.district and choices.ada are written."""
    found = mistakes(f"{WIDE}\n[contests.mayor]\nchoices.ada = 1\n")
    assert any(mistake.startswith("10: ") for mistake in found), found


def test_marks_choices_and_contests_are_found_by_what_the_feed_calls_them() -> None:
    """By a mark, else by the slug of the name; spaces do not matter."""
    text = f"""
        {WIDE}
        [contests.mayor]
        name = "Mayor"
        marks = ["Büyükşehir  Belediye Başkanlığı"]
        choices.bulut = "B. Kaya"
        [areas]
        north = "KUZEY"
        [units]
        n-1 = "0001"
        [figures]
        invalid = ["Geçersiz", "Boş"]
    """.replace("        ", "")
    found = read_mapping("my.toml", text.encode())
    assert "mayor" == found.contest_of(" Büyükşehir Belediye Başkanlığı") == found.contest_of("Mayor")
    assert ("council", "Mayor", "Mayor") == (
        found.contest_of("Council"), found.contest_name("mayor", "x"), found.contest_name("mayor"),
    )  # fmt: skip
    assert ("bulut", "ada", "b-kaya", "cem-tas") == (
        found.choice_of("mayor", "B. Kaya"), found.choice_of("mayor", "Ada"),
        found.choice_of("council", "B. Kaya"), found.choice_of("mayor", "Cem Taş"),
    )  # fmt: skip
    assert ("north", "guney", "n-1", "0002") == (
        found.area_of("KUZEY"), found.area_of("Güney"), found.unit_of("0001"), found.unit_of(" 0002"),
    )  # fmt: skip
    assert ("invalid", "") == (found.figure_of("Boş"), found.figure_of("Ada"))


def said(content: bytes) -> str:
    """What became of these bytes, in a sentence."""
    try:
        return f"a mapping, {read_mapping('my.toml', content).name}"
    except MistakesError as error:
        return str(error)


@given(st.binary(max_size=60))
def test_no_bytes_are_a_traceback(noise: bytes) -> None:
    """A mapping is read or has mistakes."""
    assert said(noise)


SECTIONS = st.sampled_from(
    ["feed", "file", "columns", "time", "choices", "contests.a", "contests.a.columns", "states", "fixed"]
)
KEYS = st.sampled_from(
    ["unit", "choices", "area", "time", "encoding", "skip", "ada", "format", "x", "zone", "date"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "{", "{a}", "*", "utf-16", "%d"]),
    lambda inner: st.lists(inner, max_size=3),
)


@given(
    st.lists(
        st.tuples(
            SECTIONS,
            st.lists(st.tuples(KEYS, VALUES), max_size=4),
        ),
        max_size=4,
    )
)
def test_no_values_are_a_traceback(sections: list[tuple[str, list[tuple[str, object]]]]) -> None:
    """Any kind of value where another is expected is a mistake with a sentence."""
    lines = []
    for section, pairs in sections:
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml(value)}" for key, value in pairs]
    assert said("\n".join(lines).encode())


def _toml(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(bool(value)).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
