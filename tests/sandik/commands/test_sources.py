"""sandik sources: which boxes two counts differ on, by what it does to the margin."""

import argparse
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from election.night import ContestId, SourceId, UnitId
from election.tally import Statement, Status
from election.wire.keys import pack_unit
from sandik import deciding
from sandik.commands import sources
from sandik.say import Out
from streams.answers import Held
from tests.streams import made

NIGHT = made.night()
MAYOR, COUNCIL, PARTY = ContestId("mayor"), SourceId("council"), SourceId("party")
BOXES = made.ground(NIGHT).units[:3]


def paper(first: int, second: int) -> Statement:
    """A paper that counts, with these votes for the main choices."""
    valid = first + second + 5
    return Statement(1, 0, Status.COUNTED, False, 300, valid, valid, 0, None, (first, second, 5))


OURS = {BOXES[0]: paper(80, 60), BOXES[1]: paper(70, 50), BOXES[2]: paper(10, 90)}
THEIRS = {BOXES[0]: paper(80, 60), BOXES[1]: paper(75, 50), BOXES[2]: paper(90, 10)}


def test_boxes_that_differ_come_by_their_effect_on_the_margin() -> None:
    """Swapped columns move the margin most; boxes that agree are left out; areas are no boxes."""
    found = sources.compared(NIGHT, MAYOR, {COUNCIL: OURS, PARTY: THEIRS})
    assert ["party"] == list(found)
    facts = found[PARTY]
    assert (3, 2, 165) == (facts["both"], facts["differ"], facts["effect_votes"])
    assert [(BOXES[2], 160), (BOXES[1], 5)] == [(one["box"], one["effect_votes"]) for one in facts["boxes"]]


def test_a_box_that_one_source_has_not_heard_is_no_difference() -> None:
    """It is not counted by both."""
    facts = sources.compared(NIGHT, MAYOR, {COUNCIL: OURS})[PARTY]
    assert (0, 0) == (facts["both"], facts["differ"])


@pytest.mark.parametrize(
    ("mode", "heard", "clock", "lifted", "code"),
    [
        ("replay", 16, 9, "2024-10-06T15:30:00.000Z", 0),
        ("replay", 16, 23, "", 1),
        ("live", 16, 18, "", 0),  # the law's hour has come, and no paper since
        ("live", 18, 16, "", 1),  # a feed whose clock is two hours ahead lifts no ban
    ],
)
def test_nothing_is_compared_aloud_before_the_ban_is_lifted(
    mode: str, heard: int, clock: int, lifted: str, code: int, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Differences are figures too: exit 1, and not a vote in the answer; in live by the clock."""
    meta = {"epoch": "e", "version": "3", "at": f"2024-10-06T{heard}:00:00.000Z", "lifted_at": lifted}

    class Room:
        """What the arguments name, with a store that holds the papers."""

        night, scope = NIGHT, SimpleNamespace(mode=mode)

        def clock(self) -> datetime:
            """The hour it is."""
            return datetime(2024, 10, 6, clock, tzinfo=UTC)

        async def __aenter__(self) -> "Room":
            return self

        async def __aexit__(self, *ended: object) -> None:
            """Nothing to give back."""

        @property
        def store(self) -> "Room":
            """Itself."""
            return self

        async def read(self, contest: ContestId) -> Held:
            """The mayor's papers by two sources."""
            boxes: dict[SourceId, dict[str, bytes]] = {source: {} for source in NIGHT.sources}
            if contest == MAYOR:
                boxes[COUNCIL] = {str(UnitId(unit)): pack_unit(held) for unit, held in OURS.items()}
                boxes[PARTY] = {str(UnitId(unit)): pack_unit(held) for unit, held in THEIRS.items()}
            empty: dict[SourceId, dict[str, bytes]] = {source: {} for source in NIGHT.sources}
            return Held(meta, {}, {}, {}, boxes, empty, empty, 0, "")

    monkeypatch.setattr(deciding, "opened", lambda args: Room())
    parser = argparse.ArgumentParser()
    sources.arguments(parser)
    assert code == sources.run(parser.parse_args(["--json"]), Out(True))
    printed = capsys.readouterr()
    answer: Any = json.loads(printed.out.splitlines()[-1])
    assert ("party" in answer["contests"]["mayor"]) == (code == 0)
    assert ("160" in printed.err) == (code == 0)
