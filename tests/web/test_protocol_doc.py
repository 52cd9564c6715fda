"""The page about the protocol tells the truth: its conversation is held with a real gateway."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from election.alerts import KINDS
from election.wire.frames import merged, state_hash
from tests.web.model import hash_of
from tests.web.staged import Stage, lines, same, with_names
from web import hub, seats, session, talking
from web.body import PART_BYTES_MAX
from web.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text()
CLIENT, SERVER, MEANWHILE = "→", "←", "#"


def blocks(kind: str) -> list[str]:
    """The page's blocks of a kind, in order."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def examples() -> list[dict[str, Any]]:
    """Every frame that the page shows as an example or in its conversation."""
    single = [text for kind in ("json", "jsonl") for block in blocks(kind) for text in block.splitlines()]
    spoken = [text for sign, text in lines(PAGE) if sign == SERVER]
    return [frame for text in (*single, *spoken) if "t" in (frame := json.loads(text))]


async def test_the_conversation_is_held_frame_by_frame() -> None:
    """What the page says that a client gets is what it gets: no other frame, field or order."""
    names: dict[str, str] = {}
    waiting: list[Any] = []
    async with Stage() as stage:
        for sign, text in lines(PAGE):
            if sign == SERVER:
                got = waiting.pop(0)
                assert same(json.loads(text), got, names), f"{text}\ncame as\n{json.dumps(got)}"
                continue
            assert [] == waiting, f"before {sign} {text}"
            if sign == MEANWHILE:
                await stage.direct(text)
            else:
                assert CLIENT == sign
                await stage.say(with_names(text, names))
            waiting = stage.frames()
        assert [] == waiting
    assert len(set(names.values())) == len(names) > 10


def test_the_conversation_shows_every_frame_and_command() -> None:
    """Those that end a connection apart, which stand beside it as examples."""
    said = {json.loads(text)["t"] for sign, text in lines(PAGE) if sign == CLIENT}
    assert {"subscribe", "unsubscribe", "auth", "act"} == said
    got = {json.loads(text)["t"] for sign, text in lines(PAGE) if sign == SERVER}
    every = set(re.findall(r"^### `([a-z]+)`$", PAGE, re.MULTILINE))
    assert every - {"bye", "desk"} == got
    assert every == {frame["t"] for frame in examples()}


def test_a_frame_that_differs_is_noticed() -> None:
    """A frame that differs in one letter, one field, one place is not the one of the page."""
    frame = json.loads('{"t":"a","d":{"x":[1,{"y":"R1"}],"…":"…"}}')
    good = {"t": "a", "d": {"x": [1, {"y": "text"}], "z": 7}}
    assert same(frame, good, {})
    assert same({"b": "R1", "c": "R1"}, {"b": "1", "c": "1"}, {})
    for bad in (
        {"t": "a"}, {"d": good["d"], "t": "a"}, good | {"more": 1}, {"t": "b", "d": good["d"]},
        {"t": "a", "d": {"z": 7}}, {"t": "a", "d": {"x": [1]}}, {"t": "a", "d": {"x": [2, {"y": "text"}]}},
    ):  # fmt: skip
        assert not same(frame, bad, {})
    assert not same({"b": "R1", "c": "R1"}, {"b": "1", "c": "2"}, {})


async def test_a_direction_that_nobody_understands_is_an_error() -> None:
    """So that the page cannot say what is not done."""
    async with Stage() as stage:
        with pytest.raises(AssertionError, match="the sun shines"):
            await stage.direct("a client comes; the sun shines")


def test_the_worked_example() -> None:
    """Snapshot and change make the state that the page says, with the text and the hash that it says."""
    before, patch, after = (json.loads(text) for text in blocks("json"))
    text, digest = blocks("text")
    state = merged(before["d"], patch["d"])
    assert after == state
    assert digest.strip() == state_hash(state) == hash_of(state)
    assert ["sandik-1 mayor open", "liman\t3\t864\tdeniz=451,ruzgar=41,toprak=372"] == text.splitlines()[:2]
    assert (before["epoch"], before["version"]) == (patch["epoch"], patch["prev"])


def test_examples_have_the_fields_that_the_page_lists() -> None:
    """Each field in a table under a frame's heading is in an example of it, unless it comes and goes."""
    comes_and_goes = {"session", "stale_s", "id", "replay"}
    for kind, section in re.findall(r"^### `([a-z]+)`$(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL):
        first = section.split("```")[0].split("\n| code")[0]
        listed = set(
            re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`[^|]*`) \|", first, re.MULTILINE)))
        )
        shown = {field for frame in examples() if frame["t"] == kind for field in frame}
        assert listed - comes_and_goes <= shown, kind
        for frame in examples():
            if frame["t"] == kind == "event":
                assert frame["kind"] in KINDS


def test_the_numbers_of_the_page_are_true() -> None:
    """Codes and limits in the page are those of the code."""
    source = Path(session.__file__).read_text()
    codes = set(re.findall(r'CommandError\(\s*"([a-z-]+)"', source))
    table = dict(re.findall(r"^\| `([a-z-]+)` \| (yes|no) \|", PAGE, re.MULTILINE))
    assert codes == set(table)
    assert {code for code, temporary in table.items() if temporary == "yes"} == session.TEMPORARY
    settings, limits = Settings(), seats.Limits()
    for sentence in (
        f"At most {session.SUBSCRIPTIONS_MAX} subscriptions a connection, {session.COMMANDS_AT_ONCE_MAX} "
        f"commands at once and {session.COMMANDS_PER_S:g} a second after that.",
        f"at most {session.COMMAND_BYTES_MAX} bytes",
        f"a name of 1 to {session.NAME_CHARACTERS_MAX} characters",
        f"At most {session.AREAS_MAX} ids in `areas`",
        f"at most {session.RESUME_CHARACTERS_MAX} characters",
        f"at most {hub.VIEWS_MAX} different filters",
        f"A snapshot above {PART_BYTES_MAX // 1024} KiB",
        f"{session.AREAS_MAX} areas in a filter, or {session.ACTS_MAX} acts at once",
        f"At most {session.ACTS_MAX} at once a connection",
        f"closed with {session.TOO_MANY_ERRORS}",
        f"the fifth of which the connection is closed with {session.BAD_TOKEN}",
        f"{talking.NO_SCOPE} if nothing was presented within {talking.PRESENT_WITHIN_S:g} seconds",
        f"| {talking.IDLE} | when you want something: nothing was subscribed for {talking.IDLE_WITHIN_S:g} s",
        f"If more than {settings.buffer_bytes_max // 1024} KiB wait for it, or something has waited for "
        f"{settings.lag_max_s:g} seconds",
        f"more than {settings.behind_max_s:g} seconds, the connection is cut",
    ):
        assert sentence in PAGE, sentence
    assert (100, 5) == (session.ERRORS_MAX, session.BAD_TOKENS_MAX)
    assert limits == seats.Limits(settings.buffer_bytes_max, settings.lag_max_s, settings.behind_max_s)


def test_the_verbs_of_the_page_are_those_of_the_code() -> None:
    """By the scope that each needs."""
    for scope in (session.DESK, session.REPLAY):
        told = [line.split("`")[3] for line in PAGE.splitlines() if line.startswith(f"| `{scope}` | `")]
        assert [verb for verb, needs in session.VERBS.items() if needs == scope] == told
