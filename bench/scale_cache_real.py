"""Real readers through a real nginx before a real gateway, beside the same crowd simulated.

    python -m bench.scale_cache --real

nginx runs deploy/nginx.conf with nothing replaced but ports and folders; the gateway is the shipped one,
whose store says something new every 2.3 seconds. Readers ask with the tag of what they hold. What reached the
gateway is what it counted itself (`sandik_http_answers_total`); an answer's age is by the clock that all
processes of a machine share.

Know before changing: readers ask every second and not every five, so that few of them make the requests of
many.
"""

import asyncio
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.crowd_gateway import make_states
from bench.direct import direct
from bench.istanbul import CHECKOUT
from bench.results import percentile
from bench.scale_cache import Setup, simulate
from bench.servers import Place
from bench.slow import FREE, WITHIN_S
from bench.spoken import Spoken
from election.errors import OutsideError
from sandik import ports

READERS, POLL_S, EVERY_S, WATCHED_S, WARM_S = 150, 1.0, 2.3, 46.0, 3.0
NIGHT, CONTEST, STEPS = "practice", "mayor", 60
COUNTED = re.compile(rb'^sandik_http_answers_total\{status="(\d+)"\} ([\d.]+)$', re.MULTILINE)
TAG = re.compile(rb'^etag: (?:W/)?("[^":]*:(\d+)[^"]*")', re.IGNORECASE | re.MULTILINE)
LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)


@dataclass
class Heard:
    """What the readers got."""

    answers: int = 0
    whole: int = 0
    bytes: int = 0
    versions: list[tuple[float, int]] = field(default_factory=list)
    """When an answer came, and which version it held."""


def compared() -> str:
    """A table: what was measured, and what the simulation says of the same."""
    heard, counted, shown = _measured()
    asked = counted["200"] + counted["304"]
    ages = [_age(shown, version, at_s) for at_s, version in heard.versions]
    versions = tuple(EVERY_S * number for number in range(400))
    setup = Setup(READERS, 1, versions, whole_seconds=True, poll_s=POLL_S, way_s=0.005)
    simulated = simulate(setup)
    rows = (
        ("asked of nginx, /s", heard.answers / WATCHED_S, simulated.asked_per_s),
        ("asked of the gateway, /s", asked / WATCHED_S, simulated.origin_per_s),
        ("… of these with a body, %", 100 * counted["200"] / asked, 100 * simulated.origin_whole),
        ("readers' answers with a body, %", 100 * heard.whole / heard.answers, 100 * simulated.reader_whole),
        ("age of an answer, mean, s", statistics.fmean(ages), simulated.age_s[0]),
        ("age of an answer, p99, s", percentile(ages, 99), simulated.age_s[1]),
    )
    lines = ["| | measured | simulated |", "|---|---|---|"]
    lines += [f"| {what} | {measured:.2f} | {said:.2f} |" for what, measured, said in rows]
    per_answer = heard.bytes / heard.answers
    return "\n".join([*lines, f"bytes of an answer to a reader: {per_answer:,.0f}"]) + "\n"


def _age(shown: Mapping[int, float], version: int, at_s: float) -> float:
    return max(0.0, at_s - shown.get(version + 1, at_s))


def _measured() -> tuple[Heard, dict[str, float], dict[int, float]]:
    """What readers heard, what the gateway answered meanwhile, and when it was given each version."""
    with tempfile.TemporaryDirectory(prefix="sandik-cache-") as name, ExitStack() as stack:
        folder = Path(name)
        states = folder / "states.bin"
        make_states(states, NIGHT, STEPS)
        port, admin, front = ports.choose(), ports.choose(), ports.choose()
        settings = FREE | {
            "SANDIK_PORT": str(port), "SANDIK_ADMIN": f"127.0.0.1:{admin}", "SANDIK_TICK_MS": "0",
            "SANDIK_HOST": "127.0.0.1", "SANDIK_SHOWN": "0",
        }  # fmt: skip
        told = ["env", *(f"{key}={value}" for key, value in settings.items())]
        words = ["--states", str(states), "--night", NIGHT, "--began", str(time.monotonic())]
        gateway = stack.enter_context(
            Spoken(
                "the gateway",
                [*told, sys.executable, "-m", "bench.crowd_gateway", *words, "--every", str(EVERY_S)],
            )
        )
        gateway.hear(WITHIN_S, "port")
        server = Place(folder)
        stack.enter_context(server)
        server.command((_nginx(), "-c", str(_configured(folder, front, port)), "-g", "daemon off;"), {})
        if not ports.wait_until(lambda: ports.is_open(ports.LOCALHOST, front), WITHIN_S):
            raise OutsideError("nginx does not listen")
        heard, counted = asyncio.run(_crowd(front, admin))
        given = gateway.ask(WITHIN_S, do="shown")["shown"]
    return heard, counted, {int(version): float(at_s) for version, at_s in given.items()}


def _nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise OutsideError("nginx is not installed: apt-get install nginx")
    return found


def _configured(folder: Path, front: int, gateway: int) -> Path:
    """The shipped file on these ports, with one gateway for both. Raises ValueError where it changed."""
    text = (CHECKOUT / "deploy" / "nginx.conf").read_text()
    for shipped, here in (
        ("listen 80 ", f"listen 127.0.0.1:{front} "),
        ("127.0.0.1:8081", f"127.0.0.1:{gateway}"),
        ("server 127.0.0.1:8082 max_fails=1 fail_timeout=2s;", ""),
        ("/var/cache/nginx/sandik", str(folder / "cache")),
        ("worker_processes auto;", "worker_processes 1;"),
        ("worker_rlimit_nofile 131072;", ""),
        ("worker_connections 32768;", "worker_connections 1024;"),
    ):
        if text.count(shipped) != 1:
            raise ValueError(f"deploy/nginx.conf holds {shipped!r} {text.count(shipped)} times")
        text = text.replace(shipped, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    made = folder / "nginx.conf"
    made.write_text(
        f"{user}pid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'} warn;\n"
        + text.replace("http {\n", f"http {{\n{temporary}", 1)
    )
    return made


async def _crowd(front: int, admin: int) -> tuple[Heard, dict[str, float]]:
    """Everybody reads; what came after the first seconds counts."""
    heard, until_s = Heard(), time.monotonic() + WARM_S + WATCHED_S
    readers = [asyncio.create_task(_reader(front, heard, until_s)) for _ in range(READERS)]
    await asyncio.sleep(WARM_S)
    before = await asyncio.to_thread(_counted, admin)
    heard.answers = heard.whole = heard.bytes = 0
    heard.versions.clear()
    await asyncio.gather(*readers)
    after = await asyncio.to_thread(_counted, admin)
    return heard, {status: after[status] - before.get(status, 0.0) for status in ("200", "304")}


def _counted(admin: int) -> dict[str, float]:
    with direct(f"http://127.0.0.1:{admin}/metrics", WITHIN_S) as answer:
        found = {status.decode(): float(value) for status, value in COUNTED.findall(answer.read())}
    return {"200": 0.0, "304": 0.0} | found


async def _reader(front: int, heard: Heard, until_s: float) -> None:
    """One reader: asks, waits, asks again with the tag, on one connection."""
    dice = random.Random()
    await asyncio.sleep(dice.uniform(0, POLL_S))
    reader, writer = await asyncio.open_connection("127.0.0.1", front)
    tag = b""
    while time.monotonic() < until_s:
        asked = b"GET /snapshot/%s.json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n" % CONTEST.encode()
        writer.write(asked + (b"If-None-Match: " + tag + b"\r\n" if tag else b"") + b"\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        at_s = time.monotonic()
        whole = head.startswith(b"HTTP/1.1 200")
        length, found = LENGTH.search(head), TAG.search(head)
        if found is None or (whole and length is None):
            raise OutsideError(f"nginx answered {head!r}")
        body = await reader.readexactly(int(length[1])) if whole and length is not None else b""
        tag = found[1]
        heard.answers += 1
        heard.whole += whole
        heard.bytes += len(head) + len(body)
        heard.versions.append((at_s, int(found[2])))
        await asyncio.sleep(POLL_S)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
