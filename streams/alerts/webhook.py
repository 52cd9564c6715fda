"""Alerts as signed webhooks (Standard Webhooks): a POST of JSON that the receiver can prove is ours.

    webhook-id          the fact's id: the same on every try, so that a repeat is known as one
    webhook-timestamp   when this try was made
    webhook-signature   one signature a secret, a blank between two, over the exact bytes

Know before changing: receivers verify the bytes; nothing may change them after they are signed. Source:
standardwebhooks.com, whose own library makes the signatures.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
from standardwebhooks import Webhook

from election.alerts import Told
from election.wire.delivered import Target
from election.wire.records import stamp
from streams.alerts.channel import Channel, Means, NotDeliveredError
from streams.alerts.outgoing import fault, post

_SECRET = re.compile(r"(whsec_)?[A-Za-z0-9+/]+={0,2}")


def render(told: Told) -> bytes:
    """The body: type, time, and the whole fact as data."""
    mode, night, *session = told.scope.split(".")
    data = {
        "id": told.id, "mode": mode, "night": night, "session": ".".join(session), "contest": told.contest,
        "seq": told.seq, "kind": told.kind, "key": told.key, "at": stamp(told.at), "version": told.version,
        "title": dict(told.title), "because": dict(told.because), "d": dict(told.d),
    }  # fmt: skip
    return orjson.dumps({"type": told.kind, "timestamp": stamp(told.at), "data": data})


def sign(body: bytes, id: str, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of one try. Raises ValueError for a secret that is none (`whsec_` and base64)."""
    # The library takes any time for UTC.
    at = now.astimezone(UTC)
    signed = [Webhook(_checked(secret)).sign(id, at, body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "sandik",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def _checked(secret: str) -> str:
    # The library would leave out whatever is no base64, and sign with the rest.
    if not _SECRET.fullmatch(secret.strip()):
        raise ValueError("the secret is not whsec_ and base64")
    return secret


def secret_fault(secret: str) -> str:
    """What is wrong with a signing secret, or nothing."""
    try:
        Webhook(_checked(secret))
    except ValueError:
        return "it is whsec_ and base64"
    return ""


async def send(told: Told, target: Target, means: Means) -> None:
    """One try. Raises NotDeliveredError."""
    secrets = [means.secret(name) for name in target.secrets.split()]
    body = render(told)
    try:
        headers = sign(body, told.id, secrets, means.now())
    except ValueError as error:
        note = f"a secret in {target.secrets} is none: it is whsec_ and base64"
        raise NotDeliveredError(note, hopeless=True) from error
    await post(target.address, body, headers, target, means.settings.deliver_answers_within_s)


CHANNEL = Channel("webhook", "url", send, fault, secret_fault=secret_fault, fetches=True)
