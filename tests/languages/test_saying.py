"""A sentence of the table says its values as the language writes them, and nothing is lost on the way."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from languages import saying
from languages.saying import Field, in_each, parse, plural, said, say, sentence, spoken

KINDS = [
    ("number", 806014, "806,014", "806.014"),
    ("number", -5, "−5", "−5"),
    ("number", 0, "0", "0"),
    ("decimal", 0.5, "0.5", "0,5"),
    ("decimal", -21.04, "−21.0", "−21,0"),
    ("decimal", -0.01, "0.0", "0,0"),
    ("short", 0.5, "0.5", "0,5"),
    ("short", 2.0, "2", "2"),
    ("tenths", 950, "95.0", "95,0"),
    ("hundredths", (13729, 8549822), "0.16", "0,16"),
    ("hundredths", (0, 100), "0.00", "0,00"),
    ("hundredths", (1, 10**7), "<0.01", "<0,01"),
    ("hundredths", (5, 0), "0.00", "0,00"),
    ("clock", time(19, 5), "19:05", "19.05"),
    ("day", date(2019, 5, 6), "6 May", "6 Mayıs"),
    ("list", [], "", ""),
    ("list", ["A"], "A", "A"),
    ("list", ["A", "B"], "A and B", "A ve B"),
    ("list", ["A", "B", "C"], "A, B and C", "A, B ve C"),
    ("items", ["A", "B"], "A; B", "A; B"),
    ("", "x", "x", "x"),
]


@pytest.mark.parametrize(("kind", "value", "en", "tr"), KINDS)
def test_a_field_says_its_value_as_the_language_writes_it(kind: str, value: object, en: str, tr: str) -> None:
    """Thousands, decimals, hours, days and lists; never a rounded nothing, nor minus zero."""
    assert (en, tr) == tuple(saying.FIELDS[kind](language, value) for language in ("en", "tr"))


def test_a_plural_and_a_choice_have_sentences_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms may hold fields, and fields that choose again; what is not named is `other`."""
    text = "{n, plural, one {a {what} is} other {{n, number} {what} are}}{done, select, yes {!} other {?}}"
    filled = [saying._filled("en", parse(text), {"n": n, "what": "box", "done": n == 1}) for n in (1, 2000)]
    assert ["a box is!", "2,000 box are?"] == filled


def test_a_value_may_differ_by_language() -> None:
    """As a mapping, or as a function of the language; in lists too."""
    by = {"en": "Yes", "tr": "Evet"}
    assert {"en": "CALLED for Yes", "tr": "İLAN EDİLDİ: Evet"} == said("told.made", names=by)
    assert "İLAN EDİLDİ: Evet" == say("tr", "told.made", names=lambda language: by[language])
    assert "Evet; x." == say("tr", "told.sources.because", parts=[by, "x"])


@pytest.mark.parametrize(
    "wrong",
    ["{", "{}", "a}", "{n", "{n, plural}", "{n, plural, one {x}}", "{n, shout}", "{n, number, x {y}}"],
)
def test_a_sentence_that_cannot_be_read_says_where(wrong: str) -> None:
    """A brace is always a field, and a choice always has an `other`."""
    with pytest.raises(ValueError, match="of '"):
        parse(wrong)


NAMES = st.from_regex(r"[a-z]+", fullmatch=True)
TEXT = st.text(st.characters(blacklist_characters="{}", blacklist_categories=["Cs"]))


@given(st.lists(st.tuples(TEXT, NAMES, TEXT)))
def test_what_stands_between_fields_is_said_as_it_is(parts: list[tuple[str, str, str]]) -> None:
    """Every letter of the table and every value, in order."""
    text = "".join(f"{before}{{{name}}}{after}" for before, name, after in parts)
    values = {name: f"<{name}>" for _, name, _ in parts}
    wanted = "".join(f"{before}<{name}>{after}" for before, name, after in parts)
    assert wanted == saying._filled("en", parse(text), values)


ARABIC = "zero: n = 0; one: n = 1; two: n = 2; few: n % 100 = 3..10; many: n % 100 = 11..99"
POLISH = "one: n = 1; few: n % 10 = 2..4 and n % 100 != 12..14"


@pytest.mark.parametrize(
    ("rules", "value", "form"),
    [
        (ARABIC, 0, "zero"), (ARABIC, 1, "one"), (ARABIC, 2, "two"), (ARABIC, 103, "few"),
        (ARABIC, 111, "many"), (ARABIC, 100, "other"), (POLISH, 22, "few"), (POLISH, 12, "other"),
        (POLISH, 1, "one"), (POLISH, 5, "other"), ("", 1, "other"), ("one: n = 0,1", 0, "one"),
        ("one: n = 1 or n = 21", -21, "one"),
    ],
)  # fmt: skip
def test_a_count_has_the_form_that_the_rules_of_its_language_say(
    monkeypatch: pytest.MonkeyPatch, rules: str, value: int, form: str
) -> None:
    """CLDR's rules for whole numbers, as the table writes them."""
    monkeypatch.setattr(saying, "grammar", lambda *_: rules)
    assert form == plural("xx", value)


def test_a_rule_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """CLDR's letters for decimals are not read: only whole things are counted."""
    monkeypatch.setattr(saying, "grammar", lambda *_: "one: v = 0")
    with pytest.raises(ValueError, match="v = 0"):
        plural("xx", 1)


def test_english_comes_first_and_stands_in_for_what_a_language_lacks() -> None:
    """Also for a language that there is no file for."""
    assert ("en", "tr") == spoken()
    assert {"en": "EN", "tr": "TR"} == in_each(str.upper)
    assert ("the first boxes are counted",) == sentence("xx", "told.counted.first")
    assert ("İLAN EDİLDİ: ", Field("names")) == sentence("tr", "told.made")
    with pytest.raises(KeyError):
        say("en", "told.nothing_of_the_kind")
