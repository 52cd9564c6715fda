"""The reference client, and that the page about the protocol tells the truth about it."""

import json
import re
from pathlib import Path
from typing import Any

from election.wire.frames import dumps, state_hash
from tests.web.made import Worker, night, records
from web.session import ERRORS_MAX, SUBSCRIPTIONS_MAX, TOO_MANY_ERRORS
from web.watch import Viewer, line

PAGE = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text()


def example(kind: str) -> list[str]:
    """The page's examples of a kind, in order."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def told(*frames: dict[str, Any] | str) -> Viewer:
    """A client that followed the mayor and heard these frames."""
    viewer = Viewer()
    viewer.copies.clear()
    viewer.hear(dumps({"t": "hello", "contests": [{"id": "mayor"}]}))
    viewer.copies["a"] = viewer.copies.pop("mayor")
    viewer.commands.clear()
    for frame in frames:
        viewer.hear(frame if isinstance(frame, str) else dumps(frame))
    return viewer


def snapshot(version: int, epoch: str = "e", **state: Any) -> dict[str, Any]:
    """A snapshot frame with this state."""
    d = {"contest": "mayor", "epoch": epoch, "version": version, "areas": {}, **state}
    return {"t": "snapshot", "sub": "a", "epoch": epoch, "version": version, "d": d}


def change(prev: int, version: int, epoch: str = "e", **patch: Any) -> dict[str, Any]:
    """A change frame with this patch."""
    d = {"version": version, **patch}
    return {"t": "change", "sub": "a", "epoch": epoch, "version": version, "prev": prev, "d": d}


def test_the_examples_of_the_page_are_true() -> None:
    """Snapshot and change make the state that the page says, with the text and the hash it says."""
    before, patch, after = example("json")
    text, digest = example("text")
    viewer = told(before.strip(), patch.strip())
    assert json.loads(after) == viewer.copies["a"].shown
    assert digest.strip() == state_hash(viewer.copies["a"].shown)
    assert ["sandik-1 mayor open", "liman\t3\t864\tdeniz=451,ruzgar=41,toprak=372"] == text.splitlines()[:2]
    assert [] == viewer.faults


def test_the_numbers_of_the_page_are_true() -> None:
    """Codes and limits in the page are those of the code."""
    source = (Path(__file__).parents[2] / "web/session.py").read_text()
    codes = set(re.findall(r'CommandError\(\s*"([a-z-]+)"', source))
    assert codes == set(re.findall(r"^\| `([a-z-]+)` \| (?:yes|no) \|", PAGE, re.MULTILINE))
    assert f"At most {SUBSCRIPTIONS_MAX} subscriptions" in PAGE
    assert 100 == ERRORS_MAX
    assert f"closed with {TOO_MANY_ERRORS}" in PAGE


def test_a_gap_is_not_guessed_at() -> None:
    """A change that does not follow on is not taken; the client asks to begin anew and waits for that."""
    viewer = told(snapshot(1, x=1), change(2, 3, x=3), change(3, 4, x=4))
    assert (1, 1) == (viewer.copies["a"].shown["x"], len(viewer.faults))
    assert [{"t": "subscribe", "sub": "a", "contest": "mayor"}] == [json.loads(c) for c in viewer.commands]
    viewer.hear(dumps(snapshot(5, x=5)))
    assert 5 == viewer.copies["a"].shown["x"]


def test_a_hash_that_differs() -> None:
    """A state that is not the server's is thrown away."""
    viewer = told(
        snapshot(1, embargo={"state": "open"}), {"t": "beat", "versions": {}, "hash": {"a": "0" * 16}}
    )
    assert 1 == len(viewer.commands)


def test_nothing_older_is_shown() -> None:
    """A gateway that lags is followed, and shown when it has caught up; another epoch is shown at once."""
    viewer = told(snapshot(5, x=5), snapshot(3, x=3))
    assert 5 == viewer.copies["a"].shown["x"]
    viewer.hear(dumps(change(3, 4, x=4)))
    assert 5 == viewer.copies["a"].shown["x"]
    viewer.hear(dumps(change(4, 6, x=6)))
    assert 6 == viewer.copies["a"].shown["x"]
    viewer.hear(dumps(snapshot(1, "f", x=1)))
    assert 1 == viewer.copies["a"].shown["x"]
    assert [] == viewer.faults


def test_the_same_version_again() -> None:
    """When an embargo ends by the clock a change leads from a version to itself, and is shown."""
    viewer = told(snapshot(5, valid=None), change(5, 5, valid=7))
    assert 7 == viewer.copies["a"].shown["valid"]


def test_a_line_for_a_terminal() -> None:
    """Night time, mode, what may be said of boxes, and the headline."""
    worker = Worker(night())
    worker.rehearsal.hear_all(records())
    contest = next(iter(night().contests))
    said = line(worker.rehearsal.snapshot(contest))
    assert "[replay, SIMULATED] mayor" in said
    assert "/60 boxes: " in said
