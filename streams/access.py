"""How this room is let in by Kafka.

    kafka.AIOKafkaConsumer(bootstrap_servers=settings.brokers, **client(settings))

Know before changing: what the settings say and how a reason is worded is `election.wire.access`, for every
room; here is only what may open a file. The stream processor has words of its own for the same (`consuming`).
"""

import ssl
from typing import Any

from election.wire.access import client_settings
from streams.settings import Settings


def client(settings: Settings) -> dict[str, Any]:
    """What every client of Kafka is told beside the brokers. Raises UsageError for a file it cannot read."""
    return client_settings(settings, ssl.create_default_context)
