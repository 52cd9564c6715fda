"""The desk from a shell, with a broker, a store and a worker: who may sign what, and what becomes of it.

Know before changing: each command is a process of its own, as a person types it; what it prints as JSON and
its exit code are all there is to go by.
"""

import asyncio
import hashlib
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from election.night import ContestId
from election.wire.records import Bundle, Ruling
from election.wire.told import held
from streams.looking import Looks
from tests.live.crew import WITHIN_S, Crew, crew
from tests.servers import Running
from tests.streams import made

LIFTED = made.START.replace(minute=30)
ENOUGH = 50
"""Boxes that are heard: the lead in them is more than all that is out."""


@dataclass
class Shell:
    """A desk with a worker behind it."""

    crew: Crew
    environment: dict[str, str]

    async def type(self, *words: str) -> tuple[int, Any, str]:
        """A command run to its end: exit code, its JSON, and what it said on the way."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandik.cli", *words, "--json"),
            env={**os.environ, **self.environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, said = await process.communicate()
        answer = json.loads(out.splitlines()[-1]) if out else None
        return process.returncode or 0, answer, said.decode()

    async def decide(self, *words: str, by: str = "Ayşe", more: Sequence[str] = ()) -> tuple[int, Any, str]:
        """A decision with a name and a reason."""
        return await self.type(*words, "--by", by, "--because", "as the test says", *more)

    async def mayor(self, *words: str) -> Any:
        """The mayor's contest as `sandik calls` shows it."""
        code, answer, said = await self.type("calls", *words)
        assert 0 == code, said
        return answer["contests"]["mayor"]

    async def proposal(self) -> Any:
        """The proposal that waits, as soon as there is one."""
        await self.until("call-proposed")
        return (await self.mayor())["proposal"]

    async def evening(self) -> None:
        """Enough boxes are heard for a rule that bounds what is out; then the ban is lifted."""
        await self.crew.send(paper(unit, [95, 10, 5]) for unit in range(ENOUGH))
        await self.crew.until_applied()
        await self.crew.send(
            [Ruling("mayor", "embargo-lifted", LIFTED, LIFTED, "council", "the council", "early")]
        )

    async def until(self, kind: str) -> None:
        """Returns when this was told of the mayor's contest."""
        looks = Looks(self.crew.store)
        async with asyncio.timeout(WITHIN_S):
            while kind not in await self._told(looks):
                self.crew.keep()
                await asyncio.sleep(0.02)

    async def _told(self, looks: Looks) -> list[str]:
        looked = await looks.look(ContestId("mayor"), {}, 0, 0)
        return [held(value, self.crew.scope).kind for value in looked.told]

    async def logged(self) -> int:
        """How many rulings are in the log."""
        return len([one async for one in self.crew.log("rulings")])


def paper(unit: int, votes: list[int], revision: int = 1, minute: int = 31) -> Bundle:
    """One plain good paper of the mayor's contest."""
    ground = made.ground(made.night())
    row = made.good_row(made.night(), ground.contest, ground.source, ground.units[unit], votes)
    cause = "first" if revision == 1 else "recount"
    return made.bundle("mayor", "council", "box", [{**row, "revision": revision, "cause": cause}], minute)


def folder(path: Path, people: int) -> Path:
    """The practice night with so many signatures for a call."""
    shutil.copytree(made.NIGHTS / "practice", path)
    text = (path / "night.toml").read_text()
    rules = "".join(f"\n[calls.{rule}]\non = true\npeople = {people}\n" for rule in ("certain", "majority"))
    (path / "night.toml").write_text(text + rules)
    return path


@asynccontextmanager
async def desk(
    broker: Running, redis: Running, path: Path, people: int, workers: int = 1
) -> AsyncIterator[Shell]:
    """A desk of a night that needs so many people."""
    night = folder(path / "night", people)
    async with crew(broker, redis, path, str(night), workers) as made_crew:
        yield Shell(made_crew, {**made_crew.environment, "SANDIK_NIGHT": str(night)})


async def test_two_people_sign_a_call_and_one_takes_it_back(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """The same name twice, an old version and a strange id change nothing and are not sent."""
    async with desk(tansu, redis_server, tmp_path, people=2) as shell:
        await shell.evening()
        waiting = await shell.proposal()
        assert ("deniz", 2, []) == (waiting["choice"], waiting["people"], waiting["approved_by"])
        assert (0, 85 * ENOUGH) == (waiting["since"]["boxes"], waiting["since"]["margin_votes"])
        code, answer, _ = await shell.decide("approve", waiting["id"])
        assert (0, ["proposal-approved"]) == (code, [one["kind"] for one in answer["told"]])
        sent = await shell.logged()
        for words, by, says in (
            (("approve", waiting["id"]), " ayşe ", "different people"),
            (("approve", waiting["id"], "--version", "1"), "Mehmet", "saw version 1"),
            (("approve", "0123456789abcdef"), "Mehmet", f"waiting now: {waiting['id']}"),
            (("retract", waiting["id"]), "Mehmet", "is no call"),
        ):
            code, answer, said = await shell.decide(*words, by=by)
            assert (1, "refused", False) == (code, answer["outcome"], answer["done"])
            assert says in said
        assert sent == await shell.logged()
        code, answer, _ = await shell.decide("approve", waiting["id"], by="Mehmet")
        assert (0, ["proposal-approved", "call-made"]) == (code, [one["kind"] for one in answer["told"]])
        assert ("called", "deniz") == (answer["call"]["state"], answer["call"]["choice"])
        call = answer["told"][-1]["id"]
        assert call == (await shell.mayor())["call"]["id"]
        code, answer, _ = await shell.decide("retract", call)
        assert (0, ["call-retracted"]) == (code, [one["kind"] for one in answer["told"]])
        code, answer, said = await shell.decide("retract", call, by="Mehmet")
        assert (1, "refused") == (code, answer["outcome"])
        assert "not in force" in said
        assert "retracted" == (await shell.mayor())["call"]["state"]
        assert [] == shell.crew.codes


async def test_a_dossier_is_made_again_from_the_log_and_is_the_same_bytes(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Also after more was heard, and for the id of the call; who signed stands in it."""
    async with desk(tansu, redis_server, tmp_path, people=1) as shell:
        await shell.evening()
        waiting = await shell.proposal()
        code, answer, _ = await shell.decide("approve", waiting["id"])
        assert (0, ["proposal-approved", "call-made"]) == (code, [one["kind"] for one in answer["told"]])
        await shell.crew.send([paper(ENOUGH, [60, 50, 5], minute=40)])
        await shell.crew.until_applied()
        for name in (waiting["id"], answer["told"][-1]["id"]):
            code, found, said = await shell.type("calls", name, "--recompute", "--dossier")
            assert (0, True, None) == (code, found["same"], found["difference"]), said
            assert waiting["dossier_sha256"] == found["told_sha256"] == found["sha256"]
            text = next(line for line in said.splitlines() if line.startswith('{"contest"'))
            assert found["signed_sha256"] == hashlib.sha256(text.encode()).hexdigest()
            people = json.loads(text)["people"]
            assert [("Ayşe", "approved")] == [(one["actor"], one["word"]) for one in people]
            unsigned = {**json.loads(text), "people": []}
            again = json.dumps(unsigned, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            assert waiting["dossier_sha256"] == hashlib.sha256(again).hexdigest()
        code, found, said = await shell.type("calls", "mayor", "--recompute")
        assert 1 == code
        assert "only those have a dossier" in said


async def test_several_desks_at_once_make_one_call(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Whoever comes first: two names are two signatures, and one name with two reasons is one."""
    async with desk(tansu, redis_server, tmp_path, people=2) as shell:
        await shell.evening()
        name = (await shell.proposal())["id"]
        people = (("Ayşe", "one reason"), ("Mehmet", "another"), ("AYŞE", "a second reason"))
        ended = await asyncio.gather(
            *(shell.type("approve", name, "--by", by, "--because", why) for by, why in people)
        )
        (first, *_), (other, *_), (second, late, _) = ended
        assert (0, [0, 1]) == (other, sorted([first, second])), ended
        loser = late if second else ended[0][1]
        assert loser["outcome"] in ("refused", "too late")
        kinds = [one["kind"] for one in (await shell.mayor(name))["history"]]
        assert ["call-proposed", "proposal-approved", "proposal-approved", "call-made"] == kinds


async def test_a_refused_proposal_cannot_be_approved(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """One person says no, whoever has signed before."""
    async with desk(tansu, redis_server, tmp_path, people=2) as shell:
        await shell.evening()
        waiting = await shell.proposal()
        assert 0 == (await shell.decide("approve", waiting["id"]))[0]
        code, answer, _ = await shell.decide("refuse", waiting["id"], by="Mehmet")
        assert (0, ["proposal-refused"]) == (code, [one["kind"] for one in answer["told"]])
        for command in ("approve", "refuse"):
            code, answer, said = await shell.decide(command, waiting["id"], by="Zeynep")
            assert (1, "refused") == (code, answer["outcome"])
            assert "refused by the desk" in said
        assert (await shell.mayor())["proposal"] is None


async def test_a_withdrawn_proposal_cannot_be_approved(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Recounts take the lead away before anybody signed; the approval comes too late and is refused."""
    async with desk(tansu, redis_server, tmp_path, people=1) as shell:
        await shell.evening()
        waiting = await shell.proposal()
        await shell.crew.send([paper(unit, [10, 95, 5], 2, 45) for unit in range(ENOUGH // 2)])
        await shell.until("proposal-withdrawn")
        code, answer, said = await shell.decide("approve", waiting["id"])
        assert (1, "refused") == (code, answer["outcome"])
        assert "was withdrawn" in said
        assert "withdrawn" in (await shell.type("calls", waiting["id"]))[2]


async def test_a_ruling_is_taken_in_and_told(tansu: Running, redis_server: Running, tmp_path: Path) -> None:
    """With what its kind needs; for what cannot be, nothing is sent."""
    async with desk(tansu, redis_server, tmp_path, people=1) as shell:
        await shell.evening()
        await shell.proposal()
        sent = await shell.logged()
        for words, code, says in (
            (("rule", "certfied", "--contest", "mayor"), 2, "did you mean certified"),
            (("rule", "certified", "--contest", "mayr"), 1, "did you mean mayor?"),
            (("rule", "rerun-set", "--contest", "mayor"), 2, "--data date=…"),
            (("rule", "concession", "--contest", "mayor", "--data", "choice=nobody"), 2, "deniz, toprak"),
        ):
            found, _, said = await shell.decide(*words)
            assert code == found, said
            assert says in said
        assert sent == await shell.logged()
        code, answer, _ = await shell.decide(
            "rule", "concession", "--contest", "mayor", "--at", "18:40", "--data", "choice=toprak"
        )
        assert (0, ["concession"]) == (code, [one["kind"] for one in answer["told"]])
        assert "2024-10-06T15:40:00.000Z" == answer["told"][0]["at"]
        paper_held = ("--data", "source=council", "box=iskele-1", "revision=9")
        code, answer, _ = await shell.decide("rule", "quarantine-cleared", "--contest", "mayor", *paper_held)
        assert (0, "taken in", []) == (code, answer["outcome"], answer["told"])
        code, answer, _ = await shell.decide(
            "rule", "certified", "--contest", "mayor", "--data", "choice=deniz"
        )
        assert (0, "certified") == (code, answer["call"]["state"])
        assert [] == shell.crew.codes


async def test_without_a_worker_the_decision_is_in_the_log_and_counts_later(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Exit code 3, and a sentence that says not to send it again."""
    async with desk(tansu, redis_server, tmp_path, people=1, workers=0) as shell:
        words = ("rule", "concession", "--contest", "mayor", "--data", "choice=toprak", "--wait", "0.5")
        code, answer, said = await shell.decide(*words)
        assert (3, False, "not taken in yet") == (code, answer["done"], answer["outcome"])
        assert "do not send it again" in said
        assert "is this the right mode, night and session?" in said
        shell.crew.start()
        await shell.until("concession")
        code, answer, _ = await shell.decide(*words[:-1], "30")
        assert (0, ["concession"]) == (code, [one["kind"] for one in answer["told"]])
        assert 1 == [one["kind"] for one in (await shell.mayor())["history"]].count("concession")


@pytest.mark.parametrize("words", [("calls",), ("approve", "0", "--by", "A", "--because", "b")])
async def test_without_a_store_it_is_a_sentence_and_exit_code_3(words: Sequence[str], tmp_path: Path) -> None:
    """And nothing is sent."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandik.cli", *words, "--night", "practice"),
        env={**os.environ, "SANDIK_REDIS": "redis://127.0.0.1:1/0", "SANDIK_OUTSIDE_WITHIN_S": "0.2"},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        cwd=tmp_path,
    )
    _, said = await process.communicate()
    assert 3 == process.returncode
    assert b"The store at 127.0.0.1:1" in said
