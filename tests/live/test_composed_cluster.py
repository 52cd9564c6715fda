"""The cluster's file: every room is restarted while a night plays; a laptop counts the same; topics are kept.

Know before changing: the servers are those of deploy/cluster.compose.yml, with the secrets that
docs/run-it-on-a-cluster.md makes (tests/live/composed_cluster.py). Each step waits for what that page says to
wait for, and for nothing else; what clients saw meanwhile is held against the promises by the fault checker.
The servers take half a minute to start and serve the whole file; each test has topics of its own.
"""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from prometheus_client.parser import text_string_to_metric_families

from election.errors import OutsideError
from election.night import ContestId, NightId
from election.wire.keys import Keys
from election.wire.topics import WHATS, Scope
from faults.actors import get
from faults.processes import SANDIK, Process
from faults.watching import Notes, broken, here, read
from producers.cluster import Admin
from producers.protocol import AlterTopic
from producers.settings import Settings
from sandik import cli, folders, ports
from tests.groups import Group
from tests.live.composed_cluster import PAGE, Cluster, started
from tests.patience import PATIENCE_S
from tests.shell_blocks import blocks
from tests.streams.made import NIGHTS

(COMPARED,) = (block for block in blocks(PAGE) if "--same-as" in block.text)
pytestmark = [pytest.mark.live, pytest.mark.kafka]
NIGHT, SPEED = os.environ.get("SANDIK_TEST_NIGHT", "practice"), "120"
"""A minute of playing, or more; what is left when everything was restarted is played at once."""
CONTESTS = tuple(folders.load(NIGHT).night.contests)
WORKERS, GATEWAYS = ("worker-1", "worker-2"), ("gateway-1", "gateway-2")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Its servers."""
    try:
        with started(tmp_path_factory.mktemp("composed")) as found:
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
            cluster.room(name, self.night | self._gateway(admin, cluster.tokens), ready=admin)
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

    def _gateway(self, admin: int, tokens: Path) -> dict[str, str]:
        return {
            "SANDIK_HOST": ports.LOCALHOST, "SANDIK_PORT": str(self.port), "SANDIK_REUSE_PORT": "1",
            "SANDIK_ADMIN": f"{ports.LOCALHOST}:{admin}", "SANDIK_DRAIN_S": "1", "SANDIK_TOKENS": str(tokens),
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
        said = ports.get(ports.LOCALHOST, self.admins[0], "/metrics", PATIENCE_S)
        if said is None:
            return False
        told = {one.name: one.samples for one in text_string_to_metric_families(said.decode())}
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
        for contest in CONTESTS:
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
        assert ports.wait_until(lambda: all(map(here, watched(evening))), PATIENCE_S), watched(evening)
        assert ports.wait_until(lambda: not broken(watched(evening), [notes]), PATIENCE_S), broken(
            watched(evening), [notes]
        )
        assert all(map(here, watched(evening))), "who is away is not asked what it shows"
        assert all(any(line["t"] == "lost" for line in lines) for lines in watched(evening))


def verified(evening: Evening) -> bool:
    """Whether an independent count of the log gives what is counted, and the night's own ending."""
    ended = evening.asked("verify", "--json")
    if ended.returncode:
        return False
    said = json.loads(ended.stdout.splitlines()[-1])
    return bool(said["verified"] and said["matches_ending"])


def test_the_same_night_on_a_laptop_and_on_three_brokers_and_six_nodes_is_the_same(
    cluster: Cluster, redis_cluster: Group, tmp_path: Path
) -> None:
    """The commands of the page, as they stand there: to the vote, and with the same hash."""
    laptop, replay, verify = COMPARED.lines()
    shutil.copytree(NIGHTS / NIGHT, tmp_path / "my-night")
    there = {"SANDIK_KAFKA": cluster.kafka.addresses, "SANDIK_REDIS": redis_cluster.url}
    counting = {"SANDIK_NIGHT": NIGHT, "SANDIK_MODE": "rehearsal", "SANDIK_SESSION": "compare"}
    keys = [Keys(Scope("rehearsal", NightId(NIGHT), "compare"), ContestId(one)).meta for one in CONTESTS]
    if len(keys) > 1:
        at = {redis_cluster.primary(key).address for key in keys}
        assert len(at) > 1, "name another session in the page"
    worker = Process("compared", (SANDIK, "worker"), {**there, **counting}, tmp_path)
    worker.start()
    told = list[str]()

    def same() -> bool:
        process = typed(verify, there, tmp_path)
        told.append(process.communicate()[0])
        return process.returncode == 0

    try:
        with typed(laptop, {}, tmp_path) as asked, typed(replay, there, tmp_path) as played:
            for process in (played, asked):
                said, _ = process.communicate()
                assert 0 == process.returncode, said
        assert ports.wait_until(same, PATIENCE_S), f"{told[-1]}\n{worker.said()}"
        assert "the other count is the same, to the vote" in told[-1]
    finally:
        worker.stop()


def typed(line: str, settings: dict[str, str], folder: Path) -> "subprocess.Popen[str]":
    """A line of the page in a shell, with all that it says in one place."""
    path = f"{Path(SANDIK).parent}:{os.environ['PATH']}"
    return subprocess.Popen(
        ["bash", "-c", line], env={**os.environ, **settings, "PATH": path}, cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


class Keeper:
    """Topics of a night of its own on the three brokers, as `sandik doctor` and as Kafka itself tell of them.

    A broker hears a moment later of what another was told, so whatever is looked at is looked at again.
    """

    def __init__(self, environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        self.settings, self._capsys = Settings.read(environment), capsys
        self.scope = self.settings.scope(NightId(NIGHT))

    def doctor(self, *words: str) -> tuple[list[str], dict[str, str]]:
        """What was changed; and of what is wrong with topics and copies the message and what to type."""
        cli.main(["doctor", "--night", NIGHT, "--json", *words])
        said = json.loads(self._capsys.readouterr().out.splitlines()[-1])
        wrong = [one for one in said["checks"] if not one["ok"] and one["name"] in ("topics", "kafka copies")]
        return said["changed"], {one["message"]: one["to_type"] for one in wrong}

    async def kept(self, what: str) -> tuple[int, dict[str, str]]:
        """How many replicas a topic has, and those of its settings that matter here."""
        name = self.scope.topic(what)
        async with Admin(self.settings, PATIENCE_S) as admin:
            (told,) = await admin.describe_topics([name])
            answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        entries = [entry for one in answers for resource in one.resources for entry in resource[4]]
        matter = ("min.insync.replicas", "retention.ms", "cleanup.policy")
        settings = {name: value for name, value, *_ in entries if name in matter}
        return sum(len(one["replicas"]) for one in told["partitions"]), settings

    async def set(self, what: str, **limits: str) -> None:
        """Somebody else's hand."""
        async with Admin(self.settings, PATIENCE_S) as admin:
            changed = {key.replace("_", "."): value for key, value in limits.items()}
            answer = await admin._send_request(AlterTopic(self.scope.topic(what), changed))
        assert [0] == [code for code, *_ in answer.responses]

    async def make(self, what: str, partitions: int, replicas: int) -> None:
        """A topic as nobody should make it."""
        async with Admin(self.settings, PATIENCE_S) as admin:
            await admin.create_topics([NewTopic(self.scope.topic(what), partitions, replicas)])


def test_doctor_makes_topics_puts_right_what_it_can_and_says_what_it_cannot(
    cluster: Cluster,
    redis_cluster: Group,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three copies, of which two are waited for; nothing that may hold a night is taken away."""
    environment = {
        "SANDIK_KAFKA": cluster.kafka.addresses, "SANDIK_MODE": "rehearsal", "SANDIK_SESSION": "tended",
        "SANDIK_REDIS": redis_cluster.url,
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    keeper = Keeper(environment, capsys)
    told, refused = keeper.scope.topic("told"), keeper.scope.topic("refused")
    asyncio.run(keeper.make("rulings", 2, 3))
    asyncio.run(keeper.make("refused", 1, 1))
    changed, _ = keeper.doctor("--fix")
    assert len(WHATS) - 2 == sum(": made, " in line for line in changed)
    assert f"{told}: made, 1 partition, kept 3 times, for ever; a write waits for 2 of the copies" in changed
    good = (3, {"min.insync.replicas": "2", "retention.ms": "-1", "cleanup.policy": "delete"})
    assert ports.wait_until(lambda: good == asyncio.run(keeper.kept("told")), PATIENCE_S)

    asyncio.run(keeper.set("told", retention_ms="604800000", min_insync_replicas="1"))
    forgets = f"{told}: retention.ms is 604800000, and must be -1"
    assert ports.wait_until(lambda: forgets in keeper.doctor()[1], PATIENCE_S)
    wanted = {f"{told}: min.insync.replicas was 1, is 2", f"{told}: retention.ms was 604800000, is -1"}
    fixed = set[str]()
    assert ports.wait_until(lambda: fixed.update(keeper.doctor("--fix")[0]) or wanted <= fixed, PATIENCE_S)
    assert ports.wait_until(lambda: good == asyncio.run(keeper.kept("told")), PATIENCE_S)
    once = f"{refused} is kept once, and there are 3 brokers"
    left = {once, f"{keeper.scope.topic('rulings')} has 2 partitions; with more than one it has no order"}
    assert ports.wait_until(lambda: left == set(keeper.doctor()[1]), PATIENCE_S)
    assert "kafka-reassign-partitions.sh" in keeper.doctor()[1][once]
