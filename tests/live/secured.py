"""An Apache Kafka that lets in nobody without TLS, a name and a password, and nobody to what is not theirs.

    kafka = Secured(folder)                         three doors, not yet open
    kafka.start(); await kafka.allow(commands)      as docs/secure.md writes them
    kafka.environment("worker")                     what that user's process is told

Know before changing: a fourth door, in plain text and on loopback, is the test's own; whoever comes by it may
do anything. Certificates and passwords are made for one run. The commands of the page are not run but
read: starting Java for each would take longer than the whole night.
"""

import argparse
import os
import secrets
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Int8, Int16, Int32, Schema, String
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sandik import kafka, ports
from sandik.embedded import Server
from sandik.program import Policy, Program
from tests.servers import Running

CLUSTER = "c2FuZGlrLXNlY3VyZWQtMQ"
USERS = ("admin", "producer", "worker", "deliver", "gateway", "desk", "verify", "stranger")
MODULE = "org.apache.kafka.common.security"
HOST = "localhost"
NAMES = "listener.name.names"


class Secured:
    """One broker with four doors: for names, for names by PLAIN too, for certificates, and for the test."""

    def __init__(self, folder: Path) -> None:
        """Raises NoJavaError or NoJarsError."""
        self.folder = folder
        self.passwords = {user: f"{user}-{secrets.token_hex(12)}" for user in USERS}
        self._authority = trustme.CA()
        self.authority = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.authority)
        self.stranger = folder / "another-authority.pem"
        trustme.CA().cert_pem.write_to_path(self.stranger)
        self.port, self.certificates, self.inside, self._control = (ports.choose() for _ in range(4))
        self.certificate("server", HOST)
        self.running = self._made()

    def certificate(self, name: str, *hosts: str) -> Path:
        """A file with a key, as Kafka reads it, and a certificate of this common name and these hosts."""
        issued = self._authority.issue_cert(*(hosts or (f"{name}.example",)), common_name=name)
        key = load_pem_private_key(issued.private_key_pem.bytes(), None)
        path = self.folder / f"{name}.pem"
        parts = [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
        path.write_bytes(b"".join([*parts, *(blob.bytes() for blob in issued.cert_chain_pems)]))
        return path

    def environment(self, user: str, **more: str) -> dict[str, str]:
        """The settings of this user's process; `more` in place of any of them."""
        return {
            "SANDIK_KAFKA": f"{HOST}:{self.port}", "SANDIK_KAFKA_SECURITY": "sasl-tls",
            "SANDIK_KAFKA_USER": user, "SANDIK_KAFKA_PASSWORD": self.passwords[user],
            "SANDIK_KAFKA_CA": str(self.authority), **more,
        }  # fmt: skip

    async def allow(self, commands: Iterable[str]) -> int:
        """Gives the rights that these kafka-acls commands give; how many."""
        rights = [right for command in commands for right in read_command(command)]
        admin = AIOKafkaAdminClient(bootstrap_servers=f"{ports.LOCALHOST}:{self.inside}")
        await admin.start()
        try:
            answer = await admin._send_request(CreateAcls(rights))
        finally:
            await admin.close()
        assert all(not code for code, _ in answer.results), answer
        return len(rights)

    def _made(self) -> Running:
        run = (
            kafka.find_java(os.environ), *kafka.MEMORY, "-XX:TieredStopAtLevel=1",
            f"-Dlog4j2.configurationFile={self.folder}/log4j2.properties",
            "-cp", f"{kafka.find_jars({})}/*",
        )  # fmt: skip
        (self.folder / "log4j2.properties").write_text(kafka.LOG_SETTINGS)
        file = self.folder / "server.properties"
        file.write_text(self._properties())
        scram = [
            f"SCRAM-SHA-512=[name={user},iterations=4096,password={password}]"
            for user, password in self.passwords.items()
        ]
        subprocess.run(
            [*run, "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER, "-c", str(file),
             *(word for one in scram for word in ("--add-scram", one))],
            check=True, capture_output=True,
        )  # fmt: skip
        program = Program(
            "kafka", (*run, "kafka.Kafka", str(file)), cwd=self.folder,
            ready=partial(ports.answers_kafka, ports.LOCALHOST, self.inside),
            ready_within_s=kafka.READY_WITHIN_S, stop_within_s=kafka.STOPS_WITHIN_S, policy=Policy.KEEP,
        )  # fmt: skip
        return Running(Server(program, HOST, self.port), self.folder / "kafka.log", "apache")

    def _properties(self) -> str:
        places = {
            "NAMES": f"{HOST}:{self.port}", "CERTIFICATES": f"{HOST}:{self.certificates}",
            "INSIDE": f"{ports.LOCALHOST}:{self.inside}",
        }  # fmt: skip
        advertised = ",".join(f"{name}://{place}" for name, place in places.items())
        controller = f"{ports.LOCALHOST}:{self._control}"
        users = " ".join(f'user_{user}="{password}"' for user, password in self.passwords.items())
        placed = {
            "log.dirs": self.folder / "log",
            "listeners": f"{advertised},CONTROLLER://{controller}",
            "advertised.listeners": advertised,
            "controller.quorum.bootstrap.servers": controller,
            "inter.broker.listener.name": "INSIDE",
            "listener.security.protocol.map":
                "NAMES:SASL_SSL,CERTIFICATES:SSL,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "ssl.keystore.type": "PEM", "ssl.keystore.location": self.folder / "server.pem",
            "ssl.truststore.type": "PEM", "ssl.truststore.location": self.authority,
            "listener.name.certificates.ssl.client.auth": "required",
            "listener.name.certificates.ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/",
            f"{NAMES}.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
            f"{NAMES}.scram-sha-512.sasl.jaas.config": f"{MODULE}.scram.ScramLoginModule required;",
            f"{NAMES}.plain.sasl.jaas.config": f"{MODULE}.plain.PlainLoginModule required {users};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }  # fmt: skip
        return "".join(f"{name}={value}\n" for name, value in {**kafka.SETTINGS, **placed}.items())


RESOURCES = {"topic": 2, "group": 3, "cluster": 4}
PATTERNS = {"literal": 3, "prefixed": 4}
OPERATIONS = {
    "Read": 3, "Write": 4, "Create": 5, "Delete": 6, "Alter": 7, "Describe": 8, "DescribeConfigs": 10,
    "AlterConfigs": 11,
}  # fmt: skip
ALLOW = 3
Right = tuple[int, str, int, str, str, int, int]


def read_command(command: str) -> list[Right]:
    """The rights that one kafka-acls command gives: resource, pattern, who, from where, operation."""
    parser = argparse.ArgumentParser(exit_on_error=True)
    parser.add_argument("--add", action="store_true", required=True)
    parser.add_argument("--allow-principal", required=True)
    parser.add_argument("--operation", action="append", choices=OPERATIONS, required=True)
    for what in ("topic", "group"):
        parser.add_argument(f"--{what}", action="append", default=[])
    parser.add_argument("--cluster", action="store_const", const=["kafka-cluster"], default=[])
    parser.add_argument("--resource-pattern-type", choices=PATTERNS, default="literal")
    found = parser.parse_args(shlex.split(command)[1:])
    pattern = PATTERNS[found.resource_pattern_type]
    return [
        (RESOURCES[what], name, pattern, found.allow_principal, "*", OPERATIONS[operation], ALLOW)
        for what in RESOURCES
        for name in getattr(found, what)
        for operation in found.operation
    ]


class _CreateAclsResponse(Response):
    API_KEY, API_VERSION = 30, 1
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("results", Array(("error_code", Int16), ("error_message", String("utf-8")))),
    )


class _CreateAclsRequest(RequestStruct):
    API_KEY, API_VERSION, RESPONSE_TYPE = 30, 1, _CreateAclsResponse
    SCHEMA = Schema(
        (
            "creations",
            Array(
                ("resource_type", Int8), ("resource_name", String("utf-8")), ("pattern_type", Int8),
                ("principal", String("utf-8")), ("host", String("utf-8")), ("operation", Int8),
                ("permission_type", Int8),
            ),
        )
    )  # fmt: skip


class CreateAcls(Request[_CreateAclsRequest]):
    """What `kafka-acls --add` asks of a broker; the client library has no word for it."""

    API_KEY = 30

    def __init__(self, rights: Sequence[Right]) -> None:
        self._rights = list(rights)

    def build(self, request_struct_class: type[_CreateAclsRequest]) -> _CreateAclsRequest:
        """The request as it goes out."""
        return request_struct_class(self._rights)
