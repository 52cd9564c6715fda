"""The log is copied and got back as docs/run-it-on-a-cluster.md says: its commands, run as they stand there.

Know before changing: the blocks are those that name this file. A line that verifies waits until the worker
has counted; the others run once.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from faults.processes import SANDIK, Process
from sandik import embedded
from sandik.ports import wait_until
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.shell_blocks import ROOT, blocks

pytestmark = pytest.mark.live
PAGE = ROOT / "docs" / "run-it-on-a-cluster.md"
COPIED, BACK = (block for block in blocks(PAGE) if block.run_by.endswith(Path(__file__).name))


@contextmanager
def counting(folder: Path, broker: Running) -> Iterator[dict[str, str]]:
    """An empty store and a worker at this broker: the environment of a shell beside them."""
    folder.mkdir()
    store = Running(embedded.store(), folder / "store.log", "embedded").start()
    settings = {
        "SANDIK_MODE": "rehearsal", "SANDIK_NIGHT": "practice", "SANDIK_KAFKA": broker.address,
        "SANDIK_KAFKA_KIND": broker.kind, "SANDIK_REDIS": store.url,
    }  # fmt: skip
    worker = Process("worker", (SANDIK, "worker"), settings, folder)
    worker.start()
    try:
        yield settings
    finally:
        worker.stop()
        store.close()


def shell(line: str, settings: dict[str, str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """A line as it is typed."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line], env={**os.environ, **settings, "PATH": path}, cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def follow(lines: list[str], settings: dict[str, str], folder: Path) -> None:
    """Every line of a block ends with 0."""
    for line in lines:
        ended = shell(line, settings, folder)
        if line == "sandik verify":
            assert wait_until(lambda: not shell("sandik verify", settings, folder).returncode, PATIENCE_S)
        else:
            assert 0 == ended.returncode, f"{line}\n{ended.stdout}{ended.stderr}"


def test_a_night_comes_back_from_its_recording_to_the_byte(tansu: Running, tmp_path: Path) -> None:
    """Into an empty broker and an empty store; what is recorded then is what was recorded before."""
    shutil.copytree(ROOT / "nights" / "practice", tmp_path / "my-night")
    with counting(tmp_path / "before", tansu) as settings:
        follow(["sandik replay practice --speed max", "sandik verify"], settings, tmp_path)
        follow(COPIED.lines(), settings, tmp_path)
    with ExitStack() as stack:
        empty = Running(embedded.broker(), tmp_path / "empty.log", "tansu").start()
        stack.callback(empty.close)
        settings = stack.enter_context(counting(tmp_path / "after", empty))
        follow(BACK.lines(), settings, tmp_path)
    names = ("evening.jsonl.gz", "again.jsonl.gz")
    first, second = ((tmp_path / name).read_bytes() for name in names)
    assert first == second
