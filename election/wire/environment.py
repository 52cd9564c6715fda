"""How a room's settings come out of an environment: the same way, with the same words, in every room.

Know before changing: the environment is an argument; nothing here looks for one. A setting that cannot be
read is a UsageError that names its variable, never a default taken in silence.
"""

from collections.abc import Mapping
from dataclasses import field, fields
from math import isfinite
from typing import Any

from election.errors import UsageError


def from_variable(variable: str, default: Any, *, secret: bool = False) -> Any:
    """A field of a settings dataclass that is read from an environment variable, as its default's type.

    A secret one does not stand in the text of the settings, which may end in a log.
    """
    return field(default=default, metadata={"variable": variable}, repr=not secret)


def given(settings: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    """What an environment says of the fields of a settings dataclass; an empty variable says nothing.

    Raises UsageError for a text that is not of the field's type.
    """
    found: dict[str, Any] = {}
    for spec in fields(settings):
        variable: str = spec.metadata["variable"]
        if text := environment.get(variable, ""):
            found[spec.name] = _parse(variable, text, type(spec.default))
    return found


def _parse(variable: str, text: str, kind: type) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or (isinstance(value, float) and not isfinite(value)):
        what = "whole number" if kind is int else "number"
        raise UsageError(f"{variable} is {text!r}; it is a {what}.")
    return value
