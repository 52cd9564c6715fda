"""The page's client (web/static/link.js) by the vectors that hold the reference client too, in Node."""

from pathlib import Path

from election.wire.frames import merged
from tests.web import node, vectors

REPLAY = Path(__file__).with_name("replay.mjs")


def test_the_page_answers_every_conversation_as_the_vectors_say() -> None:
    """Commands, what is shown, when it comes back, the state at the end: the page's own files, unchanged."""
    assert vectors.TOTALS
    played = node.answer(REPLAY, *map(str, vectors.TOTALS))
    for file, made in zip(vectors.TOTALS, played, strict=True):
        for number, (expected, step) in enumerate(zip(vectors.expected(file), made, strict=True), 1):
            found = {key: step[key] for key in expected}
            assert expected == found, f"{file.name}, step {number}"
        shown = [step["state"] for step in made if "state" in step]
        assert vectors.ending(file) == merged({}, shown[-1]), file.name
