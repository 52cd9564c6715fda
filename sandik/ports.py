"""Ports of this machine: a free one, one that is taken, and whether the server behind one is ready.

Ports that are chosen here lie below those which the system gives to outgoing connections (on Linux 32,768 and
up, net.ipv4.ip_local_port_range; elsewhere 49,152 and up, RFC 6335): a server that is ended and started again
finds nobody's connection in its place.

Know before changing: these are questions asked every few milliseconds while something starts, so they use
plain sockets, answer no instead of raising, and need no client library (those have doors of their own).
"""

import errno
import http.client
import random
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

from election.errors import UsageError

LOCALHOST = "127.0.0.1"
CHOSEN_FROM = range(20_000, 32_768)
CHOSEN_TRIES = 100
ASK_WITHIN_S = 1.0
ASK_EVERY_S = 0.02
REPLY_BYTES_MAX = 1 << 20

PORT_MAX = 65_535

METADATA = 3
METADATA_VERSION = 1  # the oldest that both Apache Kafka 4 and the embedded broker answer
NO_TOPICS = 0


class PortTakenError(UsageError):
    """Something else listens on the port that was asked for."""

    def __init__(self, host: str, port: int) -> None:
        self.port = port
        super().__init__(
            f"port {port} on {host} is taken: choose another one (0 takes a free one), "
            f"or stop what listens there (to see it: ss -ltnp 'sport = :{port}')"
        )


class CannotListenError(UsageError):
    """Nobody listens there, and we cannot either."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"port {port} on {host} cannot be listened on ({why}): choose a port of 1024 to {PORT_MAX} "
            "(0 takes a free one), on an address of this machine (0.0.0.0 is each of them, :: each of IPv6)"
        )


class NoPortError(UsageError):
    """As many ports as were tried are all taken."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"no free port on {host} among {CHOSEN_TRIES} between {CHOSEN_FROM[0]} and {CHOSEN_FROM[-1]}: "
            "choose one, or stop what listens there (to see it: ss -ltn)"
        )


def choose(port: int = 0, host: str = LOCALHOST) -> int:
    """The port to listen on: the given one if it is free (else PortTakenError), any free one for 0.

    CannotListenError for an address that is not this machine's, and a port that is none or not for everybody.

    A free one is kept from others who choose for as long as the system remembers a connection that has ended
    (TIME_WAIT, a minute), since its server is yet to come: what is only let go may be given away twice.
    Raises NoPortError if none is found.
    """
    if port:
        with _listening(port, host):
            return port
    for candidate in random.SystemRandom().sample(CHOSEN_FROM, CHOSEN_TRIES):
        with suppress(PortTakenError), _listening(candidate, host, shared=False) as server:
            _keep(server)
            return candidate
    raise NoPortError(host)


def _listening(port: int, host: str, *, shared: bool = True) -> socket.socket:
    """Listens there. `shared`, as servers do: a port whose last connections wind down is not taken."""
    try:
        server = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:  # a system without IPv6
        raise CannotListenError(host, port, error.strerror or str(error)) from error
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shared)
        if server.family == socket.AF_INET6:  # as the gateway does: :: is not 0.0.0.0 as well
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind((host, port))
        server.listen(1)
    except OverflowError as error:  # what Python says of a port that is none
        server.close()
        raise CannotListenError(host, port, f"a port is from 0 to {PORT_MAX}") from error
    except OSError as error:
        server.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(host, port) from error
        raise CannotListenError(host, port, error.strerror or str(error)) from error
    return server


def _keep(server: socket.socket) -> None:
    """Leaves a connection behind that winds down: no other is given the port, its own server may take it."""
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what winds down inherits it from here
    with socket.create_connection(server.getsockname()[:2], ASK_WITHIN_S):
        line, _ = server.accept()
        line.close()  # first, so that it is this side which winds down


def wait_until(check: Callable[[], bool], within_s: float) -> bool:
    """Ask until the answer is yes; no only after `within_s`. For callers without an event loop."""
    deadline = time.monotonic() + within_s
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(ASK_EVERY_S)
    return True


def is_open(host: str, port: int) -> bool:
    """Does anything accept connections there?"""
    try:
        with socket.create_connection((host, port), ASK_WITHIN_S):
            return True
    except OSError:
        return False


def answers_ping(host: str, port: int) -> bool:
    """Does a Redis or Valkey answer there, and has it finished reading its data from disk?"""
    try:
        with socket.create_connection((host, port), ASK_WITHIN_S) as line:
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


def get(host: str, port: int, path: str, within_s: float = ASK_WITHIN_S) -> bytes | None:
    """What an HTTP server there answers with 200; None for every other answer, half a one, and none.

    It is asked itself, whatever proxy the environment names: that one would ask its own machine.
    """
    line = http.client.HTTPConnection(host, port, timeout=within_s)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.read() if answer.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()


def answers_get(host: str, port: int, path: str) -> bool:
    """Does an HTTP server there answer 200 for this path?"""
    return get(host, port, path) is not None


def answers_kafka(host: str, port: int) -> bool:
    """Is the Kafka there ready, and does it tell its clients to use this very address?"""
    return (host, port) in kafka_brokers(host, port)


def kafka_brokers(host: str, port: int) -> tuple[tuple[str, int], ...]:
    """The addresses which the Kafka there tells its clients to use; none while it is not ready.

    A broker whose port is open may still be loading; it is ready when its metadata names a broker.
    """
    request = struct.pack(">hhih", METADATA, METADATA_VERSION, 1, -1) + struct.pack(">i", NO_TOPICS)
    try:
        with socket.create_connection((host, port), ASK_WITHIN_S) as line:
            line.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", _exactly(line, 4))
            if not 8 <= size <= REPLY_BYTES_MAX:
                return ()
            return _read_brokers(_exactly(line, size))
    except (OSError, struct.error, UnicodeDecodeError):
        return ()


def _exactly(line: socket.socket, size: int) -> bytes:
    """Read that many bytes; fewer means that the other side hung up."""
    got = bytearray()
    while len(got) < size:
        part = line.recv(size - len(got))
        if not part:
            raise ConnectionError("hung up in the middle of an answer")
        got += part
    return bytes(got)


def _read_brokers(reply: bytes) -> tuple[tuple[str, int], ...]:
    """The broker list of a Metadata response (version 1): node, host, port, rack."""
    (count,) = struct.unpack_from(">i", reply, 4)
    at = 8
    found: list[tuple[str, int]] = []
    for _ in range(count):
        (length,) = struct.unpack_from(">h", reply, at + 4)
        name_at = at + 6
        name = reply[name_at : name_at + length].decode()
        port, rack_length = struct.unpack_from(">ih", reply, name_at + length)
        found.append((name, port))
        at = name_at + length + 6 + max(rack_length, 0)
    return tuple(found)
