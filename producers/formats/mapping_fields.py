"""The words of `[columns]` and `[paths]` in a mapping: where each fact of a row stands.

    unit = "{İlçe|slug}-{Sandık No|04}"       a template; without braces the one column of that name
    area.district = "İlçe"                    or { name = "İlçe", id = "İlçe kodu" }
    invalid = ["Boş", "Geçersiz"]             added together

Know before changing: both sections have the same words, so that whoever can write one can write the other.
"""

import re
from dataclasses import replace
from typing import Any

from election.wire.toml_reader import Table
from producers.formats.paths import read
from producers.formats.shapes import FIGURES, AreaField, Fields, Slot, Template

_SLOT = re.compile(r"\{([^{}]*)\}")
_MAKE = re.compile(r"slug|lower|0[1-9]")
ONES = ("contest", "revision", "time", "state", "cause", "boxes", "choice", "votes", "party")


def read_fields(table: Table, paths: bool) -> Fields:
    """The fields of one section; a path is judged by the format that follows it."""
    found = Fields(
        unit=_template(table, "unit"),
        unit_name=_template(table, "unit_name"),
        areas=_areas(table.table("area")),
        choices=one_or_more(table, "choices"),
        ignore=() if paths else one_or_more(table, "ignore"),
        pairs=False if paths else table.flag("pairs", False),
        rows=table.text("rows", "") if paths else "",
    )
    said: dict[str, Any] = {name: table.text(name, "") for name in ONES}
    said.update((name, one_or_more(table, name)) for name in FIGURES)
    table.finish()
    if paths:
        _paths(table, found, said)
    return replace(found, **said)


def _paths(table: Table, found: Fields, said: dict[str, Any]) -> None:
    """Every text of `[paths]` is a path."""
    texts = [("rows", found.rows), *(("choices", text) for text in found.choices)]
    texts += [
        (key, text) for key, word in said.items() for text in ([word] if isinstance(word, str) else word)
    ]
    areas = [(area.level, one) for area in found.areas for one in (area.name, area.id)]
    for key, template in (("unit", found.unit), ("unit_name", found.unit_name), *areas):
        texts += [(key, name) for name in (template.names if template else ())]
    for key, text in texts:
        try:
            read(text)
        except ValueError as error:
            table.wrong(key, str(error))


def one_or_more(table: Table, key: str) -> tuple[str, ...]:
    """A text or a list of texts; nothing where the key is missing."""
    if isinstance(table.value(key), str):
        return (table.text(key),)
    return table.texts(key, ())


def _areas(table: Table) -> tuple[AreaField, ...]:
    found = []
    for level in table.keys_here():
        if isinstance(table.value(level), dict):
            one = table.table(level)
            name, id_ = _template(one, "name"), _template(one, "id")
            if name is None and id_ is None:
                one.wrong(None, f"{one.name}name is missing: which column is it?")
            elif name is None:
                name = id_
            if name is not None:
                found.append(AreaField(level, name, id_))
            one.finish()
        else:
            name = _template(table, level)
            if name is not None:
                found.append(AreaField(level, name))
    return tuple(found)


def _template(table: Table, key: str) -> Template | None:
    text = table.text(key, "")
    if not text:
        return None
    parts: list[str | Slot] = []
    at = 0
    for slot in _SLOT.finditer(text):
        name, _, make = slot[1].partition("|")
        if not name.strip() or (make and not _MAKE.fullmatch(make)):
            message = (
                f"{slot[0]!r:.60} is no column of a template: write {{name}}, {{name|slug}} or {{name|04}}."
            )
            table.wrong(key, message)
            return None
        if text[at : slot.start()]:
            parts.append(text[at : slot.start()])
        parts.append(Slot(name.strip(), make))
        at = slot.end()
    if not parts:
        return Template(text, (Slot(text),))
    if text[at:]:
        parts.append(text[at:])
    return Template(text, tuple(parts))
