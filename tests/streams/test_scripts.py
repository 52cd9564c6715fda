"""Whether a script is the common text and its own, and what goes to the server in one trip."""

import hashlib
from importlib import resources
from typing import cast

import pytest

from stores.failing import NoScriptError, ResponseError
from stores.opening import Client
from streams.ledger import SCRIPTS as LEDGERS
from streams.scripts import SENT_BYTES_MAX, Call, Script, run
from streams.store import SCRIPTS


def test_every_script_begins_with_the_common_text_and_every_file_is_one() -> None:
    """A Lua file that nobody names would never run."""
    folder = resources.files("streams") / "lua"
    files = {file.name.removesuffix(".lua") for file in folder.iterdir() if file.name.endswith(".lua")}
    life = (folder / "life.lua").read_text()
    for names in [(name,) for name in SCRIPTS] + [("ledger", f"ledger_{name}") for name in LEDGERS]:
        script = Script(*names)
        assert script.text == life + "".join((folder / f"{name}.lua").read_text() for name in names)
        assert hashlib.sha1(script.text.encode()).hexdigest() == script.sha
    assert {"life", "ledger", *SCRIPTS, *(f"ledger_{name}" for name in LEDGERS)} == files


class Server:
    """It takes commands, knows no script but those whose text it was given, and can refuse one."""

    def __init__(self, refused: str = "") -> None:
        self.trips, self.known, self.refused = list[list[str]](), set[str](), refused
        self._sent = list[tuple[str, str]]()

    def pipeline(self, transaction: bool) -> "Server":
        """Whatever is asked is asked of it."""
        assert not transaction, "two contests never share a transaction"
        return self

    def execute_command(self, command: str, sha: str, keys: int, *rest: str | bytes) -> None:
        """One command of a trip."""
        assert (command, keys) == ("EVALSHA", 1)
        self._sent.append((sha, str(rest[0])))

    async def execute(self, raise_on_error: bool) -> list[object]:
        """The answers of a trip, errors among them."""
        assert not raise_on_error
        sent, self._sent = self._sent, []
        self.trips.append([key for _, key in sent])
        return [self._answer(sha, key) for sha, key in sent]

    def _answer(self, sha: str, key: str) -> object:
        if sha not in self.known:
            return NoScriptError("NOSCRIPT")
        return ResponseError(f"no {key}") if key == self.refused else key.upper()

    async def eval(self, text: str, keys: int, key: str, *args: bytes) -> object:
        """A script with its text, from now on known."""
        self.known.add(sha := hashlib.sha1(text.encode()).hexdigest())
        return self._answer(sha, key)


def calls(*sizes: int) -> list[Call]:
    """A call for each contest, with so many bytes."""
    return [Call([name], [b"." * size, 7]) for name, size in zip("abcdef", sizes, strict=False)]


async def test_calls_go_together_while_they_are_small_and_each_answer_is_its_own() -> None:
    """A trip for all contests on a night, where a step is some papers."""
    server = Server()
    assert ["A", "B", "C"] == await run(cast(Client, server), Script("apply"), calls(10, 20, 30))
    assert [["a", "b", "c"]] == server.trips


async def test_no_trip_has_more_bytes_than_a_server_should_have_waiting_but_a_call_goes_whole() -> None:
    """Ten contests that catch up are twenty megabytes: each is to have the time of one command."""
    server, most = Server(), SENT_BYTES_MAX
    found = await run(cast(Client, server), Script("apply"), calls(most, 1, most - 1, 1, most + 1, 0))
    assert list("ABCDEF") == found
    assert [["a"], ["b", "c"], ["d"], ["e"], ["f"]] == server.trips


async def test_what_a_server_refuses_is_raised() -> None:
    """Also in a later trip; what was answered by then is asked for again with it."""
    server = Server("b")
    with pytest.raises(ResponseError, match="no b"):
        await run(cast(Client, server), Script("apply"), calls(SENT_BYTES_MAX, 1, 1))


async def test_no_calls_are_no_trip() -> None:
    """A night without contests on this server."""
    server = Server()
    assert [] == await run(cast(Client, server), Script("apply"), [])
    assert [] == server.trips
