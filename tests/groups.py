"""Real stores of several servers for tests: a cluster of six; a primary with a replica and three sentinels.

Know before changing: one group serves a module, for it takes seconds to form; every test has keys of its own,
leaves every server running and every primary with a replica (`whole`), and does not mind who is primary.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from election.errors import OutsideError
from election.wire.keys import Keys
from faults.stores import CLUSTER, SENTINEL, Members
from sandik.embedded import Server
from sandik.ports import wait_until
from tests.patience import PATIENCE_S
from tests.servers import Running

PASSWORD = "p@ss:word/1"
"""Of every server and sentinel; in a URL it must be written otherwise."""


class Group:
    """A store of several servers under test."""

    def __init__(self, members: Members, folder: Path) -> None:
        self.members, self.kind = members, members.kind
        self._running: Mapping[int, Running] = {
            one.port: Running(one, folder / f"{one.program.name}.log", members.kind)
            for one in members.everybody
        }

    @property
    def url(self) -> str:
        """The URL for SANDIK_REDIS."""
        return self.members.url

    def start(self) -> "Group":
        """All of them; returns when they are one store."""
        for running in self._running.values():
            running.start()
        self.members.form()
        return self

    def close(self) -> None:
        """The end of the fixture."""
        for running in self._running.values():
            running.close()

    def primary(self, key: str) -> Running:
        """Who holds a key."""
        return self._running[_found(self.members.primary, key).port]

    def replica(self, key: str) -> Running:
        """Who follows whoever holds it."""
        return self._running[_found(self.members.replica, key).port]

    def whole(self) -> None:
        """Returns when every primary has a replica again."""
        self.members.whole()

    def deafen(self, primary: Running, replica: Running) -> None:
        """From now on nothing reaches the replica, which is frozen: what is acknowledged is not replicated.

        The connection is cut as well, or what comes would wait for the replica in its kernel.
        """
        replica.pause()
        self.members.deafen(primary.server)

    @contextmanager
    def stubborn(self, primary: Running) -> Iterator[None]:
        """Meanwhile a primary stays one, whatever the sentinels say: it does not become a replica."""
        with _client(primary) as client:
            client.execute_command("ACL SETUSER default -replicaof -slaveof")
            try:
                yield
            finally:
                client.execute_command("ACL SETUSER default +replicaof +slaveof")

    def has_all(self, server: Running, keys: Keys, ends: Mapping[str, int]) -> bool:
        """Whether one server has all of a log in a contest, whoever is its primary."""
        with _client(server) as client:
            stored: Any = client.hmget(keys.offsets, list(ends))
        return all(int(offset or 0) >= end for offset, end in zip(stored, ends.values(), strict=True))

    def promoted(self, key: str, was: Running) -> Running:
        """Returns when another server holds a key."""
        others = lambda: (now := self.members.primary(key)) is not None and now != was.server  # noqa: E731 - one line
        assert wait_until(others, PATIENCE_S), "nobody has taken over"
        return self.primary(key)


def _client(of: Running) -> Redis:
    return Redis(host=of.server.host, port=of.server.port, password=PASSWORD)


def _found(ask: "object", key: str) -> Server:
    found: list[Server] = []

    def look() -> bool:
        one = ask(key)  # type: ignore[operator] # a method of Members
        found.extend([] if one is None else [one])
        return bool(found)

    assert wait_until(look, PATIENCE_S), f"nobody holds {key}"
    return found[0]


def group(kind: str, folder: Path) -> Iterator[Group]:
    """A group for as long as a fixture lives."""
    try:
        members = Members(kind, folder, password=PASSWORD)
    except OutsideError as error:
        pytest.skip(str(error))
    made = Group(members, folder)
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture(scope="module")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """Six nodes: three primaries, a replica each."""
    yield from group(CLUSTER, tmp_path_factory.mktemp("cluster"))


@pytest.fixture(scope="module")
def redis_sentinel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """A primary, a replica, three sentinels."""
    yield from group(SENTINEL, tmp_path_factory.mktemp("sentinel"))
