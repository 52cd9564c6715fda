"""Writes a table as TOML, for night folders that a command makes.

Know before changing: Python reads TOML but does not write it; this writes what night folders hold and no more
(texts, numbers, flags, dates, lists, tables). Comments of the file it was read from are not kept.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any


def toml(table: Mapping[str, Any]) -> str:
    """The table as a TOML document."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Plain keys first, since a key after a header belongs to that header; then tables and lists of them."""
    for key, value in table.items():
        if not _is_section(key, value, path) and not _is_list_of_tables(value):
            yield f"{key} = {_value(value)}"
    for key, value in table.items():
        if _is_section(key, value, path):
            yield f"\n[{'.'.join((*path, key))}]"
            yield from _lines(value, (*path, key))
    for key, value in table.items():
        if _is_list_of_tables(value):
            for one in value:
                yield f"\n[[{'.'.join((*path, key))}]]"
                yield from _lines(one, (*path, key))


def _is_section(key: str, value: Any, path: tuple[str, ...]) -> bool:
    """A table with a header of its own: at the top any but `names`, below only one that holds tables."""
    if not isinstance(value, dict):
        return False
    if not path:
        return key != "names"
    return any(isinstance(inner, dict | list) for inner in value.values())


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, date):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    return repr(value)
