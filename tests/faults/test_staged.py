"""The night that is broken makes calls and takes them back, all evening."""

import gzip
from collections import Counter
from pathlib import Path

from election.rehearsal import Rehearsal
from election.wire.records import decode
from faults.staged import CONTEST, WAVES, stage
from sandik import folders


def test_the_staged_night_has_calls_and_a_retraction_for_each(tmp_path: Path) -> None:
    """Several of both, and the lead changes until the end."""
    folder = folders.load(str(stage(tmp_path)))
    lines = gzip.decompress(folder.recording.read_bytes()).splitlines()[1:]
    rehearsal = Rehearsal(folder.night, "replay", telling=True).hear_all(map(decode, lines))
    told = Counter(fact.kind for fact in rehearsal.told[CONTEST])
    assert told["call-made"] == told["call-retracted"] >= 4
    assert told["lead-change"] > WAVES / 2


def test_it_is_the_practice_night_with_more_in_it_in_the_order_of_the_hour(tmp_path: Path) -> None:
    """Nothing of the practice night is left out."""
    shipped, staged = folders.load("practice"), folders.load(str(stage(tmp_path)))
    before, after = (
        gzip.decompress(one.recording.read_bytes()).splitlines()[1:] for one in (shipped, staged)
    )
    assert set(before) < set(after)
    heard = [decode(line).heard_at for line in after]
    assert sorted(heard) == heard
