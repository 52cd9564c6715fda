"""Who does what a client asks for beyond looking: the desk's decisions, and the speed of a replay.

    done = await actor.act("ayse", "approve", {"contest": "mayor"})
    done == {"ok": True, "outcome": "approved", "d": {}}

Know before changing: the name is that of a token, never one that a client sent. An actor that raises has
failed: the client is told so, and nobody knows whether it was done.
"""

from typing import Protocol

from election.wire.frames import Json


class Actor(Protocol):
    """Does what was asked for."""

    async def act(self, name: str, do: str, fields: Json) -> Json:
        """Does it in the name of somebody; gives `ok`, `outcome` (a word) and `d` (what there is to say)."""
