"""The desk over the gateway's socket: what it is shown from a proposal to a retraction, and who is not."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from sandik import ports
from tests.live.test_acting_socket import asked, gateway, written
from tests.live.test_desk import ENOUGH, Shell, desk, paper
from tests.servers import Running
from tests.web.house import frame, say, until


@asynccontextmanager
async def followed(
    tansu: Running, redis: Running, path: Path
) -> AsyncIterator[tuple[Shell, str, dict[str, str]]]:
    """A night whose calls two people sign, with a gateway: its shell, its address and two tokens."""
    texts = written(path / "tokens", "Ayşe Demir", "Mehmet Kaya")
    port, log = ports.choose(), path / "gateway.log"
    async with desk(tansu, redis, path, people=2) as shell:
        more = {"SANDIK_TOKENS": str(path / "tokens"), "SANDIK_PORT": str(port)}
        with gateway(shell.environment | more, log) as process:
            await until(lambda: ports.answers_get("127.0.0.1", port, "/health/ready") or bool(process.poll()))
            assert process.poll() is None, log.read_text()
            yield shell, f"ws://127.0.0.1:{port}/ws", texts


async def signed_in(client: Any, token: str) -> None:
    """Says who it is, and follows the desk."""
    await say(client, t="auth", token=token)
    await frame(client, "scopes")
    await say(client, t="subscribe", sub="d", kind="desk")


async def shows(client: Any, wanted: Callable[[Any], object]) -> Any:
    """The mayor's contest and the whole, as soon as a frame has what is wanted."""
    while True:
        d = (await frame(client, "desk")).get("d")
        if d is not None and wanted(d):
            return d, d["contests"][0]


async def test_a_call_is_proposed_looked_at_signed_by_two_and_taken_back(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Each step is seen by both; the same person twice, and a version not seen, change nothing."""
    async with (
        followed(tansu, redis_server, tmp_path) as (shell, address, texts),
        connect(address) as first,
        connect(address) as second,
    ):
        for client, token in zip((first, second), texts.values(), strict=True):
            await signed_in(client, token)
        banned, mayor = await shows(first, lambda d: True)
        assert ("replay", "closed") == (
            banned["mode"],
            mayor["embargo"]["state"].replace("bulletins", "closed"),
        )
        await shell.evening()
        d, mayor = await shows(first, lambda d: d["contests"][0]["proposal"])
        waits = mayor["proposal"]
        assert (2, [], True, False) == (
            waits["people"], waits["approvals"], waits["now"]["passes"], waits["changed"]
        )  # fmt: skip
        assert "call-proposed" in [one["kind"] for one in d["alerts"]]
        same = await asked(first, id="r", do="recompute", proposal=waits["id"])
        assert (True, True) == (same["ok"], same["d"]["same"]), same
        signs = {"proposal": waits["id"], "version": waits["version"], "because": "dossier read"}
        assert (await asked(first, id="1", do="approve", **signs))["ok"]
        assert "refused" == (await asked(first, id="2", do="approve", **signs))["outcome"]
        _, mayor = await shows(second, lambda d: (d["contests"][0]["proposal"] or {}).get("approvals"))
        (signature,) = mayor["proposal"]["approvals"]
        assert ("Ayşe Demir", "dossier read") == (signature["by"], signature["because"])
        stale = await asked(second, id="3", do="approve", **signs | {"version": waits["version"] - 1})
        assert "refused" == stale["outcome"]
        assert (await asked(second, id="4", do="approve", **signs))["ok"]
        _, mayor = await shows(first, lambda d: d["contests"][0]["call"]["state"] == "called")
        assert ["Ayşe Demir", "Mehmet Kaya"] == [one["by"] for one in mayor["call"]["approvals"]]
        assert (None, True) == (mayor["proposal"], mayor["call"]["held_now"])
        await shell.crew.send([paper(0, [90, 15, 5], revision=2, minute=41)])
        _, mayor = await shows(first, lambda d: d["contests"][0]["margin_votes"] == 85 * ENOUGH - 10)
        back = {"call": mayor["call"]["id"], "because": "a box is corrected"}
        assert (await asked(second, id="5", do="retract", **back))["ok"]
        _, mayor = await shows(first, lambda d: d["contests"][0]["call"]["state"] == "retracted")
        assert ("call-retracted", "Mehmet Kaya") == (mayor["calls"][0]["kind"], mayor["calls"][0]["by"])


async def test_an_alert_is_acknowledged_under_a_name_and_opened_again(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """It is in the log with who did it; what is no alert is refused, and nothing is sent."""
    async with followed(tansu, redis_server, tmp_path) as (shell, address, texts), connect(address) as client:
        await signed_in(client, texts["Mehmet Kaya"])
        await shell.evening()
        d, _ = await shows(client, lambda d: d["contests"][0]["proposal"])
        alert, open_before = d["contests"][0]["proposal"]["id"], d["open"]
        done = await asked(client, id="1", do="acknowledge", alert=alert)
        assert (True, "taken in") == (done["ok"], done["outcome"])
        d, _ = await shows(client, lambda d: d["open"] == open_before - 1)
        (one,) = [one for one in d["alerts"] if one["id"] == alert]
        assert "Mehmet Kaya" == one["acknowledged"]["by"]
        assert (await asked(client, id="2", do="reopen", alert=alert))["ok"]
        await shows(client, lambda d: d["open"] == open_before)
        sent = await shell.logged()
        for do, fields in (
            ("acknowledge", {"alert": "nothing"}), ("acknowledge", {}), ("acknowledge", {"alert": 7}),
            ("resend", {"delivery": "nothing"}), ("resend", {}), ("recompute", {"proposal": "--help"}),
            ("recompute", {"proposal": "0123456789abcdef"}),
        ):  # fmt: skip
            refused = await asked(client, id="3", do=do, **fields)
            assert (False, "refused") == (refused["ok"], refused["outcome"]), refused
        assert sent == await shell.logged()


async def test_what_is_for_the_desk_reaches_nobody_without_its_scope(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Not without a token, not by another's, and no longer once the token says otherwise."""
    async with (
        followed(tansu, redis_server, tmp_path) as (shell, address, texts),
        connect(address) as stranger,
        connect(address) as client,
    ):
        await say(stranger, t="subscribe", sub="d", kind="desk")
        assert "no-scope" == (await frame(stranger, "error"))["code"]
        await signed_in(client, texts["Ayşe Demir"])
        await shows(client, lambda d: True)
        await shell.evening()
        await say(stranger, t="subscribe", sub="a", contest="mayor")
        await frame(stranger, "snapshot")
        await shows(client, lambda d: d["contests"][0]["proposal"])
        await say(stranger, t="unsubscribe", sub="d")
        heard = await frame(stranger, "error")
        assert "no-such-sub" == heard["code"]


async def test_a_box_held_back_is_shown_with_its_paper_and_counts_when_somebody_says_so(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """One that says two things is refused with a sentence, and nothing is sent."""
    async with followed(tansu, redis_server, tmp_path) as (shell, address, texts), connect(address) as client:
        await signed_in(client, texts["Ayşe Demir"])
        await shell.evening()
        await shell.crew.send([paper(ENOUGH, [95, 0, 15])])
        _, mayor = await shows(client, lambda d: d["contests"][0]["quarantine"]["rows"])
        (row,) = mayor["quarantine"]["rows"]
        votes = row["papers"][0]["choices"]
        assert ("Q307", True, 95, 0) == (row["code"], row["clears"], votes["deniz"], votes["toprak"])
        names = {"source": row["source"], "box": row["box"], "revision": row["revision"]}
        ruled = {"do": "rule", "kind": "quarantine-cleared", "contest": "mayor", "because": "sheet seen"}
        assert (await asked(client, id="1", **ruled, data=names))["ok"]
        _, mayor = await shows(client, lambda d: d["contests"][0]["boxes"]["counted"] == ENOUGH + 1)
        assert 0 == mayor["quarantine"]["boxes"]
        await shell.crew.send([paper(ENOUGH + 1, [60, 40, 10]), paper(ENOUGH + 1, [40, 60, 10])])
        _, mayor = await shows(client, lambda d: "Q311" in d["contests"][0]["quarantine"]["codes"])
        (row,) = mayor["quarantine"]["rows"]
        names |= {"box": row["box"], "revision": row["revision"]}
        sent = await shell.logged()
        refused = await asked(client, id="2", **ruled, data=names)
        assert (False, "refused", False) == (refused["ok"], refused["outcome"], row["clears"])
        assert "says two things" in refused["d"]["because"]
        assert sent == await shell.logged()
