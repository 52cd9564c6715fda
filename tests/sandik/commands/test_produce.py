"""sandik produce: what goes together, and what is said before anything is asked or sent."""

import argparse
from pathlib import Path

import pytest

from sandik import cli
from sandik.commands import produce

Captured = pytest.CaptureFixture[str]


def wrong(captured: Captured, *words: str) -> str:
    """What is said of a wrong use."""
    assert cli.WRONG_USE == cli.main(["produce", *words, "--night", "practice"])
    return captured.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("missing.csv",), "There is no file missing.csv"),
        (("no/such/folder/now.csv", "--every", "5"), "There is no file"),
        (("-", "--format", "csv", "--every", "5"), "goes neither with --once nor standard input"),
        (("https://a.org/x.csv", "--every", "0"), "seconds above 0"),
        (("https://a.org/x.csv", "--every", "5", "--once"), "goes neither with --once"),
        (("https://a.org/x.csv", "--every", "0.1"), "at most every 1 s"),
        (
            ("https://a.org/x.csv", "--every", "5", "--accept-withdrawals"),
            "--accept-withdrawals is said of one",
        ),
        (("https://a.org/x.csv", "--every", "5", "--at", "now"), "--at is said of one table"),
        (("https://u:s3cret@a.org/x.csv",), "name or password"),
        (("ftp://a.org/x.csv",), "ftp:// cannot be read"),
        (("https://a.org/x",), "add --format"),
        (("https://a.org/x.csv?key=1", "--source", "nobody"), "There is no source 'nobody'"),
        (("https://a.org/x.csv", "--token-env", "SANDIK_TEST_NO_TOKEN"), "holds no token"),
        (("https://a.org/?level=1", "--format", "sandik"), "takes contest and source alone"),
        (("https://a.org/x.csv", "--mapping", "missing.toml"), "missing.toml cannot be read"),
    ],
)
def test_a_wrong_use_is_said_before_anything_is_asked(
    words: tuple[str, ...], said: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No broker is needed to learn that a word is wrong."""
    monkeypatch.chdir(tmp_path)
    found = wrong(capsys, *words)
    assert said in found
    assert "s3cret" not in found


def test_a_token_is_for_an_address(capsys: Captured, tmp_path: Path) -> None:
    """A file has nobody to sign in to."""
    path = tmp_path / "a.csv"
    path.write_text("box\n")
    assert "--token-env is for a web address" in wrong(capsys, str(path), "--token-env", "HOME")


def test_every_example_of_the_help_can_be_typed() -> None:
    """Its words are options there are."""
    parser = argparse.ArgumentParser()
    produce.arguments(parser)
    for line in produce.EXAMPLE.splitlines():
        words = line.partition("sandik produce ")[2].split()
        assert words[0] == parser.parse_args(words).feed
