"""Everybody who takes part in a night: brokers, store, workers, gateways, producer, delivery, clients.

    with Actors(folder, brokers, session, ("practice", "--speed", "40")) as actors:
        actors.start()
        actors["worker-0"].kill()

Know before changing: each is a process of its own by its own command, as on a real night, and is started
again when it ends, as its supervisor would; only who is frozen is left alone. The store keeps its file
between a kill and a start; the brokers outlive a night and are shared by all. Clients come through `lines`
(`faults/proxy.py`); the run itself asks the gateways without them.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from election.wire.keys import Keys
from faults.asked import Asked
from faults.brokers import Brokers
from faults.clock import Clock
from faults.disk import IGNORING
from faults.network import Network
from faults.plan import GATEWAYS, WORKERS
from faults.processes import SANDIK, Process
from faults.stores import SINGLE, Members
from sandik import folders, ports
from sandik.embedded import Server
from streams.settings import Settings as Counting

ROOT = Path(__file__).parents[1]
SECRET = "whsec_c2FuZMSxayBpcyBhIGJveCBmb3Igdm90ZXM="
FREE = {
    "SANDIK_CLIENTS_PER_ADDRESS_MAX": "100000", "SANDIK_NEW_PER_S": "100000", "SANDIK_HEARTBEAT_S": "1",
    "SANDIK_DRAIN_S": "1",
}  # fmt: skip
WATCHERS = 2
"""Clients of each gateway that write down all they see."""
CROWD, SLOW, STALLED = 100, 5, 2
"""Clients of each gateway besides: those that follow to the hash, those that read slowly, or not at all."""
SILENT_S = 6.0
"""A silence after which a client of a crowd takes its line for dead; `sandik watch` has its own rule."""
ANSWERS_WITHIN_S = 2.0
"""How long a gateway that is asked may take to answer."""
HEAD = 'mode = "replay"\n[[host]]\nname = "127.0.0.1"\nallow_private = true\nallow_http = true\n'


class Actors:
    """The actors of one night."""

    def __init__(
        self, folder: Path, brokers: Brokers, session: str, play: Sequence[str], store: str = SINGLE,
        workers: int = 2,
    ) -> None:  # fmt: skip
        """`play` is the night and how it is played; `store` is one of `stores.KINDS`. Raises NoStoreError."""
        night = play[0]
        self.folder, self.histories = folder, folder / "histories"
        self.histories.mkdir(parents=True, exist_ok=True)
        self.stores = Members(store, folder)
        self.brokers, self.workers = brokers, WORKERS[:workers]
        self.environment = {
            "SANDIK_MODE": "replay", "SANDIK_SESSION": session, "SANDIK_NIGHT": night,
            "SANDIK_KAFKA": brokers.addresses, "SANDIK_KAFKA_KIND": "apache", "SANDIK_REDIS": self.stores.url,
            "SANDIK_HISTORY": str(self.histories), "SANDIK_OUTSIDE_WITHIN_S": "60",
            "SANDIK_STAND_STILL_S": "20", "DESK_SECRET": SECRET, "SANDIK_SHOWN": "1",
            "SANDIK_DELIVER_WAITS_S": ",".join(["0", *["1"] * 60]), "SANDIK_DELIVER_ANSWERS_WITHIN_S": "3",
            "SANDIK_ALERTS": str(folder / "alerts.toml"), **FREE,
        }  # fmt: skip
        self.night = folders.load(night).night
        self.gateways = [ports.choose() for _ in range(2)]
        self._ports = [ports.choose() for _ in self.gateways]
        """Where clients come in: a line to each gateway."""
        made = [
            *(self._server(one) for one in self.stores.everybody),
            *(self._room(name, "worker") for name in self.workers),
            *(self._gateway(place) for place in range(2)),
            self._room("producer", "replay", *play),
            self._room("deliver", "deliver"),
        ]
        self._own = {one.name: one for one in made}
        self.lines: Asked | None = None
        self.crowds: list[Asked] = []
        self._haste = self._room("haste", "replay", night, "--ask", "speed", "max")
        self._watchers = [self._watcher(place) for place in range(WATCHERS * 2)]

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everybody but the brokers; who watches at once, or it would write down that it lost its line.

        The checker asks of who is there in the end what it shows.
        """
        for watcher in self._watchers:
            watcher.kill()
        for asked in (*self.crowds, *([] if self.lines is None else [self.lines])):
            asked.stop()
        for process in (self._haste, *reversed(self._own.values())):
            process.stop()

    def __getitem__(self, name: str) -> Process:
        """The process of that name, a broker's too.

        `store` and `replica` are those that hold a contest, or follow who does, at this moment; while nobody
        knows who that is, the first and the last of the servers.
        """
        if name in ("store", "replica"):
            servers, ask = (
                self.stores.servers,
                self.stores.primary if name == "store" else self.stores.replica,
            )
            server = ask(self.held_key) or servers[0 if name == "store" else -1]
            return self._own[server.program.name]
        return self.named(name)

    def named(self, name: str) -> Process:
        """The process of that very name. Raises KeyError."""
        return {one.name: one for one in self.everybody}[name]

    @property
    def everybody(self) -> Sequence[Process]:
        """Whoever faults may befall."""
        return (*self._own.values(), *self.brokers.processes)

    def subscribe(self, subscriptions: Mapping[str, tuple[str, Sequence[str]]]) -> None:
        """Who is told what: name → (url, kinds)."""
        (self.folder / "alerts.toml").write_text(
            HEAD
            + "".join(
                f'[[subscription]]\nwho = "{who}"\nkinds = {json.dumps(list(kinds))}\nchannel = "webhook"\n'
                f'url = "{url}"\nsecret_env = "DESK_SECRET"\n'
                for who, (url, kinds) in subscriptions.items()
            )
        )

    def start(self) -> None:
        """Everybody, in the order in which they need one another; the producer last."""
        for server in self.stores.everybody:
            self._own[server.program.name].start()
            self._own[server.program.name].until_ready()
        self.stores.form()
        for name in (*self.workers, *GATEWAYS, "deliver"):
            self._own[name].start()
            if name.startswith("gateway"):
                self._own[name].until_ready()
        self.lines = self._lines()
        for watcher in self._watchers:
            watcher.start()
        self.crowds = [self._crowd(port) for port in self._ports]
        for crowd in self.crowds:
            crowd.ask("connected")
        self._own["producer"].start()

    def keep(self) -> None:
        """Starts again whoever has ended; the producer only if it had not come to its end."""
        for process in self.everybody:
            if process.name == "producer" and process.ended_well:
                continue
            process.keep()
        for watcher in self._watchers:
            watcher.keep()

    def hurry(self) -> None:
        """Asks the producer to send the rest at once; asked again and again, it asks once at a time."""
        if not self._haste.alive:
            self._haste.start()

    @property
    def played(self) -> bool:
        """Whether the producer has sent the whole recording."""
        return self._own["producer"].ended_well

    def snapshot(self, gateway: int, contest: str) -> dict[str, Any] | None:
        """What a gateway shows; None while it does not answer."""
        return get(self.gateways[gateway], f"/snapshot/{contest}.json")

    @property
    def held_key(self) -> str:
        """A key of the contest whose server is `store`: the first contest's."""
        scope = Counting.read(self.environment).scope(self.night.id)
        return Keys(scope, next(iter(self.night.contests))).meta

    def _server(self, server: Server) -> Process:
        program, name = server.program, server.program.name
        argv, clock, network = (*IGNORING, *program.argv), self.clock_of(name), self.network_of(name)
        return Process(name, argv, {}, self.folder, program.ready, 60.0, clock=clock, network=network)

    def _room(self, name: str, *words: str) -> Process:
        clock, network = self.clock_of(name), self.network_of(name)
        return Process(name, (SANDIK, *words), self.environment, self.folder, clock=clock, network=network)

    def _gateway(self, place: int) -> Process:
        port = self.gateways[place]
        ready: Callable[[], bool] = lambda: get(port, "/health/ready") is not None  # noqa: E731 - one line
        name, environment = f"gateway-{place}", self.environment | {"SANDIK_PORT": str(port)}
        clock = self.clock_of(name)
        return Process(name, (SANDIK, "gateway"), environment, self.folder, ready, clock=clock)

    def clock_of(self, name: str) -> Clock | None:
        """A clock for an actor, where clocks are set at all."""
        return None if self.brokers.clocks is None else self.brokers.clocks.of(name)

    def network_of(self, name: str) -> Network | None:
        """A network for an actor, where networks are cut at all."""
        return None if self.brokers.networks is None else self.brokers.networks.of(name)

    def _lines(self) -> Asked:
        ways = [f"{line}:{to}" for line, to in zip(self._ports, self.gateways, strict=True)]
        made = Asked((sys.executable, "-m", "faults.proxy", *ways), self.folder / "lines.log", ROOT)
        made.ask("line")
        return made

    def _watcher(self, place: int) -> Process:
        url = f"ws://127.0.0.1:{self._ports[place % 2]}/ws"
        return Process(f"watch-{place}", (SANDIK, "watch", url), self.environment, self.folder)

    def _crowd(self, port: int) -> Asked:
        argv = [
            *(sys.executable, "-m", "bench.crowd", "--port", str(port), "--clients", str(CROWD)),
            *("--slow", str(SLOW), "--stalled", str(STALLED), "--comes-back", "--silent-s", str(SILENT_S)),
        ]
        return Asked(argv, self.folder / "crowd.log", ROOT)


def get(port: int, path: str) -> dict[str, Any] | None:
    """The JSON of an address; None where nobody answers, or not with 200, or with half an answer."""
    try:
        said = ports.get(ports.LOCALHOST, port, path, ANSWERS_WITHIN_S)
        found: dict[str, Any] | None = None if said is None else json.loads(said)
        return found
    except ValueError:
        return None
