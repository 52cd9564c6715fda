"""What people are told when Kafka is not there or does not take our records."""

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)

from producers.errors import NoKafkaError, NotLetInError, RefusedByKafkaError, SaysNoError
from producers.settings import Settings

SETTINGS = Settings(kafka="kafka1:9092")


def test_no_kafka_says_where_and_what_to_type() -> None:
    """Which address, which setting, which command."""
    said = str(NoKafkaError(SETTINGS, "does not answer"))
    assert said.startswith("Kafka at kafka1:9092 does not answer: set SANDIK_KAFKA=HOST:PORT")
    assert "sandik up NIGHT" in said


def test_a_refusal_for_ever_says_what_kafka_must_allow() -> None:
    """The right to write, and the size of a record."""
    said = str(RefusedByKafkaError(SETTINGS, MessageSizeTooLargeError()))
    assert "(MessageSizeTooLarge)" in said
    assert "max.message.bytes" in said


def test_a_missing_right_names_the_topic_and_the_user() -> None:
    """The user is the one of the settings, the way out a page."""
    settings = Settings(kafka="k:1", kafka_security="sasl", kafka_user="ayse", kafka_password="geheim")
    said = str(RefusedByKafkaError(settings, TopicAuthorizationFailedError("live.night.reports")))
    assert said.startswith("Kafka at k:1 does not let the user ayse read or write live.night.reports: ")
    assert "docs/secure.md" in said
    assert "geheim" not in said


def test_a_no_to_a_question_says_what_is_missing_or_what_kafka_calls_it() -> None:
    """Rights as rights; what we have no words for by its own name."""
    said = str(SaysNoError(SETTINGS, ClusterAuthorizationFailedError()))
    assert said.startswith("Kafka at kafka1:9092 does not let ")
    assert "do this to the cluster" in said
    said = str(SaysNoError(SETTINGS, UnsupportedVersionError()))
    assert said.startswith("Kafka at kafka1:9092 says no to what it is asked (UnsupportedVersion), ")


def test_who_is_not_let_in_is_told_why() -> None:
    """One sentence."""
    assert "Kafka at kafka1:9092 is shut." == str(NotLetInError(SETTINGS, "is shut"))


def test_a_guess_is_told_as_a_guess() -> None:
    """Between brackets, before what to type."""
    said = str(NoKafkaError(SETTINGS, "does not answer", "hangs up on us"))
    assert said.startswith("Kafka at kafka1:9092 does not answer (hangs up on us): set SANDIK_KAFKA")
