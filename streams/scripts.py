"""The store's scripts: named Lua files, each with the common text of `life.lua` before it.

    Script("apply").sha                 what EVALSHA names; `text` is sent where a server has never seen it

Know before changing: a script reads everything and refuses before it writes anything, and applied twice it
is no news; only then may whoever asked send it again (`store._outside`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any


class Script:
    """A named Lua file with the common text before it."""

    def __init__(self, name: str) -> None:
        folder = resources.files("streams") / "lua"
        self.name = name
        self.text = (folder / "life.lua").read_text() + (folder / f"{name}.lua").read_text()
        self.sha = hashlib.sha1(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Call:
    """A script's keys and arguments."""

    keys: Sequence[str]
    args: Sequence[Any]
