"""sandik up: what it starts, what it reaches, and what it says when it cannot."""

import argparse
from pathlib import Path

import pytest

from sandik import cli, ports
from sandik.commands import up

Captured = pytest.CaptureFixture[str]


def chosen(*words: str) -> argparse.Namespace:
    """The arguments as typed."""
    parser = argparse.ArgumentParser()
    up.arguments(parser)
    return parser.parse_args(["practice", *words])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--broker", "nonsense"], 2, "HOST:PORT"),
        (["--broker", "kafka1:nine"], 2, "HOST:PORT"),
        (["--broker", "memory", "--store", "nonsense"], 2, "redis://"),
        (["--broker", "127.0.0.1:1"], 3, "No Kafka answers at 127.0.0.1:1"),
        (["--broker", "127.0.0.1:1,127.0.0.1:2"], 3, "No Kafka answers"),
        (["--broker", "memory", "--store", "redis://127.0.0.1:1/0"], 3, "No Redis answers at 127.0.0.1:1"),
    ],
)
def test_what_cannot_be_reached_is_said_before_anything_starts(
    words: list[str], code: int, says: str, capsys: Captured
) -> None:
    """A sentence with what to use instead."""
    assert code == cli.main(["up", "practice", *words])
    assert says in capsys.readouterr().err


def test_a_password_in_the_store_s_address_is_not_shown(capsys: Captured) -> None:
    """Host and port are enough to know which one is meant."""
    cli.main(["up", "practice", "--broker", "memory", "--store", "redis://:secret@127.0.0.1:1/0"])
    assert "secret" not in capsys.readouterr().err


def test_without_jars_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Or that --broker memory needs none; without Java it says that instead."""
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    assert 3 == cli.main(["up", "practice", "--data", str(tmp_path / "data")])
    assert "--broker memory" in capsys.readouterr().err


def test_a_broker_that_forgets_goes_with_a_store_that_forgets(tmp_path: Path) -> None:
    """A store that remembered offsets of a log that is gone would wait for ever."""
    servers = up._servers(chosen("--broker", "memory", "--data", str(tmp_path / "data")))
    assert ("broker", "store") == tuple(program.name for program in servers.programs)
    assert "tansu" == servers.kind
    assert not (tmp_path / "data").exists()


def test_a_broker_of_ones_own_is_not_started() -> None:
    """Only the store is; the rooms are told where the broker is."""
    import socket

    with socket.create_server((ports.LOCALHOST, 0)) as broker:
        address = f"127.0.0.1:{broker.getsockname()[1]}"
        servers = up._servers(chosen("--broker", address))
    assert ("store",) == tuple(program.name for program in servers.programs)
    assert (address, "apache") == (servers.kafka, servers.kind)
