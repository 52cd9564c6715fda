"""The simulated nights come out of their seed and the official totals, the same every time.

Know before changing: gzip's bytes may differ where Python was built with another zlib, so recordings are
compared unpacked; everything else is compared byte for byte.
"""

import gzip

import pytest

from sandik.simulate import build, newest, plan
from tests.plain_count import files

MADE = {
    "istanbul-2019-03-31": {"boxes.csv", "recording.jsonl.gz", "ending.json"},
    "istanbul-2019-06-23": {"boxes.csv", "recording.jsonl.gz", "ending.json", "parent.csv"},
}


def unpacked(name: str, content: bytes) -> bytes:
    """The bytes as they are compared."""
    return gzip.decompress(content) if name.endswith(".gz") else content


@pytest.mark.parametrize(("night", "parent"), [
    ("istanbul-2019-03-31", None), ("istanbul-2019-06-23", "istanbul-2019-03-31"),
])  # fmt: skip
def test_a_shipped_night_is_rebuilt_to_the_byte(night: str, parent: str | None) -> None:
    """From night.toml, simulation.toml, totals.csv and the parent come exactly the files that ship."""
    shipped = files(night)
    given = {name: content for name, content in shipped.items() if name not in MADE[night]}
    built = build(given, files(parent) if parent else None)
    assert set(built) == MADE[night]
    for name, content in built.items():
        assert unpacked(name, shipped[name]) == unpacked(name, content), name


def test_a_shipped_recording_carries_no_date() -> None:
    """The gzip header holds no time and no name, or the same night would be other bytes tomorrow."""
    for night in MADE:
        assert b"\x1f\x8b\x08\x00\x00\x00\x00\x00" == files(night)["recording.jsonl.gz"][:8]


def test_another_seed_is_another_night_with_the_same_totals() -> None:
    """The seed moves votes between boxes and boxes between minutes, never a district's total."""
    given = files("istanbul-2019-03-31")
    other = dict(given) | {"night.toml": given["night.toml"].replace(b"seed = 7\n", b"seed = 8\n")}
    built = build(other)
    assert given["ending.json"] == built["ending.json"]
    assert given["boxes.csv"] != built["boxes.csv"]


def test_the_plan_names_the_two_main_choices() -> None:
    """The main choices share what the others leave."""
    what = plan(files("istanbul-2019-06-23"))
    assert ("imamoglu", "yildirim") == what.ballot.main
    assert ("gokcinar", "others") == what.ballot.minor


def test_the_newest_revision_of_a_parents_box_is_its_last_word() -> None:
    """A recount in the parent's recording stands in the rerun's parent figures."""
    line = (
        b'{"t":"bundle","source":"council","box":["a-1","a-2"],"revision":%s,"registered":[9,9],'
        b'"voters":[%d,7],"valid":[5,5],"invalid":[1,2],"votes":{"x":[3,3],"y":[2,2]}}\n'
    )
    text = b"{}\n" + line % (b"[2,1]", 8) + line % (b"1", 6)
    toml = b'[[contests]]\nid = "mayor"\nsource = "council"\n'
    found = newest({"night.toml": toml, "recording.jsonl.gz": gzip.compress(text)})
    assert 8 == found["a-1"]["voters"]
    assert 7 == found["a-2"]["voters"]
    assert {"x": 3, "y": 2} == {name: found["a-1"][name] for name in ("x", "y")}
