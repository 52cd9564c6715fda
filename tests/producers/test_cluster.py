"""A question to Kafka survives that the broker it was put to has just gone.

The client here is a stand-in: which broker a real one asks is drawn by lot, and that lot cannot be forced.
"""

import asyncio
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from aiokafka.errors import (
    InvalidReplicationFactorError,
    KafkaError,
    NodeNotReadyError,
    NotControllerError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)

from election.errors import OutsideError
from election.night import NightId
from producers import cluster
from producers.cluster import Admin, create_topics, make, topic
from producers.errors import NoKafkaError
from producers.settings import Settings
from tests.patience import PATIENCE_S

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
    """A right that we have not is not there a moment later either; it is told in a sentence."""
    with pytest.raises(OutsideError, match=r"does not let .* read or write any topic: give it the rights"):
        asked(TopicAuthorizationFailedError())
    assert StandIn.opened == 1
    with pytest.raises(OutsideError, match=r"says no to what it is asked \(UnsupportedVersion\), and would"):
        asked(UnsupportedVersionError())


class Answers:
    """An admin client that answers to new topics with a code for each."""

    def __init__(self, *errors: type[KafkaError] | None) -> None:
        self.topic_errors = [(f"t-{n}", 0 if one is None else one.errno) for n, one in enumerate(errors)]

    async def create_topics(self, wanted: object) -> "Answers":
        """Their codes."""
        return self


def made(*errors: type[KafkaError] | None) -> tuple[str, ...]:
    """What is made where Kafka answers so."""
    return asyncio.run(make(SETTINGS, cast("Any", Answers(*errors)), [topic("t", 1, 1)]))


def test_a_topic_that_another_made_meanwhile_is_left_as_it_is() -> None:
    """Only those that were not there are named."""
    assert ("t-0",) == made(None, TopicAlreadyExistsError)


def test_what_kafka_does_not_make_now_may_be_asked_again() -> None:
    """A controller that has just gone is not the end; a topic that cannot be is."""
    with pytest.raises(NotControllerError):
        made(None, NotControllerError)
    with pytest.raises(OutsideError, match="does not create the topic t-0: InvalidReplicationFactorError"):
        made(InvalidReplicationFactorError)


class Joining(StandIn):
    """An admin client of a cluster that has so many brokers at each look, and at the last one for ever."""

    brokers: ClassVar[list[int]] = []
    made: ClassVar[dict[str, int]] = {}

    async def describe_cluster(self) -> dict[str, Any]:
        """Those that are there by now."""
        count = Joining.brokers.pop(0) if len(Joining.brokers) > 1 else Joining.brokers[0]
        return {"brokers": [{"host": "k", "port": number} for number in range(count)]}

    async def describe_topics(self) -> list[Any]:
        """None of ours."""
        return []

    async def _send_request(self, request: object) -> Any:
        """Nothing is kept from us."""
        return SimpleNamespace(to_object=lambda: {"topics": []})

    async def create_topics(self, wanted: list[Any]) -> Any:
        """Makes them, and remembers how often each is kept."""
        Joining.made = {one.name: one.replication_factor for one in wanted}
        return SimpleNamespace(topic_errors=[(one.name, 0) for one in wanted])


def copies(monkeypatch: pytest.MonkeyPatch, kafka: str, *brokers: int, within_s: float = PATIENCE_S) -> int:
    """How often a topic is kept that is made where so many brokers are there at each look."""
    monkeypatch.setattr(cluster, "Admin", Joining)
    Joining.brokers, Joining.made = list(brokers), {}
    asyncio.run(create_topics(Settings.read({"SANDIK_KAFKA": kafka}), NightId("n"), within_s, ("told",)))
    (count,) = Joining.made.values()
    return count


def test_brokers_that_are_yet_to_come_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rack that is switched on: a topic of the first one alone would be kept once for ever."""
    assert 3 == copies(monkeypatch, "a:1,b:1,c:1", 1, 1, 2, 3)
    assert 3 == copies(monkeypatch, "a:1,b:1,c:1,d:1", 3)
    assert 1 == copies(monkeypatch, "a:1", 1)


def test_one_broker_may_be_away_and_not_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night begins without one of three; with one of three it would lie on one disk."""
    assert 2 == copies(monkeypatch, "a:1,b:1,c:1", 2, within_s=0)
    with pytest.raises(OutsideError, match="Of the 3 brokers that SANDIK_KAFKA names 1 are in the cluster"):
        copies(monkeypatch, "a:1,b:1,c:1", 1, within_s=0)
    assert {} == Joining.made


async def test_who_is_stopped_while_connecting_leaves_no_client_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library would complain of it on somebody's terminal."""
    begun, closed = asyncio.Event(), asyncio.Event()

    class Silent:
        """A client that never connects."""

        def __init__(self, **settings: object) -> None:
            """Nothing yet."""

        async def start(self) -> None:
            """Never ends."""
            begun.set()
            await asyncio.Event().wait()

        async def close(self) -> None:
            """Is noted."""
            closed.set()

    monkeypatch.setattr(cluster, "AIOKafkaAdminClient", Silent)
    connecting = asyncio.create_task(Admin(SETTINGS, 60.0).__aenter__())
    await begun.wait()
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    assert closed.is_set()
