"""An address asked again and again: given when it is new, and only then."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from producers.sources.fetched import Fetched, TroubleError
from producers.sources.http import Asker, Limits
from producers.sources.polled import Polled
from tests.producers.sources.feeds import Site, reply, site
from tests.producers.sources.test_asking import http

NOW = datetime(2024, 10, 6, 18, 0, tzinfo=UTC)
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


class Watch:
    """A poller, its site, its clock and what it says."""

    def __init__(self, web: Site, query: str = "") -> None:
        self.web, self.now, self.said = web, NOW, list[str]()
        asker = Asker(Limits(10**6, 5.0))
        self.polled = Polled(
            f"{web.url}now.csv{query}", asker, NOW - timedelta(days=1), self.said.append, lambda: self.now
        )

    async def look(self) -> Fetched | None:
        """What is new, if anything."""
        found = await self.polled.look()
        assert len(found) < 2
        return found[0] if found else None


@pytest.fixture
async def watch() -> AsyncIterator[Watch]:
    """A poller of a site of the test's own."""
    async with site() as web:
        found = Watch(web)
        yield found
        await found.polled.close()


def sent(watch: Watch) -> list[tuple[str | None, str | None]]:
    """The validators of each request."""
    return [
        (asked.headers.get("if-none-match"), asked.headers.get("if-modified-since"))
        for asked in watch.web.asked
    ]


async def test_what_was_settled_is_asked_about_and_not_given_again(watch: Watch) -> None:
    """ETag and Last-Modified go along; a 304 is nothing new."""
    modified = http(NOW - timedelta(minutes=1))
    watch.web.says(reply(b"a\nb\n", ETag='"1"', Last_Modified=modified), NOT_MODIFIED)
    found = await watch.look()
    assert found is not None
    assert (NOW - timedelta(minutes=1), True) == (found.heard_at, found.stated)
    assert [b"a\n", b"b\n"] == list(found.lines)
    found.settled()
    assert await watch.look() is None
    assert [(None, None), ('"1"', modified)] == sent(watch)


async def test_what_was_not_settled_is_given_again(watch: Watch) -> None:
    """Whoever could not take it is given it at the next look, whole."""
    watch.web.says(reply(b"a\n", ETag='"1"'))
    first, second = await watch.look(), await watch.look()
    assert first is not None
    assert second is not None
    assert [b"a\n"] == list(second.lines)
    assert [(None, None), (None, None)] == sent(watch)


async def test_another_etag_around_the_same_content_is_nothing_new(watch: Watch) -> None:
    """Nor is another Last-Modified, or another packing; the newest validators are sent from then on."""
    watch.web.says(reply(b"a\n", ETag='"1"'), reply(b"a\n", ETag='"2"'), reply(b"a\n", ETag='"3"'))
    found = await watch.look()
    assert found is not None
    found.settled()
    assert [None, None] == [await watch.look(), await watch.look()]
    assert [None, '"1"', '"2"'] == [tag for tag, _ in sent(watch)]


async def test_a_sign_in_page_with_status_200_is_no_table(watch: Watch) -> None:
    """It is said, and what was settled before stays settled."""
    watch.web.says(
        reply(b"a\n", ETag='"1"'),
        reply(b"<!doctype html><title>Giris</title>", ETag='"2"'),
        NOT_MODIFIED,
    )
    found = await watch.look()
    assert found is not None
    found.settled()
    with pytest.raises(TroubleError, match=r"a web page .*Giris.* and no feed"):
        await watch.look()
    assert await watch.look() is None
    assert '"1"' == sent(watch)[-1][0]


async def test_an_empty_answer_is_no_empty_table(watch: Watch) -> None:
    """Nothing at all is what a broken server says."""
    watch.web.says(reply(b""))
    with pytest.raises(TroubleError, match="empty"):
        await watch.look()


async def test_a_clock_that_is_wrong_is_said_once_and_ours_is_taken(watch: Watch) -> None:
    """However many seconds it is off at each look."""
    watch.web.answer = lambda asked: reply(
        b"%d\n" % len(watch.web.asked),
        Last_Modified=http(NOW),
        Date=http(NOW + timedelta(seconds=100 + len(watch.web.asked))),
    )
    for _ in range(3):
        found = await watch.look()
        assert found is not None
        assert (NOW, False) == (found.heard_at, found.stated)
        found.settled()
    assert 1 == len(watch.said)
    assert "ahead of ours" in watch.said[0]


async def test_a_table_from_before_the_last_one_keeps_its_own_time(watch: Watch) -> None:
    """What an old copy of a cache says is told from what is new by whoever compares."""
    watch.web.says(
        reply(b"b\n", Last_Modified=http(NOW - timedelta(minutes=1))),
        reply(b"a\n", Last_Modified=http(NOW - timedelta(minutes=9))),
    )
    new, old = await watch.look(), await watch.look()
    assert new is not None
    assert old is not None
    assert (NOW - timedelta(minutes=9), True) == (old.heard_at, old.stated)


async def test_a_key_in_the_address_is_never_said() -> None:
    """The name is what stands in every line."""
    async with site() as web:
        assert f"{web.url}now.csv?…" == Watch(web, "?key=s3cret").polled.name
