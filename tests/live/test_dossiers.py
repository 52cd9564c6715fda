"""Dossiers on nights that are not plain: made again from a real log, they are the bytes that were told.

A paper held back and cleared by a ruling, before the call and after it; and a call that a statistical rule
made, with a parent night to compare with and without.

Know before changing: what is told hangs on where the worker's batches end; the dossier names those places,
and that the log gives the same from any of them is the point.
"""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from election.night import BoxId
from election.wire.records import Bundle, Ruling
from tests.live.crew import crew
from tests.live.test_desk import ENOUGH, LIFTED, Shell, desk, paper
from tests.servers import Running
from tests.streams import made

PROJECTED = "\n[calls.projected]\non = true\npeople = 1\n"
JUNE = "istanbul-2019-06-23"


async def same_bytes(shell: Shell, name: str, of: dict[str, Any]) -> dict[str, Any]:
    """The dossier of a proposal or a call, which is the one that was told; as JSON."""
    code, found, said = await shell.type("calls", name, "--recompute", "--dossier")
    assert (0, True, None) == (code, found["same"], found["difference"]), said
    assert of["dossier_sha256"] == found["told_sha256"] == found["sha256"]
    text = next(line for line in said.splitlines() if line.startswith('{"contest"'))
    made_again: dict[str, Any] = json.loads(text)
    return made_again


def lifted() -> Ruling:
    """The ban is lifted."""
    return Ruling("mayor", "embargo-lifted", LIFTED, LIFTED, "council", "the council", "early")


def held_back(unit: int) -> Bundle:
    """A paper that gives a main choice nothing: it counts nothing until a person has looked."""
    return paper(unit, [0, 110, 5])


def cleared(bundle: Bundle) -> tuple[str, ...]:
    """What a person types to let it count."""
    data = ("source=council", f"box={bundle.box[0]}", "revision=1")
    return ("rule", "quarantine-cleared", "--contest", "mayor", "--data", *data)


async def test_a_dossier_knows_the_paper_that_was_cleared_before_the_call(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """And not the one that was cleared after it was proposed, though both stand in the same log."""
    async with desk(tansu, redis_server, tmp_path, people=1) as shell:
        early, late = held_back(ENOUGH), held_back(ENOUGH + 1)
        await shell.crew.send([early, late])
        await shell.crew.until_applied()
        code, answer, said = await shell.decide(*cleared(early))
        assert (0, "taken in") == (code, answer["outcome"]), said
        await shell.evening()
        waiting = await shell.proposal()
        code, answer, said = await shell.decide(*cleared(late))
        assert (0, "taken in") == (code, answer["outcome"]), said
        code, answer, said = await shell.decide("approve", waiting["id"])
        assert 0 == code, said
        call = answer["told"][-1]["id"]
        for name in (waiting["id"], call):
            whole = await same_bytes(shell, name, waiting)
            standing = whole["inputs"]["standing"]
            assert (ENOUGH + 1, 1) == (standing["boxes"], standing["boxes_quarantined"])
        boxes = (await shell.mayor())["boxes"]
        assert (ENOUGH + 2, 0) == (boxes["counted"], boxes["quarantined"])
        assert [] == list((await shell.crew.verified()).differences)


def spread(count: int) -> list[int]:
    """So many boxes, one of each ward in turn: an order in which those heard look like those out."""
    night = made.night()
    wards: dict[str, list[int]] = {}
    for place, unit in enumerate(made.ground(night).units):
        wards.setdefault(night.boxes[BoxId(unit)].area, []).append(place)
    turns = [ward[turn] for turn in range(len(night.boxes)) for ward in wards.values() if turn < len(ward)]
    return turns[:count]


@asynccontextmanager
async def night_with(
    broker: Running, redis: Running, path: Path, name: str, was: str, now: str
) -> AsyncIterator[Shell]:
    """The desk of a shipped night in whose night.toml one thing is otherwise."""
    night = path / "night"
    shutil.copytree(made.NIGHTS / name, night)
    text = (night / "night.toml").read_text()
    assert was in text
    (night / "night.toml").write_text(text.replace(was, now))
    async with crew(broker, redis, path, str(night), 1) as made_crew:
        yield Shell(made_crew, {**made_crew.environment, "SANDIK_NIGHT": str(night)})


async def called_by_projection(shell: Shell) -> tuple[dict[str, Any], str]:
    """The proposal of the statistical rule, signed by one person, and the id of the call it became."""
    waiting = await shell.proposal()
    assert "projected" == waiting["rule"]
    code, answer, said = await shell.decide("approve", waiting["id"])
    assert (0, "call-made") == (code, answer["told"][-1]["kind"]), said
    shown = await shell.mayor()
    assert ("called", "projected") == (shown["call"]["state"], shown["call"]["rule"])
    return waiting, answer["told"][-1]["id"]


async def test_a_dossier_of_a_call_by_projection_is_made_again(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Half of the boxes, spread over all wards, and no parent; certain comes to pass only after the call."""
    more = f"{PROJECTED}\n[guards.too-little-heard]\nboxes_least = 20\nunheard_pct = 50\n\n[outstanding]"
    order = spread(60)
    async with night_with(tansu, redis_server, tmp_path, "practice", "[outstanding]", more) as shell:
        await shell.crew.send(paper(unit, [95, 10, 5]) for unit in order[:30])
        await shell.crew.until_applied()
        await shell.crew.send([lifted()])
        waiting, call = await called_by_projection(shell)
        await shell.crew.send(paper(unit, [95, 10, 5], minute=40) for unit in order[30:])
        await shell.crew.until_applied()
        for name in (waiting["id"], call):
            whole = await same_bytes(shell, name, waiting)
            assert ("projected", 30) == (whole["rule"]["id"], whole["inputs"]["standing"]["boxes"])
        shown = (await shell.mayor())["call"]
        assert ("called", "projected") == (shown["state"], shown["rule"])
        assert [] == list((await shell.crew.verified()).differences)


async def test_a_dossier_of_a_projection_from_the_parent_night_is_made_again(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """A tenth of June 2019 beside the same boxes of March: what then was is an input, to the vote."""
    reports = [one for one in made.recording(JUNE) if isinstance(one, Bundle) and one.source == "council"]
    was, now = "[calls.projected]\non = false\npeople = 2\n", PROJECTED[1:]
    async with night_with(tansu, redis_server, tmp_path, JUNE, was, now) as shell:
        await shell.crew.send(reports[::10])
        await shell.crew.until_applied()
        await shell.crew.send(
            one for one in made.recording(JUNE) if isinstance(one, Ruling) and one.kind == "embargo-lifted"
        )
        waiting, call = await called_by_projection(shell)
        assert "imamoglu" == waiting["choice"]
        await shell.crew.send(reports[5::10])
        await shell.crew.until_applied()
        for name in (waiting["id"], call):
            whole = await same_bytes(shell, name, waiting)
            assert "projected" == whole["rule"]["id"]
            assert whole["inputs"]["then"]
