"""A question to Kafka survives that the broker it was put to has just gone.

The client here is a stand-in: which broker a real one asks is drawn by lot, and that lot cannot be forced.
"""

import asyncio

import pytest
from aiokafka.errors import KafkaError, NodeNotReadyError, TopicAuthorizationFailedError

from producers import cluster
from producers.errors import NoKafkaError
from producers.settings import Settings

SETTINGS = Settings.read({})


class StandIn:
    """An admin client that always connects."""

    opened = 0

    def __init__(self, settings: Settings, within_s: float) -> None:
        StandIn.opened += 1

    async def __aenter__(self) -> "StandIn":
        """Connected."""
        return self

    async def __aexit__(self, *ended: object) -> None:
        """Nothing to close."""


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in instead of a client, and next to no pause between two tries."""
    StandIn.opened = 0
    monkeypatch.setattr(cluster, "Admin", StandIn)
    monkeypatch.setattr(cluster, "RETRY_FIRST_S", 0.001)


def asked(*answers: KafkaError | str, within_s: float = 60.0) -> str:
    """What comes of a question that is answered with these, one after the other, and then no more."""
    left = list(answers)

    async def question(admin: object) -> str:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, KafkaError):
            raise answer
        return answer

    return asyncio.run(cluster.asked(SETTINGS, within_s, question))


def test_a_broker_that_has_just_gone_is_not_the_end() -> None:
    """The question is put again by a new client, which may meet another broker."""
    assert "here" == asked(NodeNotReadyError("3"), NodeNotReadyError("3"), "here")
    assert StandIn.opened == 3


def test_one_that_never_answers_is_told_in_a_sentence() -> None:
    """Not as the library's error: it says which Kafka, and what to type."""
    with pytest.raises(NoKafkaError, match=r"does not answer \(NodeNotReadyError\): set SANDIK_KAFKA"):
        asked(NodeNotReadyError("3"), within_s=0.0)


def test_what_asking_again_does_not_cure_is_raised_at_once() -> None:
    """A right that we have not is not there a moment later either."""
    with pytest.raises(TopicAuthorizationFailedError):
        asked(TopicAuthorizationFailedError())
    assert StandIn.opened == 1
