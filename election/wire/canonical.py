"""JSON that can be written in one way only, so that whoever makes it again makes the same bytes.

    canonical({"b": 2.0, "a": 1 / 3})      b'{"a":0.333333,"b":2}'
    whole(rows)                            a part of it that is whole numbers throughout, written at once

Keys ascend, UTF-8, no spaces, six decimals at most, and a number that comes out whole is written whole.

Know before changing: hashes of it are on file. So a number that is not whole is written by Python's `repr`,
as it was from the first one on, and not as another library would write it (1e-06, and not 1e-6).
"""

from collections.abc import Mapping
from typing import Any

import orjson

DIGITS = 6
"""Decimals of a number that is not whole: enough for any share, and the same on every machine."""


def canonical(value: Mapping[str, Any]) -> bytes:
    """The bytes. Raises ValueError or OverflowError for what is no number, TypeError for no JSON."""
    return orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)


def whole(numbers: Mapping[str, Any]) -> Any:
    """A part in which every number is whole: a country's areas have a million, and none is rounded."""
    return orjson.Fragment(orjson.dumps(numbers, option=orjson.OPT_SORT_KEYS))


def _plain(value: Any) -> Any:
    """The value in what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        rounded = round(value, DIGITS)
        return orjson.Fragment(repr(int(rounded) if rounded == int(rounded) else rounded))
    return value
