"""What can go wrong between this room and Kafka, each a sentence that says what to type.

Know before changing: these are for a person at a shell; a bad paper or a bad row is never one of them.
"""

from election.errors import OutsideError
from producers.settings import Settings


class NoKafkaError(OutsideError):
    """Nothing answers where Kafka should be, or it stopped acknowledging."""

    def __init__(self, settings: Settings, why: str) -> None:
        super().__init__(
            f"Kafka at {settings.kafka} {why}: set SANDIK_KAFKA=HOST:PORT to one that runs, "
            "or start one with sandik up NIGHT; sandik doctor says more."
        )


class RefusedByKafkaError(OutsideError):
    """Kafka refuses what we send, and would refuse it for ever."""

    def __init__(self, settings: Settings, what: str) -> None:
        super().__init__(
            f"Kafka at {settings.kafka} refuses our records ({what}): it must let us write the topics of "
            "this night, and take records of 1.1 MB (max.message.bytes, as topics made by sandik have it)."
        )
