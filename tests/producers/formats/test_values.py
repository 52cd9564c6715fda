"""What a cell means: numbers as they are written, nothing, states, times; and nothing is guessed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.formats.judging import RefusedError
from producers.formats.mapping import read_mapping
from producers.formats.values import Clock, Counts, Words
from tests.producers.formats.tables import WIDE


def counts(numbers: str = "", more: str = "") -> Counts:
    """A reader of counts under these words of a mapping."""
    return Counts(read_mapping("my.toml", f"{WIDE}\n[numbers]\n{numbers}\n{more}".encode()))


TURKISH = 'decimal = ","\nthousands = "."'


@pytest.mark.parametrize(
    ("numbers", "text", "count"),
    [
        ("", "0", 0),
        ("", " 312 ", 312),
        ("", "0007", 7),
        ("", "0" * 5000, 0),
        (TURKISH, "1.234,00", 1234),
        (TURKISH, "1.234.567", 1234567),
        (TURKISH, "1234,0", 1234),
        (TURKISH, "12", 12),
        ('decimal = "."', "312.0", 312),
        ('thousands = ["\'", " "]', "1'234", 1234),
        ('thousands = " "', "1\u202f234", 1234),
        ('thousands = ","', "1,234", 1234),
        ("", "", None),
        ("", "  ", None),
        ('absent = ["-", "yok"]', "yok", None),
        ('absent = "9999"', "9999", None),
    ],
)
def test_a_number_is_what_the_mapping_says_it_is(numbers: str, text: str, count: int | None) -> None:
    """A blank is absent, which is no zero."""
    assert count == counts(numbers).read(text, "Ada")


@pytest.mark.parametrize(
    ("numbers", "text", "code", "says"),
    [
        ("", "1.234", "E107", "numbers.thousands"),
        ("", "312,00", "E107", "numbers.decimal"),
        ("", "-", "E107", "numbers.absent"),
        ("", "mühürlü", "E107", "[states]"),
        (TURKISH, "1.234,5", "E107", "no whole number"),
        (TURKISH, "1.23", "E107", "no whole number"),
        (TURKISH, "12.34.567", "E107", "no whole number"),
        (TURKISH, "0.123", "E107", "no whole number"),
        ('decimal = "."', "1.000", "E107", "1 or 1000"),
        ("", "1e3", "E107", "no whole number"),
        ("", "٣", "E107", "no whole number"),
        ("", "²", "E107", "no whole number"),
        ("", "-5", "E106", "negative"),
        ("", "−5", "E106", "negative"),
        ("", "99999999999", "E109", "more than"),
        ("", "9" * 5000, "E109", "more than"),
        (TURKISH, "9.999.999.999", "E109", "more than"),
    ],
)
def test_what_is_no_whole_number_is_refused_with_the_way_out(
    numbers: str, text: str, code: str, says: str
) -> None:
    """Half a vote, a number that could be two, and words."""
    with pytest.raises(RefusedError) as caught:
        counts(numbers).read(text, "Ada")
    assert (code, "Ada") == (caught.value.code, caught.value.column)
    assert says in str(caught.value)


def test_a_mark_of_a_state_is_a_state_and_never_a_zero() -> None:
    """In a cell of a count; where only a number may stand it is refused."""
    reader = counts("", '[states]\nsealed = ["S", "mühürlü"]')
    assert "sealed" == reader.read("mühürlü", "Ada") == reader.read(" S ", "Ada")
    with pytest.raises(RefusedError):
        reader.number("S", "boxes")


@given(st.integers(0, 2**31 - 1), st.sampled_from([".", ",", " ", "'", ""]), st.sampled_from(["", ",", "."]))
def test_a_number_written_with_any_marks_reads_back(count: int, thousands: str, decimal: str) -> None:
    """As long as the two marks are not the same one."""
    if thousands == decimal != "":
        return
    written = f"{count:,}".replace(",", thousands) + (f"{decimal}00" if decimal else "")
    assert count == counts(f'decimal = "{decimal}"\nthousands = "{thousands}"').read(written, "Ada")


@given(st.text(max_size=12), st.sampled_from(["", TURKISH, 'decimal = "."', 'absent = "-"']))
def test_no_text_is_a_traceback_or_a_zero_that_does_not_stand_there(text: str, numbers: str) -> None:
    """A number comes of digits only."""
    try:
        found = counts(numbers).read(text, "Ada")
    except RefusedError:
        return
    assert found is None or set(str(found)) <= set(text)


def clock(times: str) -> Clock:
    """A reader of times under these words."""
    return Clock(read_mapping("my.toml", f"{WIDE}\n[time]\n{times}".encode()).times)


HALF_PAST_SIX = datetime(2019, 6, 23, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "text"),
    [
        ("", "2019-06-23T18:30:00+03:00"),
        ("", "2019-06-23 15:30Z"),
        ('zone = "Europe/Istanbul"', "2019-06-23 18:30"),
        ('zone = "+03:00"', "2019-06-23T18:30:00"),
        ('format = "%d.%m.%Y %H:%M"\nzone = "Europe/Istanbul"', " 23.06.2019 18:30 "),
        ('format = ["%d/%m/%y", "%d.%m.%y %H:%M"]\nzone = "+03:00"', "23.06.19 18:30"),
        ('format = "%d.%m.%Y %H:%M %z"', "23.06.2019 17:30 +0200"),
        ('format = "%H:%M"\ndate = 2019-06-23\nzone = "Europe/Istanbul"', "18:30"),
        ('format = "unix"', "1561303800"),
        ('format = "unix_ms"', "1561303800000"),
        ('format = "unix_ms"', "1561303800000.0009"),
    ],
)
def test_a_time_is_what_the_mapping_says_it_is(times: str, text: str) -> None:
    """Always told in UTC."""
    assert HALF_PAST_SIX == clock(times).read(text, "Saat")


def test_an_hour_after_midnight_is_of_the_next_day() -> None:
    """Where the table gives hours only."""
    times = 'format = "%H:%M"\ndate = 2019-06-23\nzone = "+00:00"'
    assert datetime(2019, 6, 24, 1, 5, tzinfo=UTC) == clock(times).read("01:05", "Saat")
    assert datetime(2019, 6, 23, 1, 5, tzinfo=UTC) == clock(times + '\nday_begins = "00:00"').read(
        "01:05", "Saat"
    )


@pytest.mark.parametrize(
    ("times", "text", "says"),
    [
        ("", "2019-06-23 18:30", "has no zone"),
        ("", "2019-06-23", "no time"),
        ("", "", "no time"),
        ("", "0001-01-01T00:00:00+14:00", "no time"),
        ('format = "unix"', "-5", "no time"),
        ('format = "unix"', "9999999999999999", "no time"),
        ('zone = "Europe/Berlin"', "2024-10-27 02:30", "there twice"),
        ('zone = "Europe/Berlin"', "2024-03-31 02:30", "skipped"),
    ],
)
def test_a_time_that_could_be_another_is_refused(times: str, text: str, says: str) -> None:
    """No zone, no hour, an hour the clock has twice."""
    with pytest.raises(RefusedError) as caught:
        clock(times).read(text, "Saat")
    assert ("R009", "Saat") == (caught.value.code, caught.value.column)
    assert says in str(caught.value)


def test_the_first_format_that_fits_is_taken() -> None:
    """A list of formats is tried in its order."""
    times = 'format = ["%d.%m.%Y %H:%M", "iso"]\nzone = "+03:00"'
    assert clock(times).read("23.06.2019 18:30", "x") == clock(times).read("2019-06-23 18:30", "x")


def test_states_and_causes_are_marks_or_our_own_words() -> None:
    """A blank is counted, and first."""
    words = Words(
        read_mapping("my.toml", f'{WIDE}\n[states]\nsealed = "1"\n[causes]\nrecount = "Yeniden"'.encode())
    )
    assert ("sealed", "counted", "burnt") == (
        words.state("1", "s"),
        words.state(" ", "s"),
        words.state("burnt", "s"),
    )
    assert ("recount", "first", "typo") == (
        words.cause("Yeniden", "c"),
        words.cause("", "c"),
        words.cause("typo", "c"),
    )


@pytest.mark.parametrize("text", ["Açıldı!", "two words"])
def test_a_state_or_cause_nobody_named_is_refused(text: str) -> None:
    """It could be anything."""
    words = Words(read_mapping("my.toml", WIDE.encode()))
    for read in (words.state, words.cause):
        with pytest.raises(RefusedError, match="say in"):
            read(text, "column")
