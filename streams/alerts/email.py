"""Alerts by e-mail: a text and an HTML part that say the same, from the operator's own mail server.

Know before changing: Message-ID is made from the fact's id, so that a mail sent twice is one mail to the
reader's program. Neither a mail nor a password leaves before the connection is TLS, unless the server offers
none and its host is allowed that by name. Not what was offered decides (somebody in between could take the
offer out), but what the connection has become.
"""

import asyncio
import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from urllib.parse import urlsplit

import aiosmtplib

from election.alerts import KINDS, Told
from election.wire.delivered import Target
from streams.alerts.channel import Channel, Means, NotDeliveredError
from streams.alerts.texts import lines, subject
from streams.alerts.trust import tls_context, tls_fault
from streams.heeding import heeding

DEFAULT_PORTS = {"smtp": 25, "smtps": 465}
REFUSED_FOR_GOOD = 500
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+")


def check(address: str, target: Target) -> str:
    """What is wrong with a mail address, or nothing."""
    try:
        right = _ADDRESS.fullmatch(address) and Address(addr_spec=address)  # as `render` makes it
    except (ValueError, HeaderParseError):
        right = None
    return "" if right else "it is no mail address"


def render(told: Told, target: Target, sender: str) -> EmailMessage:
    """The mail. Source of List-Id: RFC 2919; of the automatic mark: RFC 3834."""
    title, paragraphs = subject(told, target.language), lines(told, target.language)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("Sandık", addr_spec=sender)
    mail["To"] = Address(addr_spec=target.address)
    mail["Subject"] = title
    mail["Date"] = told.at
    mail["Message-ID"] = f"<{told.id}@{told.scope}.sandik>"
    mail["List-Id"] = f"<{told.contest}.{told.scope}.sandik>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = target.language
    if KINDS[told.kind].first:
        mail["X-Priority"] = "1"
        mail["Importance"] = "high"
    mail.set_content("\n\n".join([title, *paragraphs]) + "\n")
    body = "".join(f"<p>{escape(line)}</p>" for line in paragraphs)
    mail.add_alternative(
        f'<!doctype html><html lang="{target.language}"><body><h1 style="font-size:1.2em">'
        f"{escape(title)}</h1>{body}</body></html>\n",
        subtype="html",
    )
    return mail


async def send(told: Told, target: Target, means: Means) -> None:
    """One try. Raises NotDeliveredError."""
    settings = means.settings
    mail, taken = render(told, target, settings.smtp_from), asyncio.Event()
    try:
        async with asyncio.timeout(settings.deliver_answers_within_s):
            await heeding(_hand_over(mail, means, taken))
    except (aiosmtplib.SMTPException, OSError) as error:
        if not taken.is_set():  # else it is theirs, and what failed was the goodbye
            raise _failed(error, settings.deliver_answers_within_s) from error


def _failed(error: Exception, within_s: float) -> NotDeliveredError:
    """Why the mail server has not taken a mail."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
        return NotDeliveredError(
            f"the mail server refused the address ({', '.join(map(str, codes))})",
            hopeless=all(code >= REFUSED_FOR_GOOD for code in codes),
        )
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return NotDeliveredError(f"the mail server answered {error.code}")
    if isinstance(error, TimeoutError):
        return NotDeliveredError(f"the mail server gave no answer within {within_s:g} s")
    why = tls_fault(error) or type(error).__name__
    return NotDeliveredError(f"the mail server did not take it: {why}")


async def _hand_over(mail: EmailMessage, means: Means, taken: asyncio.Event) -> None:
    """Sends the mail, says when the server has taken it, and takes leave."""
    settings = means.settings
    server = urlsplit(settings.smtp)
    host = server.hostname or ""
    # It changes to TLS by itself where the server offers that, and checks the certificate.
    client = aiosmtplib.SMTP(
        hostname=host,
        port=server.port or DEFAULT_PORTS[server.scheme],
        use_tls=server.scheme == "smtps",
        tls_context=tls_context(),
        timeout=settings.deliver_answers_within_s,
    )
    async with client:
        if client.get_transport_info("sslcontext") is None and host not in means.plain_mail:
            raise NotDeliveredError(
                "the mail server offers no TLS, and its host is not allowed to go without"
            )
        if settings.smtp_user:
            await client.login(settings.smtp_user, settings.smtp_password)
        await client.send_message(mail)
        taken.set()


CHANNEL = Channel("email", "to", send, check)
