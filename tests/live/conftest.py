"""Marks the tests of this folder, which start a broker and a store: `live`, and `kafka` where they use it.

Know before changing: the servers are fixtures of `tests/servers.py`: apache_kafka (one for the run), tansu,
broker (both in turn), redis_server and store (each fresh for a test).
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here, so that `-m "not live"` is a quick run."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
            if "apache_kafka" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.kafka)
