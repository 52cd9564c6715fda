"""Whether a pack is judged by what stands in it, whatever that is; packs of a real log are in tests/live.

Know before changing: the pack here is made without a broker (`packs`); what a forger can do to one is done to
its files, with right digests unless the digests are what it is about.
"""

import base64
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from election.errors import UsageError
from election.wire.audit import first_link, links
from sandik import evidence
from sandik.packed import PackError
from sandik.say import Out
from tests.sandik import packs
from tests.sandik.packs import Files

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A right pack."""
    path = tmp_path_factory.mktemp("pack") / "evidence.zip"
    packs.packed(path)
    return path


def judged(path: Path, captured: Captured) -> tuple[int, dict[str, Any]]:
    """What is said of a pack."""
    code = evidence.verify(path, Out(as_json=True))
    said: dict[str, Any] = json.loads(captured.readouterr().out)
    return code, said


def test_a_right_pack_is_verified_and_what_was_checked_is_said(right: Path, capsys: Captured) -> None:
    """Files, records, links, heads, facts; and of which contests nothing was shown."""
    code, said = judged(right, capsys)
    assert (0, True, []) == (code, said["verified"], said["differences"])
    log = packs.log()
    for what in ("reports", "rulings", "told", "shown"):
        assert sum(len(values) for (of, _), values in log.items() if of == what) == said["checked"][what]
    assert 2 == said["checked"]["heads"]
    newest = json.loads(log["shown", 0][-1])
    assert newest["audit"]["head"] == said["contests"]["mayor"]["head"]
    assert newest["valid"] == said["contests"]["mayor"]["valid"]
    assert any(note.startswith("bridge: no published snapshot") for note in said["notes"])


def test_a_pack_that_cannot_be_put_together_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made aside first, where there may be no room."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match=r"cannot be put together .*/nowhere/.*TMPDIR"):
        packs.packed(tmp_path / "a.zip")


def test_the_same_log_is_the_same_bytes(right: Path, tmp_path: Path) -> None:
    """So two who packed the same night can compare their packs by one number."""
    packs.packed(tmp_path / "again.zip")
    assert right.read_bytes() == (tmp_path / "again.zip").read_bytes()


def shown(change: Callable[[Any], object]) -> Callable[[Files], None]:
    """Does something to the newest published snapshot."""

    def do(found: Files) -> None:
        *before, last = found["log/shown-0.jsonl"].splitlines()
        line = json.loads(last)
        body = json.loads(line["value"])
        change(body)
        line["value"] = json.dumps(body)
        found["log/shown-0.jsonl"] = b"\n".join([*before, json.dumps(line).encode()]) + b"\n"

    return do


def manifest(change: Callable[[Any], object]) -> Callable[[Files], None]:
    """Does something to the manifest."""

    def do(found: Files) -> None:
        about = json.loads(found["manifest.json"])
        change(about)
        found["manifest.json"] = json.dumps(about).encode()

    return do


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    """Other bytes in a file."""

    def do(found: Files) -> None:
        assert old in found[name]
        found[name] = found[name].replace(old, new, 1)

    return do


def removed(name: str) -> Callable[[Files], None]:
    """A file less."""
    return lambda found: found.__delitem__(name)


def rewritten(found: Files) -> None:
    """A vote more in the log, with its links: the count gives something else than what was shown."""
    name = next(file for file in ("reports-0", "reports-1") if b"mayor" in found[f"log/{file}.jsonl"])
    lines = [json.loads(line) for line in found[f"log/{name}.jsonl"].splitlines()]
    for line in reversed(lines):
        body = json.loads(line["value"])
        if (
            body["contest"] == "mayor"
            and body["source"] == "council"
            and isinstance(body["votes"]["deniz"][0], int)
        ):
            for column in (body["votes"]["deniz"], body["valid"], body["voters"]):
                column[0] += 1
            line["value"] = json.dumps(body)
            break
    found[f"log/{name}.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    topic = packs.SCOPE.topic("reports")
    again = links(first_link(f"{topic}/{name[-1]}", 0), [line["value"].encode() for line in lines])
    found[f"links/{name}.txt"] = "".join(f"{at} {link.hex()}\n" for at, link in enumerate(again)).encode()


def nested(found: Files) -> None:
    """Areas within areas, deeper than a program wants to go."""
    shown(lambda body: body.update(areas="HERE"))(found)
    deep = b'{\\"all\\":' * 1000 + b"{}" + b"}" * 1000
    replaced("log/shown-0.jsonl", b'\\"HERE\\"', deep)(found)


RECORDING = "recording.jsonl.gz"
FORGERIES: list[tuple[str, Callable[[Files], None], str]] = [
    ("votes shown", shown(lambda body: body["choices"][0].update(votes=1)), "mayor.votes"),
    ("an area shown", shown(lambda body: body["areas"].popitem()), "does not give what was shown"),
    ("the hash shown", shown(lambda body: body.update(hash="0" * 16)), "mayor.hash"),
    ("a head shown", shown(lambda body: body["audit"].update(head="0" * 64)), "the log is not the one that"),
    ("an alert shown", shown(lambda body: body["alerts"][0].update(id="0" * 16)), "shown, and never told"),
    ("an alert hidden", shown(lambda body: body["alerts"].pop(0)), "was told, and not shown"),
    ("a call shown", shown(lambda body: body.update(call={"id": "0" * 16})), "was shown, and never told"),
    ("a vote more", rewritten, "the log does not give what was shown: mayor.hash"),
    ("a link", replaced("links/told-0.txt", b"0 ", b"0 zz"), "links/told-0.txt line 1 is no link"),
    ("links gone", removed("links/reports-0.txt"), "links/reports-0.txt is missing"),
    ("a log gone", removed("log/rulings-0.jsonl"), "log/rulings-0.jsonl is missing"),
    ("a line", replaced("log/told-0.jsonl", b'{"offset":0', b'{"offset":"0"'), "line 1 is no record"),
    ("an offset", replaced("log/told-0.jsonl", b'{"offset":1,', b'{"offset":0,'), "line 2 is no record"),
    ("rubbish", replaced("log/told-0.jsonl", b"\n", b"\n" + b"[" * 100_000 + b"\n"), "line 2 is no record"),
    ("the manifest", manifest(lambda about: about["partitions"]["told/0"].update(next=99)), "manifest says"),
    ("recording gone", removed("recording.jsonl.gz"), "recording.jsonl.gz is not the log's"),
    ("recording broken", replaced("recording.jsonl.gz", b"\x1f\x8b", b"\x1f\x8c"), "cannot be read"),
    ("recording cut", lambda found: found.update({RECORDING: found[RECORDING][:-4]}), "it ends early"),
    ("a second recording", lambda found: found.update({RECORDING: 2 * found[RECORDING]}), "goes on after"),
    ("a link of many digits", replaced("links/told-0.txt", b"0 ", b"9" * 5000 + b" "), "line 1 is no link"),
    ("shown nested deep", nested, "nested deeper"),
]  # fmt: skip


@pytest.mark.parametrize(("do", "told"), [row[1:] for row in FORGERIES], ids=[row[0] for row in FORGERIES])
def test_each_forgery_is_found_and_named(
    do: Callable[[Files], None], told: str, right: Path, tmp_path: Path, capsys: Captured
) -> None:
    """With digests that agree."""
    found = packs.files(right)
    do(found)
    code, said = judged(packs.forged(found, tmp_path / "forged.zip"), capsys)
    assert (1, False) == (code, said["verified"])
    assert any(told in line for line in said["differences"]), said["differences"]


def test_files_that_are_not_the_ones_that_were_packed_are_named(
    right: Path, tmp_path: Path, capsys: Captured
) -> None:
    """By SHA256SUMS: changed, put in, taken out."""
    found = packs.files(right)
    found["README.txt"] += b" "
    found["night/more.csv"] = b""
    del found["night/SOURCE.md"]
    code, said = judged(packs.zipped(found, tmp_path / "p.zip"), capsys)
    assert 1 == code
    wanted = ("README.txt is not the file that was packed", "night/more.csv is not in", "missing in the pack")
    assert [True] * 3 == [any(words in line for line in said["differences"]) for words in wanted]


def test_a_pack_in_which_nothing_was_shown_and_no_store_had_links_says_that_it_proves_nothing(
    right: Path, tmp_path: Path, capsys: Captured
) -> None:
    """It agrees with itself, as any forgery could."""
    found = packs.files(right)
    removed("log/shown-0.jsonl")(found)
    manifest(lambda about: (about["partitions"].pop("shown/0"), about.update(links_by="log")))(found)
    code, said = judged(packs.forged(found, tmp_path / "p.zip"), capsys)
    assert (0, False) == (code, said["audit"]["proves"])
    assert "nothing says that the log is what it was" in said["audit"]["because"]
    evidence.verify(tmp_path / "p.zip", Out())
    assert "the pack agrees with itself, and no more" in capsys.readouterr().out


ODD_MANIFESTS: list[Callable[[Any], object]] = [
    lambda about: about.update(v=2), lambda about: about.update(what="a zip"),
    lambda about: about.pop("night"),
    lambda about: about.update(mode="dead"), lambda about: about.update(session=7),
    lambda about: about.update(partitions=[]), lambda about: about.update(night="other-night"),
    lambda about: about["partitions"].update({"reports/x": about["partitions"]["reports/0"]}),
    lambda about: about["partitions"]["reports/0"].update(topic="other.reports"),
    lambda about: about["partitions"]["reports/0"].update(first="0"),
    lambda about: about["partitions"].update(
        {"controls/0": about["partitions"]["reports/0"] | {"topic": packs.SCOPE.topic("controls")}}
    ),
]  # fmt: skip


@pytest.mark.parametrize("change", ODD_MANIFESTS)
def test_a_manifest_that_is_none_is_refused(
    change: Callable[[Any], object], right: Path, tmp_path: Path
) -> None:
    """Exit code 2: there is nothing to compare."""
    found = packs.files(right)
    manifest(change)(found)
    with pytest.raises((PackError, UsageError)):
        evidence.verify(packs.forged(found, tmp_path / "p.zip"), Out())


ODD_SHOWN: list[Callable[[Any], object]] = [
    lambda body: body.update(embargo=[]), lambda body: body.update(choices=7),
    lambda body: body.update(alerts="x"), lambda body: body.update(call=[1]),
    lambda body: body.update(choices=[7, {"id": [], "votes": {}}]),
    lambda body: body.update(alerts=[{"id": [], "seq": {}}]), lambda body: body.clear(),
    lambda body: body.update(call={"id": {}}),
]  # fmt: skip


@pytest.mark.parametrize("change", ODD_SHOWN)
def test_a_snapshot_that_is_none_of_ours_raises_nothing(
    change: Callable[[Any], object], right: Path, tmp_path: Path, capsys: Captured
) -> None:
    """It is compared as far as it goes; whatever is odd differs, or proves nothing."""
    found = packs.files(right)
    shown(change)(found)
    code, said = judged(packs.forged(found, tmp_path / "p.zip"), capsys)
    assert code == 1 or said["checked"]["heads"] < 2


def test_where_feeds_must_be_signed_an_unsigned_record_counts_for_nobody(
    tmp_path: Path, capsys: Captured
) -> None:
    """The public keys are in the pack, and the headers of each record: what was refused is refused again."""
    public = base64.b64encode(bytes(32)).decode()
    keys = f'[[keys]]\nid = "k1"\nsource = "council"\npublic = "{public}"\n'
    packs.packed(tmp_path / "p.zip", keys=keys.encode())
    assert "night/feed-keys.toml" in packs.files(tmp_path / "p.zip")
    code, said = judged(tmp_path / "p.zip", capsys)
    assert (1, 0) == (code, said["contests"]["mayor"]["valid"])
