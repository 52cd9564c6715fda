"""Locks are not thrown away by who cannot write them anew."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_without_uv_the_locks_stay_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    """It takes a program that nothing else here needs."""
    for folder in ("tools", "locks", "bin"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "tools" / "lock", tmp_path / "tools" / "lock")
    lock = tmp_path / "locks" / "run.txt"
    lock.write_text("kept\n")
    for program in ("bash", "dirname", "rm"):
        (tmp_path / "bin" / program).symlink_to(shutil.which(program) or program)
    done = subprocess.run(
        [tmp_path / "bin" / "bash", tmp_path / "tools" / "lock"],
        env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (3, "kept\n") == (done.returncode, lock.read_text())
    assert "pip install uv" in done.stderr
