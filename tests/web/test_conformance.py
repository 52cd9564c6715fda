"""The gateway against everything that a websocket client can send: what it says, and that nobody notices."""

import asyncio
import logging
import re
from pathlib import Path

import pytest

from tests.web.conformance import FAMILIES, Case
from tests.web.house import Watcher, house, until
from tests.web.made import parts, records
from tests.web.raw import PING, Raw, frame

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "conformance.md"
LAST = "pong are you still there"


async def said_to(port: int, case: Case) -> tuple[str, ...]:
    """What a case is answered with, the last pong left out. A pong may overtake the answer to a text."""
    client = await Raw.websocket(port)
    try:
        await client.say(case.sent, case.pieces)
        heard = await client.until(number=len(case.heard))
        if not heard or not heard[-1].startswith("close"):
            await client.say(frame(PING, LAST.removeprefix("pong ").encode()))
        heard += await client.until(LAST)
    finally:
        client.leave()
    return tuple(word for word in heard if word != LAST)


FREE = {"heartbeat_s": 3600.0, "new_per_s": 1e6, "clients_per_address_max": 100_000}
"""One address may come as often as it likes, and no beat comes between."""


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_family(family: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every case ends as it must, nothing of it is an error of ours, and a neighbour gets every change."""
    cases = FAMILIES[family][1]
    caplog.set_level(logging.INFO)
    async with house(**FREE) as at:
        neighbour = Watcher(at.ws, "mayor")
        counted = parts(records(), max(1, len(records()) // len(cases)))
        wrong = []
        for case in cases:
            heard = await said_to(at.gateway.port, case)
            if not case.is_met_by(heard):
                wrong.append((case.name, case.heard, heard))
            if (batch := next(counted, None)) is not None:
                at.count(batch)
        assert [] == wrong
        await until(lambda: neighbour.shows(at) and len(at.gateway.hub) == 1)
        assert [] == neighbour.viewer.faults
        await neighbour.close()
    assert [] == [one.getMessage() for one in caplog.records if one.levelno > logging.INFO or one.exc_info]


async def test_all_at_once(caplog: pytest.LogCaptureFixture) -> None:
    """A crowd that sends nothing but rubbish costs the others nothing: they are answered meanwhile."""
    everything = [case for _, cases in FAMILIES.values() for case in cases if not case.pieces]
    async with house(**FREE) as at:
        neighbour = await Raw.websocket(at.gateway.port)
        crowd = asyncio.gather(*(said_to(at.gateway.port, case) for case in everything))
        answered = 0
        while not crowd.done():
            await neighbour.say(frame(PING, b"quick"))
            assert ["pong quick"] == await neighbour.until("pong quick")
            answered += 1
        found = zip(everything, await crowd, strict=True)
        assert [] == [(case.name, heard) for case, heard in found if not case.is_met_by(heard)]
        assert answered > 3, "it waited until the crowd was served"
        neighbour.leave()
        await until(lambda: len(at.gateway.hub) == 0)
    assert [] == [one.getMessage() for one in caplog.records if one.levelno > logging.INFO or one.exc_info]


def test_the_page_says_what_is_tried() -> None:
    """docs/reference/conformance.md has a row for each family, with the number of its cases."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    expected = [(family, about, str(len(cases))) for family, (about, cases) in FAMILIES.items()]
    assert expected == rows


def test_no_two_cases_have_one_name() -> None:
    """Else one of them would not be looked at."""
    names = [case.name for _, cases in FAMILIES.values() for case in cases]
    assert len(names) == len(set(names))
    assert all(case.family == family for family, (_, cases) in FAMILIES.items() for case in cases)
