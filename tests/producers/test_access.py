"""Knocking at brokers that stand at addresses of IPv6; who is let in is for tests/live/test_access.py."""

from typing import Any

import pytest

from producers import access, cluster, tending
from producers.settings import Settings
from producers.tending import Inspected
from sandik import ports, probes

BROKER, AT = "[::1]:9092", ("::1", 9092)
asked: list[tuple[str, int]] = []


@pytest.fixture(autouse=True)
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections are noted, and let in."""

    async def connect(settings: Settings, host: str, port: int, *, writing: bool = False) -> None:
        asked.append((host, port))

    asked.clear()
    monkeypatch.setattr(access, "connect", connect)


async def test_a_broker_in_brackets_is_knocked_at_by_its_address() -> None:
    """A socket knows no brackets."""
    assert await access.knock(Settings(kafka=BROKER)) is None
    assert [AT] == asked


async def test_doctor_looks_at_a_broker_in_brackets_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says of it what can be set."""

    async def inspect(*given: object, **more: object) -> Inspected:
        return Inspected((BROKER,), {}, frozenset())

    async def clock(*given: object, **more: object) -> None:
        return None

    def is_open(host: str, port: int) -> bool:
        asked.append((host, port))
        return True

    monkeypatch.setattr(tending, "inspect", inspect)
    monkeypatch.setattr(tending, "clock", clock)
    monkeypatch.setattr(ports, "is_open", is_open)
    facts = await probes.kafka_facts({"SANDIK_KAFKA": BROKER})
    assert ((BROKER,), ()) == (facts.brokers, facts.unreachable)
    assert [AT, AT] == asked


async def test_what_kafka_says_of_its_brokers_is_written_as_it_can_be_set() -> None:
    """In its answer the host has no brackets."""

    class Admin:
        """Answers for a broker."""

        async def describe_cluster(self) -> dict[str, Any]:
            """One broker."""
            return {"brokers": [{"host": AT[0], "port": AT[1]}]}

        async def describe_topics(self) -> list[Any]:
            """None."""
            return []

    admin: Any = Admin()
    assert (BROKER,) == (await cluster._look(admin)).brokers
