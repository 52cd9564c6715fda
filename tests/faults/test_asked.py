"""A helper process is asked by lines, and its end is an error that names its log."""

import sys
from pathlib import Path

import pytest

from election.errors import OutsideError
from faults.asked import Asked

ECHOES = """
import json, sys
print(json.dumps({"began": True}), flush=True)
for line in sys.stdin:
    said = json.loads(line)
    if said.get("do") == "end":
        break
    print(json.dumps({"noise": 1}), flush=True)
    print(json.dumps({"answer": said["do"]}), flush=True)
"""


def test_the_answer_is_the_line_that_has_what_was_wanted(tmp_path: Path) -> None:
    """Other lines are passed over; without words it is only listened to."""
    asked = Asked((sys.executable, "-c", ECHOES), tmp_path / "log", tmp_path)
    try:
        assert {"began": True} == asked.ask("began")
        assert ["one", "two"] == [asked.ask("answer", do=word)["answer"] for word in ("one", "two")]
    finally:
        asked.stop()


def test_one_that_has_ended_is_an_error_that_names_its_log(tmp_path: Path) -> None:
    """Whether it ends of the question, or had ended before."""
    asked = Asked((sys.executable, "-c", ECHOES), tmp_path / "log", tmp_path)
    for _ in range(2):
        with pytest.raises(OutsideError, match="log"):
            asked.ask("answer", do="end")
    asked.stop()
