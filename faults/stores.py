"""A store as it may stand on a real night: one server, a cluster, or a primary, a replica and sentinels.

    members = Members(SENTINEL, folder)
    …start every one of members.servers and members.sentinels…
    members.form()                       the servers know one another, and replicas hold what primaries hold
    members.url                          for SANDIK_REDIS
    members.primary(key), members.replica(key)

Know before changing: the servers are told apart by their ports, which stay theirs. A node that was killed and
started again comes back by itself; who is primary then is for the others to say, so ask and do not remember.
Times are short (a server that is away is missed after half a second), as no store of a real night has them.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError
from redis.retry import Retry

from election.errors import OutsideError
from sandik import embedded, ports
from sandik.embedded import Server
from sandik.program import Policy, Program

SINGLE, CLUSTER, SENTINEL = "single", "cluster", "sentinel"
KINDS = (SINGLE, CLUSTER, SENTINEL)
SLOTS, PRIMARIES, REPLICAS, SENTINELS = 16384, 3, 3, 3
AWAY_MS = 500
"""A server that is silent for so long is away."""
NIGHT = "night"
"""What the sentinels call the primary."""
FORMS_WITHIN_S = 30.0
FAILS_OVER_WITHIN_S = 10.0
"""How long a failover may take before it has come to nothing; a cluster gives up after five seconds."""
ONCE = Retry(NoBackoff(), 0)


def find_server() -> str:
    """A redis-server of this machine, or the embedded one. Raises NoStoreError."""
    return shutil.which("redis-server") or embedded.find_store()


class Members:
    """The servers of one store."""

    def __init__(self, kind: str, folder: Path, server: str | None = None, password: str = "") -> None:
        """`server` is the program to run; otherwise it is looked for. Raises NoStoreError.

        With a password it is that of every server, and of the sentinels.
        """
        self.kind, self._folder, self._server = kind, folder, server or find_server()
        self._password = password
        count = {SINGLE: 1, SENTINEL: 2, CLUSTER: PRIMARIES + REPLICAS}[kind]
        chosen = [ports.choose() for _ in range(count)]
        self.servers = [self._made(number, chosen) for number in range(count)]
        watched = self.servers[0] if kind == SENTINEL else None
        self.sentinels = [self._sentinel(number, watched) for number in range(SENTINELS) if watched]

    @property
    def url(self) -> str:
        """For SANDIK_REDIS."""
        secret = quote(self._password, safe="")
        login = f":{secret}@" if secret else ""
        if self.kind == SINGLE:
            return f"redis://{login}{self.servers[0].address}/0"
        if self.kind == CLUSTER:
            return f"redis+cluster://{login}{','.join(one.address for one in self.servers[:PRIMARIES])}"
        theirs = f"?sentinel_password={secret}" if secret else ""
        return f"redis+sentinel://{login}{','.join(one.address for one in self.sentinels)}/{NIGHT}/0{theirs}"

    @property
    def _environment(self) -> dict[str, str]:
        """Where redis-cli looks for the password, and `_ask`."""
        return {"REDISCLI_AUTH": self._password} if self._password else {}

    @property
    def everybody(self) -> Sequence[Server]:
        """All that must be started, in this order."""
        return (*self.servers, *self.sentinels)

    def primary(self, key: str) -> Server | None:
        """Who holds a key now; None while nobody does, or two think so."""
        return self._only([one for one in self.servers if self._holds(one, key)])

    def replica(self, key: str) -> Server | None:
        """Who follows whoever holds a key; None while nobody does."""
        primary = self.primary(key)
        ports_of = [] if primary is None else _followers(primary)
        return self._only([one for one in self.servers if one.port in ports_of])

    def move(self, key: str) -> None:
        """Moves everything that lies in the slot of a key to another primary of the cluster, key by key."""
        slot, source = key_slot(key.encode()), self.primary(key)
        target = next(one for one in self.servers if one is not source and _slots_of(one))
        if source is None:
            raise OutsideError(f"Nobody holds {key}.")
        there, here = _ask(target, "CLUSTER", "MYID"), _ask(source, "CLUSTER", "MYID")
        _ask(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", here)
        _ask(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", there)
        while keys := _ask(source, "CLUSTER", "GETKEYSINSLOT", slot, 1):
            auth = ["AUTH", self._password] if self._password else []
            _ask(source, "MIGRATE", target.host, target.port, "", 0, 5000, *auth, "KEYS", *keys)
        for server in (target, source, *(one for one in self.servers if _slots_of(one))):
            _ask(server, "CLUSTER", "SETSLOT", slot, "NODE", there)

    def fail_over(self, key: str) -> bool:
        """Asks for another primary of a key; returns when there is one, and whether there is.

        There is none where nobody could be, somebody else is asking, or it comes to nothing.
        """
        primary, replica = self.primary(key), self.replica(key)
        if primary is None or replica is None:
            return False
        if self.kind == CLUSTER:
            asked = _said(replica, "CLUSTER", "FAILOVER")
        else:
            asked = _said(self.sentinels[0], "SENTINEL", "FAILOVER", NIGHT)
        if asked is None:
            return False
        return ports.wait_until(lambda: self.primary(key) not in (None, primary), FAILS_OVER_WITHIN_S)

    def deafen(self, server: Server) -> None:
        """Cuts a primary's replicas off; one that is frozen does not come back."""
        _ask(server, "CLIENT", "KILL", "TYPE", "replica")

    def form(self) -> None:
        """Makes one store of servers that have just been started. Raises OutsideError."""
        if self.kind == CLUSTER:
            self._form_cluster()
        if self.kind != SINGLE:
            self.whole()

    def whole(self) -> None:
        """Returns when every primary has a replica that follows, and all agree on it. Raises OutsideError."""
        primaries = PRIMARIES if self.kind == CLUSTER else 1
        _until("every primary has a replica", lambda: sum(map(_is_followed, self.servers)) == primaries)
        if self.kind == CLUSTER:
            _until("the cluster is well", lambda: all(map(_is_well, self.servers)))
        else:
            _until("the sentinels know everybody", lambda: all(map(_knows_all, self.sentinels)))

    def _only(self, found: Sequence[Server]) -> Server | None:
        return found[0] if len(found) == 1 else None

    def _holds(self, server: Server, key: str) -> bool:
        if self.kind == CLUSTER:
            slot = key_slot(key.encode())
            return any(first <= slot <= last for first, last in _slots_of(server))
        return _role(server) == "master" and (self.kind == SINGLE or _watched(self.sentinels) == server.port)

    def _made(self, number: int, chosen: Sequence[int]) -> Server:
        server = embedded.store(self._folder / f"store-{number}", chosen[number], self._server)
        more = ["--repl-diskless-sync-delay", "0"]
        if self.kind == CLUSTER:
            more += ["--cluster-enabled", "yes", "--cluster-node-timeout", str(AWAY_MS)]
            more += ["--cluster-port", str(ports.choose()), "--cluster-replica-validity-factor", "0"]
        if self._password:
            more += ["--requirepass", self._password, "--masterauth", self._password]
        program_, *options = server.program.argv
        argv = (program_, *self._kept(number, chosen), *options, *more)
        program = replace(
            server.program, name=f"store-{number}", argv=argv, env=self._environment, policy=Policy.KEEP
        )
        return replace(server, program=program)

    def _kept(self, number: int, chosen: Sequence[int]) -> Sequence[str]:
        """A file in which sentinels keep whom a server follows, for when it starts again.

        Said as an option, a server that had become the primary would follow again whom it followed first,
        and a night would have two replicas and nobody to write to.
        """
        if self.kind != SENTINEL:
            return ()
        file = self._folder / f"store-{number}" / "store.conf"
        file.write_text(f"replicaof {ports.LOCALHOST} {self._primary_port(chosen)}\n" if number else "")
        return (str(file),)

    def _primary_port(self, chosen: Sequence[int]) -> int:
        return chosen[0]

    def _sentinel(self, number: int, primary: Server) -> Server:
        port, folder = ports.choose(), self._folder / f"sentinel-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sentinel.conf").write_text(
            f"port {port}\nbind {ports.LOCALHOST}\ndir {folder.resolve()}\n"
            f"sentinel monitor {NIGHT} {primary.host} {primary.port} 2\n"
            f"sentinel down-after-milliseconds {NIGHT} {AWAY_MS}\n"
            f"sentinel failover-timeout {NIGHT} 3000\n"
            + (
                f"sentinel auth-pass {NIGHT} {self._password}\n"
                f"requirepass {self._password}\nsentinel sentinel-pass {self._password}\n"
                if self._password
                else ""
            )
        )
        argv = (self._server, str(folder / "sentinel.conf"), "--sentinel")
        ready = partial(ports.answers_ping, ports.LOCALHOST, port)
        program = Program(f"sentinel-{number}", argv, self._environment, ready=ready)
        return Server(program, ports.LOCALHOST, port)

    def _form_cluster(self) -> None:
        first = self.servers[0]
        for number, server in enumerate(self.servers):
            _ask(server, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            if number < PRIMARIES:
                share = -(-SLOTS // PRIMARIES)
                last = min((number + 1) * share, SLOTS) - 1
                _ask(server, "CLUSTER", "ADDSLOTSRANGE", number * share, last)
        for server in self.servers[1:]:
            _ask(server, "CLUSTER", "MEET", first.host, first.port, _bus(first))
        _until("the nodes know one another", lambda: all(_knows(one, self.servers) for one in self.servers))
        for number, server in enumerate(self.servers[PRIMARIES:]):
            _ask(server, "CLUSTER", "REPLICATE", _ask(self.servers[number], "CLUSTER", "MYID"))


def _ask(server: Server, *words: Any) -> Any:
    password = server.program.env.get("REDISCLI_AUTH")
    with Redis(
        host=server.host, port=server.port, password=password, socket_timeout=2, retry=ONCE, protocol=2
    ) as client:
        client.response_callbacks.clear()
        return client.execute_command(*words)


def _said(server: Server, *words: Any) -> Any:
    """The answer; None while it gives none."""
    try:
        return _ask(server, *words)
    except (RedisError, OSError):
        return None


def _info(server: Server) -> dict[str, str]:
    lines = (_said(server, "INFO", "replication") or b"").decode().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _role(server: Server) -> str:
    return _info(server).get("role", "")


def _followers(server: Server) -> list[int]:
    """The ports of the replicas that are up to date with a primary."""
    found = []
    for name, text in _info(server).items():
        if name.startswith("slave") and name[5:].isdigit() and "state=online" in text:
            found.append(int(dict(part.split("=", 1) for part in text.split(","))["port"]))
    return found


def _is_followed(server: Server) -> bool:
    return _role(server) == "master" and bool(_followers(server))


def _is_well(server: Server) -> bool:
    said = (_said(server, "CLUSTER", "INFO") or b"").decode()
    nodes = [line.split()[2] for line in (_said(server, "CLUSTER", "NODES") or b"").decode().splitlines()]
    well = not any("fail" in flags or "handshake" in flags for flags in nodes)
    return "cluster_state:ok" in said and well and sum("slave" in flags for flags in nodes) == REPLICAS


def _bus(server: Server) -> int:
    argv = server.program.argv
    return int(argv[argv.index("--cluster-port") + 1])


def _knows(server: Server, others: Sequence[Server]) -> bool:
    nodes = (_said(server, "CLUSTER", "NODES") or b"").decode()
    return "handshake" not in nodes and all(f":{one.port}@" in nodes for one in others)


def _slots_of(server: Server) -> list[tuple[int, int]]:
    """What a node says it holds itself."""
    for line in (_said(server, "CLUSTER", "NODES") or b"").decode().splitlines():
        fields = line.split()
        if "myself" in fields[2] and "master" in fields[2]:
            ranges = [field for field in fields[8:] if not field.startswith("[")]
            return [(int(one.split("-")[0]), int(one.split("-")[-1])) for one in ranges]
    return []


def _watched(sentinels: Sequence[Server]) -> int:
    """The port of the primary that most sentinels name; 0 while they do not agree."""
    named = [_said(one, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", NIGHT) for one in sentinels]
    found = {int(one[1]) for one in named if one}
    return found.pop() if len(found) == 1 else 0


def _knows_all(sentinel: Server) -> bool:
    said = _said(sentinel, "SENTINEL", "MASTERS")
    facts = dict(zip(said[0][::2], said[0][1::2], strict=True)) if said else {}
    others = [facts.get(name) for name in (b"num-slaves", b"num-other-sentinels")]
    return others == [b"1", str(SENTINELS - 1).encode()] and facts.get(b"flags") == b"master"


def _until(what: str, check: Callable[[], bool]) -> None:
    if not ports.wait_until(check, FORMS_WITHIN_S):
        raise OutsideError(f"Not within {FORMS_WITHIN_S:g} s: {what}.")
