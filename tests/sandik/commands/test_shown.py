"""sandik shown: what is refused before Kafka is asked; the real thing is in tests/live/test_shown.py."""

from pathlib import Path

import pytest

from sandik import cli

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--contest", "nobody"], "--contest: there is no 'nobody' in this night: mayor"),
        (["--as-of", "tonight"], "--as-of: 'tonight' is neither"),
        (["--out", "{}/f.json"], "give --as-of too"),
        (["--as-of", "19:15", "--out", "{}/none/f.json"], "There is no folder {}/none"),
        (["--as-of", "19:15", "--out", "{}"], "{} is a folder: --out names a file"),
    ],
)
def test_what_cannot_be_shown_is_a_sentence_and_exit_code_2(
    words: list[str], says: str, tmp_path: Path, capsys: Captured
) -> None:
    """With the word that was meant."""
    assert 2 == cli.main(["shown", "practice", *(word.format(tmp_path) for word in words)])
    assert says.format(tmp_path) in capsys.readouterr().err
