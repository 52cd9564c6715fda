"""sandik watch: what it hands to the client, and that a token is never an argument."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandik import cli
from web import watch

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command hands to `web.watch`, which does nothing here but note a line and answer a fact."""
    given: dict[str, Any] = {}

    def main(
        url: str, contests: list[str], say: Callable[..., Any], wish: watch.Wish, answer: Callable[..., Any],
        note: Callable[..., Any],
    ) -> int:  # fmt: skip
        given.update(url=url, contests=contests, wish=wish)
        say("a line")
        answer({"t": "shown"})
        note("shown", version=1)
        return 0

    monkeypatch.setattr(watch, "main", main)
    return given


def test_by_default_every_contest_of_the_gateway_on_this_machine(
    handed: dict[str, Any], capsys: Captured
) -> None:
    """In words, on stdout."""
    assert 0 == cli.main(["watch"])
    assert ("ws://127.0.0.1:8080/ws", [], watch.Wish()) == tuple(handed.values())
    assert "a line\n" == capsys.readouterr().out


def test_everything_that_can_be_wished_for(
    handed: dict[str, Any], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --json only facts are on stdout; the words are on stderr."""
    monkeypatch.setenv("NIGHT_TOKEN", " s3cret \n")
    words = "http://h/ --contest a --contest b --areas x,y --level town --source s --events --json"
    assert 0 == cli.main(["watch", *words.split(), "--token-env", "NIGHT_TOKEN"])
    wish = watch.Wish(("x", "y"), ("town",), "s", told_only=True, token="s3cret")
    assert {"url": "http://h/", "contests": ["a", "b"], "wish": wish} == handed
    said = capsys.readouterr()
    assert ('{"t": "shown"}\n', "a line\n") == (said.out, said.err)


def test_a_token_that_is_not_there_is_wrong_use(handed: dict[str, Any], capsys: Captured) -> None:
    """The sentence names the variable; nothing was tried."""
    assert 2 == cli.main(["watch", "--token-env", "NO_SUCH_TOKEN"])
    assert "NO_SUCH_TOKEN" in capsys.readouterr().err
    assert {} == handed


def test_a_history_is_written_where_the_setting_says(
    handed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of this process's own."""
    monkeypatch.setenv("SANDIK_HISTORY", str(tmp_path))
    assert 0 == cli.main(["watch"])
    assert '{"t":"shown","version":1}\n' == (tmp_path / f"watch-{os.getpid()}.jsonl").read_text()


def test_where_nothing_answers_the_exit_code_is_3(capsys: Captured) -> None:
    """One sentence, which says what would start a gateway."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert 3 == cli.main(["watch", f"http://127.0.0.1:{free.getsockname()[1]}/"])
    said = capsys.readouterr().err
    assert "sandik demo" in said
    assert 1 == len(said.splitlines())
