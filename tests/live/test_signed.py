"""Feeds that sign: what nobody signed, or somebody else, counts nothing, wherever it is counted."""

from pathlib import Path

import orjson
import pytest

from election.rehearsal import Rehearsal
from election.wire.records import Bundle, encode
from producers.publish import Publisher
from producers.record import take
from producers.settings import Settings as Producing
from producers.signing import make, save
from sandik.signed import counts
from streams.signatures import signatures_at
from streams.verify import verify
from tests.live.crew import crew
from tests.servers import Running
from tests.streams import made

UNSIGNED = ["party", "agency"]


async def test_only_what_the_source_signed_counts(
    tansu: Running, redis_server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed with its key, one without, and one with a key of its own making; a recount says the same."""
    right, wrong = make("council-1"), make("council-1")
    save(tmp_path / "right.key", right)
    save(tmp_path / "wrong.key", wrong)
    keys = tmp_path / "keys.toml"
    keys.write_text(
        f'unsigned = {orjson.dumps(UNSIGNED).decode()}\n[[keys]]\nid = "council-1"\n'
        f'source = "council"\npublic = "{right.public}"\n'
    )
    records = made.recording()
    council = [one for one in records if isinstance(one, Bundle) and one.source == "council"]
    async with crew(tansu, redis_server, tmp_path, workers=0) as hands:
        hands.start(1, SANDIK_FEED_KEYS=str(keys))
        environment = hands.environment
        for name, wanted in (("right.key", records), ("", council), ("wrong.key", council)):
            path = str(tmp_path / name) if name else ""
            settings = Producing.read(environment | {"SANDIK_SIGN_WITH": path})
            async with Publisher(settings, hands.night.id) as out:
                for one in wanted:
                    changed = one if name == "right.key" else _raised(one)
                    await out.publish(changed)
                await out.drain()
                for (topic, partition), end in out.ends.items():
                    hands.ends[f"{topic}/{partition}"] = max(end, hands.ends.get(f"{topic}/{partition}", 0))
        await hands.until_applied()
        await hands.until_told()
        signatures = signatures_at(str(keys), hands.night)
        found = await verify(hands.night, hands.store, hands.log(), signatures=signatures)
        assert [] == list(found.differences)
        alone = Rehearsal(hands.night, "replay")
        for one in records:
            alone.hear(one)
        for contest in hands.night.contests:
            for source in hands.night.sources:
                what = [of.state(contest).rows.get(source, {}) for of in (alone, found.rehearsal)]
                assert what[0] == what[1]
        assert not (await verify(hands.night, hands.store, hands.log())).agrees
        refused = [orjson.loads(one.value) async for one in hands.log("refused")]
        codes = [
            finding["code"] for one in refused for paper in one["papers"] for finding in paper["findings"]
        ]
        assert (len(council), len(council)) == (codes.count("R012"), codes.count("R014"))
        monkeypatch.setenv("SANDIK_FEED_KEYS", str(keys))
        taken = await take(hands.producing, hands.scope, counts(hands.night))
        known = [one for one in records if not isinstance(one, Bundle) or one.source in hands.night.sources]
        assert sorted(set(map(encode, known))) == sorted(map(encode, taken.records))


def _raised(one: object) -> Bundle:
    """The same papers at a revision that would win, with a vote more for everybody."""
    assert isinstance(one, Bundle)
    body = orjson.loads(encode(one))
    many = len(one)
    return Bundle(
        contest=one.contest, source=one.source, area=one.area, level=one.level, heard_at=one.heard_at,
        box=body["box"], revision=[99] * many, registered=body["registered"], voters=body["voters"],
        valid=body["valid"], invalid=body["invalid"], votes=body["votes"], cause="recount",
    )  # fmt: skip
