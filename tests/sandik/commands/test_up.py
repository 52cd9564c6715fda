"""sandik up: what it starts, what it reaches, and what it says when it cannot."""

import argparse
import shlex
from pathlib import Path

import pytest

from sandik import cli, embedded, ports
from sandik.commands import up
from sandik.one_machine import Machine
from sandik.say import Out

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
        (["--broker", "kafka1:0"], 2, "HOST:PORT"),
        (["--broker", "kafka1:\u00b2"], 2, "HOST:PORT"),
        (["--broker", "memory", "--port", "70000"], 2, "a port is from 0 to 65535"),
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


def test_a_data_folder_is_used_by_one_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Two stores on one append-only file would destroy it; the second is told before anything starts."""
    monkeypatch.setenv("KAFKA_HOME", str(tmp_path))
    with embedded.claimed(tmp_path / "data"):
        assert 2 == cli.main(["up", "practice", "--data", str(tmp_path / "data")])
    assert f"{tmp_path / 'data'} is in use by another sandik up" in capsys.readouterr().err


def test_what_forgets_claims_no_folder(tmp_path: Path) -> None:
    """Nothing is kept there, so nothing is made there either."""
    store = "redis://127.0.0.1:1/0"
    words = {("--broker", "memory"): False, ("--broker", "k:1", "--store", store): False,
             ("--broker", "k:1"): True, ("--broker", "kafka", "--store", store): True, (): True}  # fmt: skip
    assert words == {some: up._keeps_data(chosen(*some)) for some in words}


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


def test_the_line_with_which_another_shell_joins_in_can_be_pasted(tmp_path: Path, capsys: Captured) -> None:
    """Whatever is typed there afterwards reaches this night, also if its folder has a space in its name."""
    night = tmp_path / "my night"
    up._tell(Machine(night, "live", "k:9092", "apache", "redis://h:1/0", "127.0.0.1", 8080), Out())
    said, _, typed = capsys.readouterr().out.splitlines()[1].partition(": export ")
    assert "another shell joins in with" == said
    assert [
        f"SANDIK_NIGHT={night}", "SANDIK_MODE=live", "SANDIK_KAFKA=k:9092", "SANDIK_KAFKA_KIND=apache",
        "SANDIK_REDIS=redis://h:1/0",
    ] == shlex.split(typed)  # fmt: skip


def test_the_password_of_a_store_stands_in_no_line_to_be_pasted(tmp_path: Path, capsys: Captured) -> None:
    """Whoever gave the address has it; a terminal keeps what it showed."""
    url = "redis://rooms:secret@h:1/0"
    up._tell(Machine(tmp_path, "live", "k:9092", "apache", url, "127.0.0.1", 8080), Out())
    assert "secret" not in capsys.readouterr().out
