"""Paths of a mapping: where a thing lies in a tree of JSON, as people write it.

    read("results.precincts[*].votes")    names by dots; [0] the first of a list, [*] each of it
    read("precincts.*")                   each value of an object
    read("@key"), read("@value")          the name under which a row or a choice stands; itself
    read("^.name")                        ^ is the object above the row, ^^ the one above that
    read('"a.b".c')                       a name with a dot, a bracket or a space at an end stands in quotes

Know before changing: lists between a row and the object above it are no step of `^`.
"""

import re
from dataclasses import dataclass

from producers.formats.items import EACH, Path, Step

KEY, VALUE = "@key", "@value"
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|\[(\d{1,9})\]|(\[\*\]|\*)|(\.)|([^.\[\]"*]+)|(.)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A path: so many objects up, then these steps down; `key`: the name under which the row stands there."""

    up: int
    steps: Path
    key: bool = False


def read(text: str) -> Place:
    """A path; ValueError with a sentence if it is none. An empty one is the thing itself."""
    rest = text.strip()
    up = len(rest) - len(rest.lstrip("^"))
    rest = rest[up:]
    if up and rest[:1] not in ("", ".", "["):
        raise ValueError(f"In {text!r} a dot is missing after {'^' * up}.")
    rest = rest.removeprefix(".") if up else rest
    if rest == VALUE:
        return Place(up, ())
    if rest == KEY:
        return Place(up, (), True)
    return Place(up, tuple(_steps(text, rest)))


def _steps(text: str, rest: str) -> list[Step]:
    steps: list[Step] = []
    dotted = True
    for quoted, number, each, dot, name, other in _TOKEN.findall(rest):
        if other or (dot and (dotted or not steps)):
            raise ValueError(
                f"{text!r} is no path: something is wrong at {(other or dot)!r} after {len(steps)} steps."
            )
        if dot:
            dotted = True
            continue
        if not dotted and not number and each != "[*]":
            raise ValueError(f"In {text!r} a dot is missing before {(name or each or quoted)!r}.")
        dotted = False
        if number:
            steps.append(int(number))
        elif each:
            steps.append(EACH)
        else:
            steps.append(name.strip() if name else re.sub(r"\\(.)", r"\1", quoted))
    if dotted and rest:
        raise ValueError(f"{text!r} ends with a dot.")
    return steps


def follow(value: object, steps: Path) -> object:
    """What lies there, below this value; `MISSING` if nothing does."""
    for step in steps:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


class _Missing:
    """Stands for what is not there, which null is not."""

    def __bool__(self) -> bool:
        return False


MISSING = _Missing()
