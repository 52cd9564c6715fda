"""The script of docs/reference/proof.md does what the page says, on a pack, with nothing of ours.

Know before changing: the script is run as it stands on the page, by an interpreter that cannot import this
house; it is for a reader to copy.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandik import packs

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "proof.md"
LINES_MAX = 45


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A right pack."""
    path = tmp_path_factory.mktemp("pack") / "evidence.zip"
    packs.packed(path)
    return path


def by_hand(pack: Path) -> tuple[int, str]:
    """The script of the page on a pack: exit code, and what it says."""
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(script.splitlines()) <= LINES_MAX
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, str(pack)], capture_output=True, text=True, check=False,
        cwd=pack.parent,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def test_the_script_of_the_page_verifies_a_right_pack_and_says_the_newest_head(pack: Path) -> None:
    """For somebody who has seen that head elsewhere."""
    newest = json.loads(packs.log()["shown", 0][-1])
    code, said = by_hand(pack)
    assert (0, True) == (code, newest["audit"]["head"] in said), said


def test_the_script_of_the_page_finds_what_was_done_to_a_pack(pack: Path, tmp_path: Path) -> None:
    """A record changed, one missing, and a log forged with its links."""
    name = "log/reports-0.jsonl"
    found = packs.files(pack)
    found[name] = found[name].replace(b'\\"first\\"', b'\\"First\\"', 1)
    code, said = by_hand(packs.forged(found, tmp_path / "changed.zip"))
    assert (1, True) == (code, "is not the record that was counted" in said), said
    found = packs.files(pack)
    found[name] = found[name].partition(b"\n")[2]
    code, said = by_hand(packs.forged(found, tmp_path / "missing.zip"))
    assert (1, True) == (code, "records were counted" in said), said
    found = packs.files(pack)
    name = "log/shown-0.jsonl"
    found[name] = re.sub(rb'\\"head\\":\\"[0-9a-f]{64}', b'\\"head\\":\\"' + b"0" * 64, found[name])
    code, said = by_hand(packs.forged(found, tmp_path / "other.zip"))
    assert (1, True) == (code, "was shown of another log" in said), said
