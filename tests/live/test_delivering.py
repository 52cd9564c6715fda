"""Whether what was told reaches its receivers from a real `sandik deliver`, and a retraction always does.

Know before changing: the receivers answer late, wrongly, inward, without end, or not at all. Who is killed is
killed at a chosen point: while a receiver has a request in its hand, never after a time.
"""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from tests.live.newsroom import SECRET, Answer, Newsroom, Receiver, newsroom, receiver, webhook, well
from tests.patience import PATIENCE_S
from tests.servers import Running

BYTES_MAX = 400 * 1024 * 1024


def count(there: Receiver, path: str, kind: str) -> int:
    """How often a path was told facts of a kind."""
    return sum(one.kind == kind for one in there.on(path))


def hangs(after: asyncio.Event) -> Answer:
    """Answers only when the event is set."""

    async def answer(request: web.Request) -> web.StreamResponse:
        await after.wait()
        return web.Response(status=204)

    return answer


def fails(times: int, status: int = 500, **headers: str) -> Answer:
    """Answers so often with an error, then well."""
    left = times

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal left
        left -= 1
        if left < 0:
            return await well(request)
        return web.Response(status=status, headers=headers, text="it hurts")

    return answer


def never_ends(status: int) -> Answer:
    """Answers with a body that goes on until the other side has had enough."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body = web.StreamResponse(status=status)
        await body.prepare(request)
        for _ in range(1024):
            await body.write(b"x" * 2**20)
        return body

    return answer


def peak_bytes(pid: int) -> int:
    """The most memory a process has held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [peak_kb] = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return peak_kb * 1024


async def test_what_is_told_is_delivered_signed_and_once(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Each fact to each address, proven to be ours, and acknowledged; what is the desk's alone is not."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/a")), webhook(there.url("/b"), more='kinds = ["concession"]'))
        await room.start()
        await room.tell("first-boxes", "concession", "proposal-withdrawn", "lead-change")
        await room.until("three and one", lambda: len(there.on("/a")) == 3 and len(there.on("/b")) == 1)
        await room.until_states({"first-boxes": {"acknowledged"}, "concession": {"acknowledged"},
                                 "proposal-withdrawn": set(), "lead-change": {"acknowledged"}})  # fmt: skip
        assert ["first-boxes", "concession", "lead-change"] == there.kinds("/a")
        for got in there.got:
            Webhook(SECRET).verify(got.body, got.headers)
        told = {fact.id for fact in room.facts if fact.kind != "proposal-withdrawn"}
        assert told == {got.id for got in there.on("/a")}
        assert SECRET not in room.said()


async def test_a_retraction_waits_for_nobody(tansu: Running, redis_server: Running, tmp_path: Path) -> None:
    """It is out while others do not answer, for an hour if need be; how soon is measured in `bench`."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        silent = [f"/silent{place}" for place in range(8)]
        over = asyncio.Event()
        there.answers = dict.fromkeys(silent, hangs(over))
        room.subscribe(*(webhook(there.url(path)) for path in ("/a", *silent)))
        await room.start(SANDIK_DELIVER_ANSWERS_WITHIN_S="3600")
        await room.tell("call-made")
        await room.until_states({"call-made": {"acknowledged", "sent"}})
        await room.until("the call is there", lambda: count(there, "/a", "call-made") == 1)
        await room.tell(*["lead-change"] * 5, "call-retracted")
        await room.until("the retraction", lambda: count(there, "/a", "call-retracted") == 1)
        # Those that had the call in hand and did not answer are not waited for.
        await room.until("all of them", lambda: all(count(there, path, "call-retracted") for path in silent))
        over.set()
        await room.until_states({"call-retracted": {"acknowledged"}})


async def test_whoever_was_sent_the_call_is_sent_its_retraction_though_no_longer_subscribed(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """The subscription is removed, its host is no longer allowed, and the process is another one."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(
            webhook(there.url("/gone"), more='kinds = ["call-made"]'), webhook(there.url("/stays"))
        )
        await room.start()
        await room.tell("call-made")
        await room.until_states({"call-made": {"acknowledged"}})
        await room.kill()
        (tmp_path / "alerts.toml").write_text(
            'mode = "replay"\n' + webhook("https://newsroom.example/hook", more='kinds = ["concession"]')
        )
        await room.start()
        await room.tell("call-retracted", "lead-change")
        await room.until(
            "both", lambda: count(there, "/gone", "call-retracted") == 1 and len(there.on("/stays")) == 2
        )
        await room.until_states({"call-retracted": {"acknowledged"}, "lead-change": set()})
        assert ["call-made", "call-retracted"] == there.kinds("/gone") == there.kinds("/stays")


async def test_a_receiver_that_fails_is_tried_again_with_the_same_id(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Error 500 three times; then it says when to come back, and is obeyed."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        there.answers["/a"] = fails(3)
        there.answers["/b"] = fails(1, 429, **{"Retry-After": "2"})
        room.subscribe(webhook(there.url("/a")), webhook(there.url("/b")))
        await room.start()
        await room.tell("call-made")
        await room.until_states({"call-made": {"acknowledged"}})
        assert [4, 2] == [len(there.on(path)) for path in ("/a", "/b")]
        assert {room.facts[0].id} == {got.id for got in there.got}
        first, second = there.on("/b")
        assert second.at - first.at >= 2
        assert "answered 500 it hurts" in room.said()


async def test_a_redirect_is_not_followed_and_what_is_dead_can_be_sent_again(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Neither inward nor anywhere; given up, it is listed, and sent again when somebody says so."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:

        async def inward(request: web.Request) -> web.StreamResponse:
            return web.Response(status=307, headers={"Location": there.url("/inside")})

        there.answers["/a"] = inward
        room.subscribe(webhook(there.url("/a")))
        await room.start(SANDIK_DELIVER_WAITS_S="0,0.1")
        await room.tell("annulled")
        await room.until_states({"annulled": {"dead"}})
        assert (2, 0) == (len(there.on("/a")), len(there.on("/inside")))
        [dead] = await room.deliveries()
        code, answer = await room.command("dead", "list")
        assert (0, [dead.id]) == (code, [one["id"] for one in answer["dead"]])
        assert "redirects are not followed" in answer["dead"][0]["note"]
        del there.answers["/a"]
        code, answer = await room.command("dead", "resend", "0123456789abcdef")
        assert (1, []) == (code, answer["resent"])
        code, answer = await room.command("dead", "resend", dead.id)
        assert (0, [dead.id]) == (code, answer["resent"])
        await room.until_states({"annulled": {"acknowledged"}})
        assert 3 == len(there.on("/a"))


@pytest.mark.parametrize(("status", "state"), [(200, "acknowledged"), (500, "dead")])
async def test_an_answer_without_end_is_not_read(
    tansu: Running, redis_server: Running, tmp_path: Path, status: int, state: str
) -> None:
    """A gigabyte: what it says first is enough, and the process stays as small as it was."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        there.answers["/a"] = never_ends(status)
        room.subscribe(webhook(there.url("/a")))
        process = await room.start(SANDIK_DELIVER_WAITS_S="0,0.1")
        await room.tell("certified")
        await room.until_states({"certified": {state}})
        assert peak_bytes(process.pid) < BYTES_MAX


async def test_a_slow_receiver_delays_nobody_else(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """One does not answer at all; whoever answers has everything meanwhile."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        over = asyncio.Event()
        there.answers["/slow"] = hangs(over)
        room.subscribe(webhook(there.url("/slow")), webhook(there.url("/a")))
        await room.start()
        await room.tell(*["lead-change"] * 20)
        await room.until("all twenty", lambda: len(there.on("/a")) == 20)
        assert 1 == len(there.on("/slow"))
        over.set()
        await room.until("the slow one too", lambda: len({got.id for got in there.on("/slow")}) == 20)


async def test_two_processes_tell_nobody_twice(tansu: Running, redis_server: Running, tmp_path: Path) -> None:
    """They share the ledger: each delivery is in one hand at a time."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/a")), webhook(there.url("/b")))
        await room.start()
        await room.start()
        await room.until("both work", lambda: room.said().count("delivering what is told") == 2)
        await room.tell(*["lead-change"] * 30)
        await room.until_states({"lead-change": {"acknowledged"}})
        assert [30, 30] == [len(there.on(path)) for path in ("/a", "/b")]
        assert 30 == len({got.id for got in there.on("/a")})


async def killed_between(room: Newsroom, there: Receiver, kind: str) -> None:
    """Kills the process while the receiver has a fact of this kind in its hand, not answered yet."""
    reached, over = asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        reached.set()
        await over.wait()
        return web.Response(status=204)

    there.answers["/a"] = answer
    await room.tell(kind)
    async with asyncio.timeout(PATIENCE_S):
        await reached.wait()
    await room.kill()
    del there.answers["/a"]
    over.set()


async def test_a_process_killed_between_sending_and_hearing_sends_the_same_again(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """The receiver knows the repeat by its id; the retraction comes after, also when that is cut off too."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/a")))
        await room.start()
        await killed_between(room, there, "call-made")
        await room.start()
        await room.until_states({"call-made": {"acknowledged"}})
        await killed_between(room, there, "call-retracted")
        await room.start()
        await room.until_states({"call-retracted": {"acknowledged"}})
        assert ["call-made", "call-retracted"] == there.kinds("/a")
        assert [2, 2] == [count(there, "/a", kind) for kind in ("call-made", "call-retracted")]


async def test_a_call_that_was_cut_off_is_retracted_and_never_sent_again(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """It may have arrived; after its retraction nothing of it may follow."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/a")))
        await room.start()
        await killed_between(room, there, "call-made")
        await room.tell("call-retracted")
        room.subscribe(webhook(there.url("/b")))
        await room.start()
        await room.until_states({"call-retracted": {"acknowledged"}})
        await room.tell("lead-change")
        await room.until_states({"lead-change": {"acknowledged"}})
        calls = [got.kind for got in there.on("/a")]
        assert "call-retracted" == calls[-1]
        assert "call-made" not in calls[calls.index("call-retracted") :]


@pytest.mark.parametrize(
    "when", ["before the call", "call in hand", "before the retraction", "retraction in hand"]
)
async def test_a_store_that_dies_loses_no_retraction(
    tansu: Running, redis_server: Running, tmp_path: Path, when: str
) -> None:
    """Killed and started from its file, at a chosen point; what its last second knew, the log knows."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:

        async def dies(request: web.Request) -> web.StreamResponse:
            there.answers.clear()
            await asyncio.to_thread(redis_server.kill)
            restarting.append(asyncio.create_task(asyncio.to_thread(redis_server.start)))
            return web.Response(status=204)

        restarting: list[asyncio.Task[Running]] = []
        room.subscribe(webhook(there.url("/a")))
        await room.start()
        for kind in ("call-made", "call-retracted"):
            short = kind.removeprefix("call-").replace("made", "call").replace("retracted", "retraction")
            if when == f"before the {short}":
                await asyncio.to_thread(redis_server.kill)
                await asyncio.to_thread(redis_server.start)
            if when == f"{short} in hand":
                there.answers["/a"] = dies
            await room.tell(kind)
            await room.until(kind, lambda kind=kind: count(there, "/a", kind) > 0)  # type: ignore[misc] # a default
            await asyncio.gather(*restarting)
            # What the store had not written down yet, the worker tells again from the log.
            await room.put_missing()
            await room.until_states({kind: {"acknowledged"}})
        assert ["call-made", "call-retracted"] == there.kinds("/a")
        assert {fact.id for fact in room.facts} == {got.id for got in there.on("/a")}


async def test_a_flushed_store_tells_nobody_twice_and_still_knows_whom_to_retract(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """The ledger comes back from the log, the facts from theirs; the one who left is still told."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/left")), webhook(there.url("/stays")))
        process = await room.start()
        before = ("first-boxes", "lead-change", "call-made")
        await room.tell(*before)
        await room.until_states({kind: {"acknowledged"} for kind in before})
        await room.until_logged()
        await room.flush()
        await room.until_states({kind: {"acknowledged"} for kind in before})
        await room.put(*room.facts)
        assert process.returncode is None
        await room.kill()
        room.subscribe(webhook(there.url("/stays")))
        await room.flush()
        await room.start()
        await room.put(*room.facts)
        await room.tell("call-retracted")
        await room.until_states({"call-retracted": {"acknowledged"}})
        for path in ("/left", "/stays"):
            assert [*before, "call-retracted"] == [got.kind for got in there.on(path)]


async def test_a_process_whose_store_stays_away_ends_with_the_code_for_that(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """In one sentence; started again with the store, it goes on where it was."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/a")))
        process = await room.start(SANDIK_OUTSIDE_WITHIN_S="1")
        await room.tell("call-made")
        await room.until_states({"call-made": {"acknowledged"}})
        await asyncio.to_thread(redis_server.kill)
        async with asyncio.timeout(PATIENCE_S):
            assert 3 == await process.wait()
        assert "Traceback" not in room.said()
        await asyncio.to_thread(redis_server.start)
        await room.put_missing()
        await room.start()
        await room.tell("call-retracted")
        await room.until_states({"call-retracted": {"acknowledged"}})
        assert ["call-made", "call-retracted"] == [got.kind for got in there.on("/a")]


async def test_a_log_that_is_away_holds_back_calls_and_nothing_else(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """A call that may have been sent without the log knowing could never be retracted for certain."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/a")))
        await room.start()
        await room.tell("first-boxes")
        await room.until_states({"first-boxes": {"acknowledged"}})
        await room.until_logged()
        tansu.pause()
        await room.tell("call-made", "lead-change", "concession")
        await room.until("the others", lambda: count(there, "/a", "concession") == 1)
        assert 0 == count(there, "/a", "call-made")
        tansu.resume()
        await room.until_states({"call-made": {"acknowledged"}})


async def test_a_first_start_may_leave_out_what_was_told_before(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """With --from-now; started again it goes on from there and not from another now."""
    async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        room.subscribe(webhook(there.url("/a")))
        await room.tell("first-boxes", "counted")
        await room.start("--from-now")
        await room.until("it works", lambda: "delivering what is told" in room.said())
        await room.tell("concession")
        await room.until_states({"concession": {"acknowledged"}})
        assert 0 == await room.kill(number=15)
        assert "did not end" not in room.said()
        await room.tell("certified")
        await room.start("--from-now")
        await room.until_states({"certified": {"acknowledged"}})
        assert ["concession", "certified"] == there.kinds("/a")
