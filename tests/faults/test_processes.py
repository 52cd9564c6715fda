"""What is known of a process of a night."""

import subprocess
import sys
from subprocess import PIPE

from faults.processes import resident, resident_most

GAVE_BACK = "held = bytearray(b'x' * 50_000_000); del held; print('given back', flush=True); input()"


def test_the_most_that_a_process_held_is_not_what_it_holds() -> None:
    """What was given back between two looks is seen too; of a process that is gone, nothing is known."""
    with subprocess.Popen([sys.executable, "-c", GAVE_BACK], stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout
        assert b"given back\n" == process.stdout.readline()
        assert resident(process.pid) + 25_000_000 < resident_most(process.pid)
        process.communicate()
    assert 0 == resident_most(0)
