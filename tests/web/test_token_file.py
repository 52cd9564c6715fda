"""The file of tokens: only its owner's, whole at every moment, and noticed when it changes."""

import errno
import logging
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from election.errors import UsageError
from web import token_file
from web.token_file import FILE_BYTES_MAX, Watched, add, revoke, tokens_at, tokens_in
from web.tokens import TOKENS_MAX, NoFileError, Token, line, make

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


def made(name: str = "Ayşe Demir") -> tuple[str, Token]:
    """A token for the desk."""
    return make(name, ["desk"], NOW)


def names(path: Path) -> list[str]:
    """Whose tokens are in it."""
    return [token.name for token in tokens_in(path)]


def test_the_first_token_makes_the_file_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask lets others do; the next ones are added."""
    path = tmp_path / "tokens.jsonl"
    before = os.umask(0)
    try:
        add(path, made()[1])
    finally:
        os.umask(before)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    add(path, made("Can")[1])
    assert ["Ayşe Demir", "Can"] == names(path)


def test_a_line_that_an_editor_left_open_is_ended_first(tmp_path: Path) -> None:
    """Two tokens in one line would be none."""
    path = tmp_path / "tokens.jsonl"
    add(path, made()[1])
    path.write_bytes(path.read_bytes().rstrip())
    add(path, made("Can")[1])
    assert ["Ayşe Demir", "Can"] == names(path)


def test_revoking_takes_the_line_out_and_keeps_mode_and_owner(tmp_path: Path) -> None:
    """Root revokes on a file of the service's: the service must still be able to read it."""
    path = tmp_path / "tokens.jsonl"
    (_, one), (_, other) = made(), made("Can")
    add(path, one)
    add(path, other)
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 12345, 54321)
    before = path.stat()
    assert (one,) == revoke(path, [one.id, "ffffffff"])
    after = path.stat()
    assert (before.st_mode, before.st_uid, before.st_gid) == (after.st_mode, after.st_uid, after.st_gid)
    assert ["Can"] == names(path)
    assert [path] == list(tmp_path.iterdir())
    assert () == revoke(path, [one.id])


def test_nothing_is_lost_when_many_commands_write_at_once(tmp_path: Path) -> None:
    """Each waits for the one before, also for one that put a new file in the old one's place."""
    path = tmp_path / "tokens.jsonl"
    gone = [made(f"gone {number}")[1] for number in range(8)]
    for token in gone:
        add(path, token)
    works = [threading.Thread(target=revoke, args=(path, [token.id])) for token in gone]
    works += [threading.Thread(target=add, args=(path, made(f"new {number}")[1])) for number in range(8)]
    for work in works:
        work.start()
    for work in works:
        work.join()
    assert [f"new {number}" for number in range(8)] == sorted(names(path))


def test_a_gateway_notices_what_commands_do(tmp_path: Path) -> None:
    """At the next question, without a restart: added, revoked, the file gone, and there again."""
    path = tmp_path / "tokens.jsonl"
    text, token = made()
    add(path, token)
    held = tokens_at(str(path), lambda: NOW)
    assert held.find(text) == token
    other_text, other = made("Can")
    add(path, other)
    assert held.find(other_text) == other
    revoke(path, [token.id])
    assert held.find(text) is None
    path.rename(tmp_path / "elsewhere")
    assert held.find(other_text) is None
    assert str(path) in held.trouble
    (tmp_path / "elsewhere").rename(path)
    assert held.find(other_text) == other
    assert "" == held.trouble


def test_a_file_that_did_not_change_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody who signs in asks for it."""
    path = tmp_path / "tokens.jsonl"
    add(path, made()[1])
    watched = Watched(path)
    assert watched.news()
    monkeypatch.setattr(token_file, "_content", None)  # any reading would fail
    assert watched.news() is None


def test_a_mode_that_is_opened_while_the_gateway_runs_is_said_and_nothing_new_is_believed(
    tmp_path: Path,
) -> None:
    """Whoever could write the file could make himself anybody."""
    path = tmp_path / "tokens.jsonl"
    text, token = made()
    add(path, token)
    held = tokens_at(str(path), lambda: NOW)
    intruder_text, intruder = made("Intruder")
    with path.open("ab") as file:
        file.write(line(intruder))
    path.chmod(0o666)
    assert held.find(intruder_text) is None
    assert held.find(text) == token
    assert f"chmod 600 {path}" in held.trouble
    path.write_bytes(line(token))
    path.chmod(0o600)
    assert held.find(text) == token
    assert "" == held.trouble


@pytest.mark.parametrize("mode", [0o644, 0o602, 0o620, 0o601, 0o777])
def test_a_file_that_is_open_to_others_is_refused_with_the_way_out(tmp_path: Path, mode: int) -> None:
    """At the start, and by every command."""
    path = tmp_path / "tokens.jsonl"
    add(path, made()[1])
    path.chmod(mode)
    for use in (
        lambda: tokens_at(str(path)), lambda: tokens_in(path), lambda: add(path, made()[1]),
        lambda: revoke(path, ["ffffffff"]),
    ):  # fmt: skip
        with pytest.raises(UsageError) as caught:
            use()
        assert f"chmod 600 {path}" in str(caught.value)
        assert f"{mode:04o}" in str(caught.value)


def test_a_file_that_its_group_may_read_is_fine(tmp_path: Path) -> None:
    """So secrets are handed out where containers run as a user of their own; it holds hashes."""
    path = tmp_path / "tokens.jsonl"
    add(path, made()[1])
    for mode in (0o640, 0o440, 0o400):
        path.chmod(mode)
        assert 1 == tokens_at(str(path), lambda: NOW).good


def test_a_file_that_is_not_there_or_is_none_is_a_sentence(tmp_path: Path) -> None:
    """A name that was mistyped, a folder, a pipe, a file that is far too long."""
    with pytest.raises(NoFileError) as caught:
        tokens_at(str(tmp_path / "no.jsonl"))
    assert f"sandik token new --file {tmp_path / 'no.jsonl'}" in str(caught.value)
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "long").write_bytes(b"x" * (FILE_BYTES_MAX + 1))
    (tmp_path / "long").chmod(0o600)
    for name, word in ((".", "no file"), ("pipe", "no file"), ("long", "bytes")):
        with pytest.raises(UsageError, match=word):
            tokens_in(tmp_path / name)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """Not a traceback of the system's, and not the advice to do what was just done."""
    with pytest.raises(UsageError, match=f"no folder {tmp_path / 'no'}.*mkdir"):
        add(tmp_path / "no" / "folder", made()[1])
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be used"):
        add(tmp_path / "file" / "tokens", made()[1])


def test_a_disk_that_fills_in_the_middle_of_a_line_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With half a line in it nobody's token would be let in any more."""
    path, write, room = tmp_path / "tokens.jsonl", os.write, [1]
    add(path, made()[1])
    before = path.read_bytes()

    def full(file: int, text: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        room.pop()
        return write(file, text[: len(text) // 2])

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(UsageError, match="No space left on device"):
            add(path, made("Can")[1])
    assert before == path.read_bytes()


def test_a_full_file_takes_no_more(tmp_path: Path) -> None:
    """It would be refused as a whole by the next who reads it."""
    path = tmp_path / "tokens.jsonl"
    path.write_bytes(b"".join(line(made()[1]) for _ in range(TOKENS_MAX)))
    path.chmod(0o600)
    with pytest.raises(UsageError, match="revoke some"):
        add(path, made()[1])
    assert TOKENS_MAX == len(tokens_in(path))


def test_the_same_id_twice_is_not_written(tmp_path: Path) -> None:
    """Once in four billion; the file would be refused as a whole."""
    path = tmp_path / "tokens.jsonl"
    token = made()[1]
    add(path, token)
    with pytest.raises(UsageError, match="make another"):
        add(path, token)
    assert 1 == len(tokens_in(path))


def test_without_a_path_there_are_no_tokens() -> None:
    """A gateway that was given none has nobody who may sign."""
    assert tokens_at("").find(made()[0]) is None


def test_no_text_of_a_token_is_in_the_file_or_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even a part of it."""
    path = tmp_path / "tokens.jsonl"
    text, token = made()
    with caplog.at_level(logging.DEBUG):
        add(path, token)
        held = tokens_at(str(path), lambda: NOW)
        held.find(text)
        path.unlink()
        held.find(text)
    assert "tokens:" in caplog.text
    add(path, token)
    for part in (text, text[7:27], text[-20:]):
        assert part not in caplog.text
        assert part.encode() not in path.read_bytes()
