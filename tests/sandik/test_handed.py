"""Secrets handed over as files become variables, and no message ever says what is in one."""

import subprocess
import sys
from pathlib import Path

import pytest

from election.errors import UsageError
from sandik import handed

SECRET = "redis://:hunter2@store:6379/0"


def test_each_file_is_a_variable_of_its_name(tmp_path: Path) -> None:
    """Also names that only the newsroom knows; the end of the line is not part of it."""
    (tmp_path / "SANDIK_REDIS").write_text(f"{SECRET}\n")
    (tmp_path / "WEBSITE_SECRET").write_text("whsec_eA== \r\n")
    environment = {"SANDIK_SECRETS": str(tmp_path), "HOME": "/"}
    assert ("SANDIK_REDIS", "WEBSITE_SECRET") == handed.take(environment)
    assert (SECRET, "whsec_eA== ", "/") == (
        environment["SANDIK_REDIS"], environment["WEBSITE_SECRET"], environment["HOME"],
    )  # fmt: skip


def test_what_is_no_name_of_a_variable_is_left_alone(tmp_path: Path) -> None:
    """Kubernetes and Docker put links and other files there; a token file is read by the gateway itself."""
    for name in ("..data", "tokens.jsonl", "redis.conf", "lower"):
        (tmp_path / name).write_text("x")
    environment = {"SANDIK_SECRETS": str(tmp_path)}
    assert () == handed.take(environment)
    assert {"SANDIK_SECRETS": str(tmp_path)} == environment


def test_without_the_setting_nothing_is_read() -> None:
    """Unset and empty are the same."""
    for environment in ({}, {"SANDIK_SECRETS": ""}):
        assert () == handed.take(environment)


def test_a_child_that_inherits_both_is_no_mistake(tmp_path: Path) -> None:
    """`sandik up` starts rooms with its own environment."""
    (tmp_path / "SANDIK_REDIS").write_text(SECRET)
    environment = {"SANDIK_SECRETS": str(tmp_path)}
    handed.take(environment)
    assert ("SANDIK_REDIS",) == handed.take(environment)


def bad(folder: Path) -> str:
    """The sentence for a folder that cannot be used."""
    with pytest.raises(UsageError) as raised:
        handed.take({"SANDIK_SECRETS": str(folder), "SANDIK_SMTP_PASSWORD": "other"})
    return str(raised.value)


@pytest.mark.parametrize("content", [b"one", b"\xff\xfe", b"a\0b", b"x" * 70000])
def test_what_cannot_be_used_is_said_without_saying_it(tmp_path: Path, content: bytes) -> None:
    """Two values, bytes that are no text, a zero byte, a file too large."""
    (tmp_path / "SANDIK_SMTP_PASSWORD").write_bytes(content)
    said = bad(tmp_path)
    assert "SANDIK_SMTP_PASSWORD" in said
    assert "one" not in said.replace("one of the two", "").replace("one line", "")
    assert "other" not in said
    assert len(said) < 300


def test_a_folder_or_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """With its path: the mount is missing, most likely."""
    assert str(tmp_path / "nowhere") in bad(tmp_path / "nowhere")
    (tmp_path / "SANDIK_SMTP_PASSWORD").mkdir()
    assert str(tmp_path / "SANDIK_SMTP_PASSWORD") in bad(tmp_path)


def test_every_command_takes_them_before_it_reads_a_setting(tmp_path: Path) -> None:
    """As a process: a mode handed as a file is the mode, and a bad folder ends with 2."""
    (tmp_path / "SANDIK_MODE").write_text("nonsense\n")
    words = [sys.executable, "-m", "sandik.cli", "doctor"]
    for folder, wanted in ((tmp_path, "SANDIK_MODE is 'nonsense'"), (tmp_path / "no", "SANDIK_SECRETS is")):
        ended = subprocess.run(
            words, env={"SANDIK_SECRETS": str(folder)}, capture_output=True, text=True, check=False
        )
        assert 2 == ended.returncode
        assert wanted in ended.stderr
