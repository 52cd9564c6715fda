"""The desk over the gateway's own socket: sign-in, an act, its answer, and the call that all then see."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from sandik import ports
from tests.live.crew import ROOT
from tests.live.test_desk import desk
from tests.servers import Running
from tests.web.house import frame, say, until
from web import tokens


def written(path: Path, *people: str) -> dict[str, str]:
    """A file of tokens for these people of the desk; the token of each."""
    made = {name: tokens.make(name, ["desk", "replay"], datetime.now(UTC)) for name in people}
    path.write_bytes(b"".join(tokens.line(token) for _, token in made.values()))
    path.chmod(0o600)
    return {name: text for name, (text, _) in made.items()}


@contextmanager
def gateway(environment: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`sandik gateway` as a service runs it."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandik.cli", "gateway"], cwd=ROOT, env={**os.environ, **environment},
            stdout=said, stderr=said,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


async def asked(client: Any, **act: Any) -> dict[str, Any]:
    """An act, and what became of it."""
    await say(client, t="act", **act)
    return await frame(client, "done")


async def test_a_call_is_signed_by_two_people_over_the_socket(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Who has signed is the name of a token, whatever a client says; without one nothing is done."""
    texts = written(tmp_path / "tokens", "Ayşe Demir", "Mehmet Kaya")
    port, log = ports.choose(), tmp_path / "gateway.log"
    async with desk(tansu, redis_server, tmp_path, people=2) as shell:
        environment = shell.environment | {
            "SANDIK_TOKENS": str(tmp_path / "tokens"),
            "SANDIK_PORT": str(port),
        }
        with gateway(environment, log) as process:
            await until(lambda: ports.answers_get("127.0.0.1", port, "/health/ready") or bool(process.poll()))
            assert process.poll() is None, log.read_text()
            await shell.evening()
            waiting = await shell.proposal()
            signs = {"proposal": waiting["id"], "version": waiting["version"], "because": "dossier read"}
            async with connect(f"ws://127.0.0.1:{port}/ws") as client:
                await say(client, t="act", id="0", do="approve", contest="mayor", **signs)
                assert "no-scope" == (await frame(client, "error"))["code"]
                for name, text in texts.items():
                    await say(client, t="auth", token=text)
                    assert name == (await frame(client, "scopes"))["name"]
                    done = await asked(
                        client, id=name, do="approve", contest="mayor", by="the chief", **signs
                    )
                    assert (True, name) == (done["ok"], done["id"]), done
                late = await asked(client, id="late", do="approve", contest="mayor", **signs)
                assert (False, "refused") == (late["ok"], late["outcome"])
                nobody = await asked(client, id="r", do="pause")
                assert "nobody" == nobody["outcome"]
                await say(client, t="subscribe", sub="a", contest="mayor")
                state = (await frame(client, "snapshot"))["d"]["call"]["state"]
                while state != "called":
                    state = (await frame(client, "change"))["d"].get("call", {}).get("state")
        signed = [one for one in (await shell.mayor())["history"] if one["kind"] == "proposal-approved"]
        assert [True, True] == [
            name in one["title"] + one["because"] for name, one in zip(texts, signed, strict=True)
        ]
        assert not any(text in log.read_text() for text in texts.values())
