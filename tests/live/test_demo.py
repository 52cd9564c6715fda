"""`sandik demo` and `sandik up` as a user types them: processes of their own, and nothing left behind."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.live.shell import done, sandik, shown


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the shell that runs the tests."""
    for name in [name for name in os.environ if name.startswith("SANDIK_")]:
        monkeypatch.delenv(name)


def children(pid: int) -> set[int]:
    """Every process below this one."""
    found = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == pid:
                found |= {int(name)} | children(int(name))
    return found


def alive(pid: int) -> bool:
    """Whether a process is there."""
    return os.path.exists(f"/proc/{pid}")


@pytest.mark.parametrize("night", ["practice", "istanbul-2019-06-23"])
async def test_a_demo_until_done_ends_as_the_night_must_end(night: str) -> None:
    """Exit code 0, and one JSON object on stdout that says so."""
    words = ("--speed", "max", "--until-done", "--no-browser", "--port", "0", "--json")
    async with sandik("demo", night, *words) as process:
        out, err = await process.communicate()
    assert 0 == process.returncode, err.decode()
    (line,) = out.splitlines()
    found = json.loads(line)
    assert (night, "replay", True, True) == (
        found["night"], found["mode"], found["simulated"], found["matches_ending"],
    )  # fmt: skip
    assert all(len(contest["hash"]) == 16 for contest in found["contests"].values())


async def test_a_demo_with_faults_says_what_they_did_and_ends_as_it_must(tmp_path: Path) -> None:
    """Records twice and out of order, the worker killed, the store frozen: nothing of it is lost."""
    (tmp_path / "storm.toml").write_text(STORM)
    words = ("--speed", "3600", "--until-done", "--no-browser", "--port", "0", "--json")
    async with sandik("demo", "practice", *words, "--faults", str(tmp_path / "storm.toml")) as process:
        out, err = await process.communicate()
    assert 0 == process.returncode, err.decode()
    found = json.loads(out)
    assert found["matches_ending"]
    assert found["faults"]["ending_promised"]
    assert found["faults"]["records"]["duplicate"] > 0
    assert b"worker is killed" in err
    assert b"store is frozen" in err


STORM = """
[[fault]]
kind = "duplicate"
chance_pct = 50
after_s = 60

[[fault]]
kind = "reorder"
within_s = 300

[[process]]
who = "worker"
do = "kill"
at = "18:00"
for_s = 1

[[process]]
who = "store"
do = "freeze"
at = "18:10"
for_s = 1
"""


async def test_a_demo_shows_its_page_and_ends_with_ctrl_c_leaving_nothing() -> None:
    """The page answers at the address that was printed; after Ctrl-C every process is gone."""
    async with sandik("demo", "practice", "--speed", "max", "--no-browser", "--port", "0") as process:
        assert process.stdout is not None
        line = ""
        while "http://" not in line:  # the night may have been counted before the page was there
            line = (await process.stdout.readline()).decode()
            assert line
        url = next(word for word in line.split() if word.startswith("http://"))
        assert "SIMULATED" in line
        await shown(url, lambda mayor: mayor["counted"]["boxes"] == 55)
        below = children(process.pid)
        assert len(below) >= 4
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert 0 == process.returncode
    assert not any(alive(pid) for pid in below)


async def test_up_runs_a_night_that_is_fed_and_verified_from_another_shell() -> None:
    """The page shows the end of what was replayed, and what is counted is what the log gives."""
    words = ("--mode", "rehearsal", "--broker", "memory", "--port", "0", "--json")
    async with sandik("up", "practice", *words) as process:
        assert process.stdout is not None
        up = json.loads(await process.stdout.readline())
        env = {
            "SANDIK_MODE": "rehearsal", "SANDIK_KAFKA": up["kafka"], "SANDIK_KAFKA_KIND": "tansu",
            "SANDIK_REDIS": up["redis"],
        }  # fmt: skip
        code, played = await done(("replay", "practice", "--speed", "max"), env)
        assert (0, 232) == (code, played["reports"])
        await shown(up["url"], lambda mayor: mayor["valid"] == 10792)
        code, found = await done(("verify", "practice"), env)
        assert (0, True, True, []) == (code, found["verified"], found["matches_ending"], found["differences"])
        code, again = await done(("verify", "practice", "--rebuild"), env)
        assert (0, True) == (code, again["verified"])
        assert found["contests"]["mayor"]["epoch"] != again["contests"]["mayor"]["epoch"]
        assert found["contests"]["mayor"]["hash"] == again["contests"]["mayor"]["hash"]
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert 0 == process.returncode
