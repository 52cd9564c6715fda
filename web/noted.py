"""What a gateway puts in front of its clients, written down for whoever checks it (`SANDIK_HISTORY`).

    noted = Noted(gateway.id, hub.groups, note)     serves {gateway}
    noted.look()                                    at {contest, epoch, version, open, hash} of what moved

Know before changing: a line is written before what it tells of is sent, so a client can hold nothing that
does not stand here, whenever the process is killed. Only published counts are noted, as who follows all of a
contest has them; the hash is the one that frames carry, so a line costs a write and no sum.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping

from election.night import ContestId
from election.wire.frames import Json
from web.group import Group

LOG = logging.getLogger("sandik.gateway")
WAITING_MAX = 10_000
"""Most lines that wait for a disk that takes none; at the limit the error ends the gateway."""
OPEN = "open"

Note = Callable[..., object]
"""Takes a line of a history: a kind, and facts by name. Raises OSError where it cannot be written."""


class Noted:
    """One gateway's history of what it shows."""

    def __init__(self, gateway: str, groups: Mapping[ContestId, Group], note: Note) -> None:
        """`groups` are what is shown of each contest. Begins with what is shown before anything is heard."""
        self._note, self._groups = note, groups
        self._shown: dict[ContestId, Json] = {}
        self._waiting: deque[tuple[str, Json]] = deque([("serves", {"gateway": gateway})])
        self._away = False
        self.look()

    def look(self) -> None:
        """Writes down what moved since the last look, and what could not be written then.

        Raises OSError where nothing can be written for too long.
        """
        for contest, group in self._groups.items():
            shown = group.shown
            if shown is not self._shown.get(contest):
                self._shown[contest] = shown
                self._waiting.append(("at", _facts(contest, shown)))
        try:
            self._write()
        except OSError as error:
            if len(self._waiting) > WAITING_MAX:
                raise
            if not self._away:
                LOG.warning("what is shown waits to be written down (SANDIK_HISTORY): %s", error)
            self._away = True
        else:
            self._away = False

    def _write(self) -> None:
        while self._waiting:
            kind, facts = self._waiting[0]
            self._note(kind, **facts)
            self._waiting.popleft()


def _facts(contest: ContestId, shown: Json) -> Json:
    return {
        "contest": contest, "epoch": shown["epoch"], "version": shown["version"],
        "open": shown["embargo"]["state"] == OPEN, "hash": shown["hash"],
    }  # fmt: skip
