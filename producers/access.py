"""How this room is let in by Kafka, and why it was not.

    AIOKafkaProducer(bootstrap_servers=settings.brokers, **client(settings))
    hint = await see_why(settings, last=False)      raises NotLetInError where trying again would be no help

Know before changing: the client library says of every failed connection only that it failed. So who was not
let in knocks once more, with a bare connection, and hears the reason. What the settings say and how a reason
is worded is `election.wire.access`.
"""

import asyncio
import logging
import ssl
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.transaction import InitProducerIdRequest

from election.wire.access import Refusal, client_settings, no_right, refusal
from producers.errors import NotLetInError
from producers.settings import Settings

KNOCK_WITHIN_S = 3.0
PRODUCER_MS = 1000
CLOSED_AFTER_S = 0.05
"""A connection that the library failed to make is closed a moment later; no process should end before."""

# The library writes a line for every failed try, tens of thousands a minute; we say it once, as an error.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def client(settings: Settings) -> dict[str, Any]:
    """What every client of Kafka is told beside the brokers. Raises UsageError for a file it cannot read."""
    return client_settings(settings, ssl.create_default_context)


async def see_why(settings: Settings, *, last: bool, writing: bool = False) -> str:
    """What may be the reason that no broker let us in, for the end of a sentence; nothing: none is known.

    Raises NotLetInError where Kafka is there and would refuse the next try as well. Where nothing is
    encrypted and nobody signs in there is little to see, so only the `last` try is looked at. `writing`: who
    may write nothing at all is not let in either.
    """
    if not last and not (settings.tls or settings.sasl):
        return ""
    found = await knock(settings, writing=writing)
    if found is None:
        return ""
    if found.final:
        await asyncio.sleep(CLOSED_AFTER_S)
        raise NotLetInError(settings, found.why)
    return found.why


async def knock(settings: Settings, *, writing: bool = False) -> Refusal | None:
    """What the brokers of SANDIK_KAFKA say at the door; None where one lets us in, or none is there."""
    hint = None
    for host, port in settings.places:
        try:
            await connect(settings, host, port, writing=writing)
        except ClusterAuthorizationFailedError:
            return Refusal(no_right(settings, (), "write"))
        except (KafkaError, TimeoutError, OSError) as error:
            found = refusal(settings, error)
            if found is not None and found.final:
                return found
            hint = hint or found
        else:
            return None
    return hint


async def refused_by(settings: Settings, host: str, port: int) -> str:
    """Why this very broker does not let us in, in words; nothing: it does, or has another trouble."""
    try:
        await connect(settings, host, port)
    except (KafkaError, TimeoutError, OSError) as error:
        found = refusal(settings, error)
        return "" if found is None or not found.final else found.why
    return ""


async def connect(settings: Settings, host: str, port: int, *, writing: bool = False) -> None:
    """Connects to one broker, signs in, asks it something, and hangs up. Raises what the client raises.

    `writing`: asks as a producer, which may be answered with ClusterAuthorizationFailedError.
    """
    async with asyncio.timeout(KNOCK_WITHIN_S):
        connection = await create_conn(host, port, **client(settings))
        try:
            await connection.send(MetadataRequest([]))
            if writing and settings.idempotent:
                answer = await connection.send(InitProducerIdRequest(None, PRODUCER_MS))
                if answer.error_code == ClusterAuthorizationFailedError.errno:
                    raise ClusterAuthorizationFailedError
        finally:
            connection.close()
