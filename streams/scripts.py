"""The store's scripts: named Lua files, each with the common text of `life.lua` before it.

    Script("apply").sha                 what EVALSHA names; `text` is sent where a server has never seen it
    Script("ledger", "ledger_claim")    one of the ledger's, which share a second text

Know before changing: a script reads everything and refuses before it writes anything, and applied twice it
is no news; only then may whoever asked send it again (`store._outside`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any


class Script:
    """Named Lua files, one behind the other, with the common text before them."""

    def __init__(self, *names: str) -> None:
        folder = resources.files("streams") / "lua"
        self.text = "".join((folder / f"{name}.lua").read_text() for name in ("life", *names))
        self.sha = hashlib.sha1(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Call:
    """A script's keys and arguments."""

    keys: Sequence[str]
    args: Sequence[Any]
