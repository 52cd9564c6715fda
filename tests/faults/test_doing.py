"""How faults are done to what is not there, or does not end."""

import asyncio
import signal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from election.errors import OutsideError
from faults import doing
from faults.clock import JUMP_S
from faults.doing import Doing, rubbish
from faults.plan import Fault
from sandik import ports
from tests.patience import PATIENCE_S


async def test_a_store_that_cannot_be_flushed_is_a_sentence() -> None:
    """And not the end of all seeds that were to come."""
    actors: Any = SimpleNamespace(environment={"SANDIK_REDIS": f"redis://127.0.0.1:{ports.choose()}/0"})
    nobody: Any = None
    with pytest.raises(OutsideError, match="could not be flushed"):
        await Doing(actors, nobody, nobody, nobody).do(Fault("flush", "store"))


class Broker:
    """A process that writes down what is done to it, and has no other."""

    pid = 4711
    alive = True

    def __init__(self) -> None:
        self.done: list[object] = []
        self.held = False
        self.clock = SimpleNamespace(set=self.done.append)
        self.network = SimpleNamespace(
            cut=lambda peers_alone: self.done.append("peers" if peers_alone else "all"),
            heal=lambda: self.done.append("healed"),
            held_back=7,
        )
        self.send = self.done.append


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        ("freeze", [signal.SIGSTOP, signal.SIGCONT]),
        ("clock ahead", [JUMP_S, 0]),
        ("full disk", ["full", "free"]),
        ("stays away", [signal.SIGKILL]),
        ("cut off", ["all", "healed"]),
        ("cut off for long", ["all", "healed"]),
        ("cut off from peers", ["peers", "healed"]),
    ],
)
async def test_a_fault_is_over_for_a_broker_also_where_its_night_breaks_off(
    kind: str, done: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next seed's night has the same brokers."""
    broker = Broker()
    monkeypatch.setattr(doing.disk, "fill", lambda pid: broker.done.append("full"))
    monkeypatch.setattr(doing.disk, "free", lambda pid: broker.done.append("free"))

    async def breaks_off(seconds: float) -> None:
        assert broker.held == (kind in ("full disk", "stays away"))
        raise KeyError

    nobody: Any = None
    actors: Any = {"kafka-1": broker}
    with pytest.raises(KeyError):
        await Doing(actors, nobody, nobody, breaks_off).do(Fault(kind, "kafka-1", 1.0))
    assert (done, False) == (broker.done, broker.held)


async def test_rubbish_goes_by_itself_where_nobody_throws_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection does not stay for the rest of the night."""
    monkeypatch.setattr(doing, "THROWN_OUT_WITHIN_S", 0.01)
    gone = asyncio.Event()

    async def listens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(listens, "127.0.0.1", 0)
    async with server:
        assert await rubbish(server.sockets[0].getsockname()[1])
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()


async def test_rubbish_for_nobody_is_no_news() -> None:
    """The gateway may be away by another fault."""
    assert not await rubbish(ports.choose())


@pytest.mark.parametrize("alive", [True, False])
async def test_a_fault_of_who_has_ended_befell_nobody(alive: bool) -> None:
    """A producer that has sent everything is killed in no night's history."""
    broker, nobody = Broker(), cast("Any", None)
    broker.alive = alive
    actors: Any = {"producer": broker}
    assert alive == await Doing(actors, nobody, nobody, _at_once).do(Fault("SIGKILL", "producer"))


@pytest.mark.parametrize("kind", ["cut off", "cut off from peers"])
@pytest.mark.parametrize("held_back", [0, 3])
async def test_a_network_on_which_nothing_was_held_back_befell_nobody(held_back: int, kind: str) -> None:
    """Who is cut off has ended, or nobody spoke."""
    broker, nobody = Broker(), cast("Any", None)

    async def speak(seconds: float) -> None:
        broker.network.held_back += held_back

    actors: Any = {"kafka-1": broker}
    assert (held_back > 0) == await Doing(actors, nobody, nobody, speak).do(Fault(kind, "kafka-1", 1.0))


@pytest.mark.parametrize("deliveries", [0, 3])
async def test_a_mood_that_no_delivery_met_befell_nobody(deliveries: int) -> None:
    """Between two alerts a newsroom may answer what it likes."""
    desk: Any = SimpleNamespace(mood="", moody=7)
    nobody: Any = None

    async def delivers(seconds: float) -> None:
        desk.moody += deliveries

    assert (deliveries > 0) == await Doing(nobody, desk, nobody, delivers).do(
        Fault("answers 500", "receiver", 1.0)
    )
    assert "" == desk.mood


@pytest.mark.parametrize("alive", [0, 93])
async def test_a_cut_of_nobody_s_line_befell_nobody(alive: int) -> None:
    """All of a crowd may be away by another fault."""
    crowd = SimpleNamespace(ask=lambda fact, **asked: {"alive": {"fast": alive}, "cut": True})
    actors: Any = SimpleNamespace(crowds=[crowd])
    nobody: Any = None
    assert (alive > 0) == await Doing(actors, nobody, nobody, nobody).do(Fault("cut", "clients"))


async def _at_once(seconds: float) -> None:
    """It is over."""
