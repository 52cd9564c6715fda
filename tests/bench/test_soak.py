"""A soak of two short nights with the real processes: it goes back once, samples everybody, and ends well.

Know before changing: two nights are too few to be judged; that is asked of `bench.soak_judged`. The broker is
the embedded one, which is there within a second.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.soak_judged import QUANTITIES, UNJUDGED, judge
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
ON_DISK = {"kafka.night_mb", "kafka.offsets_mb", "kafka.cluster_mb"}
WORDS = "--nights 2 --night practice --speed max --broker tansu --times 20"


@pytest.mark.live
def test_two_short_nights_are_soaked(tmp_path: Path) -> None:
    """Every quantity is in the table but the files of a broker that has none."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    done = subprocess.run(
        (sys.executable, "-m", "bench.soak", *WORDS.split(), "--out", str(tmp_path)),
        cwd=ROOT, capture_output=True, text=True, timeout=4 * PATIENCE_S, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
    lines = [json.loads(line) for line in (tmp_path / "soak.jsonl").read_text().splitlines()]
    ended = [line for line in lines if line.get("ended")]
    assert [1, 2] == [line["night"] for line in ended]
    assert ended[-1]["churn"]["came"] > ended[0]["churn"]["came"] > 0
    assert {one.name for one in QUANTITIES} - ON_DISK == {one.quantity.name for one in judge(lines)}
    assert {UNJUDGED} == {one.verdict for one in judge(lines)}
    assert (tmp_path / "soak.md").read_text() == done.stdout
    assert (tmp_path / "soak.svg").stat().st_size > 0
