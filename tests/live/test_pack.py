"""Whether a pack of a counted night is verified with nothing but the pack, and each forgery of it is named.

Know before changing: forging goes as far as a forger can: digests, links and heads made again after a change.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from election.wire.audit import first_link, links
from sandik import evidence, folders
from sandik.pack import pack
from sandik.say import Out
from tests.live.crew import Crew, crew
from tests.live.test_proof import counted
from tests.sandik.packs import Files, files, forged, zipped
from tests.servers import Running

Captured = pytest.CaptureFixture[str]


@dataclass
class Made:
    """A pack of the practice night, and what made it."""

    path: Path
    hands: Crew
    head: Mapping[str, Any] | None
    linked_by_store: bool


async def made(hands: Crew, path: Path) -> Made:
    """Packs what a crew has counted."""
    packed = await pack(folders.load(hands.name), hands.producing, hands.store.settings, path, Out())
    return Made(path, hands, packed.head, packed.linked_by_store)


def judged(path: Path, captured: Captured) -> tuple[int, dict[str, Any]]:
    """What `sandik verify` says of it."""
    code = evidence.verify(path, Out(as_json=True))
    said: dict[str, Any] = json.loads(captured.readouterr().out)
    return code, said


def entries(found: Files, name: str) -> list[dict[str, Any]]:
    """The records of a partition in a pack."""
    return [json.loads(line) for line in found[f"log/{name}.jsonl"].splitlines()]


def put(found: Files, name: str, records: list[dict[str, Any]]) -> None:
    """Other records, numbered through, and a manifest that says so."""
    for offset, one in enumerate(records):
        one["offset"] = offset
    found[f"log/{name}.jsonl"] = b"".join(json.dumps(one).encode() + b"\n" for one in records)
    about = json.loads(found["manifest.json"])
    about["partitions"][name.replace("-", "/")] |= {"next": len(records), "records": len(records)}
    found["manifest.json"] = json.dumps(about).encode()


def relinked(found: Files, name: str) -> None:
    """Links made again from the records, as somebody would who wants them to agree."""
    topic = json.loads(found["manifest.json"])["partitions"][name.replace("-", "/")]["topic"]
    values = [one["value"].encode() for one in entries(found, name)]
    made_again = links(first_link(f"{topic}/{name.partition('-')[2]}", 0), values)
    lines = (f"{offset} {link.hex()}\n" for offset, link in enumerate(made_again))
    found[f"links/{name}.txt"] = "".join(lines).encode()


def change(found: Files) -> None:
    """A record with a space more: the same paper, and not the same bytes."""
    records = entries(found, "reports-0")
    records[5]["value"] = records[5]["value"].replace('"invalid":[', '"invalid":[ ')
    put(found, "reports-0", records)


def drop(found: Files) -> None:
    """A record less."""
    records = entries(found, "reports-1")
    del records[4]
    put(found, "reports-1", records)


def insert(found: Files) -> None:
    """A record twice."""
    records = entries(found, "reports-2")
    put(found, "reports-2", [*records[:3], dict(records[7]), *records[3:]])


def swap(found: Files) -> None:
    """Two records in each other's place."""
    records = entries(found, "reports-3")
    records[6], records[7] = records[7], records[6]
    put(found, "reports-3", records)


def swap_and_link(found: Files) -> None:
    """The same, and links that agree with it: only what was shown can tell."""
    swap(found)
    relinked(found, "reports-3")


def show(found: Files) -> None:
    """A published snapshot with other votes, digests right."""
    records = entries(found, "shown-0")
    shown = json.loads(records[-1]["value"])
    shown["valid"] += 1
    records[-1]["value"] = json.dumps(shown)
    put(found, "shown-0", records)


def untell(found: Files) -> None:
    """The newest facts are taken out, and links made again."""
    put(found, "told-0", entries(found, "told-0")[:3])
    relinked(found, "told-0")


def rerecord(found: Files) -> None:
    """Another recording than the log's."""
    found["recording.jsonl.gz"] = b"rubbish"


@dataclass(frozen=True)
class Forgery:
    """Something done to a pack, and the words that must tell of it."""

    do: Callable[[Files], None]
    told: str
    kind: str = ""


FORGERIES = [
    Forgery(change, "reports/0: offset 5: the record", "changed"),
    Forgery(drop, "reports/1: offset 4: the record that stood there is missing", "missing"),
    Forgery(insert, "reports/2: offset 3: the record", "inserted"),
    Forgery(swap, "reports/3: offset 6: the record", "moved"),
    Forgery(swap_and_link, "the log is not the one that mayor"),
    Forgery(show, "the log does not give what was shown: mayor.valid"),
    Forgery(rerecord, "recording.jsonl.gz"),
    Forgery(untell, "was shown, and never told"),
]


async def test_a_pack_is_verified_by_itself_and_each_forgery_of_it_is_named(
    apache_kafka: Running, redis_server: Running, tmp_path: Path, capsys: Captured
) -> None:
    """Digests, chain, heads, an independent count, what was told, the recording: no broker and no store."""
    async with crew(apache_kafka, redis_server, tmp_path) as hands:
        log = await counted(hands)
        one = await made(hands, tmp_path / "one.zip")
        two = await made(hands, tmp_path / "two.zip")
        assert one.path.read_bytes() == two.path.read_bytes()
        redis_server.stop()
        alone = await made(hands, tmp_path / "alone.zip")
    assert (True, False) == (one.linked_by_store, alone.linked_by_store)
    code, said = judged(one.path, capsys)
    assert (0, True, []) == (code, said["verified"], said["differences"])
    records = sum(len(values) for (topic, _), values in log.items() if not topic.endswith("shown"))
    assert (records, 2, True) == (said["checked"]["links"], said["checked"]["heads"], said["audit"]["proves"])
    assert one.head == {"head": said["audit"]["head"], "at": said["audit"]["at"]}
    assert 0 == judged(alone.path, capsys)[0]
    for forgery in FORGERIES:
        found = files(one.path)
        forgery.do(found)
        code, said = judged(forged(found, tmp_path / "forged.zip"), capsys)
        assert (1, False) == (code, said["verified"]), forgery.do.__name__
        assert any(forgery.told in line for line in said["differences"]), (forgery.told, said["differences"])
        if forgery.kind:
            assert forgery.kind == said["audit"]["differences"][0]["kind"]
    touched = files(one.path)
    touched["links/reports-0.txt"] = touched["links/reports-0.txt"].replace(b"a", b"b", 1)
    code, said = judged(zipped(touched, tmp_path / "touched.zip"), capsys)
    assert said["differences"][0].startswith("links/reports-0.txt is not the file that was packed")
