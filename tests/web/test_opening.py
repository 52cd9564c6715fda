"""Doors open or say why not; where they are is said when somebody listens there."""

import json
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path

import pytest

from election.errors import UsageError
from tests.web.hosts import Inn, listener
from tests.web.raw import Raw
from web.listening import Listening, Place
from web.opening import announce, opened
from web.settings import Settings


async def test_a_door_is_open_until_the_stack_is_left() -> None:
    """Then nobody is there any more."""
    async with AsyncExitStack() as stack:
        listening = await opened(stack, Inn(), Place("127.0.0.1", 0), "SANDIK_HOST")
        raw = await Raw.connect(listening.port)
        await raw.say(b"GET /here HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (HTTPStatus.OK, b"/here") == (await raw.head())[::2]
        raw.leave()
    with pytest.raises(OSError, match=r"refused|Connect"):
        await Raw.connect(listening.port)


async def test_where_nobody_can_listen() -> None:
    """A sentence with the place and the settings to change."""
    async with AsyncExitStack() as stack, listener() as at:
        for place, said in (
            (Place("127.0.0.1", at.port), "is taken: choose another one with SANDIK_X"),
            (Place("127.0.0.1", at.port, shared=True), "Every gateway there needs SANDIK_REUSE_PORT=1"),
            (Place("192.0.2.1", 0), "Nobody can listen on port 0 on 192.0.2.1"),
        ):
            with pytest.raises(UsageError, match=said):
                await opened(stack, Inn(), place, "SANDIK_X")


async def test_a_system_that_cannot_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told that this is so, and what to do instead."""

    async def open_(self: Listening) -> None:
        raise ValueError("reuse_port not supported by socket module")

    monkeypatch.setattr(Listening, "open", open_)
    async with AsyncExitStack() as stack:
        with pytest.raises(UsageError, match="a port of its own, behind a proxy"):
            await opened(stack, Inn(), Place("127.0.0.1", 0, shared=True), "SANDIK_PORT")


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:8080/"), ("::1", "http://[::1]:8080/")]
)
def test_it_is_said(host: str, url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One line, and a file for each port that was asked for."""
    files = {"port_file": str(tmp_path / "port"), "admin_port_file": str(tmp_path / "admin")}
    announce(Settings(host=host, **files), 8080, 0)
    assert {"event": "listening", "room": "gateway", "url": url, "port": 8080} == json.loads(
        capsys.readouterr().out
    )
    assert ["port"] == [one.name for one in tmp_path.iterdir()]
    announce(Settings(host=host, **files), 8080, 9464)
    assert 9464 == json.loads(capsys.readouterr().out)["admin_port"]
    assert ("8080\n", "9464\n") == ((tmp_path / "port").read_text(), (tmp_path / "admin").read_text())


@pytest.mark.parametrize(("field", "setting"), [("port_file", "PORT"), ("admin_port_file", "ADMIN_PORT")])
def test_a_file_that_cannot_be_written_is_a_sentence(field: str, setting: str, tmp_path: Path) -> None:
    """It names the setting, and is no traceback."""
    with pytest.raises(UsageError, match=f"SANDIK_{setting}_FILE is .*no.*port"):
        announce(Settings(**{field: str(tmp_path / "no" / "port")}), 8080, 9464)
