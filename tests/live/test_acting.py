"""What is done over the gateway's socket, carried out: with a broker, a store and a worker."""

from pathlib import Path
from typing import Any

import pytest

from election.errors import SandikError
from sandik import folders
from sandik.acting import Acting, make
from tests.live.test_desk import desk
from tests.servers import Running


async def test_two_people_sign_over_the_socket_and_one_takes_it_back(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """As from a shell: two names, the version that was looked at, a reason; everything else is refused."""
    async with desk(tansu, redis_server, tmp_path, people=2) as shell:
        actor = Acting(folders.load(shell.environment["SANDIK_NIGHT"]), shell.environment)
        await shell.evening()
        waiting = await shell.proposal()
        signs = {"proposal": waiting["id"], "version": waiting["version"], "because": "dossier read"}
        first = await actor.act("Ayşe", "approve", signs)
        assert (True, ["proposal-approved"]) == (first["ok"], [one["kind"] for one in first["d"]["told"]])
        sent = await shell.logged()
        for name, do, fields, says in (
            (" ayşe ", "approve", signs, "different people"),
            ("Mehmet", "approve", signs | {"version": 1}, "saw version 1"),
            ("Mehmet", "approve", signs | {"version": None}, "version is missing"),
            ("Mehmet", "approve", signs | {"version": "1"}, "whole number"),
            ("Mehmet", "approve", signs | {"because": ""}, "--because is empty"),
            ("Mehmet", "approve", signs | {"because": 7}, "because is a text"),
            ("Mehmet", "crown", signs, "Nobody can 'crown'"),
            ("Mehmet", "rule", {"kind": "coronation", "contest": "mayor"}, "no ruling 'coronation'"),
            ("Mehmet", "rule", {"kind": "annulled", "contest": "king", "because": "so"}, "king"),
            ("Mehmet", "rule", {"kind": "rerun-set", "contest": "mayor", "data": []}, "data is an object"),
        ):
            said = await actor.act(name, do, fields)
            assert (False, "refused") == (said["ok"], said["outcome"])
            assert says in said["d"]["because"]
        assert sent == await shell.logged()
        second = await actor.act("Mehmet", "approve", signs)
        assert ["proposal-approved", "call-made"] == [one["kind"] for one in second["d"]["told"]]
        call = second["d"]["told"][-1]["id"]
        taken_back = await actor.act("Ayşe", "retract", {"call": call, "because": "a district is wrong"})
        assert ["call-retracted"] == [one["kind"] for one in taken_back["d"]["told"]]
        ruled = await actor.act(
            "Ayşe", "rule",
            {"kind": "rerun-set", "contest": "mayor", "data": {"date": "2031-06-23"}, "because": "annulled"},
        )  # fmt: skip
        assert (True, "mayor") == (ruled["ok"], ruled["d"]["contest"])


async def test_a_replay_that_does_not_run_is_not_steered(tansu: Running) -> None:
    """The answer says that nobody took it; what makes no sense is refused; a live night is never steered."""
    environment = {"SANDIK_KAFKA": tansu.address, "SANDIK_KAFKA_KIND": tansu.kind, "SANDIK_SESSION": "nobody"}
    folder = folders.load("practice")
    said = await Acting(folder, environment).act("Ayşe", "pause", {})
    assert (False, "nobody") == (said["ok"], said["outcome"])
    for fields, says in (({"do": 1, "speed": 0}, "speed is a number"), ({}, "Which speed?")):
        refused: dict[str, Any] = await Acting(folder, environment).act("Ayşe", "speed", fields)
        assert (False, "refused") == (refused["ok"], refused["outcome"])
        assert says in refused["d"]["because"]
    live = await Acting(folder, environment | {"SANDIK_MODE": "live"}).act("Ayşe", "pause", {})
    assert "not replayed" in live["d"]["because"]


def test_settings_that_cannot_be_read_are_said_at_the_start() -> None:
    """Not at the first decision of the night."""
    with pytest.raises(SandikError, match="SANDIK_KAFKA"):
        make(folders.load("practice"), {"SANDIK_KAFKA": "nowhere"})
