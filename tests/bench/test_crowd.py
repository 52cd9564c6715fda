"""A client whose connection is reset while it answers is noted, and the crowd goes on."""

import socket
from argparse import Namespace

import pytest

from bench.crowd import PING, Client, Crowd

ANSWERED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


def reset(kind: str) -> tuple[Crowd, Client]:
    """A crowd of one, and its client, whose server has gone."""
    words = Namespace(
        clients=1, slow=int(kind == "slow"), stalled=0, seed=1, contest="mayor", comes_back=False, deaf=True
    )
    crowd = Crowd(words)
    client = crowd.clients[0]
    client.sock, server = socket.socketpair()
    server.close()
    crowd.by_fd[client.sock.fileno()] = client
    return crowd, client


def test_two_pings_at_once_are_answered_until_the_first_answer_fails() -> None:
    """The second has nobody to be answered to."""
    crowd, client = reset("fast")
    client.upgraded = True
    crowd._hear(client, bytes([0x80 | PING, 0]) * 2)
    assert ({"reset": 1}, None, {}) == (crowd.notes.ended, client.sock, crowd.by_fd)
    crowd.epoll.close()


@pytest.mark.parametrize("kind", ["fast", "slow"])
def test_a_line_that_breaks_after_the_handshake_is_one_that_ended(kind: str) -> None:
    """Before the first command was sent."""
    crowd, client = reset(kind)
    crowd.opening = 1
    crowd._upgrade(client, ANSWERED)
    assert ({"reset": 1}, None, 0) == (crowd.notes.ended, client.sock, crowd.opening)
    crowd.epoll.close()
