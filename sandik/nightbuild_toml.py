"""Writes a table as TOML, for night folders that a command makes.

Know before changing: Python reads TOML but does not write it; this writes what night folders hold and no more
(texts, numbers, flags, dates, lists, tables). Comments of the file it was read from are not kept.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sandik.scaffold_toml import literal


def toml(table: Mapping[str, Any]) -> str:
    """The table as a TOML document."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Plain keys first, since a key after a header belongs to that header; then tables and lists of them."""
    for key, value in table.items():
        if not _is_section(key, value, path) and not _is_list_of_tables(value):
            yield f"{key} = {literal(value)}"
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
