"""A gateway is told everything once, and what it cannot be told is one sentence with the variable's name."""

import pytest

from election.errors import UsageError
from election.night import NightId
from web.settings import Settings


def test_defaults() -> None:
    """With nothing set it listens on this machine only, in replay, and ticks four times a second."""
    settings = Settings.read({})
    assert ("replay", "127.0.0.1", 8080, 250) == (
        settings.mode, settings.host, settings.port, settings.tick_ms,
    )  # fmt: skip


def test_everything_can_be_set() -> None:
    """Each variable reaches its field, as a value of its kind; an empty one counts as not set."""
    settings = Settings.read(
        {"SANDIK_MODE": "live", "SANDIK_PORT": "0", "SANDIK_TICK_MS": "0", "SANDIK_HEARTBEAT_S": "1.5",
         "SANDIK_CLIENTS_MAX": "7", "SANDIK_HOST": "", "SANDIK_SPEED": "60", "PATH": "/bin"}
    )  # fmt: skip
    assert Settings(mode="live", port=0, tick_ms=0, heartbeat_s=1.5, clients_max=7, speed=60) == settings


def test_scope() -> None:
    """Mode, night and session make the scope that keys are read under."""
    settings = Settings.read({"SANDIK_SESSION": "desk-1"})
    assert "replay.practice.desk-1" == settings.scope(NightId("practice")).name


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", None),
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_where_operators_ask(text: str, place: tuple[str, int] | None) -> None:
    """A host and a port, or nowhere."""
    assert place == Settings.read({"SANDIK_ADMIN": text}).admin_at()


def test_switches() -> None:
    """On or off, and nothing between; packing is on unless it is switched off."""
    assert (1, 0, 0) == (Settings().deflate, Settings().reuse_port, Settings().log_addresses)
    assert 0 == Settings.read({"SANDIK_DEFLATE": "0"}).deflate
    assert 0 == Settings.read({"SANDIK_DRAIN_S": "0"}).drain_s


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SANDIK_MODE", "test"),
        ("SANDIK_PORT", "http"),
        ("SANDIK_PORT", "65536"),
        ("SANDIK_PORT", "-1"),
        ("SANDIK_TICK_MS", "2.5"),
        ("SANDIK_TICK_MS", "-250"),
        ("SANDIK_HEARTBEAT_S", "0"),
        ("SANDIK_HEARTBEAT_S", "nan"),
        ("SANDIK_HEARTBEAT_S", "inf"),
        ("SANDIK_SPEED", "max"),
        ("SANDIK_SPEED", "-60"),
        ("SANDIK_CLIENTS_MAX", "0"),
        ("SANDIK_REDIS_ANSWERS_WITHIN_S", "2"),
        ("SANDIK_REUSE_PORT", "2"),
        ("SANDIK_DEFLATE", "-1"),
        ("SANDIK_LOG_ADDRESSES", "7"),
        ("SANDIK_NEW_PER_S", "0"),
        ("SANDIK_DRAIN_S", "-1"),
        ("SANDIK_IDLE_WITHIN_S", "0"),
        ("SANDIK_URL", "results.example"),
        ("SANDIK_EMBED_ORIGINS", "news.example"),
        ("SANDIK_ADMIN", "9464"),
        ("SANDIK_ADMIN", ":9464"),
        ("SANDIK_ADMIN", "127.0.0.1:"),
        ("SANDIK_ADMIN", "127.0.0.1:http"),
        ("SANDIK_ADMIN", "127.0.0.1:65536"),
    ],
)
def test_what_makes_no_sense(variable: str, text: str) -> None:
    """The sentence names the variable and shows what was read."""
    with pytest.raises(UsageError) as caught:
        Settings.read({variable: text})
    assert variable in str(caught.value)
    assert text in str(caught.value)
