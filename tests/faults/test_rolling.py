"""A rolling restart takes one process after the other, and goes on only when all is kept as often as before.

Know before changing: the processes are real ones that only wait to be asked to end; the store's word that it
is whole, and Kafka's that every copy is in step, are the test's.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import NotControllerError

from election.errors import OutsideError
from faults import rolling
from faults.processes import Process
from faults.rolling import in_step, roll
from faults.stores import CLUSTER, SINGLE
from producers.errors import NoKafkaError
from producers.settings import Settings

WAITS = ("sh", "-c", "exec sleep 3600")
ROOMS = ["worker-0", "worker-1", "gateway-0", "gateway-1", "deliver", "producer"]
BROKERS = ["kafka-1", "kafka-2", "kafka-3"]


class Noted(Process):
    """A process that notes when it works again, and who else did not work then."""

    def __init__(self, name: str, folder: Path, of: "Cast") -> None:
        super().__init__(name, WAITS, {}, folder, lambda: of.may_work(name))
        self._of, self._before = of, 0

    def stop(self) -> None:
        """As asked; others that do not run are noted."""
        self._before = self.pid
        self._of.noted += [f"{one.name} is away too" for one in self._of.everybody if not one.alive]
        super().stop()

    def until_ready(self) -> None:
        """As asked."""
        super().until_ready()
        if self._before:
            self._of.noted.append(self.name if self.pid != self._before else f"{self.name} never ended")


class Cast:
    """The actors of a night: processes that wait, and what store and brokers say."""

    def __init__(self, folder: Path, kind: str, stores: int) -> None:
        self.noted: list[str] = []
        self.never = ""
        """Who does not come back."""
        names = [*(f"store-{place}" for place in range(stores)), *ROOMS, *BROKERS]
        self._processes = {name: Noted(name, folder, self) for name in names}
        servers = [SimpleNamespace(program=SimpleNamespace(name=f"store-{place}")) for place in range(stores)]
        self.stores = SimpleNamespace(kind=kind, everybody=servers, whole=lambda: self.noted.append("whole"))
        self.brokers = SimpleNamespace(processes=[self._processes[name] for name in BROKERS])
        self.workers = ROOMS[:2]
        self.played = False

    @property
    def everybody(self) -> list[Noted]:
        """All of them."""
        return list(self._processes.values())

    def named(self, name: str) -> Noted:
        """The process of that name."""
        return self._processes[name]

    def may_work(self, name: str) -> bool:
        """Whether it works when it is started; who does not come back ends."""
        if name == self.never:
            self.named(name).kill()
        return name != self.never


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[Callable[[str, int], Any]]:
    """Makes actors, all at work; they end with the test."""
    made: list[Cast] = []

    def make(kind: str, stores: int) -> Cast:
        made.append(Cast(tmp_path, kind, stores))
        for one in made[0].everybody:
            one.start()
        return made[0]

    yield make
    for one in made[0].everybody:
        one.kill()


def asked(monkeypatch: pytest.MonkeyPatch, of: Cast, *answers: bool) -> None:
    """Kafka says so in turn whether all is in step, and from then on that it is."""
    left = list(answers)

    async def look(_: object) -> bool:
        said = left.pop(0) if left else True
        of.noted.append("in step" if said else "not in step yet")
        return said

    monkeypatch.setattr(rolling, "in_step", look)
    monkeypatch.setattr(rolling, "LOOK_EVERY_S", 0.0)


async def test_everybody_is_restarted_once_and_nobody_while_another_is_away(
    cast: Callable[[str, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Store, rooms, brokers; a broker is only touched when every record is kept as often as before."""
    actors = cast(SINGLE, 1)
    asked(monkeypatch, actors, True, False, False)
    await roll(actors)
    brokers = ["kafka-1", "in step", "kafka-2", *["not in step yet"] * 2, "in step", "kafka-3", "in step"]
    assert ["store-0", *ROOMS, *brokers] == actors.noted


async def test_a_store_of_several_servers_is_whole_before_the_next_one_is_touched(
    cast: Callable[[str, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of a primary and its replica at once would be what nobody survives."""
    actors = cast(CLUSTER, 3)
    asked(monkeypatch, actors)
    await roll(actors)
    wanted = ["store-0", "whole", "store-1", "whole", "store-2", "whole"]
    assert wanted == actors.noted[: len(wanted)]
    assert 3 == actors.noted.count("whole")


async def test_a_producer_that_has_sent_everything_is_not_started_again(
    cast: Callable[[str, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would play the night from its beginning."""
    actors = cast(SINGLE, 1)
    actors.played = True
    asked(monkeypatch, actors)
    await roll(actors)
    assert "producer" not in actors.noted
    assert "kafka-3" in actors.noted


async def test_one_that_does_not_come_back_is_named_and_the_others_are_left_alone(
    cast: Callable[[str, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The night is judged by what is there."""
    actors = cast(SINGLE, 1)
    actors.never = "gateway-0"
    asked(monkeypatch, actors)
    with pytest.raises(OutsideError, match="gateway-0 ended before it was ready"):
        await roll(actors)
    assert ["store-0", "worker-0", "worker-1"] == actors.noted


async def test_copies_that_stay_out_of_step_end_the_restart_with_the_broker_s_name(
    cast: Callable[[str, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next broker's end could be the end of what is kept once only."""
    actors = cast(SINGLE, 1)
    monkeypatch.setattr(rolling, "WITHIN_S", 0.0)
    asked(monkeypatch, actors, *[False] * 9)
    with pytest.raises(OutsideError, match=r"Not within 0 s: every record is kept three times after kafka-1"):
        await roll(actors)
    assert "kafka-2" not in actors.noted


@pytest.mark.parametrize(
    ("said", "so"),
    [
        ((), True),
        (("replay.practice.reports/0 (2 of 3)",), False),
        (NoKafkaError(Settings(), "does not answer", "TimeoutError"), False),
        (NotControllerError(), False),
    ],
)
async def test_all_is_in_step_when_no_partition_lacks_a_copy(
    said: Any, so: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the Kafka of the night; a broker that is away, or does not know yet, is no yes."""
    asked: list[str] = []

    async def out_of_step(settings: Settings) -> tuple[str, ...]:
        asked.append(settings.kafka)
        if isinstance(said, Exception):
            raise said
        return tuple(said)

    monkeypatch.setattr(rolling, "out_of_step", out_of_step)
    actors: Any = SimpleNamespace(environment={"SANDIK_KAFKA": "127.0.0.1:7"})
    assert (so, ["127.0.0.1:7"]) == (await in_step(actors), asked)
