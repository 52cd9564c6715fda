"""The reader of the store, on a store in memory: it notices everything that a stream of changes cannot tell.

Know before changing: the store here answers XREAD at once, and a second passes with every XREAD. The same
things happen to a real Redis in tests/live/test_gateway.py.
"""

import asyncio

import pytest
from redis.exceptions import AuthenticationError

from election.errors import OutsideError, UsageError
from election.wire.keys import Keys, unpack_unit
from tests.web.made import Worker, night, parts
from tests.web.store import MAYOR, PAPERS, SCOPE, STORE_AHEAD_S, Store, boxes, following, until
from web.catching_up import CATCH_UP_WITHIN_S


async def test_it_follows_every_change() -> None:
    """From everything, change by change, to the state of the count; and everything is read only once."""
    store = Store(Worker(night()))
    store.count(10)
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        reads = store.reads
        for batch in parts(PAPERS[10:], 7):
            for contest, change in store.worker.count(batch):
                store.write(contest, change)
            await asyncio.sleep(0)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))
        assert reads == store.reads
    versions = [state.version for state in ear.states]
    assert sorted(set(versions)) == versions


async def test_an_empty_store_is_no_error() -> None:
    """Before any worker: an empty state; with its first paper everything begins."""
    store = Store(Worker(night()))
    async with following(store) as ear:
        await until(lambda: ear.fresh is True)
        assert [("", 0)] == [(state.epoch, state.version) for state in ear.states] or not ear.states
        store.count()
        await until(lambda: bool(ear.states) and ear.states[-1] == store.worker.state(MAYOR))


async def test_an_end_that_the_library_does_not_hear_of() -> None:
    """Asked to stop in the moment a command is sent, it stops all the same."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.deaf = True
        assert ear.task is not None
        ear.task.cancel()
        await until(lambda: ear.task is not None and ear.task.done())
        assert not store.deaf
        assert ear.task.cancelled()
        ear.task = None


async def test_a_gap_in_the_stream() -> None:
    """Entries that are gone (the stream keeps only so many) are made up for by reading everything."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        for _ in range(5):
            store.count()
        stream = store.streams[Keys(SCOPE, MAYOR).changes]
        del stream[:-1]
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_a_change_that_never_came() -> None:
    """A version without its entry is noticed by looking at the heads."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        for contest, change in store.worker.count(PAPERS[3:6]):
            store.write(contest, change, in_stream=False)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_an_entry_that_nobody_can_read() -> None:
    """Rubbish in the stream does not end it, and does not make it read for ever."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        stream = store.streams[Keys(SCOPE, MAYOR).changes]
        stream.append((b"99-0", {b"prev": b"many"}))
        await until(lambda: store.now > 20)
        reads = store.reads
        await until(lambda: store.now > 40)
        assert reads == store.reads
        for contest, change in store.worker.count(PAPERS[3:6]):
            store.write(contest, change, in_stream=False)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_flushed() -> None:
    """The last numbers stay, and count as old, until a worker begins anew under a new epoch."""
    store = Store(Worker(night()))
    for _ in range(5):
        store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        before = ear.states[-1]
        store.flush()
        await until(lambda: ear.fresh is False)
        assert before == ear.states[-1]
        store.worker = Worker(night(), "e2")
        store.count()
        await until(lambda: ear.states[-1].epoch == "e2" and ear.fresh is True)
        assert ear.states[-1] == store.worker.state(MAYOR)


async def test_the_server_was_started_again() -> None:
    """It may have lost the last second: another epoch at once, and the worker's own when it has noticed."""
    store = Store(Worker(night()))
    for _ in range(5):
        store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.run_id = "b" * 40
        await until(lambda: ear.states[-1].epoch == "e1~bbbbbbbb")
        store.worker.epoch = "e2"
        store.count()
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))
        assert "e2" == ear.states[-1].epoch


async def test_a_version_that_fell() -> None:
    """Clients never see a number fall: an older version begins a new epoch, whatever the store calls it."""
    store = Store(Worker(night()))
    for _ in range(5):
        store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.flush()
        store.worker = Worker(night())
        store.count()
        await until(lambda: ear.states[-1].version == 1)
        assert "e1~1" == ear.states[-1].epoch


async def test_a_server_that_does_not_tell_its_name() -> None:
    """Where INFO is forbidden, epochs and versions alone must do."""
    store = Store(Worker(night()))
    store.silent = True
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states) and ear.fresh is True)
        store.count()
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_away_and_back() -> None:
    """The last state stays; when the store is back, what was missed is caught up with."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.away = True
        await until(lambda: ear.fresh is False)
        store.count()
        store.away = False
        await until(lambda: ear.fresh is True)
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_a_store_that_does_not_let_us_in_is_said_once_also_after_it_was_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A gateway goes on and shows what it has; whoever reads its log is told which setting it is."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        store.away = True
        await until(lambda: "away: connection refused" in caplog.text)
        store.away_with = AuthenticationError("who are you")
        await until(lambda: "away: it does not let us in (who are you): see user and pass" in caplog.text)
        store.away = False
        await until(lambda: ear.fresh is True)
        assert ear.states[-1] == store.worker.state(MAYOR)
    assert 2 == caplog.text.count(" away: ")


async def test_another_edition_of_the_night() -> None:
    """Rooms that hold other facts do not work together: a sentence, and the end."""
    store = Store(Worker(night()))
    store.count()
    store.hashes[Keys(SCOPE, MAYOR).meta][b"digest"] = b"f" * 64
    with pytest.raises(UsageError, match="another edition of the night practice"):
        async with following(store) as ear:
            await until(lambda: ear.task is not None and ear.task.done())


@pytest.mark.parametrize("field", [b"version", b"refused", b"at"])
async def test_something_else_under_our_name(field: bytes) -> None:
    """What cannot be read at all is said, with the place."""
    store = Store(Worker(night()))
    store.count()
    store.hashes[Keys(SCOPE, MAYOR).meta][field] = b"many"
    with pytest.raises(UsageError, match=r"^What is at .*practice.*:meta in .* is not Sandık's: .*many.*\.$"):
        async with following(store) as ear:
            await until(lambda: ear.task is not None and ear.task.done())


@pytest.mark.parametrize(
    "rubbish",
    [
        {b"version": b"many"},
        {b"version": b""},
        {b"epoch": b"\xff"},
        {b"run_id": b"\xff"},
        {b"refused": b"many", b"version": b"0"},
        {b"at": b"yesterday", b"epoch": b"e2"},
    ],
    ids=["version", "no version", "epoch", "server", "refused", "hour"],
)
async def test_something_else_under_our_name_while_it_is_followed(
    caplog: pytest.LogCaptureFixture, rubbish: dict[bytes, bytes]
) -> None:
    """What was shown stays, told as old; the log names the key once; and it goes on when that is mended."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: ear.fresh is True and store.now > 3)
        shown, meta = list(ear.states), store.hashes[Keys(SCOPE, MAYOR).meta]
        before = dict(meta)
        meta |= rubbish
        await until(lambda: ear.fresh is False)
        reads = store.reads
        await until(lambda: store.reads > reads + 2)
        assert shown == ear.states
        said = f"store=nowhere:6379 away: What is at {Keys(SCOPE, MAYOR).meta} in nowhere:6379 is not"
        assert [True] == [text.startswith(said) for text in caplog.messages]
        meta |= before
        store.count()
        await until(lambda: ear.fresh is True and ear.states[-1] == store.worker.state(MAYOR))


@pytest.mark.parametrize(("partition", "offset"), [(b"reports/0", b"far"), (b"\xff/0", b"1")])
async def test_rubbish_about_how_far_a_store_has_counted(
    caplog: pytest.LogCaptureFixture, partition: bytes, offset: bytes
) -> None:
    """Nobody knows whether it has lost ground: it is waited for as if it had, and the key is named once."""
    store = Store(Worker(night()))
    store.count(12)
    counted(store, 12)
    async with following(store) as ear:
        await until(lambda: ear.fresh is True)
        store.flush()
        store.worker, store.run_id, store.counted = Worker(night(), "e2"), "b" * 40, 0
        store.count(12)
        store.hashes[Keys(SCOPE, MAYOR).offsets][partition] = offset
        began = store.now
        await until(lambda: ear.fresh is False)
        await until(lambda: ear.states[-1].epoch == "e2" and ear.fresh is True)
        assert store.now - began > CATCH_UP_WITHIN_S
    odd = [text for text in caplog.messages if "not Sandık's" in text]
    assert [f"contest=mayor: What is at {Keys(SCOPE, MAYOR).offsets} in nowhere:6379"] == [
        text.partition(" is not Sandık's: ")[0] for text in odd
    ]


async def test_boxes_are_read_when_somebody_asks() -> None:
    """As the store holds them, with the version they are of; following goes on as if nobody had asked."""
    store = Store(Worker(night()))
    store.count(40)
    boxes(store)
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        assert ear.upstream is not None
        found = await ear.upstream.boxes(MAYOR, "council")
        held = store.worker.rehearsal.tallies[MAYOR, "council"].held
        assert {unit: unpack_unit(found.rows[unit.encode()]) for unit in held} == held
        assert (1, "e1", {b"iskele-1"}) == (found.version, found.epoch, set(found.papers))
        assert not (await ear.upstream.boxes(MAYOR, "nobody")).rows


@pytest.mark.parametrize("fault", ["away", "other night", "rubbish"])
async def test_boxes_that_cannot_be_had(fault: str) -> None:
    """Whoever asks is told so, in a sentence without the store's address; the reader goes on."""
    store = Store(Worker(night()))
    store.count()
    async with following(store) as ear:
        await until(lambda: bool(ear.states))
        meta = store.hashes[Keys(SCOPE, MAYOR).meta]
        before = dict(meta)
        store.away = fault == "away"
        meta |= {"other night": {b"digest": b"f" * 64}, "rubbish": {b"version": b"many"}}.get(fault, {})
        assert ear.upstream is not None
        with pytest.raises(OutsideError) as caught:
            await ear.upstream.boxes(MAYOR, "council")
        assert "nowhere" not in str(caught.value)
        store.away = False
        meta |= before
        store.count()
        await until(lambda: ear.states[-1] == store.worker.state(MAYOR))


async def test_how_far_the_workers_have_counted() -> None:
    """The gateway knows it at each look, by the store's clock; a store may keep its clock to itself."""
    store = Store(Worker(night()))
    store.count()
    said_ms = (STORE_AHEAD_S - 5) * 1000
    store.hashes[Keys(SCOPE, MAYOR).pulse][b"replay.practice.reports/0"] = b"7 10 %d" % said_ms
    async with following(store) as ear:
        await until(lambda: ear.upstream is not None and bool(ear.upstream.pulse.lags(store.now)))
        assert ear.upstream is not None
        (lag,) = ear.upstream.pulse.lags(store.now)
        assert ("reports", "0", 3) == (lag.topic, lag.partition, lag.records)
        assert 5 <= lag.age_s <= 5 + store.now
    store.silent = True
    async with following(store) as ear:
        await until(lambda: ear.fresh is True and store.now > 10)
        assert ear.upstream is not None
        assert () == ear.upstream.pulse.lags(store.now)


async def test_a_store_that_has_lost_ground_shows_nothing_older_while_it_is_counted_again() -> None:
    """Another server took over: what was shown stays, told as old, until the log is counted so far again."""
    store = Store(Worker(night()))
    store.count(12)
    counted(store, 12)
    async with following(store) as ear:
        await until(lambda: ear.fresh is True)
        shown = list(ear.states)
        store.flush()
        store.worker, store.run_id, store.counted = Worker(night(), "e2"), "b" * 40, 0
        for so_far in (4, 8):
            store.count(4)
            counted(store, so_far)
            looks = store.now + 5
            await until(lambda at=looks: store.now > at and ear.fresh is False)  # type: ignore[misc] # bound now
        assert shown == ear.states
        store.count(4)
        counted(store, 12)
        await until(lambda: ear.states[-1].epoch == "e2")
        assert shown[-1].rows == ear.states[-1].rows
        assert len(shown) + 1 == len(ear.states)
        await until(lambda: ear.fresh is True)


async def test_a_store_that_never_comes_so_far_again_is_shown_in_the_end() -> None:
    """Its log was made anew: old numbers for ever would be no better."""
    store = Store(Worker(night()))
    store.count(12)
    counted(store, 12)
    async with following(store) as ear:
        await until(lambda: ear.fresh is True)
        store.flush()
        store.worker, store.run_id, store.counted = Worker(night(), "e2"), "b" * 40, 0
        store.count(4)
        counted(store, 4)
        began = store.now
        await until(lambda: ear.states[-1].epoch == "e2")
        assert store.now - began > CATCH_UP_WITHIN_S
        await until(lambda: ear.fresh is True)


def counted(store: Store, offset: int) -> None:
    """The store has counted so many records of the log, and its newest version says so."""
    keys = Keys(SCOPE, MAYOR)
    store.hashes[keys.meta][b"link:reports/0"] = f"{offset} {'ab' * 32}".encode()
    store.hashes[keys.offsets][f"{SCOPE.topic('reports')}/0".encode()] = str(offset).encode()


async def test_a_store_that_forgets_while_it_runs_was_made_to() -> None:
    """A replay that goes back begins its log anew, perhaps at offset 0: nobody waits for what was before."""
    store = Store(Worker(night()))
    store.count(12)
    counted(store, 12)
    async with following(store) as ear:
        await until(lambda: ear.fresh is True)
        store.flush()
        store.worker, store.counted = Worker(night(), "e2"), 0
        store.count(4)
        counted(store, 4)
        began = store.now
        await until(lambda: ear.states[-1].epoch == "e2")
        assert store.now - began < CATCH_UP_WITHIN_S
