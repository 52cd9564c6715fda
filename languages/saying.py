"""Sentences with named fields, as the tables have them: a small part of ICU MessageFormat, and pure.

    said("told.lead.title", names="Kaya", many=1)       {"en": "Kaya takes the lead", "tr": "Kaya öne geçti"}
    say("tr", "told.lead.title", names="Kaya", many=1)  one language alone

    {name} {n, number} {x, decimal} {x, short} {n, tenths} {pair, hundredths}
    {at, clock} {at, day} {names, list} {parts, items}
    {n, plural, one {vote} other {votes}}               the language's own forms (CLDR), `grammar.plural`
    {done, select, yes {all} other {some}}              true is yes, false is no

Know before changing: grammar belongs in the tables; what no field can say becomes one more kind of field
here, for all languages alike. A value that differs by language is a mapping by language or a function of one.
There is no escape: a brace is always a field. A sentence that a language's file lacks is said in English.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import Any

from languages import codes, table

PLAIN = "en"
"""The language whose file has every sentence."""
MINUS = "−"


@dataclass(frozen=True, slots=True)
class Field:
    """A place that a value is put into; of plural and select, what is said for which."""

    name: str
    kind: str = ""
    forms: Mapping[str, tuple["str | Field", ...]] = field(default_factory=dict)


Nodes = tuple[str | Field, ...]
_HEAD = re.compile(r"(\w+)(?:, (\w+))?(, )?")
_FORM = re.compile(r" *(\w+) \{")


def parse(text: str) -> Nodes:
    """A sentence taken apart. Raises ValueError with the place of what cannot be read."""
    nodes, at = _nodes(text, 0)
    if at != len(text):
        raise ValueError(f"A brace too many at {at} of {text!r}.")
    return nodes


def _nodes(text: str, at: int) -> tuple[Nodes, int]:
    """What stands from here to the end, or to the brace that ends a form."""
    found: list[str | Field] = []
    while at < len(text) and text[at] != "}":
        if text[at] == "{":
            made, at = _field(text, at)
            found.append(made)
        else:
            end = min(place for place in (text.find("{", at), text.find("}", at), len(text)) if place >= 0)
            found.append(text[at:end])
            at = end
    return tuple(found), at


def _field(text: str, at: int) -> tuple[Field, int]:
    head = _HEAD.match(text, at + 1)
    if head is None:
        raise ValueError(f"A field begins with its name at {at} of {text!r}.")
    end, forms = head.end(), dict[str, Nodes]()
    while head[3] and (form := _FORM.match(text, end)) is not None:
        forms[form[1]], end = _nodes(text, form.end())
        end += 1
    kind = head[2] or ""
    if text[end : end + 1] != "}" or (kind in FORKS) != bool(forms) or (forms and "other" not in forms):
        raise ValueError(f"This field does not end as it should, at {at} of {text!r}.")
    if kind not in FORKS and kind not in FIELDS:
        raise ValueError(f"There is no field of the kind {kind!r}, at {at} of {text!r}.")
    return Field(head[1], kind, forms), end + 1


@cache
def sentence(language: str, key: str) -> Nodes:
    """The sentence of a language under `part.key`, else the English one. Raises KeyError for neither."""
    part, _, rest = key.partition(".")
    known = table(language).get(part, {}) if language in codes() else {}
    return parse(known[rest] if rest in known else table(PLAIN)[part][rest])


def say(language: str, key: str, **values: Any) -> str:
    """The sentence in one language, its fields filled in."""
    return _filled(language, sentence(language, key), values)


def known(language: str, key: str) -> str | None:
    """A sentence without fields, or None where this language's file has none under the key."""
    part, _, rest = key.partition(".")
    return table(language).get(part, {}).get(rest) if language in codes() else None


def said(key: str, **values: Any) -> dict[str, str]:
    """The sentence in every language there is a file for, English first among those it stands with."""
    return in_each(lambda language: say(language, key, **values))


def in_each(make: Callable[[str], str]) -> dict[str, str]:
    """What is made for a language, for all of them."""
    return {language: make(language) for language in spoken()}


@cache
def spoken() -> tuple[str, ...]:
    """Every language, English first."""
    return (PLAIN, *(code for code in codes() if code != PLAIN))


def _filled(language: str, nodes: Nodes, values: Mapping[str, Any]) -> str:
    return "".join(node if isinstance(node, str) else _shown(language, node, values) for node in nodes)


def _shown(language: str, place: Field, values: Mapping[str, Any]) -> str:
    value = _in(language, values[place.name])
    if place.kind in FORKS:
        asked = FORKS[place.kind](language, value)
        return _filled(language, place.forms.get(asked, place.forms["other"]), values)
    return FIELDS[place.kind](language, value)


def _in(language: str, value: Any) -> Any:
    """A value as this language has it."""
    if isinstance(value, Mapping):
        return value.get(language, value.get(PLAIN, ""))
    if isinstance(value, list | tuple):
        return [_in(language, one) for one in value]
    return value(language) if callable(value) else value


def grammar(language: str, key: str) -> str:
    """How a language joins, counts and writes numbers: what is not of any one sentence."""
    for code in (language, PLAIN):
        for part in ("grammar", "board"):
            if code in codes() and key in table(code).get(part, {}):
                return table(code)[part][key]
    raise KeyError(key)


def number(value: int, language: str) -> str:
    """A count with the language's thousands mark; a loss has a minus sign."""
    return (MINUS if value < 0 else "") + f"{abs(value):,}".replace(",", grammar(language, "group"))


def decimal(value: float, language: str) -> str:
    """A number with one decimal, and the language's decimal mark."""
    text = f"{abs(value):.1f}"
    sign = MINUS if value < 0 and text != "0.0" else ""
    return sign + text.replace(".", grammar(language, "decimal"))


def short(value: float, language: str) -> str:
    """A number with no more decimals than it needs."""
    return f"{value:g}".replace(".", grammar(language, "decimal"))


def tenths(value: int, language: str) -> str:
    """A whole number of tenths, with one decimal."""
    whole, rest = divmod(value, 10)
    return f"{whole}{grammar(language, 'decimal')}{rest}"


def hundredths(pair: tuple[int, int], language: str) -> str:
    """A part of a whole in percent, two decimals, rounded half up; never a rounded nothing."""
    part, whole = pair
    scaled = (2 * part * 10000 + whole) // (2 * whole) if whole else 0
    less = "<" if part and whole and not scaled else ""
    text = f"{less}{max(scaled, 1 if less else 0) / 100:.2f}"
    return text.replace(".", grammar(language, "decimal"))


def clock(local: time | datetime, language: str) -> str:
    """An hour of the day: 19:15, in Turkish 19.15."""
    return grammar(language, "clock_short").format(h=f"{local:%H}", m=f"{local:%M}")


def day(of: date, language: str) -> str:
    """A day in words, without its year."""
    month = grammar(language, "months").split("|")[of.month - 1]
    return grammar(language, "day").format(d=of.day, month=month)


def listed(names: Sequence[str], language: str) -> str:
    """Several names as one part of a sentence."""
    if len(names) < 2:
        return "".join(names)
    head = grammar(language, "list.comma").join(names[:-1])
    return grammar(language, "list").format(head=head, last=names[-1])


def items(parts: Sequence[str], language: str) -> str:
    """Several statements beside each other."""
    return grammar(language, "items").join(parts)


def plural(language: str, value: int) -> str:
    """The form a count asks for: `grammar.plural` has CLDR's rules for whole numbers, `form: rule; …`."""
    for form, rule in _rules(grammar(language, "plural")):
        if any(all(_holds(value, one) for one in every) for every in rule):
            return form
    return "other"


_Relation = tuple[int, bool, tuple[tuple[int, int], ...]]
_RELATION = re.compile(r"n(?: % (\d+))? (!?=) ([\d.,]+)")


@cache
def _rules(text: str) -> tuple[tuple[str, tuple[tuple[_Relation, ...], ...]], ...]:
    """`one: n = 1; few: n % 10 = 2..4 and n % 100 != 12..14`, taken apart."""
    found = []
    for rule in filter(None, map(str.strip, text.split(";"))):
        form, _, says = rule.partition(": ")
        ways = tuple(tuple(map(_relation, way.split(" and "))) for way in says.split(" or "))
        found.append((form, ways))
    return tuple(found)


def _relation(text: str) -> _Relation:
    read = _RELATION.fullmatch(text.strip())
    if read is None:
        raise ValueError(f"A rule for a plural is like `n % 10 = 2..4`, not {text!r}.")
    ends = [one.partition("..") for one in read[3].split(",")]
    spans = tuple((int(first), int(last or first)) for first, _, last in ends)
    return int(read[1] or 0), read[2] == "=", spans


def _holds(value: int, relation: _Relation) -> bool:
    by, wanted, spans = relation
    n = abs(value) % by if by else abs(value)
    return any(first <= n <= last for first, last in spans) == wanted


def _chosen(language: str, value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


FORKS: Mapping[str, Callable[[str, Any], str]] = {"plural": plural, "select": _chosen}
"""Fields that say one of several things."""
FIELDS: Mapping[str, Callable[[str, Any], str]] = {
    "": lambda language, value: str(value),
    "number": lambda language, value: number(value, language),
    "decimal": lambda language, value: decimal(value, language),
    "short": lambda language, value: short(value, language),
    "tenths": lambda language, value: tenths(value, language),
    "hundredths": lambda language, value: hundredths(value, language),
    "clock": lambda language, value: clock(value, language),
    "day": lambda language, value: day(value, language),
    "list": lambda language, value: listed(value, language),
    "items": lambda language, value: items(value, language),
}
"""Fields that say a value, by their kind."""
