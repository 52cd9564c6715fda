"""What can go wrong between this room and Kafka, each a sentence that says what to type.

Know before changing: these are for a person at a shell; a bad paper or a bad row is never one of them.
"""

from election.errors import OutsideError
from election.wire.access import refusal
from producers.settings import Settings


class NoKafkaError(OutsideError):
    """Nothing answers where Kafka should be, or it stopped acknowledging."""

    def __init__(self, settings: Settings, why: str, hint: str = "") -> None:
        self.hint = hint
        """What may be the reason, for who words it another way."""
        because = f" ({hint})" if hint else ""
        super().__init__(
            f"Kafka at {settings.kafka} {why}{because}: set SANDIK_KAFKA=HOST:PORT to one that runs, "
            "or start one with sandik up NIGHT; sandik doctor says more."
        )


class NotLetInError(OutsideError):
    """Kafka is there and does not let us in, or not to a topic; trying again would end the same."""

    def __init__(self, settings: Settings, why: str) -> None:
        super().__init__(f"Kafka at {settings.kafka} {why}.")


class RefusedByKafkaError(OutsideError):
    """Kafka refuses what we send, and would refuse it for ever."""

    def __init__(self, settings: Settings, error: BaseException) -> None:
        otherwise = (
            "refuses our records ({}): it must let us write the topics of this night, and take records of "
            "1.1 MB (max.message.bytes, as topics made by sandik have it)"
        )
        super().__init__(_final(settings, error, otherwise))


class SaysNoError(OutsideError):
    """Kafka says no to a question, and would say no to it for ever."""

    def __init__(self, settings: Settings, error: BaseException) -> None:
        otherwise = (
            "says no to what it is asked ({}), and would say so again: see the rights of this user and the "
            "version of these brokers; sandik doctor says more"
        )
        super().__init__(_final(settings, error, otherwise))


def _final(settings: Settings, error: BaseException, otherwise: str) -> str:
    """What a final no means, as far as we know it; else `otherwise`, with the name of the error in it."""
    found = refusal(settings, error)
    if found is not None and found.final:
        return f"Kafka at {settings.kafka} {found.why}."
    what = type(error).__name__.removesuffix("Error")
    return f"Kafka at {settings.kafka} {otherwise.format(what)}."
