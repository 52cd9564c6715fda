"""The front door: what users type, what they are told, and the exit codes they script against."""

import json
import os
import shlex
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from sandik import cli

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [name for group in cli.TABLE.values() for name in group]
Captured = pytest.CaptureFixture[str]


def answer(captured: Captured) -> Any:
    """The JSON object on the last line of stdout."""
    return json.loads(captured.readouterr().out.splitlines()[-1])


def test_help_reads_like_a_table_of_contents(capsys: Captured) -> None:
    """Every command stands there, in a group, with what it does."""
    assert 0 == cli.main(["--help"])
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)
    assert all(group in said for group in cli.TABLE)
    assert max(map(len, said.splitlines())) <= 100


def test_without_a_command_the_contents_are_shown(capsys: Captured) -> None:
    """It is wrong use, and it helps."""
    assert 2 == cli.main([])
    assert "usage: sandik COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(name: str, capsys: Captured) -> None:
    """--help ends with something to type."""
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert 0 == ended.value.code
    said = capsys.readouterr().out
    assert f"sandik {name}" in said.partition("example:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_can_be_parsed(name: str) -> None:
    """What an example shows is what the command takes."""
    command = cast("cli.Command", import_module(f"sandik.commands.{name}"))
    text = command.EXAMPLE.replace("\\\n", " ")
    for line in text.splitlines():
        words = shlex.split(line.partition(" >")[0])  # a shell takes what comes after it
        place = words.index("sandik")
        assert name == words[place + 1]
        cli.parser(name, "title", command).parse_args(words[place + 2 :])


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [("verify", None, "15"), ("verify", "40", "40"), ("worker", None, None)],
)
def test_a_command_that_somebody_waits_for_is_less_patient_than_a_worker(
    name: str, given: str | None, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the setting says how patient; and nothing of it is left behind."""
    monkeypatch.delenv(cli.PATIENCE, raising=False)
    if given is not None:
        monkeypatch.setenv(cli.PATIENCE, given)
    seen = list[str | None]()

    def run(args: object, out: object) -> int:
        seen.append(os.environ.get(cli.PATIENCE))
        return 0

    monkeypatch.setattr(import_module(f"sandik.commands.{name}"), "run", run)
    assert 0 == cli.main([name])
    assert ([expected], given) == (seen, os.environ.get(cli.PATIENCE))
    assert set(COMMANDS) >= cli.ASK_ONCE


def test_a_command_that_is_not_there_is_a_sentence(capsys: Captured) -> None:
    """With the one that was meant."""
    assert 2 == cli.main(["reherse"])
    assert "did you mean sandik rehearse?" in capsys.readouterr().err


def test_the_version_is_told(capsys: Captured) -> None:
    """For reports of what went wrong."""
    assert 0 == cli.main(["--version"])
    assert capsys.readouterr().out.startswith("sandik 0.")


def test_wrong_arguments_are_wrong_use() -> None:
    """Exit code 2, from argparse too."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["rehearse", "--no-such-thing"])
    assert 2 == ended.value.code


def test_looking_at_nights_loads_no_kafka_and_no_redis() -> None:
    """A room is imported by its own command only: the door opens fast, a broken room breaks little."""
    code = "import sys; from sandik import cli; cli.main(['night', 'list']); doors = {"
    code += "'aiokafka', 'faust', 'redis', 'websockets'}; sys.exit(doors & set(sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


class TestErrors:
    """A sentence that says what to type, and never a traceback."""

    @pytest.mark.parametrize(
        ("words", "code", "says"),
        [
            (["rehearse", "practise"], 2, "did you mean practice?"),
            (["replay", "practice", "--speed", "fast"], 2, "neither max nor a number"),
            (["replay", "practice", "--from", "99:99"], 2, "no hour"),
            (["replay", "practice", "--session", "Not Good"], 2, "small letters"),
            (["produce", "missing.csv", "--night", "practice"], 2, "There is no file missing.csv"),
            (["produce", "-", "--night", "practice"], 2, "--format csv or json"),
            (["produce", "-", "--night", "practice", "--format", "xml"], 2, "There is no format 'xml'"),
            (
                ["produce", "-", "--night", "practice", "--format", "csv", "--source", "gossip"],
                2,
                "no source 'gossip'",
            ),
            (["produce", "-", "--format", "csv"], 2, "SANDIK_NIGHT"),
            (["produce", "-", "--night", "practice", "--every", "5"], 2, "--every"),
            (["worker"], 2, "SANDIK_NIGHT"),
            (["gateway"], 2, "SANDIK_NIGHT"),
            (["demo", "practice", "--speed", "0"], 2, "neither max nor a number"),
            (
                ["up", "practice", "--broker", "memory", "--store", "redis://127.0.0.1:1/0"],
                3,
                "No Redis answers",
            ),
            (["record", "practice", "--out", "/nowhere/file"], 2, "There is no folder /nowhere"),
            (["record", "practice", "--out", "/"], 2, "/ is a folder: --out names a file"),
            (["night", "pack", "practice", "--out", "/nowhere/a.zip"], 2, "There is no folder /nowhere"),
        ],
    )
    def test_what_cannot_work_is_said(
        self, words: list[str], code: int, says: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the exit code that a script expects."""
        monkeypatch.delenv("SANDIK_NIGHT", raising=False)
        assert code == cli.main(words)
        said = capsys.readouterr().err
        assert says in said
        assert "Traceback" not in said

    def test_a_replay_is_never_live(self, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is replayed can never reach a live page."""
        monkeypatch.setenv("SANDIK_MODE", "live")
        assert 2 == cli.main(["replay", "practice"])
        assert "never live" in capsys.readouterr().err

    def test_a_port_that_is_taken_is_said(self, capsys: Captured) -> None:
        """And that 0 takes a free one."""
        import socket

        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            assert 2 == cli.main(["demo", "practice", "--port", port])
        assert "0 takes a free one" in capsys.readouterr().err

    def test_a_setting_that_makes_no_sense_is_named(
        self, capsys: Captured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The variable and what it takes."""
        monkeypatch.setenv("SANDIK_PARTITIONS", "many")
        assert 2 == cli.main(["replay", "practice"])
        assert "SANDIK_PARTITIONS is 'many'" in capsys.readouterr().err


def test_an_answer_that_nobody_reads_to_its_end_is_no_yes() -> None:
    """`sandik … | head -1`: neither 0, which would say that all is well, nor a traceback."""
    code = "from sandik import cli; import sys; sys.exit(cli.main(['rehearse', 'practice']))"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert 141 == process.returncode


def said_into(stdout: Any, *words: str, shell: str = "") -> "subprocess.CompletedProcess[bytes]":
    """What the program says of itself, its answer going somewhere else."""
    command = [sys.executable, "-m", "sandik.cli", *words]
    if shell:
        command = ["sh", "-c", f"exec {shlex.join(command)} {shell}"]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, check=False)


def test_the_table_of_contents_too_may_be_left_unread() -> None:
    """`sandik --help | true`."""
    reads, writes = os.pipe()
    os.close(reads)
    done = said_into(writes, "--help")
    os.close(writes)
    assert (141, b"") == (done.returncode, done.stderr)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["night", "list"], ["rehearse", "practice"]])
def test_an_answer_that_cannot_be_written_is_no_answer(words: list[str]) -> None:
    """On a full disk: 1 would say that the night did not end as it must."""
    with open("/dev/full", "wb") as full:
        done = said_into(full, *words)
    assert 3 == done.returncode
    assert b"sandik: what is said here cannot be written (No space left on device)" in done.stderr
    assert b"Traceback" not in done.stderr


def test_whoever_closed_the_outputs_still_gets_the_exit_code() -> None:
    """As a service manager may."""
    assert 0 == said_into(None, "night", "list", shell=">&- 2>&-").returncode
    assert 2 == said_into(None, "rehearse", "practise", shell=">&- 2>&-").returncode


def test_a_mistake_that_nobody_hears_of_is_no_answer() -> None:
    """`sandik … 2>&1 | head`: 1 would say that the night did not end as it must."""
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "sandik.cli", "rehearse", "practise"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=writes, check=False)
    os.close(writes)
    assert 2 == done.returncode


def test_rows_from_a_pipe_that_is_closed_are_none() -> None:
    """Nothing is asked of Kafka for them."""
    done = said_into(None, "produce", "-", "--night", "practice", "--format", "csv", shell="<&-")
    assert (2, b"sandik: Standard input is closed: pipe the rows in, or name a file.\n") == (
        done.returncode, done.stderr,
    )  # fmt: skip


def test_a_terminal_of_another_alphabet_gets_an_answer() -> None:
    """Letters that it has not are spelt out; nobody is shown a traceback for them."""
    said = subprocess.run(
        [sys.executable, "-m", "sandik.cli", "--help"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"}, capture_output=True, check=False,
    )  # fmt: skip
    assert (0, b"") == (said.returncode, said.stderr)
    assert said.stdout.startswith(b"Sand\\u0131k: election-night results")


@pytest.mark.parametrize("name", ["sandik.cli", "argparse", "sandik.commands.rehearse", "election.rehearsal"])
def test_ctrl_c_while_a_command_is_still_being_imported_is_an_end_and_no_traceback(name: str) -> None:
    """Whatever is being imported: the first ones, the command itself, what it needs."""
    code = f"""
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests in the background ignores it
class Interrupts:
    def find_spec(self, name, *rest):
        if name == "{name}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
sys.argv = ["sandik", "rehearse", "practice"]
from sandik.__main__ import main
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (130, b"stopped\n", b"") == (done.returncode, done.stderr, done.stdout)


def test_the_command_that_is_installed_begins_where_ctrl_c_is_caught() -> None:
    """Else the test before says nothing of what people type."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {"sandik": "sandik.__main__:main"} == project["scripts"]
