"""Opening the doors of a gateway: the place for clients, the place for operators, and saying where they are.

    async with AsyncExitStack() as stack:
        listening = await opened(stack, host, Place("127.0.0.1", 0), "SANDIK_HOST and SANDIK_PORT")
        announce(settings, listening.port, 0)

Know before changing: whoever starts a gateway reads the line, or waits for the file with the port; both come
only when somebody already listens there.
"""

import errno
import os
import sys
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path

from election.errors import UsageError
from election.wire.frames import dumps
from web.admin import Admin
from web.gate import Visitor
from web.listening import Host, Listening, Place, listen
from web.reception import READY, Reception, not_ready
from web.replies import Answer, Request
from web.settings import Settings
from web.sockets import Life, Socket


class Operators:
    """Whom the admin port belongs to: metrics and health, and no websockets."""

    def __init__(self, admin: Admin, reception: Reception) -> None:
        self._admin, self._reception = admin, reception

    def asked(self, request: Request, address: str) -> Answer | Awaitable[Answer] | Visitor:
        """The answer to a request."""
        if self._reception.leaving and request.target.partition("?")[0] == READY:
            return not_ready()
        return self._admin.answer(request)

    async def talk(self, socket: Socket) -> None:
        """Nobody is let in, so there is nobody to talk with."""

    def left(self, visitor: Visitor, life: Life | None) -> None:
        """Nobody was here."""

    def turned_away(self, reason: str, status: HTTPStatus) -> None:
        """Not counted: these are not clients."""


async def opened(stack: AsyncExitStack, host: Host, place: Place, settings: str) -> Listening:
    """Listens there until the stack is left. Raises UsageError, naming the settings, where nobody can."""
    try:
        listening = await listen(host, place)
    except (OSError, ValueError) as error:
        raise UsageError(_cannot_listen(place, error, settings)) from error
    stack.push_async_callback(listening.close)
    return listening


def _cannot_listen(place: Place, error: OSError | ValueError, settings: str) -> str:
    where = f"port {place.port} on {place.host}"
    if isinstance(error, ValueError):
        return (
            "This system cannot share a port between processes: take SANDIK_REUSE_PORT away, and give each "
            "gateway a port of its own, behind a proxy."
        )
    if error.errno == errno.EADDRINUSE:
        shared = " Every gateway there needs SANDIK_REUSE_PORT=1, and the same user." if place.shared else ""
        return f"{where} is taken: choose another one with {settings} (0 takes a free one).{shared}"
    return f"Nobody can listen on {where} ({error.strerror}): set {settings}."


def announce(settings: Settings, port: int, admin_port: int) -> None:
    """Says where we are: one JSON line on standard output and, if it was asked for, files with the ports.

    Raises UsageError, naming the setting, for a file that cannot be written.
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    line = {"event": "listening", "room": "gateway", "url": f"http://{host}:{port}/", "port": port}
    sys.stdout.write(dumps(line | ({"admin_port": admin_port} if admin_port else {})).decode() + "\n")
    sys.stdout.flush()
    _write(settings.port_file, port, "SANDIK_PORT_FILE")
    _write(settings.admin_port_file if admin_port else "", admin_port, "SANDIK_ADMIN_PORT_FILE")


def _write(path: str, port: int, setting: str) -> None:
    if not path:
        return
    made = Path(f"{path}.{os.getpid()}")
    try:
        made.write_text(f"{port}\n")
        made.replace(path)  # whoever waits for the file never reads half of it
    except OSError as error:
        raise UsageError(
            f"{setting} is {path!r}, and nothing can be written there ({error.strerror}): name a file in a "
            "folder that is there and ours."
        ) from error
