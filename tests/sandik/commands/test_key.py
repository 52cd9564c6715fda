"""sandik key: the private key into a file, the public one for the workers' file, which reads back."""

import json
from pathlib import Path

import pytest

from producers.signing import signer_at
from sandik import cli
from streams.signatures import signatures_at
from tests.streams import made

Captured = pytest.CaptureFixture[str]


def new(path: Path, *words: str) -> int:
    """Makes a key as typed."""
    return cli.main(["key", "new", "--night", "practice", "--source", "council", "--out", str(path), *words])


def test_what_is_printed_is_a_file_of_keys(tmp_path: Path, capsys: Captured) -> None:
    """It is piped there; the private key is in its own file and nowhere in what is said."""
    assert 0 == new(tmp_path / "council.key", "--id", "council-1")
    said = capsys.readouterr()
    keys = tmp_path / "feed-keys.toml"
    keys.write_text(said.out)
    assert signatures_at(str(keys), made.night()) is not None
    signer = signer_at(str(tmp_path / "council.key"))
    assert signer is not None
    assert f'id = "council-1"\nsource = "council"\npublic = "{signer.public}"\n' in said.out
    private = (tmp_path / "council.key").read_text().split()[2]
    assert private not in said.out + said.err
    assert "SANDIK_SIGN_WITH" in said.err


def test_its_name_is_the_source_and_the_day_unless_given(tmp_path: Path, capsys: Captured) -> None:
    """So that next year's is another."""
    assert 0 == new(tmp_path / "a.key", "--json")
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"id", "source", "public", "file"} == set(facts)
    assert facts["id"].startswith("council-20")


def test_what_cannot_be_is_said(tmp_path: Path, capsys: Captured) -> None:
    """A source of another night, a file that is there."""
    assert 2 == new(tmp_path / "a.key", "--source", "counsel")
    assert "There is no source 'counsel' in practice: council" in capsys.readouterr().err
    (tmp_path / "a.key").write_text("mine")
    assert 2 == new(tmp_path / "a.key")
    assert "is there already" in capsys.readouterr().err
    assert "mine" == (tmp_path / "a.key").read_text()
