"""Alerts by the services Apprise speaks to (Telegram, Matrix, Teams, SMS gateways, dozens more).

    pip install "sandik[apprise]"          url_env = "NEWSROOM_TELEGRAM" with NEWSROOM_TELEGRAM=tgram://…

Know before changing: the library blocks, so it works in a thread, and a thread cannot be stopped: a try that
is given up is waited for, or a retraction could overtake its call. It is imported only where it is used. Its
URLs are the operator's own and are not subject to the rules for hosts.
"""

import asyncio
from importlib.util import find_spec

from election.alerts import KINDS, Told
from election.wire.delivered import Target
from streams.alerts.channel import Channel, Means, NotDeliveredError, address_of
from streams.alerts.texts import lines, subject

MISSING = 'Apprise is not installed: pip install "sandik[apprise]"'


def check(address: str, target: Target) -> str:
    """What is wrong with an Apprise URL, or nothing."""
    if find_spec("apprise") is None:
        return MISSING
    import apprise  # an optional part, and slow to import

    return "" if apprise.Apprise.instantiate(address) is not None else "it is no URL that Apprise knows"


def render(told: Told, language: str) -> tuple[str, str]:
    """Title and body."""
    return subject(told, language), "\n\n".join(lines(told, language))


async def send(told: Told, target: Target, means: Means) -> None:
    """One try. Raises NotDeliveredError."""
    address = address_of(target, CHANNEL, means)
    title, body = render(told, target.language)
    trying = asyncio.ensure_future(asyncio.to_thread(_notify, address, title, body, KINDS[told.kind].first))
    try:
        delivered = await asyncio.shield(trying)
    except asyncio.CancelledError:
        await asyncio.wait({trying})
        trying.exception()  # looked at: whatever it was, it came too late to matter
        raise
    if not delivered:
        raise NotDeliveredError("Apprise could not deliver it")


def _notify(address: str, title: str, body: str, first: bool) -> bool:
    if find_spec("apprise") is None:
        raise NotDeliveredError(MISSING)
    import apprise  # an optional part, and slow to import

    service = apprise.Apprise()
    if not service.add(address):
        raise NotDeliveredError("it is no URL that Apprise knows", hopeless=True)
    kind = apprise.NotifyType.WARNING if first else apprise.NotifyType.INFO
    return bool(service.notify(body=body, title=title, notify_type=kind))


CHANNEL = Channel("apprise", "url_env", send, check)
