"""A cluster of six, or a primary with a replica and three sentinels, with TLS, and users with few rights.

    members = GuardedMembers(CLUSTER, folder, scope)
    group = Group(members, folder).start()
    members.url_of("worker")         for SANDIK_REDIS, of that user of docs/secure.md

Know before changing: users and rights are those of the page, read out of it. A plain port of each server is
the test's own door, for the default user; what servers and sentinels say to one another is encrypted.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import trustme

from election.wire.topics import Scope
from faults.stores import CLUSTER, NIGHT, SENTINEL, Members, _watched
from sandik import ports
from sandik.embedded import Server
from tests.shell_blocks import ROOT

PAGE = ROOT / "docs" / "secure.md"
PASSWORD = "şifre:1/@#"
AMONG_THEMSELVES = "replica", "sentinel"


def page_users(scope: Scope, cluster: bool) -> dict[str, list[str]]:
    """Each user of the page with its rules; the default one is left to the test."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("ACL SETUSER")]
    found = {}
    for line in lines:
        given = line.replace("$N", scope.name).replace(">PASSWORD", f"'>{PASSWORD}'")
        _, _, user, *rules = shlex.split(given)
        ours = user not in (*AMONG_THEMSELVES, "default")
        found[user] = [*rules, *(["+cluster|slots"] if cluster and ours else [])]
    del found["default"]
    return found


def rooms_at_sentinels() -> list[str]:
    """The user that our rooms are to the sentinels, by the page's own command."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    (line,) = [one for one in lines if one.startswith("redis-cli -p 26379 ACL SETUSER")]
    return shlex.split(line)[5:]


class GuardedMembers(Members):
    """The servers, each with an encrypted port beside the test's own."""

    def __init__(self, kind: str, folder: Path, scope: Scope) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert(ports.LOCALHOST)
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        (folder / "server.pem").write_bytes(b"".join(one.bytes() for one in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(folder / "server.key")
        self._tls = {
            "tls-replication": "yes", "tls-cert-file": str(folder / "server.pem"), "tls-auth-clients": "no",
            "tls-key-file": str(folder / "server.key"), "tls-ca-cert-file": str(self.authority),
        }  # fmt: skip
        self._users = page_users(scope, cluster=kind == CLUSTER)
        self.encrypted: dict[int, int] = {}
        """Of each server's and sentinel's own port the encrypted one."""
        super().__init__(kind, folder, password=PASSWORD)

    def url_of(self, user: str, password: str = PASSWORD) -> str:
        """For SANDIK_REDIS."""
        secret = quote(password, safe="")
        asked = self.sentinels or self.servers
        hosts = ",".join(f"{one.host}:{self.encrypted[one.port]}" for one in asked)
        where = f"rediss+{self.kind}://{user}:{secret}@{hosts}"
        if self.kind == SENTINEL:
            theirs = f"sentinel_user=rooms&sentinel_password={quote(PASSWORD, safe='')}&"
            return f"{where}/{NIGHT}/0?{theirs}ssl_ca_certs={self.authority}"
        return f"{where}?ssl_ca_certs={self.authority}"

    def _made(self, number: int, chosen: Sequence[int]) -> Server:
        server = super()._made(number, chosen)
        self.encrypted[server.port] = ports.choose()
        argv = [*server.program.argv]
        settings = {**self._tls, "tls-port": str(self.encrypted[server.port]), "masteruser": "replica"}
        if self.kind == CLUSTER:
            settings["tls-cluster"] = "yes"
        argv += [word for name, value in settings.items() for word in (f"--{name}", value)]
        for user, rules in self._users.items():
            argv += ["--user", user, *rules]
        return replace(server, program=replace(server.program, argv=tuple(argv)))

    def _primary_port(self, chosen: Sequence[int]) -> int:
        return self.encrypted[super()._primary_port(chosen)]

    def _sentinel(self, number: int, primary: Server) -> Server:
        sentinel = super()._sentinel(number, primary)
        self.encrypted[sentinel.port] = ports.choose()
        path = Path(sentinel.program.argv[1])
        watched = f"sentinel monitor {NIGHT} {primary.host} "
        text = path.read_text().replace(
            f"{watched}{primary.port} ", f"{watched}{self.encrypted[primary.port]} "
        )
        settings = {**self._tls, "tls-port": str(self.encrypted[sentinel.port])}
        lines = [f"{name} {value}" for name, value in settings.items()]
        rules = [rule.replace("PASSWORD", PASSWORD) for rule in rooms_at_sentinels()]
        lines += [f"user {' '.join(rules)}", f"sentinel auth-user {NIGHT} sentinel"]
        path.write_text(text + "\n".join(lines) + "\n")
        return sentinel

    def _holds(self, server: Server, key: str) -> bool:
        if self.kind == CLUSTER:
            return super()._holds(server, key)
        return _watched(self.sentinels) == self.encrypted[server.port]
