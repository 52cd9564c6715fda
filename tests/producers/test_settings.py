"""The room's settings: read once, each wrong one named."""

import pytest

from election.errors import UsageError
from election.night import NightId
from producers.settings import Settings


def test_an_empty_environment_gives_the_defaults_of_one_machine() -> None:
    """Nothing has to be set to write to a Kafka on this machine as a replay."""
    settings = Settings.read({})
    assert ("replay", "127.0.0.1:9092", 4) == (settings.mode, settings.kafka, settings.partitions)


def test_every_setting_is_read_from_its_variable() -> None:
    """What stands in the environment is what is used."""
    settings = Settings.read(
        {"SANDIK_MODE": "live", "SANDIK_KAFKA": "a:1, b:2", "SANDIK_PARTITIONS": "8", "SANDIK_SESSION": "two"}
    )
    assert ["a:1", "b:2"] == settings.brokers
    assert 8 == settings.partitions
    assert "live.tiny.two" == settings.scope(NightId("tiny")).name


def test_only_apache_kafka_takes_an_idempotent_producer() -> None:
    """The embedded broker fails idempotent producers, so none is made for it."""
    assert Settings.read({}).idempotent
    assert not Settings.read({"SANDIK_KAFKA_KIND": "tansu"}).idempotent


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SANDIK_MODE", "test"),
        ("SANDIK_KAFKA", "localhost"),
        ("SANDIK_KAFKA", ","),
        ("SANDIK_KAFKA_KIND", "redpanda"),
        ("SANDIK_PARTITIONS", "0"),
        ("SANDIK_PARTITIONS", "four"),
        ("SANDIK_PARTITIONS", "5000"),
        ("SANDIK_SEND_WITHIN_S", "-1"),
        ("SANDIK_SEND_WITHIN_S", "inf"),
        ("SANDIK_OUTSIDE_WITHIN_S", "soon"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(variable: str, value: str) -> None:
    """The error names the variable and what stands in it."""
    with pytest.raises(UsageError) as caught:
        Settings.read({variable: value})
    assert variable in str(caught.value)
    assert value in str(caught.value)
