"""rehearsal_night: what a newsroom's own tests stand on, tried as they would."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from election.errors import OutsideError, UsageError
from election.wire.records import Bundle
from sandik import outcome, recordings
from sandik.folders import load
from sandik.rehearsal_night import rehearsal_night
from tests.web.house import Watcher, until

PAGE = Path(__file__).parents[2] / "docs" / "test-your-graphics.md"


async def test_a_night_is_played_step_by_step_and_ends_as_it_must() -> None:
    """Nothing before the first hour, an hour's standing at that hour, then the ending; a client follows."""
    async with rehearsal_night("practice") as night:
        assert 0 == (await night.snapshot("mayor"))["counted"]["boxes"]
        client = Watcher(night.socket, "mayor")
        assert await night.play(until="18:00") > 0
        middle = await night.snapshot("mayor")
        assert 0 < middle["received"]["boxes"] < middle["received"]["boxes_total"]
        await until(lambda: _shown(client) == middle["hash"])
        assert await night.play() > 0
        last = await night.snapshot("mayor")
        await until(lambda: _shown(client) == last["hash"])
        assert [] == client.viewer.faults
        await client.close()
        assert ("rehearsal", 0) == (last["mode"], await night.play())
        assert night.ending is not None
        assert [] == list(outcome.differences(await night.outcome(), night.ending))
        assert () == night.unreadable


def _shown(client: Watcher) -> object:
    copy = client.viewer.copies.get("mayor")
    return copy and copy.shown.get("hash")


async def test_a_paper_of_the_tests_own_and_a_gateway_that_dies() -> None:
    """A correction shows; the gateway comes back by itself with the same standing."""
    async with rehearsal_night("practice") as night:
        await night.play()
        before = await night.snapshot("mayor")
        folder = load("practice")
        papers = [  # of the published count
            one for one in recordings.records(folder.recording, folder.night, print)
            if isinstance(one, Bundle) and one.contest == "mayor" and one.source == "council"
        ]  # fmt: skip
        first = papers[0]
        await night.send([replace(first, id="", revision=99, cause="withdrawn")])
        after = await night.snapshot("mayor")
        assert len(first) == before["counted"]["boxes"] - after["counted"]["boxes"]
        await night.kill("gateway")
        await night.settled()
        assert after["hash"] == (await night.snapshot("mayor"))["hash"]


async def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    """A night that is not there, a room that is none, programs that are gone."""
    with pytest.raises(UsageError, match="There is no night 'practise': did you mean practice"):
        async with rehearsal_night("practise"):
            pass
    async with rehearsal_night("practice") as night:
        with pytest.raises(UsageError, match="There is no room 'broker'"):
            await night.kill("broker")
        await night._house.kill("broker", 0.0)
        with pytest.raises(OutsideError):
            await night.play()


async def test_the_program_of_the_page_passes() -> None:
    """As a newsroom copies it: the ban, the call, a gateway that dies, and the end."""
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    copied: dict[str, Any] = {}
    exec(compile(program, str(PAGE), "exec"), copied)
    await copied["test_our_lower_third"]()
