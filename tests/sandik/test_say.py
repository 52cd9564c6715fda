"""The three voices of a command."""

import io
import json

import pytest

from sandik.say import Out

Captured = pytest.CaptureFixture[str]


def test_with_json_only_the_object_is_on_stdout(capsys: Captured) -> None:
    """A script reads the last line, and there is nothing else."""
    out = Out(as_json=True)
    out.say("31,186 boxes")
    out.tell("on the way")
    out.answer({"city": "İstanbul"})
    captured = capsys.readouterr()
    assert '{"city": "İstanbul"}\n' == captured.out
    assert {"city": "İstanbul"} == json.loads(captured.out)
    assert "31,186 boxes\non the way\n" == captured.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "iso-8859-9", "utf-8"])
def test_the_object_is_json_whatever_the_alphabet_of_the_terminal(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads it takes it for UTF-8, and knows no \\xe2."""
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding, errors="backslashreplace"))
    Out(as_json=True).answer({"city": "İstanbul, Nevşehir, Elâzığ"})
    assert {"city": "İstanbul, Nevşehir, Elâzığ"} == json.loads(written.getvalue().decode("utf-8"))


def test_in_words_the_answer_is_on_stdout_and_no_json(capsys: Captured) -> None:
    """What happens on the way stays on stderr."""
    out = Out()
    out.say("31,186 boxes")
    out.tell("on the way")
    out.answer({"boxes": 31186})
    assert ("31,186 boxes\n", "on the way\n") == capsys.readouterr()


def test_there_is_no_bar_where_there_is_no_terminal(capsys: Captured) -> None:
    """A log file is not filled with bars."""
    Out().progress(0.5, "half")
    assert ("", "") == capsys.readouterr()


def test_on_a_terminal_the_bar_makes_way_for_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is wiped before anything else is said, and drawn only when it changed."""
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", screen)
    out = Out()
    out.progress(0.5, "half")
    out.progress(0.5, "half")
    out.tell("a line")
    assert "\r\x1b[K[############............] half\r\x1b[Ka line\n" == screen.getvalue()


def test_what_is_counted_tells_how_much_of_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items go through as they are; of nothing at all nothing is done."""
    seen = list[tuple[float, str]]()
    out = Out()
    monkeypatch.setattr(out, "progress", lambda done, text: seen.append((done, text)))
    assert list(range(150)) == list(out.passing(range(150), 200, "records read"))
    out.of("records read")(0, 0)
    assert [
        (0.0, "records read: 0 of 200"), (0.5, "records read: 100 of 200"), (0.0, "records read: 0 of 0"),
    ] == seen  # fmt: skip
