"""The practice night comes out of its seed, the same every time."""

import gzip

from sandik.simulate_practice import build
from tests.plain_count import files

MADE = ("boxes.csv", "recording.jsonl.gz", "ending.json")


def test_the_practice_night_is_rebuilt_to_the_byte() -> None:
    """From night.toml alone come exactly the files that ship (gzip compared unpacked)."""
    shipped = files("practice")
    built = build({name: content for name, content in shipped.items() if name not in MADE})
    assert set(MADE) == set(built)
    for name, content in built.items():
        if name.endswith(".gz"):
            assert gzip.decompress(shipped[name]) == gzip.decompress(content)
        else:
            assert shipped[name] == content, name
