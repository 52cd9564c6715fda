"""The store's scripts: named Lua files, each with the common text of `life.lua` before it.

    Script("apply").sha                 what EVALSHA names; `text` is sent where a server has never seen it
    Script("ledger", "ledger_claim")    one of the ledger's, which share a second text
    await run(client, script, calls)    what it answers to each of the calls

Know before changing: a script reads everything and refuses before it writes anything, and applied twice it
is no news; only then may whoever asked send it again (`store._outside`).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from stores.failing import NoScriptError
from stores.opening import Client

SENT_BYTES_MAX = 4 * 1024 * 1024
"""Most bytes of calls sent together (one call may have more): a server takes nothing while it runs a script,
and however many contests there are, each of them has the time of one command."""


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

    @property
    def size(self) -> int:
        """Bytes of what is large in it."""
        return sum(len(arg) for arg in self.args if isinstance(arg, bytes))


async def run(client: Client, script: Script, calls: Sequence[Call]) -> list[Any]:
    """One script with each of the calls, sent together while that is not too much at a time.

    A server that has never seen the script gets its text. Raises what the server says is wrong.
    """
    found = list[Any]()
    for some in _together(calls):
        pipe = client.pipeline(transaction=False)
        for call in some:
            pipe.execute_command("EVALSHA", script.sha, len(call.keys), *call.keys, *call.args)
        found += await pipe.execute(raise_on_error=False)
        for place, call in enumerate(some, len(found) - len(some)):
            if isinstance(found[place], NoScriptError):
                found[place] = await client.eval(script.text, len(call.keys), *call.keys, *call.args)
            if isinstance(found[place], Exception):
                raise found[place]
    return found


def _together(calls: Sequence[Call]) -> Iterator[list[Call]]:
    """The calls in their order, in groups that are not too large."""
    some, size = list[Call](), 0
    for call in calls:
        if some and size + call.size > SENT_BYTES_MAX:
            yield some
            some, size = [], 0
        some.append(call)
        size += call.size
    if some:
        yield some
