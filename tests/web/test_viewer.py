"""The reference client: the vectors of the protocol, and what the page about it promises of clients."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.wire.frames import Json, dumps, merged, state_hash
from faults.watching import Notes, broken
from tests.web import vectors
from web.session import ERRORS_MAX, SUBSCRIPTIONS_MAX, TOO_MANY_ERRORS
from web.viewer import BACK_MOST_MS, Copy, Viewer


@pytest.mark.parametrize("file", vectors.FILES, ids=lambda file: file.stem)
def test_every_conversation_is_answered_as_the_vectors_say(file: Path) -> None:
    """Commands, what is shown, when it comes back, and the state at the end."""
    made, shown = vectors.by_viewer(file)
    for number, (expected, step) in enumerate(zip(vectors.expected(file), made, strict=True), 1):
        assert expected == step, f"step {number}"
    assert vectors.ending(file) == shown


PAGE = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text()


def examples(kind: str) -> list[str]:
    """The page's examples of a kind, in order."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_of_the_page_are_true() -> None:
    """Snapshot and change make the state that the page says, with the text and the hash it says."""
    before, patch, after = examples("json")
    text, digest = examples("text")
    viewer = Viewer()
    copy = viewer.copies["a"] = Copy({"contest": "mayor"})
    for frame in (before, patch):
        assert ["a"] == viewer.hear(frame.strip())
    assert json.loads(after) == copy.shown
    assert json.loads(patch)["resume"] == copy.resume
    assert digest.strip() == state_hash(copy.shown)
    assert ["sandik-1 mayor open", "liman\t3\t864\tdeniz=451,ruzgar=41,toprak=372"] == text.splitlines()[:2]
    assert [] == viewer.faults


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    """Codes, how many subscriptions, and how many errors are too many."""
    source = "".join(path.read_text() for path in (Path(__file__).parents[2] / "web").glob("*.py"))
    codes = set(re.findall(r'CommandError\(\s*"([a-z-]+)"', source))
    assert codes <= set(re.findall(r"^\| `([a-z-]+)` \| (?:yes|no) \|", PAGE, re.MULTILINE))
    assert f"At most {SUBSCRIPTIONS_MAX} subscriptions" in PAGE
    assert 100 == ERRORS_MAX
    assert f"closed with {TOO_MANY_ERRORS}" in PAGE


def test_without_contests_all_that_the_server_names_are_followed() -> None:
    """Totals and, where wanted, what is told; a token is presented before anything is asked for."""
    viewer = Viewer(events=True, after=0, token="secret", levels=["town"])
    viewer.hear(dumps({"t": "hello", "contests": [{"id": "mayor"}, {"id": "bridge"}]}))
    said = [json.loads(command) for command in viewer.take_commands()]
    assert {"t": "auth", "token": "secret"} == said[0]
    assert [("mayor", ["town"]), ("bridge", ["town"])] == [
        (one["contest"], one["levels"]) for one in said[1:3]
    ]
    assert [("told/mayor", 0), ("told/bridge", 0)] == [(one["sub"], one["after"]) for one in said[3:]]
    assert [] == viewer.take_commands()


def test_it_comes_back_however_long_nobody_was_there() -> None:
    """A night's failures: the wait stays at its most, and is still a number."""
    viewer = Viewer(["mayor"])
    waits = [viewer.lost(None) for _ in range(2000)]
    assert (500.0, 1000.0) == waits[0]
    assert {(BACK_MOST_MS / 2, float(BACK_MOST_MS))} == set(waits[4:])


def test_what_becomes_of_acts_and_scopes_is_kept() -> None:
    """By the id of the act, whenever the answer comes."""
    viewer = Viewer(["mayor"])
    viewer.act("1", "approve", contest="mayor", call="c1")
    expected = {"t": "act", "id": "1", "do": "approve", "contest": "mayor", "call": "c1"}
    assert [expected] == [json.loads(command) for command in viewer.take_commands()]
    viewer.hear(dumps({"t": "scopes", "scopes": ["view", "desk"], "name": "Ayşe"}))
    viewer.hear(dumps({"t": "done", "id": "1", "do": "approve", "ok": True, "outcome": "done", "d": {}}))
    assert ("view", "desk") == viewer.scopes
    assert viewer.done["1"]["ok"]


def test_an_error_that_would_only_come_again_is_a_refusal() -> None:
    """One that is temporary is not."""
    viewer = Viewer(["mayor"])
    for temporary in (True, False):
        viewer.hear(
            dumps({"t": "error", "code": "x", "temporary": temporary, "message": "No.", "sub": "mayor"})
        )
    assert [False] == [error["temporary"] for error in viewer.refusals]
    assert 2 == len(viewer.faults)


WARDS = ("liman", "yayla")
PATCHES = st.dictionaries(st.sampled_from(WARDS), st.integers(0, 99), min_size=1, max_size=2)


@given(
    patches=st.lists(PATCHES, min_size=1, max_size=12),
    events=st.lists(st.sampled_from(["hear", "hear", "hear", "skip", "twice", "drop", "lag"]), max_size=40),
)
def test_whatever_is_lost_the_state_is_one_the_server_had_and_nothing_older_follows(
    patches: list[dict[str, int]], events: list[str]
) -> None:
    """Frames skipped, sent twice, connections dropped, gateways that lag: P3 holds, and the end is whole."""
    server = _Server(patches)
    notes = Notes()
    viewer = Viewer(["mayor"], note=notes.note)
    server.join(viewer)
    for event in events:
        server.do(event, viewer)
    server.end(viewer)
    assert state_hash(server.states[-1]) == state_hash(viewer.copies["mayor"].shown)
    assert [] == [fault for fault in broken([notes]) if "has the hash" not in fault]
    assert all(one in server.texts for one in server.shown)


class _Server:
    """A gateway in a few lines, which loses and repeats frames as it is told."""

    def __init__(self, patches: list[dict[str, int]]) -> None:
        first = {"contest": "mayor", "epoch": "e", "version": 0, "embargo": {"state": "open"}, "areas": {}}
        self.states: list[Json] = [first]
        self.changes: list[Json] = []
        for version, patch in enumerate(patches, 1):
            areas = {ward: {"counted": {"boxes": boxes}} for ward, boxes in patch.items()}
            d: Json = {"version": version, "areas": areas}
            self.states.append(merged(self.states[-1], d))
            self.changes.append(
                {
                    "t": "change", "sub": "mayor", "epoch": "e", "version": version, "prev": version - 1,
                    "resume": str(version), "d": d,
                }
            )  # fmt: skip
        self.texts = [dumps(state) for state in self.states]
        self.shown: list[bytes] = []
        self.at = 0

    def join(self, viewer: Viewer) -> None:
        """A new connection."""
        viewer.hear(dumps({"t": "hello", "contests": [{"id": "mayor"}]}))
        self._answer(viewer)

    def do(self, event: str, viewer: Viewer) -> None:
        """What happens next."""
        if event in ("drop", "lag"):
            viewer.lost(1006)
            self.at = max(0, self.at - 2) if event == "lag" else self.at
            self.join(viewer)
        elif self.at < len(self.changes):
            self.at += 1
            for _ in range({"skip": 0, "hear": 1, "twice": 2}[event]):
                self._send(self.changes[self.at - 1], viewer)
                self._answer(viewer)

    def end(self, viewer: Viewer) -> None:
        """Everything that is left, and the proof of it."""
        while self.at < len(self.changes):
            self.do("hear", viewer)
        beat = {"t": "beat", "versions": {}, "hash": {"mayor": state_hash(self.states[-1])}}
        viewer.hear(dumps(beat))
        self._answer(viewer)

    def _answer(self, viewer: Viewer) -> None:
        for command in viewer.take_commands():
            resume = json.loads(command).get("resume")
            if resume is None or int(resume) > self.at:
                d = {"epoch": "e", "version": self.at, "resume": str(self.at), "d": self.states[self.at]}
                self._send({"t": "snapshot", "sub": "mayor", **d}, viewer)
                continue
            self._send({"t": "resumed", "sub": "mayor", "epoch": "e", "version": int(resume)}, viewer)
            for change in self.changes[int(resume) : self.at]:
                self._send(change, viewer)

    def _send(self, frame: Json, viewer: Viewer) -> None:
        for sub in viewer.hear(dumps(frame)):
            self.shown.append(dumps(viewer.copies[sub].shown))
