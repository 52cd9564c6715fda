"""The webhook that misbehaves, asked by a real HTTP client in each of its moods."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from faults import receiver as module
from faults.history import Fact, read
from faults.plan import KINDS, SECOND
from faults.receiver import CHUNK, CHUNKS, Receiver, receiver
from producers.history import History
from tests.web.house import until

FACT = {"id": "f1", "contest": "mayor", "kind": "counted", "version": 7}


async def post(
    desk: Receiver, id: str = "f1", data: Mapping[str, Any] = FACT, at: str = "17:30"
) -> tuple[int, bytes]:
    """The status and the body of the answer to one delivery, which is not followed anywhere."""
    body = json.dumps({"type": "counted", "timestamp": at, "data": data})
    async with (
        ClientSession() as session,
        session.post(desk.url, data=body, headers={"webhook-id": id}, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.read()


def delivered(folder: Path) -> list[Fact]:
    """What was written down as taken."""
    return [one for one in read(folder) if one.what == "delivered"]


async def test_what_is_taken_is_written_down_with_its_id_and_a_digest_of_what_it_says(tmp_path: Path) -> None:
    """The same words are one digest, in whatever order and at whatever hour; other words are another."""
    with History(str(tmp_path), "receiver") as history:
        async with receiver(history, "desk") as desk:
            assert (204, b"") == await post(desk)
            assert (204, b"") == await post(desk, data=dict(reversed(FACT.items())), at="17:31")
            assert (204, b"") == await post(desk, "f2", FACT | {"version": 8})
            assert ({"f1", "f2"}, 0) == (desk.taken, desk.moody)
    first, again, other = delivered(tmp_path)
    assert ("desk", "f1", "counted") == (first["to"], first["id"], first["kind"])
    assert first.facts == again.facts
    assert ("f2", False) == (other["id"], other["digest"] == first["digest"])


@pytest.mark.parametrize(
    ("mood", "status", "taken"),
    [
        ("answers 500", 500, False),
        ("redirects inward", 307, False),
        ("answers late", 204, False),
        ("answers a gigabyte", 200, True),
    ],
)
async def test_in_a_mood_it_answers_so_and_takes_only_what_it_says_it_took(
    mood: str, status: int, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each delivery that meets the mood is counted; when it is over, the same delivery is taken."""
    monkeypatch.setattr(module, "LATE_S", 0.0)
    monkeypatch.setattr(module, "CHUNKS", 3)
    with History(str(tmp_path), "receiver") as history:
        async with receiver(history, "desk") as desk:
            desk.mood = mood
            answered, body = await post(desk)
            assert (status, 3 * CHUNK if status == 200 else b"") == (answered, body)
            assert (1, taken, int(taken)) == (desk.moody, "f1" in desk.taken, len(delivered(tmp_path)))
            desk.mood = ""
            assert (204, b"") == await post(desk)
            assert (1, {"f1"}) == (desk.moody, desk.taken)
    assert 1 + taken == len(delivered(tmp_path))


def test_every_mood_that_a_seed_brings_is_one_that_is_tested_above() -> None:
    """A word that the receiver does not know would be a fault that befalls nobody."""
    moods = {kind for kind, targets, _ in (*KINDS, *SECOND) if "receiver" in targets}
    [tried] = test_in_a_mood_it_answers_so_and_takes_only_what_it_says_it_took.pytestmark
    assert moods == {mood for mood, _, _ in tried.args[1]}
    assert 2**30 == len(CHUNK) * CHUNKS


async def test_who_gives_up_before_a_late_answer_has_delivered_nothing(tmp_path: Path) -> None:
    """And the receiver's own end does not wait for the answer."""
    with History(str(tmp_path), "receiver") as history:
        async with receiver(history, "desk") as desk:
            desk.mood = "answers late"
            delivery = asyncio.create_task(post(desk))
            await until(lambda: desk.moody == 1)
            delivery.cancel()
            await asyncio.wait([delivery])
            assert (True, set()) == (delivery.cancelled(), desk.taken)
    assert [] == delivered(tmp_path)


async def test_an_answer_that_is_lost_on_its_way_was_taken_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is written down before it is answered; that nobody hears the rest is no error of the receiver's."""
    with History(str(tmp_path), "receiver") as history:
        async with receiver(history, "desk") as desk:
            desk.mood = "answers a gigabyte"
            async with ClientSession() as session:
                answer = await session.post(
                    desk.url, json={"type": "counted", "data": FACT}, headers={"webhook-id": "f1"}
                )
                assert 200 == answer.status
                assert ["f1"] == [one["id"] for one in delivered(tmp_path)]
                answer.close()
    assert [] == caplog.messages


async def test_two_receivers_have_places_of_their_own_and_share_a_history(tmp_path: Path) -> None:
    """What one takes the other has not, and whose it was is written down."""
    with History(str(tmp_path), "receiver") as history:
        async with receiver(history, "desk") as desk, receiver(history, "calls") as calls:
            await post(desk, "f1")
            await post(calls, "f2")
            assert ({"f1"}, {"f2"}) == (desk.taken, calls.taken)
    assert [("desk", "f1"), ("calls", "f2")] == [(one["to"], one["id"]) for one in delivered(tmp_path)]
