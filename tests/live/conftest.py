"""Marks the tests of this folder, which start a broker and a store: `live`, and `kafka` where they use it.

Know before changing: the servers are fixtures of `tests/servers.py`: apache_kafka (one for the run), tansu,
broker (both in turn), redis_server and store (each fresh for a test). Scripts by themselves share a server.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.alone import Alone, server_of

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here, so that `-m "not live"` is a quick run."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
            if "apache_kafka" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.kafka)


@pytest.fixture(scope="module")
def alone_of_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """A real redis-server for a file that asks scripts by themselves."""
    for server in server_of(tmp_path_factory.mktemp("redis")):
        one = Alone(server.url)
        yield one
        one.redis.close()


@pytest.fixture
def alone(alone_of_file: Alone) -> Alone:
    """The same, with nothing in it."""
    alone_of_file.emptied()
    return alone_of_file
