"""A mail server for tests: aiosmtpd, in clear, with STARTTLS, or TLS from the first byte.

Know before changing: it writes down every name that logs in and every mail it takes, so that a test can say
that nothing came. Its library warns of passwords in clear, which only this machine hears: a test that wants
that says so with `filterwarnings`.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandik.ports import choose

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
        self.port = choose()

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


@contextmanager
def postbox(
    tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[tuple[Postbox, int]]:
    """A mail server on a free port, that wants name and password."""
    box = Postbox()
    controller = Controller(
        box, hostname="127.0.0.1", port=box.port, ssl_context=tls, tls_context=starttls,
        auth_required=True, auth_require_tls=starttls is not None, authenticator=box.login,
    )  # fmt: skip
    controller.start()
    try:
        yield box, box.port
    finally:
        controller.stop()


def mail(to: str, more: str = "") -> str:
    """A subscription by mail."""
    return f'[[subscription]]\nwho = "Editors"\nchannel = "email"\nto = "{to}"\n{more}\n'
