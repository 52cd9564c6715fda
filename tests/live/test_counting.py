"""Whether a whole night through the real parts is the night: broker, worker process, store."""

import base64
import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from election.night import ContestId
from election.wire.records import BUNDLE_REPORTS_MAX, RECORD_BYTES_MAX, Bundle, Record, encode
from election.wire.topics import Scope
from tests.live.crew import Crew, crew, until
from tests.servers import Running
from tests.streams import made


async def test_the_practice_night_is_counted_to_the_vote(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Every awkward case at once, in every contest, by every source: the store is what the oracle says."""
    async with crew(broker, redis_server, tmp_path) as hands:
        await hands.send(made.recording())
        await hands.until_applied()
        verified = await hands.verified()
        assert [] == list(verified.differences)
        refused = [json.loads(logged.value) async for logged in hands.log("refused")]
        papers = [paper for record in refused for paper in record["papers"]]
        assert len(verified.rehearsal.refused) == len(papers)
        assert {refusal.unit for refusal in verified.rehearsal.refused} == {paper["box"] for paper in papers}


async def test_a_worker_waits_for_its_topics_and_makes_none(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Subscribing to a topic that is not there would make one, with one partition."""
    hands = Crew(broker, redis_server, tmp_path)
    try:
        hands.start()
        await until("a word about the topics", lambda: "waiting for the topics" in hands.said())
        await hands.create_topics()
        await hands.send(made.recording())
        await hands.until_applied()
        assert [] == list((await hands.verified()).differences)
        assert 4 == len([name for name in hands.ends if ".reports/" in name])
    finally:
        hands.close()
        await hands.store.close()


async def test_a_worker_that_is_asked_to_stop_leaves_nothing_half_done(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Exit code 0; the next one goes on where it stopped and refuses nothing again."""
    records = made.recording()
    async with crew(broker, redis_server, tmp_path) as hands:
        await hands.send(records[:40])
        await hands.until_applied()
        hands.kill(number=signal.SIGTERM)
        assert 0 == await hands.ended()
        refused = len([one async for one in hands.log("refused")])
        await hands.send(records[40:])
        hands.start()
        await hands.until_applied()
        verified = await hands.verified()
        assert [] == list(verified.differences)
        again = [json.loads(one.value)["id"] async for one in hands.log("refused")]
        assert len(set(again)) == len(again) >= refused


async def test_whatever_stands_in_the_log_is_refused_and_the_rest_goes_on(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Rubbish, other versions, modes and nights, too much at once: counted as refused, with the bytes."""
    good = [one for one in made.recording() if isinstance(one, Bundle)]
    async with crew(broker, redis_server, tmp_path) as hands:
        for bad in rubbish(good[0], hands.scope):
            await hands.send([bad])
        await hands.send(good)
        await hands.until_applied()
        verified = await hands.verified()
        assert [] == list(verified.differences)
        held = await hands.store.read(ContestId("mayor"))
        refused = [json.loads(one.value) async for one in hands.log("refused")]
        whole = [record for record in refused if record["papers"][0]["row"] is None]
        assert len(rubbish(good[0], hands.scope)) == len(whole)
        assert int(held.meta["unreadable"]) >= len(whole)
        codes = {record["papers"][0]["findings"][0]["code"] for record in whole}
        assert {"R001", "R002", "R003", "R004", "R005", "R006", "R007", "R008", "R009", "R010"} <= codes
        first = min(whole, key=lambda record: record["offset"] + 1000 * record["partition"])
        assert base64.b64decode(first["bytes"]) in rubbish(good[0], hands.scope)


def rubbish(good: Bundle, scope: Scope) -> list[bytes]:
    """Records that cannot be read, each for a reason of its own."""
    text = json.loads(encode(good, scope))
    many = BUNDLE_REPORTS_MAX + 1

    def with_(**fields: object) -> bytes:
        return json.dumps({**text, **fields}).encode()

    return [
        b"", b"\x00\xff\xfe rubbish", b"{", b"[1,2]", b"null", b'"text"',
        with_(v=2), with_(mode="live"), with_(night="istanbul-2019-06-23"), with_(session="other"),
        with_(t="moon"), with_(t="ruling"), with_(box=[]), with_(box="asma-1"), with_(voters=[1]),
        with_(votes=[]), with_(votes={"deniz": 7}), with_(heard_at="yesterday"), with_(heard_at=None),
        with_(heard_at="0001-01-01T00:00:00+23:59"), with_(contest=7),
        with_(box=["asma-1"] * many), b" " * (RECORD_BYTES_MAX + 1),
        b"[" * 100_000,
    ]  # fmt: skip


async def test_a_worker_with_another_night_under_the_same_name_does_not_start(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Exit code 2: starting it again would not help; what was counted stays as it was."""
    async with crew(tansu, redis_server, tmp_path) as hands:
        await hands.send(made.recording())
        await hands.until_applied()
        await hands.until_told()
        before = await hands.store.read(ContestId("mayor"))
        other = tmp_path / "other"
        other.mkdir()
        for file in (made.NIGHTS / "practice").iterdir():
            (other / file.name).write_bytes(file.read_bytes())
        boxes = (other / "boxes.csv").read_text()
        (other / "boxes.csv").write_text(boxes.replace(",264", ",265"))
        hands.name = str(other)
        hands.start()
        assert 2 == await hands.ended(1)
        assert "different night folder" in hands.said()
        after = await hands.store.read(ContestId("mayor"))
        assert replace(before, meta={}) == replace(after, meta={})


@pytest.mark.parametrize("missing", ["SANDIK_KAFKA", "SANDIK_REDIS"])
async def test_an_outside_that_is_not_there_is_said_in_a_sentence(
    missing: str, tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Exit code 3, with the address that does not answer and what to type."""
    hands = Crew(tansu, redis_server, tmp_path)
    try:
        nobody = {"SANDIK_KAFKA": "127.0.0.1:9", "SANDIK_REDIS": "redis://127.0.0.1:9/0"}[missing]
        hands.start(**{missing: nobody, "SANDIK_OUTSIDE_WITHIN_S": "1"})
        assert 3 == await hands.ended()
        assert "127.0.0.1:9" in hands.said()
        assert "sandik doctor" in hands.said()
    finally:
        hands.close()
        await hands.store.close()


def test_the_recording_used_here_has_every_kind_of_record() -> None:
    """What these tests prove depends on it."""
    records: list[Record] = made.recording()
    assert {"Bundle", "Ruling"} == {type(one).__name__ for one in records}
    assert len(records) > 100
