"""Night folders on disk."""

from pathlib import Path

import pytest

from election.errors import NightError, UsageError
from sandik import folders


@pytest.fixture
def my_night(tmp_path: Path) -> Path:
    """A copy of the practice night as a folder of one's own, without its recording."""
    path = tmp_path / "my-night"
    path.mkdir()
    for name, content in folders.files(folders.find("practice")).items():
        (path / name).write_bytes(content)
    return path


def test_shipped_nights_are_known_by_name_wherever_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command works from any folder."""
    monkeypatch.chdir(tmp_path)
    assert ("istanbul-2019-03-31", "istanbul-2019-06-23", "practice") == folders.shipped()
    assert "practice" == folders.load("practice").night.id


def test_a_folder_of_ones_own_is_known_by_its_path(my_night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a slash, or as it is called here."""
    assert my_night == folders.load(str(my_night)).path
    monkeypatch.chdir(my_night.parent)
    assert "practice" == folders.load("my-night").night.id


def test_a_folder_here_comes_before_a_shipped_night_of_the_same_name(
    my_night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who has a folder called practice means that one."""
    monkeypatch.chdir(my_night.rename(my_night.parent / "practice").parent)
    assert Path("practice") == folders.find("practice")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("practise", "did you mean practice?"),
        ("istanbul", "did you mean istanbul-2019-0"),
        ("paris", "the nights here are istanbul-2019-03-31"),
        ("./nowhere", "There is no folder ./nowhere"),
        ("", "There is no night ''"),
    ],
)
def test_a_night_that_is_not_there_is_a_sentence_with_a_way_out(word: str, says: str) -> None:
    """It says what was meant, or what there is."""
    with pytest.raises(UsageError) as caught:
        folders.find(word)
    assert says in str(caught.value)


def test_a_folder_without_night_toml_is_no_night(tmp_path: Path) -> None:
    """A wrong folder is said at once."""
    with pytest.raises(UsageError, match=r"holds no night\.toml"):
        folders.find(str(tmp_path))


def test_a_file_is_no_night(tmp_path: Path) -> None:
    """The error says what a night is."""
    (tmp_path / "night.toml").write_text("")
    with pytest.raises(UsageError, match="a night is a folder"):
        folders.find(str(tmp_path / "night.toml"))


def test_a_missing_file_is_a_mistake_in_the_folder(my_night: Path) -> None:
    """It is named, with everything else that is wrong, and the folder: it may be another than one thinks."""
    (my_night / "boxes.csv").unlink()
    with pytest.raises(NightError, match=r"boxes\.csv: This file is missing") as caught:
        folders.load(str(my_night))
    assert f"in the night folder {my_night}:" in str(caught.value)
    assert [("boxes.csv", None)] == [(one.file, one.line) for one in caught.value.mistakes]


def test_a_night_without_a_recording_says_how_to_feed_it(my_night: Path) -> None:
    """Only commands that need one ask for it."""
    folder = folders.load(str(my_night))
    assert folder.has_recording is None
    with pytest.raises(UsageError, match="sandik produce"):
        folder.recording  # noqa: B018 - asking is what fails


def test_the_ending_is_what_the_night_must_end_with(my_night: Path) -> None:
    """None where there is no such file; a broken one is a mistake."""
    assert {"mayor", "assembly", "bridge"} == set(folders.load("practice").ending or {})
    folder = folders.load(str(my_night))
    assert folder.ending is None
    alerts = [b'{"contests": {"mayor": {"alerts": %s}}}' % odd for odd in (b'["x"]', b"7", b"[[1, 2]]")]
    for broken in (b"{", b"[]", b"\xff" * 1000, b'{"contests": 3}', b"[" * 100_000, *alerts):
        (my_night / "ending.json").write_bytes(broken)
        with pytest.raises(NightError, match=r"my-night:\nending\.json") as caught:
            folder.ending  # noqa: B018 - asking is what fails
        assert len(str(caught.value)) < 300  # what is wrong, and not all that is in the file


def test_what_stands_there_and_cannot_be_read_is_not_taken_for_nothing(my_night: Path) -> None:
    """A night would seem to have no ending that it could miss, or no recording to try the checks on."""
    (my_night / "ending.json").mkdir()
    (my_night / "recording.jsonl").symlink_to("gone.jsonl")
    folder = folders.load(str(my_night))
    with pytest.raises(UsageError, match=r"ending\.json cannot be read: Is a directory"):
        folder.ending  # noqa: B018 - asking is what fails
    assert my_night / "recording.jsonl" == folder.recording


def test_the_night_is_the_one_given_or_the_settings() -> None:
    """What is typed counts before what is set; neither is a sentence."""
    assert "a" == folders.word("a", {"SANDIK_NIGHT": "b"})
    assert "b" == folders.word(None, {"SANDIK_NIGHT": "b"})
    with pytest.raises(UsageError, match="SANDIK_NIGHT"):
        folders.word(None, {})


def test_a_file_is_read_whole_or_said_to_be_none(tmp_path: Path) -> None:
    """A text is UTF-8, as any system writes it."""
    (tmp_path / "m.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\n")
    assert "a = 1\nb = 2\n" == folders.text(tmp_path / "m.toml")
    (tmp_path / "m.toml").write_bytes(b"\xff")
    assert b"\xff" == folders.content(tmp_path / "m.toml")
    with pytest.raises(UsageError, match=r"m\.toml is not UTF-8"):
        folders.text(tmp_path / "m.toml")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        folders.content(tmp_path)
