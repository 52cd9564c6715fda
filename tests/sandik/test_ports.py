"""Ports: free, taken, and ready. The broker's metadata is spoken here by a socket of the test's own."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandik import ports
from tests.ipv6 import said_without_ipv6
from tests.patience import PATIENCE_S


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """A server that answers the first request of one connection with these bytes."""
    with socket.create_server((ports.LOCALHOST, 0)) as server:
        server.settimeout(PATIENCE_S)  # nobody may come, and then the test is to fail and not to hang

        def serve() -> None:
            try:
                line, _ = server.accept()
            except TimeoutError:
                return
            with line:
                line.recv(4096)
                line.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join()


def metadata(*brokers: tuple[str, int, str | None]) -> bytes:
    """A Metadata response, version 1: node, host, port and rack of each broker, then nothing of interest."""
    body = struct.pack(">ii", 1, len(brokers))
    for host, port, rack in brokers:
        body += struct.pack(">ih", 1, len(host)) + host.encode() + struct.pack(">i", port)
        body += struct.pack(">h", -1) if rack is None else struct.pack(">h", len(rack)) + rack.encode()
    body += struct.pack(">ii", 1, 0)
    return struct.pack(">i", len(body)) + body


def test_zero_takes_a_free_port() -> None:
    """Port 0 means any free one, and it can be listened on."""
    with socket.create_server((ports.LOCALHOST, ports.choose(0))) as server:
        assert server.getsockname()[1] > 0


def test_nobody_else_is_given_a_port_whose_server_is_yet_to_come() -> None:
    """Everyone who chooses gets another one, and only the server that asks for it by number may have it."""
    chosen = [ports.choose() for _ in range(50)]
    assert 50 == len(set(chosen))
    with (
        pytest.MonkeyPatch.context() as others,
        socket.create_server((ports.LOCALHOST, chosen[0])) as server,
    ):
        others.setattr(ports, "CHOSEN_FROM", chosen)
        others.setattr(ports, "CHOSEN_TRIES", len(chosen))
        with pytest.raises(ports.NoPortError, match="among 50 between"):
            ports.choose()
        assert chosen[0] == server.getsockname()[1]


def test_a_server_that_starts_again_finds_no_connection_in_its_place() -> None:
    """What the system gives to outgoing connections is never chosen."""
    with (
        socket.create_server((ports.LOCALHOST, 0)) as server,
        socket.create_connection(server.getsockname()) as line,
    ):
        assert max(ports.choose() for _ in range(20)) < line.getsockname()[1]


def test_a_taken_port_says_what_to_do() -> None:
    """The error names the port, the way to another one, and the way to find who has it."""
    with socket.create_server((ports.LOCALHOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ports.PortTakenError) as raised:
            ports.choose(port)
    assert f"port {port} on 127.0.0.1 is taken" in str(raised.value)
    assert f"ss -ltnp 'sport = :{port}'" in str(raised.value)


@pytest.mark.parametrize("host", ["::", "::1"])
def test_a_port_of_ipv6_is_chosen_as_any_other_is(host: str) -> None:
    """Free, then taken, and asked by who wants to know whether somebody is there."""
    if said_without_ipv6(host):
        return
    port = ports.choose(0, host)
    assert port == ports.choose(port, host)
    with socket.create_server((host, port), family=socket.AF_INET6):
        assert ports.is_open("::1", port)
        assert not ports.is_open(ports.LOCALHOST, port)
        with pytest.raises(ports.PortTakenError, match=f"port {port} on {host} is taken"):
            ports.choose(port, host)


def test_every_address_of_ipv6_is_not_every_address() -> None:
    """The gateway listens on IPv6 alone there, so who has the port by IPv4 is not in its way."""
    if said_without_ipv6("::"):
        return
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        assert port == ports.choose(port, "::")


@pytest.mark.parametrize(
    ("port", "host", "why"),
    [
        (80, "192.0.2.1", "Cannot assign requested address|Can't assign requested address"),
        (8080, "nobody.invalid", "nobody.invalid cannot be listened on"),
        (0, "192.0.2.1", "192.0.2.1 cannot be listened on"),
        (8080, "2001:db8::1", "2001:db8::1 cannot be listened on"),
        (70_000, ports.LOCALHOST, "a port is from 0 to 65535"),
        (-1, ports.LOCALHOST, "a port is from 0 to 65535"),
    ],
)
def test_what_cannot_be_listened_on_is_not_called_taken(port: int, host: str, why: str) -> None:
    """An address that is not ours, a name nobody has, a port that is none: a sentence that says so."""
    with pytest.raises(ports.CannotListenError, match=why):
        ports.choose(port, host=host)


def test_nobody_there_is_a_no() -> None:
    """Every question about a closed port is answered with no, not with an error."""
    port = ports.choose()
    assert not ports.is_open(ports.LOCALHOST, port)
    assert not ports.answers_ping(ports.LOCALHOST, port)
    assert not ports.answers_get(ports.LOCALHOST, port, "/")
    assert () == ports.kafka_brokers(ports.LOCALHOST, port)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [(b"+PONG\r\n", True), (b"-NOAUTH sign in\r\n", True), (b"-LOADING the data\r\n", False), (b"", False)],
)
def test_a_store_that_still_loads_is_not_ready(reply: bytes, expected: bool) -> None:
    """A store is ready when it answers PING; while it reads its file it accepts connections but is not."""
    with answering(reply) as port:
        assert expected == ports.answers_ping(ports.LOCALHOST, port)


@pytest.mark.parametrize(
    ("status", "expected"), [("200 OK", True), ("503 Service Unavailable", False), ("302 Found", False)]
)
def test_a_web_server_is_ready_at_200(status: str, expected: bool) -> None:
    """Only 200 is a yes."""
    with answering(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as port:
        assert expected == ports.answers_get(ports.LOCALHOST, port, "/health/ready")


def test_a_web_server_of_this_machine_is_asked_itself_whatever_proxy_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A newsroom's machines often have one in their environment."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://{ports.LOCALHOST}:1")
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes") as port:
        assert b"yes" == ports.get(ports.LOCALHOST, port, "/health/ready")


@pytest.mark.parametrize("reply", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nyes", b"junk\r\n\r\n", b""])
def test_half_an_answer_is_none(reply: bytes) -> None:
    """Whoever asks asks again."""
    with answering(reply) as port:
        assert ports.get(ports.LOCALHOST, port, "/") is None


def test_a_broker_is_asked_what_address_it_advertises() -> None:
    """The addresses in the answer are read, with racks and without."""
    with answering(metadata(("a.example", 9092, None), ("b", 19093, "rack 1"))) as port:
        assert (("a.example", 9092), ("b", 19093)) == ports.kafka_brokers(ports.LOCALHOST, port)


def test_a_broker_that_advertises_another_address_does_not_answer_for_this_one() -> None:
    """A stranger's broker behind a forwarded port is not taken for ours."""
    with answering(metadata(("elsewhere", 9092, None))) as port:
        assert not ports.answers_kafka(ports.LOCALHOST, port)


@pytest.mark.parametrize(
    "reply",
    [
        metadata(),
        metadata(("half", 9092, None))[:-14],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        struct.pack(">i", 12) + b"\0\0\0\1\0\0\0\7\0\0\0\1",
        struct.pack(">i", -1),
    ],
    ids=["no broker yet", "cut off", "not Kafka", "fewer brokers than said", "a negative size"],
)
def test_an_answer_that_is_no_broker_list_means_not_ready(reply: bytes) -> None:
    """Whatever else listens there, the question has an answer: none."""
    with answering(reply) as port:
        assert () == ports.kafka_brokers(ports.LOCALHOST, port)


def test_waiting_ends_with_the_answer() -> None:
    """A yes ends the waiting; without one the deadline does."""
    answers = iter([False, False, True])
    assert ports.wait_until(lambda: next(answers), within_s=30)
    assert not ports.wait_until(lambda: False, within_s=0)
