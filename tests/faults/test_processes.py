"""What is known of a process of a night."""

import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from faults.processes import Process, resident, resident_most
from sandik.ports import wait_until
from tests.patience import PATIENCE_S

GAVE_BACK = "held = bytearray(b'x' * 50_000_000); del held; print('given back', flush=True); input()"
DEAF = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf now', flush=True); signal.pause()"


def test_the_most_that_a_process_held_is_not_what_it_holds() -> None:
    """What was given back between two looks is seen too; of a process that is gone, nothing is known."""
    with subprocess.Popen([sys.executable, "-c", GAVE_BACK], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout
        assert b"given back\n" == process.stdout.readline()
        assert resident(process.pid) + 25_000_000 < resident_most(process.pid)
        process.communicate()
    assert 0 == resident_most(0)


def test_one_that_does_not_end_when_it_is_asked_to_is_killed_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A room that hangs at its end would otherwise look like one that ended well."""
    monkeypatch.setattr("faults.processes.ENDS_WITHIN_S", 0.2)
    process = Process("deaf", (sys.executable, "-c", DEAF), {}, tmp_path)
    process.start()
    assert wait_until(lambda: "deaf now" in process.log.read_text(), PATIENCE_S)
    process.stop()
    assert not process.alive
    assert "deaf did not end within 0.2 s" in capsys.readouterr().err
    assert "deaf did not end within 0.2 s" in process.log.read_text()
