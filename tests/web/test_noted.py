"""What a gateway writes down of what it shows: all of it, before it is sent, and over a disk that is full."""

import errno
import json
import os
from typing import Any

import pytest
from websockets.asyncio.client import connect

from election.wire.frames import state_hash
from faults.watching import Notes
from tests.web.house import MAYOR, frame, house, say
from tests.web.made import Worker, hub, night, parts, records
from web import noted as module
from web.gateway import Gateway
from web.hub import Hub, Turn
from web.noted import Noted

BATCHES = [*parts([one for one in records() if one.contest == "mayor"], 4)]


def counted(to: Hub, worker: Worker, batch: Any) -> None:
    """The worker counts, and the hub shows it."""
    for contest, _ in worker.count(batch):
        to.hold(contest, worker.state(contest))
    to.turn(0.0)


def at(to: Hub) -> dict[str, Any]:
    """The line of what a hub shows of the mayor."""
    shown = to.groups[MAYOR].shown
    line = {"t": "at", "contest": MAYOR, "epoch": shown["epoch"], "version": shown["version"]}
    return line | {"open": shown["embargo"]["state"] == "open", "hash": state_hash(shown)}


def test_it_begins_with_its_name_and_what_is_shown_before_anything_is_heard() -> None:
    """A client may come as early as that."""
    notes, to = Notes(), hub(night())
    Noted("g1", to.groups, notes.note)
    assert [{"t": "serves", "gateway": "g1"}] == [line for line in notes if line["t"] != "at"]
    assert sorted(to.groups) == sorted(line["contest"] for line in notes if line["t"] == "at")
    assert at(to) in notes


def test_each_version_that_is_shown_is_noted_once_with_the_hash_that_a_stranger_computes() -> None:
    """What does not move is no line."""
    notes, to, worker = Notes(), hub(night()), Worker(night())
    noted = Noted("g1", to.groups, notes.note)
    wanted = [at(to)]
    for batch in BATCHES:
        counted(to, worker, batch)
        noted.look()
        noted.look()
        wanted.append(at(to))
    assert wanted == [line for line in notes if line.get("contest") == MAYOR]
    assert len(BATCHES) + 1 == len({line["version"] for line in wanted})


class Full:
    """A disk that takes nothing for a while."""

    def __init__(self) -> None:
        self.taken, self.full = Notes(), False

    def note(self, kind: str, **facts: object) -> None:
        """Takes a line, or does not."""
        if self.full:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        self.taken.note(kind, **facts)


def test_lines_wait_while_the_disk_is_full_and_are_written_in_their_order(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The gateway goes on, says so once, and nothing that it showed is missing in the end."""
    disk, whole, to, worker = Full(), Notes(), hub(night()), Worker(night())
    noted, beside = Noted("g1", to.groups, disk.note), Noted("g1", to.groups, whole.note)
    for place, batch in enumerate(BATCHES):
        disk.full = 0 < place < len(BATCHES) - 1
        counted(to, worker, batch)
        noted.look()
        beside.look()
        assert (whole == disk.taken) == (not disk.full)
    assert ["waits to be written down" in one.message for one in caplog.records] == [True]


def test_more_than_may_wait_ends_the_gateway_with_the_error_of_the_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may not show what nobody could hold its clients against."""
    monkeypatch.setattr(module, "WAITING_MAX", 1)
    disk, to, worker = Full(), hub(night()), Worker(night())
    noted = Noted("g1", to.groups, disk.note)
    disk.full = True
    counted(to, worker, BATCHES[0])
    noted.look()
    counted(to, worker, BATCHES[1])
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        noted.look()


async def test_what_a_client_is_sent_was_noted_before_it_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a gateway that is killed in between has noted all that anybody may hold."""
    notes, early, publish = Notes(), list[Any](), Gateway.publish

    def published(gateway: Gateway, turn: Turn) -> None:
        known = [(line["epoch"], line["version"]) for line in notes if line.get("contest") == MAYOR]
        frames = [json.loads(write.text) for write in turn.writes]
        led = [(one["epoch"], one["version"]) for one in frames if one["t"] in ("snapshot", "change")]
        early.extend(one in known for one in led)
        publish(gateway, turn)

    monkeypatch.setattr(Gateway, "publish", published)
    async with house(note=notes.note) as at_work, connect(at_work.ws) as client:
        hello = await frame(client, "hello")
        assert {"t": "serves", "gateway": hello["gateway"]} == notes[0]
        await say(client, t="subscribe", sub="a", contest=MAYOR)
        await frame(client, "snapshot")
        for place, batch in enumerate(BATCHES):
            at_work.count(batch)
            await frame(client, "change" if place else "snapshot")  # the first one begins an epoch
    assert [True] * (1 + len(BATCHES)) == early
