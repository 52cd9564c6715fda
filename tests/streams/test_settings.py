"""Whether a worker refuses to start with a setting that makes no sense, and says which in a sentence."""

import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest

from election.errors import UsageError
from election.night import NightId
from streams.settings import Settings

SIGNED_IN = {"kafka_security": "sasl", "kafka_user": "worker", "kafka_password": "x"}
TLS = {"kafka_security": "tls", "kafka_cert": "c.pem"}
BESIDE = {
    "kafka_user": SIGNED_IN, "kafka_password": SIGNED_IN,
    "kafka_ca": TLS, "kafka_cert": TLS, "kafka_key": TLS,
}  # fmt: skip
"""Settings of Kafka's access that make sense only beside others."""
LIMITS = [spec for spec in fields(Settings) if type(spec.default) in (int, float)]


def given(spec: Any, text: str) -> dict[str, str]:
    """An environment with one variable."""
    return {spec.metadata["variable"]: text}


def test_an_empty_environment_gives_the_defaults() -> None:
    """A variable that is set and empty is as good as not set."""
    assert Settings() == Settings.read({})
    assert Settings() == Settings.read({spec.metadata["variable"]: "" for spec in fields(Settings)})


def test_every_field_is_read_from_its_own_variable() -> None:
    """As what it is: a number as a number."""
    others: dict[str, Any] = {
        "mode": "live", "session": "second", "kafka": "a:1, b:2", "kafka_kind": "tansu",
        "redis": "rediss://store:6380/1", "worker": "left", "alerts": "desk.toml", "feed_keys": "keys.toml",
        "deliver_waits_s": "0,1.5", "smtp": "smtps://mail:465", "smtp_from": "night@paper.example",
        "smtp_user": "night", "smtp_password": "secret", "kafka_security": "tls", "kafka_mechanism": "PLAIN",
        "kafka_user": "ayse", "kafka_password": "secret", "kafka_ca": "ca.pem", "kafka_cert": "our.pem",
        "kafka_key": "our.key",
    }  # fmt: skip
    for spec in fields(Settings):
        default: Any = spec.default
        value = others[spec.name] if spec.name in others else default * 2
        beside = BESIDE.get(spec.name, {})
        environment = {f"SANDIK_{name.upper()}": text for name, text in beside.items()}
        read = Settings.read({**environment, **given(spec, str(value))})
        assert Settings(**{**beside, spec.name: value}) == read
        assert value != spec.default
        assert type(spec.default) is type(getattr(read, spec.name))
    variables = [spec.metadata["variable"] for spec in fields(Settings)]
    assert len(set(variables)) == len(variables)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "-inf", "many", "1,5"])
@pytest.mark.parametrize("spec", LIMITS, ids=lambda spec: spec.name)
def test_every_limit_refuses_what_is_no_limit(spec: Any, text: str) -> None:
    """With the variable and what was given: a watchdog told to wait for `nan` seconds would die at once."""
    with pytest.raises(UsageError) as caught:
        Settings.read(given(spec, text))
    sentence = str(caught.value)
    assert spec.metadata["variable"] in sentence
    assert text in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("spec", [spec for spec in LIMITS if type(spec.default) is int], ids=lambda s: s.name)
def test_a_count_is_a_whole_number(spec: Any) -> None:
    """Half a record cannot be read ahead, and the sentence says what is wanted."""
    with pytest.raises(UsageError, match="whole number"):
        Settings.read(given(spec, "2.5"))


@pytest.mark.parametrize(
    ("variable", "text", "way_out"),
    [
        ("SANDIK_MODE", "life", "live"),
        ("SANDIK_MODE", "LIVE", "live"),
        ("SANDIK_KAFKA_KIND", "kafka", "apache or tansu"),
        ("SANDIK_KAFKA", ",", "HOST:PORT"),
        ("SANDIK_KAFKA", "broker", "HOST:PORT"),
        ("SANDIK_KAFKA", "broker:9092,other", "HOST:PORT"),
        ("SANDIK_REDIS", "127.0.0.1:6379", "redis://"),
        ("SANDIK_REDIS", "http://store:6379/0", "redis://"),
        ("SANDIK_REFUSED_BYTES_MAX", "100000000", "at most"),
        ("SANDIK_DELIVER_AT_ONCE", "10000", "at most"),
        ("SANDIK_DELIVER_WAITS_S", "0,soon", "a comma between two"),
        ("SANDIK_DELIVER_WAITS_S", "0,-1", "a comma between two"),
        ("SANDIK_SMTP", "mail.example:25", "smtp://"),
        ("SANDIK_SMTP", "smtp://mail.example:many", "smtp://"),
        ("SANDIK_SMTP", "smtp://night@mail.example", "SANDIK_SMTP_USER"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_started(
    variable: str, text: str, way_out: str
) -> None:
    """A worker that starts with it would end, be started again, and end again, all night."""
    with pytest.raises(UsageError) as caught:
        Settings.read({variable: text})
    assert variable in str(caught.value)
    assert way_out in str(caught.value)


def test_a_password_in_the_address_of_the_store_is_not_told() -> None:
    """What is wrong is said without it: the sentence ends in a log."""
    with pytest.raises(UsageError) as caught:
        Settings.read({"SANDIK_REDIS": "http://:pa55word@store:6379/0"})
    assert "pa55word" not in str(caught.value)


def test_a_password_of_the_mail_server_is_not_told() -> None:
    """Neither where it stands in the wrong place, nor in the text of the settings."""
    with pytest.raises(UsageError) as caught:
        Settings.read({"SANDIK_SMTP": "smtp://night:pa55word@mail.example"})
    assert "pa55word" not in str(caught.value)
    assert "pa55word" not in repr(Settings.read({"SANDIK_SMTP_PASSWORD": "pa55word"}))


def test_brokers_are_a_list_with_commas_and_room_for_blanks() -> None:
    """As people write it; the last comma is nobody."""
    assert ["a:1", "b:2"] == Settings(kafka=" a:1, b:2 ,").brokers


def test_the_scope_is_mode_night_and_session() -> None:
    """It stands in every topic and key."""
    assert (
        "rehearsal.practice.two" == Settings(mode="rehearsal", session="two").scope(NightId("practice")).name
    )
    with pytest.raises(UsageError, match="session"):
        Settings(session="a b").scope(NightId("practice"))


def test_settings_cannot_be_changed() -> None:
    """Every part of a worker goes by the same ones."""
    with pytest.raises(AttributeError):
        Settings().mode = "live"  # type: ignore[misc]


def test_reading_the_settings_loads_nothing_that_counts() -> None:
    """Every command reads them first: numpy and the rules of the count come with the worker."""
    heavy = {"numpy", "faust", "streams.batch"}
    said = f"import sys, streams.settings; print(*sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", said], check=True, capture_output=True, text=True)
    assert found.stdout == "\n"
