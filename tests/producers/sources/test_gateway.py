"""Another Sandık's gateway as a feed."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from election.errors import UsageError
from election.night import ContestId, LevelId, SourceId
from election.wire.frames import dumps
from producers.sources.fetched import Fetched, TroubleError
from producers.sources.gateway import Gateway, addresses
from producers.sources.http import Asker, Limits
from tests.producers.sources.feeds import Answer, Asked, Site, reply, site
from tests.web.shapes import COUNCIL, Moment, begun, counted

NOW = datetime(2024, 10, 6, 20, 0, tzinfo=UTC)
FULL = counted()
NIGHT = FULL.night
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


def serving(moment: Moment) -> Callable[[Asked], Answer]:
    """A gateway that shows this moment; what is known already is a 304."""

    def answer(asked: Asked) -> Answer:
        contest = ContestId(asked.target.partition("contest=")[2].partition("&")[0])
        snapshot = moment.shown(contest).snapshot
        tag = f'"{snapshot["epoch"]}:{snapshot["version"]}:{snapshot["embargo"]["state"]}"'
        if asked.headers.get("if-none-match") == tag:
            return NOT_MODIFIED
        return reply(moment.table(contest), ETag=tag, Content_Type="text/csv")

    return answer


class Reader:
    """A gateway as a source, its site and what it says."""

    def __init__(self, web: Site, mode: str = "replay") -> None:
        self.web, self.said = web, list[str]()
        asker = Asker(Limits(10**7, 5.0))
        source = NIGHT.sources[COUNCIL]
        self.gateway = Gateway(web.url, NIGHT, source, mode, asker, self.said.append, lambda: NOW)

    async def look(self) -> Fetched | None:
        """What is new, if anything."""
        found = await self.gateway.look()
        return found[0] if found else None


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    """A reader of a gateway that shows the whole practice night."""
    async with site() as web:
        web.answer = serving(FULL)
        found = Reader(web)
        yield found
        await found.gateway.close()


async def test_all_contests_are_one_table(reader: Reader) -> None:
    """Or whoever compares would take the others away."""
    found = await reader.look()
    assert found is not None
    assert (NOW, False) == (found.heard_at, found.stated)
    text = b"".join(found.lines)
    assert text == b"".join(FULL.table(contest) for contest in NIGHT.contests)
    assert [f"/export/boxes.csv?contest={contest}" for contest in NIGHT.contests] == [
        asked.target for asked in reader.web.asked
    ]


async def test_what_did_not_change_is_not_fetched_again_and_still_in_the_table(reader: Reader) -> None:
    """One contest moves, the others are 304: the next table holds all of them."""
    first = await reader.look()
    assert first is not None
    first.settled()
    assert await reader.look() is None
    moved = next(iter(NIGHT.contests))
    before = reader.web.answer
    changed = FULL.table(moved).replace(b"counted", b"missing", 1)
    reader.web.answer = lambda asked: reply(changed) if f"={moved}" in asked.target else before(asked)
    second = await reader.look()
    assert second is not None
    text = b"".join(second.lines)
    assert changed + b"".join(FULL.table(other) for other in list(NIGHT.contests)[1:]) == text


async def test_what_was_not_settled_is_given_again(reader: Reader) -> None:
    """From what is kept: it is not fetched twice."""
    first, second = await reader.look(), await reader.look()
    assert first is not None
    assert second is not None
    assert b"".join(second.lines).startswith(b"contest,source")


async def test_before_its_embargo_opens_nothing_is_given_and_that_is_said(reader: Reader) -> None:
    """It is waited for, at the usual pace; then it is given."""
    reader.web.answer = serving(begun())
    with pytest.raises(TroubleError, match=r"its embargo is not open .*nothing is sent") as caught:
        await reader.look()
    assert caught.value.waiting
    reader.web.answer = serving(FULL)
    assert await reader.look() is not None


async def test_a_replay_s_gateway_cannot_feed_a_live_night() -> None:
    """Whatever it shows."""
    async with site() as web:
        web.answer = serving(FULL)
        live = Reader(web, "live")
        with pytest.raises(TroubleError, match="this gateway is of a replay, and this is live") as caught:
            await live.look()
        assert caught.value.foreign
        await live.gateway.close()


async def test_a_gateway_that_lags_is_left_alone(reader: Reader) -> None:
    """Behind one address there may be several; an older version of the same epoch is nothing new."""
    for version in (7, 5):
        ending = b",%d\r\n" % version
        tables = {contest: FULL.table(contest).replace(b",1\r\n", ending) for contest in NIGHT.contests}
        reader.web.answer = lambda asked, tables=tables: reply(  # type: ignore[misc]
            tables[ContestId(asked.target.partition("contest=")[2])]
        )
        found = await reader.look()
        assert (version == 5) == (found is None)
        if found is not None:
            found.settled()
    assert await reader.look() is None
    assert await reader.look() is None
    assert 1 == len(reader.said)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(b""), "empty"),
        (reply(b"<!doctype html><title>Board</title>"), "a web page"),
        (reply(b"box,voters\n1,2\n"), "neither a table of boxes nor a snapshot"),
        (reply(b"", "503 Wait", Retry_After="2"), "asks not to be asked"),
    ],
)
async def test_what_is_no_gateway_s_answer_is_said(reader: Reader, answer: bytes, why: str) -> None:
    """And what is kept stays as it was."""
    reader.web.says(answer)
    with pytest.raises(TroubleError, match=why):
        await reader.look()
    reader.web.answer = serving(FULL)
    assert await reader.look() is not None


async def test_a_source_of_areas_reads_snapshots() -> None:
    """One line a contest."""
    source = replace(NIGHT.sources[COUNCIL], id=SourceId("agency"), level=LevelId("town"))
    async with site() as web:
        web.answer = lambda asked: reply(
            dumps(FULL.shown(ContestId(asked.target.split("/")[-1].removesuffix(".json"))).snapshot)
        )
        gateway = Gateway(
            web.url, NIGHT, source, "replay", Asker(Limits(10**7, 5.0)), list[str]().append, lambda: NOW
        )
        (found,) = await gateway.look()
        assert len(NIGHT.contests) == len(b"".join(found.lines).splitlines())
        await gateway.close()


def test_the_address_names_contests_and_source() -> None:
    """Below whatever path the gateway is served."""
    boxes = NIGHT.sources[COUNCIL]
    found = addresses("https://a.org/sandik/?contest=mayor&source=party", NIGHT, boxes)
    assert {"mayor": "https://a.org/sandik/export/boxes.csv?contest=mayor&source=party"} == found


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://a.org/?contest=dance", "no contest 'dance'"),
        ("https://a.org/?key=1", "takes contest and source alone"),
        ("https://a.org/export/boxes.csv", "the address of the gateway's page"),
        ("ftp://a.org/", "no address"),
    ],
)
def test_an_address_that_cannot_mean_it_is_said(address: str, why: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(UsageError, match=why):
        addresses(address, NIGHT, NIGHT.sources[COUNCIL])


def test_another_count_of_areas_cannot_be_had() -> None:
    """A snapshot is of the published one."""
    source = replace(NIGHT.sources[COUNCIL], level=LevelId("town"))
    with pytest.raises(UsageError, match="published count only"):
        addresses("https://a.org/?source=party", NIGHT, source)
