"""The cluster's file counts a night while every room of it is restarted, one after the other.

Know before changing: the servers are those of deploy/cluster.compose.yml, with the secrets that
docs/run-it-on-a-cluster.md makes (tests/live/composed_cluster.py). Each step waits for what that page says to
wait for, and for nothing else; what clients saw meanwhile is held against the promises by the fault checker.
"""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from election.errors import OutsideError
from faults.actors import get
from faults.processes import SANDIK, Process
from faults.watching import Notes, broken, read
from sandik import ports
from tests.live.composed_cluster import Cluster, started
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.live, pytest.mark.kafka]
NIGHT, SPEED = "practice", "120"
"""A minute of playing; what is left when everything was restarted is played at once."""
WORKERS, GATEWAYS = ("worker-1", "worker-2"), ("gateway-1", "gateway-2")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Its servers."""
    try:
        with started(tmp_path) as found:
            yield found
    except OutsideError as error:
        pytest.skip(str(error))


class Evening:
    """The rooms of one evening, and who watches."""

    def __init__(self, cluster: Cluster, stack: ExitStack) -> None:
        self.port, self.admins = ports.choose(), [ports.choose() for _ in GATEWAYS]
        self.histories = cluster.folder / "histories"
        self.histories.mkdir()
        self.night = {"SANDIK_NIGHT": NIGHT, "SANDIK_MODE": "replay", "SANDIK_HISTORY": str(self.histories)}
        self.workers = [cluster.room(name, self.night) for name in WORKERS]
        self.gateways = [
            cluster.room(name, self.night | self._gateway(admin), ready=admin)
            for name, admin in zip(GATEWAYS, self.admins, strict=True)
        ]
        shell = {
            "SANDIK_KAFKA": cluster.kafka.addresses,
            "SANDIK_SECRETS": str(cluster.secrets),
            **self.night,
        }
        self.shell = shell
        url = f"ws://{ports.LOCALHOST}:{self.port}/ws"
        self.watchers = [Process(f"watch-{n}", (SANDIK, "watch", url), shell, cluster.folder) for n in (1, 2)]
        replay = (SANDIK, "replay", NIGHT, "--speed", SPEED)
        self.producer = Process("replay", replay, shell, cluster.folder)
        for process in (*self.workers, *self.gateways, *self.watchers, self.producer):
            stack.callback(process.stop)

    def _gateway(self, admin: int) -> dict[str, str]:
        return {
            "SANDIK_HOST": ports.LOCALHOST, "SANDIK_PORT": str(self.port), "SANDIK_REUSE_PORT": "1",
            "SANDIK_ADMIN": f"{ports.LOCALHOST}:{admin}", "SANDIK_DRAIN_S": "1", "SANDIK_TOKENS": "",
        }  # fmt: skip

    def start(self) -> None:
        """Everybody, the night last."""
        for process in (*self.workers, *self.gateways):
            process.start()
        for gateway in self.gateways:
            gateway.until_ready()
        for watcher in self.watchers:
            watcher.start()
        assert ports.wait_until(self.caught_up, PATIENCE_S)
        self.producer.start()

    def caught_up(self) -> bool:
        """Whether every partition has a worker that spoke of late, and next to nothing waits."""
        url = f"http://{ports.LOCALHOST}:{self.admins[0]}/metrics"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            told = {one.name: one.samples for one in text_string_to_metric_families(answer.read().decode())}
        ages, lags = told["sandik_worker_pulse_age_seconds"], told["sandik_worker_lag_records"]
        return len(ages) >= 4 and all(one.value < 4 for one in ages) and all(one.value < 20 for one in lags)

    def playing(self) -> bool:
        """Whether the night goes on."""
        return self.producer.alive

    def restart(self, process: Process) -> None:
        """As `systemctl restart` does: it is asked to end, does so in order, and begins again."""
        process.stop()
        assert process.ended_well, process.said()
        process.start()

    def asked(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command in a shell beside them."""
        return subprocess.run(
            [SANDIK, *words], env={**os.environ, **self.shell}, capture_output=True, text=True, check=False
        )

    def ended(self) -> Notes:
        """What a gateway shows at the end."""
        notes = Notes()
        for contest in ("mayor", "assembly", "bridge"):
            shown = get(self.port, f"/snapshot/{contest}.json")
            assert shown is not None
            notes.note("end", **{key: shown[key] for key in ("contest", "epoch", "version", "hash")})
        return notes


def watched(evening: Evening) -> list[list[dict[str, object]]]:
    """The histories of the watchers."""
    return [read(path) for path in sorted(evening.histories.glob("watch-*.jsonl"))]  # type: ignore[misc]


def test_every_room_is_restarted_while_a_night_plays_and_no_reader_is_led_back(cluster: Cluster) -> None:
    """Two workers, then two gateways; totals are exact, and what each watcher saw keeps the promises."""
    with ExitStack() as stack:
        evening = Evening(cluster, stack)
        evening.start()
        for worker in evening.workers:
            evening.restart(worker)
            assert ports.wait_until(evening.caught_up, PATIENCE_S), worker.said()
        for gateway in evening.gateways:
            evening.restart(gateway)
            gateway.until_ready()
        assert evening.playing(), "the night was over before everything was restarted"
        evening.asked("replay", NIGHT, "--ask", "speed", "max")
        assert ports.wait_until(lambda: not evening.playing(), PATIENCE_S)
        assert evening.producer.ended_well, evening.producer.said()
        assert ports.wait_until(lambda: verified(evening), PATIENCE_S)
        notes = evening.ended()
        assert ports.wait_until(lambda: not broken(watched(evening), [notes]), PATIENCE_S), broken(
            watched(evening), [notes]
        )
        assert all(any(line["t"] == "lost" for line in lines) for lines in watched(evening))


def verified(evening: Evening) -> bool:
    """Whether an independent count of the log gives what is counted, and the night's own ending."""
    ended = evening.asked("verify", "--json")
    if ended.returncode:
        return False
    said = json.loads(ended.stdout.splitlines()[-1])
    return bool(said["verified"] and said["matches_ending"])
