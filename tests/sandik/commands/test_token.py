"""sandik token: what is printed once, what is shown, what is taken back, and what programs are told."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandik import cli
from web.token_file import tokens_at

Captured = pytest.CaptureFixture[str]


def answer(captured: Captured) -> tuple[Any, str]:
    """The JSON object on the last line of stdout, and what stderr says."""
    said = captured.readouterr()
    return json.loads(said.out.splitlines()[-1]), said.err


def new(path: Path, *words: str) -> int:
    """Makes a token as typed."""
    return cli.main(["token", "new", "--name", "Ayşe Demir", "--file", str(path), *words])


def test_a_token_is_printed_once_alone_on_standard_output(tmp_path: Path, capsys: Captured) -> None:
    """So that it can be piped to whoever gets it; it works at a gateway, and only its hash stays."""
    path = tmp_path / "tokens.jsonl"
    assert 0 == new(path, "--scope", "desk")
    said = capsys.readouterr()
    text = said.out.strip()
    found = tokens_at(str(path)).find(text)
    assert found is not None
    assert ("Ayşe Demir", ("desk",)) == (found.name, found.scopes)
    assert text not in said.err
    assert f"sandik token revoke {found.id} --file {path}" in said.err
    assert "scope view" in said.err
    assert 0 == cli.main(["token", "list", "--file", str(path)])
    shown = capsys.readouterr()
    assert text not in shown.out + shown.err
    assert found.digest not in shown.out + shown.err
    assert found.id in shown.out


def test_the_facts_of_a_new_token(tmp_path: Path, capsys: Captured) -> None:
    """One JSON object as the last line, with the text in it and nowhere else."""
    path = tmp_path / "tokens.jsonl"
    assert 0 == new(path, "--scope", "desk", "--scope", "view", "--days", "7", "--json")
    facts, said = answer(capsys)
    assert tokens_at(str(path)).find(facts["token"]) is not None
    assert facts["token"] not in said
    assert (["view", "desk"], False, str(path)) == (facts["scopes"], facts["expired"], facts["file"])
    assert facts["made_at"] < facts["expires_at"]
    assert "scope view" not in said


def test_listing_and_revoking(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file comes from the setting too; an id that is not there is exit code 1, and the rest is done."""
    path = tmp_path / "tokens.jsonl"
    monkeypatch.setenv("SANDIK_TOKENS", str(path))
    assert 0 == new(path, "--scope", "view")
    assert 0 == cli.main(["token", "new", "--name", "Can", "--scope", "replay"])
    capsys.readouterr()
    assert 0 == cli.main(["token", "list", "--json"])
    listed, said = answer(capsys)
    assert ["Ayşe Demir", "Can"] == [token["name"] for token in listed["tokens"]]
    assert {"id", "name", "scopes", "made_at", "expires_at", "expired"} == set(listed["tokens"][0])
    assert "until revoked" in said
    first = listed["tokens"][0]["id"]
    assert 1 == cli.main(["token", "revoke", first, "ffffffff", "--json"])
    revoked, said = answer(capsys)
    assert ([first], ["ffffffff"]) == (revoked["revoked"], revoked["unknown"])
    assert "there is no token ffffffff" in said
    assert 0 == cli.main(["token", "list"])
    assert "Ayşe" not in capsys.readouterr().out


def test_an_expired_token_is_listed_as_such(tmp_path: Path, capsys: Captured) -> None:
    """Whoever looks sees why somebody cannot sign in."""
    path = tmp_path / "tokens.jsonl"
    assert 0 == new(path, "--scope", "view", "--days", "0.00000001")
    capsys.readouterr()
    assert 0 == cli.main(["token", "list", "--file", str(path), "--json"])
    listed, said = answer(capsys)
    assert listed["tokens"][0]["expired"]
    assert "EXPIRED" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list"], "SANDIK_TOKENS"),
        (["list", "--file", "{}/none"], "sandik token new"),
        (["revoke", "x", "--file", "{}/none"], "sandik token new"),
        (["new", "--name", "", "--scope", "view", "--file", "{}/t"], "name"),
        (["new", "--name", "x", "--scope", "view", "--days", "-1", "--file", "{}/t"], "--days"),
        (["new", "--name", "x", "--scope", "view", "--file", "{}/none/t"], "There is no folder"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_code_2(
    words: list[str], said: str, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is written."""
    monkeypatch.delenv("SANDIK_TOKENS", raising=False)
    assert 2 == cli.main(["token", *(word.format(tmp_path) for word in words)])
    assert said in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())
