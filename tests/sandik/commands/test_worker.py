"""sandik worker: the topics are there before the room starts, and the room gets night and settings."""

import sys
import types
from typing import Any

import pytest

import streams
from sandik import cli


def test_topics_are_made_before_the_room_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room itself never creates any; what it returns is the exit code."""
    heard: list[Any] = []

    async def create_topics(settings: Any, night: str) -> None:
        heard.append(("topics", settings.mode, night))

    def main(night: Any, settings: Any) -> int:
        heard.append(("room", settings.mode, night.id))
        return 3

    monkeypatch.setenv("SANDIK_NIGHT", "practice")
    monkeypatch.setenv("SANDIK_MODE", "rehearsal")
    monkeypatch.setattr("producers.cluster.create_topics", create_topics)
    room = types.SimpleNamespace(main=main)
    monkeypatch.setitem(sys.modules, "streams.app", room)
    monkeypatch.setattr(streams, "app", room, raising=False)
    assert 3 == cli.main(["worker"])
    assert [("topics", "rehearsal", "practice"), ("room", "rehearsal", "practice")] == heard
