"""Bodies that take long: one making for a crowd, a few at once, and nothing of one state under another."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.errors import OutsideError
from tests.patience import PATIENCE_S
from web import workshop
from web.kept import Kept, kept
from web.workshop import PLACES_MAX, Order, Position, Workshop


class Bench:
    """Orders of bodies that say of what they are, made when the test lets them be."""

    def __init__(self) -> None:
        self.time = 0.0
        self.workshop = Workshop(lambda: self.time)
        self.position: Position = ("e1:closed", "1")
        self.go = asyncio.Event()
        self.go.set()
        self.begun: list[str] = []
        self.at_once = self.most = 0
        self.fails: Exception | None = None

    def order(self, key: str = "a", lane: str = "", young_s: float = 0.0) -> Order:
        """An order; its body is made of what is shown when its making begins."""

        async def make() -> tuple[Kept, Position]:
            self.begun.append(key)
            position = self.position
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await self.go.wait()
            self.at_once -= 1
            if self.fails is not None:
                raise self.fails
            return kept("/".join((key, *position)), b"x"), position

        return Order(key, lane or key, lambda: self.position, make, young_s)

    async def get(self, key: str = "a", lane: str = "", young_s: float = 0.0) -> str:
        """The name of what somebody gets."""
        return (await self.workshop.get(self.order(key, lane, young_s))).etag

    async def until_begun(self, times: int) -> None:
        """Waits until so many makings have begun."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.begun) < times:  # noqa: ASYNC110 - a loop that runs by itself has no event
                await asyncio.sleep(0)


async def test_a_crowd_is_one_making() -> None:
    """And whoever comes later gets what was made, however long nothing moves."""
    bench = Bench()
    assert {"a/e1:closed/1"} == set(await asyncio.gather(*(bench.get() for _ in range(30))))
    bench.time += 10_000
    await bench.get()
    assert ["a"] == bench.begun


async def test_a_body_may_be_young_but_not_of_another_state() -> None:
    """Content may be a moment old; the embargo may not."""
    bench = Bench()
    await bench.get(young_s=5)
    bench.position = ("e1:closed", "2")
    assert "a/e1:closed/1" == await bench.get(young_s=5)
    assert "a/e1:closed/2" == await bench.get(young_s=0)
    bench.position = ("e1:open", "2")
    assert "a/e1:open/2" == await bench.get(young_s=5)
    bench.time += 5
    bench.position = ("e1:open", "3")
    assert "a/e1:open/3" == await bench.get(young_s=5)


async def test_whoever_waited_for_what_is_over_gets_what_is_so_now() -> None:
    """The making that was under way when it opened is not given to who came after."""
    bench = Bench()
    bench.go.clear()
    first = asyncio.create_task(bench.get())
    await bench.until_begun(1)
    bench.position = ("e1:open", "1")
    second = asyncio.create_task(bench.get())
    await asyncio.sleep(0)
    bench.go.set()
    assert ("a/e1:closed/1", "a/e1:open/1") == (await first, await second)


async def test_a_lane_is_one_after_the_other_and_places_are_few() -> None:
    """Two of one lane never at once; of different lanes no more than there are places."""
    bench = Bench()
    bench.go.clear()
    same = [asyncio.create_task(bench.get(key, lane="one")) for key in "ab"]
    await bench.until_begun(1)
    await asyncio.sleep(0)
    assert 1 == bench.at_once
    others = [asyncio.create_task(bench.get(key)) for key in "cdef"]
    await bench.until_begun(PLACES_MAX)
    bench.go.set()
    await asyncio.gather(*same, *others)
    assert (PLACES_MAX, set("abcdef")) == (bench.most, set(bench.begun))


async def test_what_waits_to_be_made_has_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for ever other bodies is told to come again; one of those that wait is everybody's."""
    monkeypatch.setattr(workshop, "MAKINGS_MAX", 4)
    bench = Bench()
    bench.go.clear()
    waiting = [asyncio.create_task(bench.get(key)) for key in "abcd"]
    await bench.until_begun(PLACES_MAX)
    with pytest.raises(OutsideError, match="try again shortly"):
        await bench.get("e")
    too = asyncio.create_task(bench.get("d"))
    await asyncio.sleep(0)
    bench.go.set()
    assert {"a", "b", "c", "d"} == {name[0] for name in await asyncio.gather(*waiting, too)}
    assert "e/e1:closed/1" == await bench.get("e")
    assert ["a", "b", "c", "d", "e"] == bench.begun


async def test_an_error_reaches_everybody_and_is_forgotten() -> None:
    """Who waits is told; who asks next, asks anew; nobody is left behind, and nothing complains."""
    bench = Bench()
    bench.fails = RuntimeError("no")
    told = await asyncio.gather(bench.get(), bench.get(), return_exceptions=True)
    assert [RuntimeError, RuntimeError] == [type(one) for one in told]
    bench.fails = None
    assert "a/e1:closed/1" == await bench.get()


async def test_whoever_leaves_does_not_end_it() -> None:
    """The first who asked may go; the work is the others'."""
    bench = Bench()
    bench.go.clear()
    leaving = asyncio.create_task(bench.get())
    await bench.until_begun(1)
    staying = asyncio.create_task(bench.get())
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    bench.go.set()
    assert "a/e1:closed/1" == await staying
    assert ["a"] == bench.begun


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sampled_from(["closed", "open"]), st.integers(0, 3), st.booleans()
        )
    )
)
def test_nobody_ever_gets_another_state_than_now(steps: list[tuple[str, str, int, bool]]) -> None:
    """Whatever is asked in whatever order while whatever moves."""

    async def go() -> None:
        bench = Bench()
        for key, state, content, later in steps:
            bench.position = (f"e1:{state}", str(content))
            bench.time += 3 * later
            found = await bench.get(key, young_s=5)
            assert found.startswith(f"{key}/e1:{state}/")

    asyncio.run(go())
