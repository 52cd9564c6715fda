"""`sandik doctor --wait-isr` beside three real brokers, of which one goes and comes back."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from election.errors import OutsideError
from election.night import NightId
from faults.brokers import Brokers
from producers.cluster import create_topics
from producers.settings import Settings
from sandik import cli, ports
from tests.live.shell import sandik
from tests.patience import PATIENCE_S
from tests.servers import Running

pytestmark = pytest.mark.kafka
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[Brokers]:
    """Three that keep every record three times."""
    try:
        found = Brokers(tmp_path)
    except OutsideError as error:
        pytest.skip(str(error))
    try:
        found.start()
        yield found
    finally:
        found.stop()


def waited(capsys: Captured, seconds: str) -> tuple[int, list[str]]:
    """The exit code, and what was late at the end."""
    code = cli.main(["doctor", "--wait-isr", seconds, "--json"])
    return code, json.loads(capsys.readouterr().out)["late"]


async def test_a_broker_that_is_away_is_waited_for(
    brokers: Brokers, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which partitions miss it is said; when it is back and has caught up, the command ends by itself."""
    monkeypatch.setenv("SANDIK_KAFKA", brokers.addresses)
    settings = Settings.read(os.environ)
    await create_topics(settings, NightId("practice"))
    assert (0, []) == await asyncio.to_thread(waited, capsys, str(PATIENCE_S))
    last = brokers.processes[-1]
    await asyncio.to_thread(last.stop)
    code, late = await asyncio.to_thread(waited, capsys, "0")
    assert 1 == code
    topic = settings.scope(NightId("practice")).topic("told")
    assert f"{topic}/0 (2 of 3)" in late
    async with sandik("doctor", "--wait-isr", str(PATIENCE_S)) as waiting:
        assert waiting.stderr is not None
        assert b"not in step yet: " in await waiting.stderr.readline()
        last.start()
        out, err = await waiting.communicate()
    assert (0, True) == (waiting.returncode, b"the next broker may be restarted" in out), err


async def test_one_broker_that_keeps_everything_once_is_in_step(
    broker: Running, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to wait for, on either broker."""
    monkeypatch.setenv("SANDIK_KAFKA", broker.address)
    monkeypatch.setenv("SANDIK_KAFKA_KIND", broker.kind)
    await create_topics(Settings.read(os.environ), NightId("practice"))
    assert (0, []) == await asyncio.to_thread(waited, capsys, "0")


async def test_where_nobody_listens_the_wait_ends_with_3(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither yes nor no is known of the copies."""
    monkeypatch.setenv("SANDIK_KAFKA", f"{ports.LOCALHOST}:1")
    assert 3 == await asyncio.to_thread(cli.main, ["doctor", "--wait-isr", "0"])
    assert "does not answer" in capsys.readouterr().err
