"""The page's client (web/static/link.js) by the vectors that hold the reference client too, in Node."""

from pathlib import Path
from typing import Any

import pytest

from election.wire.frames import merged
from tests.web import node, vectors

REPLAY = Path(__file__).with_name("replay.mjs")
POLLED = Path(__file__).with_name("polled.mjs")


@pytest.fixture(scope="module")
def polled() -> Any:
    """What came of each case of polled.mjs."""
    return node.answer(POLLED)


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


def test_an_answer_that_was_cut_off_is_asked_for_again_whole(polled: Any) -> None:
    """Its tag would be answered by 304, and the figures in it would never be shown."""
    assert {"after": "reconnecting", "asked": [None, None], "shows": 7, "state": "polling"} == polled["cut"]


def test_an_answer_that_the_socket_has_overtaken_changes_nothing(polled: Any) -> None:
    """Neither what is shown nor what is said of the connection."""
    assert {"shows": 8, "state": "open"} == polled["overtaken"]


def test_a_line_that_swallows_questions_is_said_and_asked_one_at_a_time(polled: Any) -> None:
    """Else an overlay would go on as if it had the newest figures, and questions would pile up."""
    states = ["polling", "polling", "reconnecting", "polling"]
    assert {"asked": 2, "states": states, "open": 0} == polled["swallowed"]


def test_a_gateway_without_its_store_is_known_without_a_socket_too(polled: Any) -> None:
    """And what a beat once said is not said for ever."""
    assert [12.5, False, True, True, False] == polled["stale"]


def test_a_count_on_the_connection_of_another_does_not_go_back_either(polled: Any) -> None:
    """Where the next gateway lags behind the one that was left (static/source.js)."""
    assert ["e1 5", "e2 1", "e2 1", "e2 1"] == polled["beside"]
