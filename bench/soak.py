"""`python -m bench.soak`: nights back to back in the same processes, with clients that come and go; what
grows?

    make soak                                             12 nights of June 2019 at 60×: about an hour
    python -m bench.soak --nights 3 --night practice --speed 600 --times 10 --out /tmp/soak
    python -m bench.soak --judge bench/results/soak.jsonl

Worker, gateway, delivery and one replay run from the first night to the last; after each night the replay is
sent back to its beginning, which forgets the night before. Every few seconds all of it is looked at
(`soak_sampling`) and written as a line of JSON; from those lines the verdicts and the picture are made
(`soak_judged`, `soak_drawn`), also later and elsewhere.

Know before changing: nothing is started again. A process that ends, a client that saw what no client may see,
or a night whose last totals are not those of its `ending.json` ends the soak with an error.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from bench import machine, soak_drawn, soak_judged
from bench.direct import direct
from bench.istanbul import CHECKOUT
from bench.results import HERE, progress, say
from bench.retraction import SECRET, receiver
from bench.servers import SANDIK, Place, Running
from bench.soak_crowds import Churn
from bench.soak_sampling import Look
from bench.stored import wait_for
from election.wire.keys import Keys
from election.wire.topics import Scope
from sandik import folders, ports

SAMPLE_EVERY_S = 5.0
TURN_S = 0.1
READY_WITHIN_S = 90.0
NIGHT_WITHIN_S = 1800.0
"""How long a night may take; then it hangs."""
BEFORE = "12:00"
"""An hour before the first record of any shipped night."""
ENDED = "the recording has ended"
"""What `sandik replay --stay` says at the end of a night."""
ALERTS = """mode = "replay"
[[host]]
name = "127.0.0.1"
allow_private = true
allow_http = true
[[subscription]]
who = "desk"
kinds = ["call-made", "call-retracted", "counted", "lead-change", "embargo-lifted", "correction", "certified"]
channel = "webhook"
url = "{url}"
secret_env = "DESK_SECRET"
"""


class Soak:
    """One soak: its processes, its crowds, and where its lines go."""

    def __init__(self, place: Place, args: argparse.Namespace, lines: TextIO, alerts_url: str) -> None:
        """Starts the broker and the store; the rooms are started by `start`."""
        self._place, self._args, self._lines = place, args, lines
        self._folder = folders.load(args.night)
        night = self._folder.night
        self._contests = [str(contest) for contest in night.contests]
        self._kafka = place.kafka() if args.broker == "apache" else place.tansu()
        self._redis = place.redis()
        self._port, self._admin = ports.choose(), ports.choose()
        alerts = place.folder / "alerts.toml"
        alerts.write_text(ALERTS.format(url=alerts_url))
        self._environment = {
            "SANDIK_MODE": "replay", "SANDIK_SESSION": "soak", "SANDIK_NIGHT": args.night,
            "SANDIK_KAFKA": self._kafka.address, "SANDIK_KAFKA_KIND": args.broker,
            "SANDIK_REDIS": self._redis.url, "SANDIK_ALERTS": str(alerts), "DESK_SECRET": SECRET,
            "SANDIK_PORT": str(self._port), "SANDIK_ADMIN": f"127.0.0.1:{self._admin}",
            "SANDIK_CLIENTS_PER_ADDRESS_MAX": "100000", "SANDIK_NEW_PER_S": "100000",
        }  # fmt: skip
        self._keys = [Keys(Scope("replay", night.id, "soak"), contest) for contest in night.contests]
        path = CHECKOUT / "nights" / str(args.night) / "ending.json"
        self._endings: Mapping[str, Any] = json.loads(path.read_bytes())["contests"]
        self._rooms: dict[str, Running] = {}
        self._began_s = time.monotonic()
        self._sampled_s = -SAMPLE_EVERY_S

    def start(self) -> None:
        """Worker, gateway, delivery; the replay is started by the first night."""
        for room in ("worker", "gateway", "deliver"):
            self._rooms[room] = self._place.room(room, self._environment)
        wait_for(
            lambda: self._alive() and ports.answers_get(ports.LOCALHOST, self._port, "/health/live"),
            READY_WITHIN_S, "an answer of the gateway",
        )  # fmt: skip

    def run(self, nights: int) -> None:
        """All nights. Raises OutsideError, AssertionError or TimeoutError where one goes wrong."""
        with Churn(self._port, self._contests, self._args.times) as churn:
            for number in range(1, nights + 1):
                churn.night()
                self._play(number)
                self._until(number, churn)
                faults = churn.faults()
                if faults:
                    raise AssertionError(f"in night {number} clients saw {faults}")
                self._note(night=number, ended=True, churn=dict(churn.counts), at_s=round(self._at_s, 1))
                progress(number, nights, f"night {number} of {nights}")

    @property
    def _at_s(self) -> float:
        return time.monotonic() - self._began_s

    def _play(self, number: int) -> None:
        """The first night is started, each other asked for."""
        night = str(self._args.night)
        if number == 1:
            words = ["replay", night, "--speed", str(self._args.speed), "--stay"]
            words += ["--gap-max", str(self._args.gap_max)] if self._args.gap_max else []
            self._rooms["replay"] = self._place.command((str(SANDIK), *words), self._environment)
            return
        asked = subprocess.run(
            (str(SANDIK), "replay", night, "--ask", "jump", BEFORE), check=False, capture_output=True,
            text=True, timeout=READY_WITHIN_S, env={**os.environ, **self._environment},
        )  # fmt: skip
        if asked.returncode:
            raise AssertionError(f"night {number} could not begin: {asked.stdout}{asked.stderr}")

    def _until(self, number: int, churn: Churn) -> None:
        """Until the night is played and shown to its end, with everything that happens meanwhile."""
        until_s = time.monotonic() + NIGHT_WITHIN_S
        while self._ended() < number or self._wrong():
            if time.monotonic() > until_s:
                raise TimeoutError(f"night {number} did not end within {NIGHT_WITHIN_S:g} s. {self._wrong()}")
            self._alive()
            churn.turn(self._at_s)
            if self._at_s >= self._sampled_s + SAMPLE_EVERY_S / self._args.times:
                self._sample(number)
            time.sleep(TURN_S)
        self._sample(number)

    def _sample(self, number: int) -> None:
        self._sampled_s = self._at_s
        self._note(night=number, at_s=round(self._at_s, 1), **self._look().take())

    def _look(self) -> Look:
        processes = {name: room.pid for name, room in self._rooms.items()}
        processes |= {"kafka": self._kafka.pid, "redis": self._redis.pid}
        log = next(iter(self._place.folder.glob("kafka-*/kafka/log")), None)
        return Look(processes, self._redis.url, self._keys, log, self._admin)

    def _alive(self) -> bool:
        return all(one.check() for one in (*self._rooms.values(), self._kafka, self._redis))

    def _ended(self) -> int:
        """How many nights the replay says it has played."""
        return self._rooms["replay"].log.read_text(errors="replace").count(ENDED)

    def _shown(self, contest: str) -> Mapping[str, Any]:
        url = f"http://127.0.0.1:{self._port}/snapshot/{contest}.json"
        with direct(url, READY_WITHIN_S) as answer:
            found: Mapping[str, Any] = json.load(answer)
        return found

    def _wrong(self) -> str:
        """What is shown otherwise than the night must end; empty: nothing."""
        for contest, ending in self._endings.items():
            votes = {choice["id"]: choice["votes"] for choice in self._shown(contest)["choices"]}
            if votes != ending["choices"]:
                return f"{contest} stands at {votes}, not {ending['choices']}"
        return ""

    def _note(self, **facts: Any) -> None:
        self._lines.write(json.dumps(facts) + "\n")
        self._lines.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Soaks, or judges what was soaked; 1 if something grows."""
    args = _wanted(argv)
    path = Path(args.judge) if args.judge else _soaked(args)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    judged = soak_judged.judge(lines)
    picture = path.with_suffix(".svg")
    picture.write_text(soak_drawn.drawing(lines), encoding="utf-8")
    path.with_suffix(".md").write_text(soak_judged.table(judged), encoding="utf-8")
    sys.stdout.write(soak_judged.table(judged))
    growing = soak_judged.grows(judged)
    say(f"the table and its picture: {picture.with_suffix('.md')}, {picture}")
    say(f"grows: {', '.join(growing)}" if growing else "nothing grows")
    return 1 if growing else 0


def _soaked(args: argparse.Namespace) -> Path:
    args.out.mkdir(parents=True, exist_ok=True)
    path: Path = args.out / "soak.jsonl"
    with (
        tempfile.TemporaryDirectory(prefix="sandik-soak-") as folder,
        receiver() as (_, url),
        path.open("w") as lines,
        Place(Path(folder)) as place,
    ):
        lines.write(json.dumps({"about": machine.about(), "soak": _said(args)}) + "\n")
        soak = Soak(place, args, lines, url)
        soak.start()
        soak.run(args.nights)
    return path


def _said(args: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(args, name) for name in ("nights", "night", "speed", "gap_max", "broker", "times")}


def _wanted(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--nights", type=int, default=12, help="how many, one after the other (12)")
    parser.add_argument("--night", default="istanbul-2019-06-23", help="a shipped night")
    parser.add_argument("--speed", default="60", help="as of sandik replay (60)")
    parser.add_argument("--gap-max", help="as of sandik replay; else as the night says")
    parser.add_argument("--broker", choices=("apache", "tansu"), default="apache")
    parser.add_argument("--times", type=float, default=1.0, help="clients come and go so many times as often")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="where the lines go")
    parser.add_argument("--judge", type=Path, help="only judge the lines of a soak that was")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
