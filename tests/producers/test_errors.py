"""What people are told when Kafka is not there or does not take our records."""

from producers.errors import NoKafkaError, RefusedByKafkaError
from producers.settings import Settings

SETTINGS = Settings(kafka="kafka1:9092")


def test_no_kafka_says_where_and_what_to_type() -> None:
    """Which address, which setting, which command."""
    said = str(NoKafkaError(SETTINGS, "does not answer"))
    assert said.startswith("Kafka at kafka1:9092 does not answer: set SANDIK_KAFKA=HOST:PORT")
    assert "sandik up NIGHT" in said


def test_a_refusal_for_ever_says_what_kafka_must_allow() -> None:
    """The right to write, and the size of a record."""
    said = str(RefusedByKafkaError(SETTINGS, "MessageSizeTooLarge"))
    assert "(MessageSizeTooLarge)" in said
    assert "max.message.bytes" in said
