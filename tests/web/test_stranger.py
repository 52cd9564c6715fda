"""A client that somebody else wrote from docs/reference/protocol.md alone works, in plain JavaScript on Node.

Know before changing: tests/web/stranger.mjs imports nothing of ours and is not told anything that the page
does not say. If it fails because of a guess it had to make, the page is what is wrong.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from election.alerts import Told
from election.rehearsal import Rehearsal
from election.wire.frames_told import for_everybody
from faults.watching import Notes, broken, note_end, note_told
from tests.web import node
from tests.web.house import MAYOR, House, house, until
from tests.web.made import Worker, night, parts, records
from web import gateway

SCRIPT = Path(__file__).with_name("stranger.mjs")
BATCHES = list(parts(records(), 6))
"""The practice night in steps; each is counted before the next."""
WITHIN_S = 60.0


class Stranger:
    """The program at work, and every line it has written."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[dict[str, Any]] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.lines.append(json.loads(line))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The lines of a kind."""
        return [line for line in self.lines if line["t"] == kind]

    def shows(self, worker: Worker) -> bool:
        """Whether it shows what the worker has counted, and was told everything."""
        shown, told = self.of("shown"), self.of("event")
        facts = public(worker)
        at = (worker.epoch, worker.versions[MAYOR])
        return bool(
            shown
            and at == (shown[-1]["epoch"], shown[-1]["version"])
            and [fact.seq for fact in facts[-1:]] == [line["seq"] for line in told[-1:]]
        )

    async def end(self) -> dict[str, Any]:
        """Asks it to end; its last line."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert 0 == await asyncio.wait_for(self._process.wait(), WITHIN_S)
        await self._reading
        return self.lines[-1]


@asynccontextmanager
async def stranger(at: str) -> AsyncIterator[Stranger]:
    """The program, following the mayor."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        node.node(), str(SCRIPT), at, "mayor", stdin=pipe, stdout=pipe
    )
    made = Stranger(process)
    try:
        yield made
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await asyncio.wait([made._reading])


def begun() -> Worker:
    """A worker that tells, and has counted nothing."""
    worker = Worker(night())
    worker.rehearsal = Rehearsal(night(), "replay", telling=True)
    return worker


def public(worker: Worker) -> list[Told]:
    """What was told of the mayor that is for everybody."""
    return [fact for fact in worker.rehearsal.told[MAYOR] if for_everybody(fact)]


async def play(at: House, batches: list[Any]) -> None:
    """Counts batch after batch, with time for the gateway to show some of them."""
    for batch in batches:
        at.count(batch)
        await asyncio.sleep(0.02)
    await until(lambda: at.gateway.hub.groups[MAYOR].version == at.worker.versions[MAYOR])


def ended(at: House, notes: Notes) -> None:
    """Writes down what is true at the end, as the count itself says it."""
    note_end(at.gateway.hub, notes)
    note_told(notes, MAYOR, [(fact.seq, fact.id) for fact in public(at.worker)])
    state = at.worker.state(MAYOR)
    counted = at.worker.rehearsal.boards[MAYOR].snapshot(state, state.at)
    assert counted["hash"] == at.gateway.hub.groups[MAYOR].shown["hash"]


async def until_slowly(true: Any) -> None:
    """Waits for a condition that another process has to come to, over its breaks."""
    async with asyncio.timeout(WITHIN_S):
        while not true():  # noqa: ASYNC110 - what another process writes has no event here
            await asyncio.sleep(0.02)


async def test_a_stranger_follows_a_night_over_drops_a_restart_and_a_new_epoch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It shows what the server shows, proves it, resumes, never goes back, and is told everything once."""
    monkeypatch.setattr(gateway, "RECONNECT_AFTER_MS", (50, 300))
    third = len(BATCHES) // 3
    first, second = Notes(), Notes()
    worker = begun()
    async with house(heartbeat_s=0.5, note=first.note) as at:
        at.worker, port = worker, at.gateway.port
        async with stranger(at.ws) as client:
            await until_slowly(lambda: client.of("shown"))
            await play(at, BATCHES[:third])
            await until_slowly(lambda: client.shows(worker))
            for dropped in at.gateway.hub.clients:
                dropped.cut()
            await play(at, BATCHES[third : 2 * third])
            await until_slowly(lambda: client.shows(worker))
            assert "resumed" in [line["by"] for line in client.of("took")]
            at.stop.set()
            assert at.task is not None
            await asyncio.wait([at.task])
            async with house(port=port, heartbeat_s=0.5, note=second.note) as other:
                other.worker = worker
                other.gateway.hold(MAYOR, worker.state(MAYOR))
                other.gateway.reached(0.0)
                await until_slowly(lambda: 3 == len(client.of("hello")))
                await play(other, BATCHES[2 * third :])
                await until_slowly(lambda: client.shows(worker))
                worker.epoch, worker.versions[MAYOR] = "e2", 0
                await play(other, [BATCHES[-1]])
                await until_slowly(lambda: client.shows(worker) and client.of("compared"))
                compared = len(client.of("compared"))
                await until_slowly(lambda: len(client.of("compared")) > compared)
                ended(other, second)
                end = await client.end()
    shown = other.gateway.hub.groups[MAYOR].shown
    assert (shown["epoch"], shown["version"], shown["hash"]) == (end["epoch"], end["version"], end["hash"])
    assert [fact.id for fact in public(worker)] == [event["id"] for event in end["events"]]
    assert [] == broken([client.lines], [first, second])
    assert [] == client.of("fault") + client.of("error")


def test_the_stranger_imports_nothing_of_ours() -> None:
    """Only what Node brings."""
    text = SCRIPT.read_text()
    found = re.findall(r"""(?:from|import|require)\s*\(?\s*["']([^"']+)["']""", text)
    assert ["node:crypto"] == found
