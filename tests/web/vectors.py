"""The vectors of the protocol, which hold every client of ours to the same answers, and how one is played.

A file is one conversation, step by step:

    hear   a frame that comes, and then
    says   the commands that follow at once; none, if it is not there
    shows  epoch, version and state hash of what is shown; as before, if it is not there
    told   (in those about events) the ids of the events taken
    drop   the connection ends with that code, and then
    back   the range in ms within which to come back; null: not at all

`ends` is the whole state that is shown at the end; in those about events the position.

Know before changing: what stands in the files was written from docs/reference/protocol.md, by hand.
"""

import json
from pathlib import Path
from typing import Any

from election.wire.frames import dumps, merged, state_hash
from web.viewer import Copy, Feed, Viewer

FOLDER = Path(__file__).parent / "vectors"
FILES = sorted(FOLDER.glob("protocol-*.json"))
EVENTS = [file for file in FILES if file.stem.startswith("protocol-events")]
TOTALS = [file for file in FILES if file not in EVENTS]
"""Those that the page's client takes part in too: it follows totals and no events."""

Step = dict[str, Any]


def steps(file: Path) -> list[Step]:
    """The steps of a conversation."""
    found: list[Step] = json.loads(file.read_text(encoding="utf-8"))["steps"]
    return found


def expected(file: Path) -> list[Step]:
    """What is to come of each step, nothing left out."""
    shown, made = None, []
    for step in steps(file):
        shown = step.get("shows", shown)
        what = {"told": step.get("told", [])} if file in EVENTS else {"shows": shown}
        made.append({"back": step["back"]} if "drop" in step else {"says": step.get("says", [])} | what)
    return made


def ending(file: Path) -> Any:
    """The state shown at the end, null and absent being the same."""
    return merged({}, json.loads(file.read_text(encoding="utf-8"))["ends"])


def by_viewer(file: Path) -> tuple[list[Step], Any]:
    """What the reference client makes of a conversation, and the state or position that it ends with."""
    viewer, made = Viewer(), list[Step]()
    copy, feed = Copy({"contest": "mayor"}), Feed({"contest": "mayor"})
    if file in EVENTS:
        viewer.feeds["e"] = feed
    else:
        viewer.copies["a"] = copy
    for step in steps(file):
        if "drop" in step:
            wait = viewer.lost(step["drop"])
            made.append({"back": list(wait) if wait else None})
            continue
        viewer.hear(dumps(step["hear"]))
        says = [json.loads(command) for command in viewer.take_commands()]
        shown = copy.shown
        at = [shown["epoch"], shown["version"], state_hash(shown)] if shown else None
        told = [event["id"] for event in viewer.take_told()]
        made.append({"says": says} | ({"told": told} if file in EVENTS else {"shows": at}))
    return made, feed.seq if file in EVENTS else merged({}, copy.shown)
