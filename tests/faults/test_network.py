"""The network of one process can be cut while it runs, and heals; what was held back comes then."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from faults.loaded import NoCompilerError, together
from faults.network import Network, Networks
from faults.processes import Process
from faults.stores import SINGLE, Members
from sandik import ports
from tests.patience import PATIENCE_S

CALLS = """
import ctypes, json, os, select, socket, sys, tempfile

listens = socket.create_server(("127.0.0.1", 0))
near = socket.create_connection(listens.getsockname())
far, _ = listens.accept()
waits = [socket.create_connection(listens.getsockname()) for _ in range(4)]
file = tempfile.TemporaryFile()
file.write(b"x" * 100)
file.flush()
said = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
beside, other = socket.socketpair()
pipe = os.pipe()
for one in (listens, near, said):
    one.setblocking(False)
far.sendall(b"x" * 1000)
libc = ctypes.CDLL(None, use_errno=True)
asked, events, event = select.poll(), select.epoll(), ctypes.create_string_buffer(12)
asked.register(near, select.POLLIN)
events.register(near, select.EPOLLIN)

def accepts():
    got = libc.accept(listens.fileno(), None, None)
    if got < 0:
        raise OSError(ctypes.get_errno(), "accept")
    os.close(got)

def connects():
    with socket.socket() as one:
        one.setblocking(False)
        found = one.connect_ex(listens.getsockname())
    if found not in (0, 115):
        raise OSError(found, "connect")

def heard(found):
    if not found:
        raise OSError(11, "nothing")

def through():
    beside.send(b"x")
    os.write(pipe[1], b"x")
    return other.recv(1) + os.read(pipe[0], 1)

ALL = {
    "read": lambda: os.read(near.fileno(), 1), "readv": lambda: os.readv(near.fileno(), [bytearray(1)]),
    "recv": lambda: near.recv(1), "recvfrom": lambda: near.recvfrom(1), "recvmsg": lambda: near.recvmsg(1),
    "write": lambda: os.write(near.fileno(), b"x"), "writev": lambda: os.writev(near.fileno(), [b"x"]),
    "send": lambda: near.send(b"x"), "sendmsg": lambda: near.sendmsg([b"x"]),
    "sendto": lambda: said.sendto(b"x", listens.getsockname()),
    "sendfile": lambda: os.sendfile(near.fileno(), file.fileno(), 0, 1),
    "accept": accepts, "accept4": lambda: listens.accept()[0].close(), "connect": connects,
    "poll": lambda: heard(asked.poll(20)), "epoll_wait": lambda: heard(events.poll(0.02)),
    "epoll_pwait": lambda: heard(libc.epoll_pwait(events.fileno(), event, 1, 20, None)),
    "what is no network": through,
}
for line in sys.stdin:
    found = {}
    for name, call in ALL.items():
        try:
            call()
            found[name] = 0
        except OSError as error:
            found[name] = error.errno
    print(json.dumps(found), flush=True)
"""

ECHO = """
import asyncio, json, socket, sys, uvloop

async def main():
    loop, writers = asyncio.get_running_loop(), []

    async def echoes(reader, writer):
        writers.append(writer)
        while got := await reader.read(100):
            writer.write(got)

    places = []
    for _ in range(2):
        listens = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        await asyncio.start_server(echoes, sock=listens)
        places.append(listens.getsockname()[1])
    print(json.dumps(places), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line == "close\\n":
            writers[0].close()
        await asyncio.sleep(0.01)
        print(json.dumps(len(writers)), flush=True)

{run}(main())
"""
LOOPS = ("asyncio.run", "uvloop.run")


@pytest.fixture
def networks(tmp_path: Path) -> Networks:
    """Built here; without a compiler there are none."""
    try:
        return Networks(tmp_path)
    except NoCompilerError as error:
        pytest.skip(str(error))


class Child:
    """A process with a network of its own, asked by its standard input."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, word: str) -> Any:
        """Its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self.said()

    def said(self) -> Any:
        """The next thing that it says."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def child(script: str, network: Network) -> Iterator[Child]:
    """One of them, until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, **together(network.loaded)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Child(process)
        finally:
            network.heal()
            assert process.stdin is not None
            process.stdin.close()


def client(port: int) -> socket.socket:
    """Somebody on the other side of the network."""
    return socket.create_connection((ports.LOCALHOST, port), PATIENCE_S)


def is_silent(one: socket.socket) -> bool:
    """Whether nothing has come for it, not even an end."""
    one.setblocking(False)
    try:
        one.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    finally:
        one.settimeout(PATIENCE_S)
    return False


def holds_back(network: Network, echo: Child) -> bool:
    """Waits until something is held back, while the process and its timers go on."""
    return ports.wait_until(lambda: bool(echo.ask("") and network.held_back), PATIENCE_S)


def test_whatever_is_asked_of_a_socket_that_is_cut_off_comes_to_nothing_until_it_heals(
    networks: Networks,
) -> None:
    """Each call that Java, Redis and Python make; pipes and their like go on."""
    network = networks.of("one")
    with child(CALLS, network) as asks:
        whole = asks.ask("")
        network.cut()
        cut = asks.ask("")
        network.heal()
        healed = asks.ask("")
    assert dict.fromkeys(whole, 0) == whole
    nothing = dict.fromkeys(whole, errno.EAGAIN)
    assert nothing | {"connect": errno.ENETUNREACH, "what is no network": 0} == cut
    assert whole == healed
    assert network.held_back >= len(whole) - 1


@pytest.mark.parametrize("run", LOOPS)
def test_what_was_held_back_comes_when_the_network_heals(networks: Networks, run: str) -> None:
    """What was said to it, what it was to answer, and who wanted to come in; its own timers went on."""
    network = networks.of("one")
    with child(ECHO.format(run=run), network) as echo:
        place, _ = echo.said()
        with client(place) as before:
            before.sendall(b"a")
            assert b"a" == before.recv(1)
            network.cut()
            before.sendall(b"b")
            with client(place) as after:
                after.sendall(b"c")
                assert holds_back(network, echo)
                assert is_silent(before)
                network.heal()
                assert b"b" == before.recv(1)
                assert b"c" == after.recv(1)


def test_who_closes_a_line_that_is_cut_off_is_not_heard_before_it_heals(networks: Networks) -> None:
    """As on a network: no goodbye gets through."""
    network = networks.of("one")
    with child(ECHO.format(run=LOOPS[0]), network) as echo:
        place, _ = echo.said()
        with client(place) as before:
            before.sendall(b"a")
            assert b"a" == before.recv(1)
            network.cut()
            echo.ask("close")
            assert is_silent(before)
            network.heal()
            assert b"" == before.recv(1)


def test_who_is_cut_off_from_peers_goes_on_with_all_others(networks: Networks) -> None:
    """Only what has one of their ports, here or there, is held back."""
    with socket.socket() as there:
        there.bind((ports.LOCALHOST, 0))
        network = networks.of("one", [there.getsockname()[1]])
        with child(ECHO.format(run=LOOPS[0]), network) as echo:
            place, _ = echo.said()
            network.cut(peers_alone=True)
            with client(place) as other, there:
                other.sendall(b"a")
                assert b"a" == other.recv(1)
                assert 0 == network.held_back
                there.connect((ports.LOCALHOST, place))
                there.sendall(b"b")
                assert holds_back(network, echo)
                assert is_silent(there)
                other.sendall(b"c")
                assert b"c" == other.recv(1)
                network.heal()
                assert b"b" == there.recv(1)


def test_a_store_that_is_cut_off_does_what_it_was_asked_when_the_network_heals(
    networks: Networks, tmp_path: Path
) -> None:
    """And not before; who asks it meanwhile is let in and hears nothing."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    [server] = Members(SINGLE, tmp_path).servers
    network, program = networks.of("store"), server.program
    store = Process("store", program.argv, {}, tmp_path, program.ready, network=network)
    store.start()
    try:
        store.until_ready()
        with client(server.port) as before:
            network.cut()
            before.sendall(b"INCR asked\r\n")
            with client(server.port) as after:
                after.sendall(b"INCR asked\r\n")
                assert ports.wait_until(lambda: network.held_back > 1, PATIENCE_S)
                assert is_silent(before)
                assert is_silent(after)
                network.heal()
                assert {b":1\r\n", b":2\r\n"} == {before.recv(4), after.recv(4)}
    finally:
        store.kill()


def test_each_process_has_its_own(networks: Networks) -> None:
    """What is cut for one is not cut for another."""
    first, second = networks.of("first"), networks.of("second")
    first.cut()
    with child(CALLS, second) as asks:
        assert {0} == set(asks.ask("").values())
