"""A mail server for tests: aiosmtpd, in clear, with STARTTLS, or TLS from the first byte.

Know before changing: it writes down every name that logs in and every mail it takes, so that a test can say
that nothing came. Its library warns of passwords in clear, which only this machine hears: a test that wants
that says so with `filterwarnings`. It serves in the loop of the test and not by the library's controller,
which ends its own loop with whatever was just accepted.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.patience import accepted

ACCOUNT = {
    "SANDIK_SMTP_FROM": "night@paper.example",
    "SANDIK_SMTP_USER": "night",
    "SANDIK_SMTP_PASSWORD": "pa55word",
}
"""Settings of whoever may send there."""


class Postbox:
    """A mail server's end: what it took, and whom it refuses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse: dict[str, list[str]] = {}
        self.users: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuses an address as long as it has answers for it."""
        if answers := self.refuse.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Takes a mail."""
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Knows one password."""
        assert isinstance(data, LoginPassword)
        self.users.append(data.login)
        return AuthResult(success=data.password == b"pa55word")

    def kinds(self, to: str) -> list[str]:
        """The last word but one of the subjects sent to an address: the kind of each fact."""
        return [str(mail["Subject"]).split()[-2] for mail in self.mails if mail["To"] == to]


@asynccontextmanager
async def postbox(
    tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Postbox, int]]:
    """A mail server on a free port, that wants name and password."""
    box, loop, sessions = Postbox(), asyncio.get_running_loop(), list[SMTP]()

    def session() -> SMTP:
        made = SMTP(
            box, hostname="127.0.0.1", enable_SMTPUTF8=True, tls_context=starttls, loop=loop,
            auth_required=True, auth_require_tls=starttls is not None, authenticator=box.login,
        )  # fmt: skip
        sessions.append(made)
        return made

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=tls)
    try:
        yield box, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await accepted()
        talks = [one._handler_coroutine for one in sessions if one._handler_coroutine is not None]
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        for one in sessions:
            for transport in (one.transport, one._original_transport):
                if isinstance(transport, asyncio.Transport):
                    transport.abort()
        await asyncio.sleep(0)  # in which their sockets are closed


def mail(to: str, more: str = "") -> str:
    """A subscription by mail."""
    return f'[[subscription]]\nwho = "Editors"\nchannel = "email"\nto = "{to}"\n{more}\n'
