"""One address asked over a real socket: every way in which it can go wrong is a sentence, and never half a
body."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Mapping

import pytest

from producers.sources.fetched import TroubleError
from producers.sources.http import Asker, Got, Limits
from tests.producers.sources.feeds import Site, Write, reply, site

LIMITS = Limits(bytes_max=100_000, within_s=5.0)
TEXT = b"box,voters\nn-1,100\n"


@pytest.fixture
async def web() -> AsyncIterator[Site]:
    """A site of the test's own."""
    async with site() as found:
        yield found


async def got(
    url: str, limits: Limits = LIMITS, token: str = "", validators: Mapping[str, str] | None = None
) -> Got:
    """One answer; its body is read and closed by the caller."""
    asker = Asker(limits, token)
    try:
        return await asker.get(url, validators or {})
    finally:
        await asker.close()


async def why(url: str, limits: Limits = LIMITS) -> TroubleError:
    """What is said of an answer that cannot be used."""
    with pytest.raises(TroubleError) as caught:
        await got(url, limits)
    return caught.value


def text(answer: Got) -> bytes:
    """The whole body."""
    assert answer.body is not None
    found = b"".join(answer.body.pieces())
    answer.body.close()
    return found


async def test_an_answer_is_its_headers_and_its_whole_body(web: Site) -> None:
    """What is asked says what we take and who we are, and nothing of cookies."""
    web.says(reply(TEXT, ETag='"1"', Set_Cookie="a=b"))
    found = await got(web.url)
    assert (TEXT, '"1"') == (text(found), found.headers["etag"])
    assert ("gzip", "sandik") == tuple(
        web.asked[0].headers[name] for name in ("accept-encoding", "user-agent")
    )
    assert "cookie" not in web.asked[0].headers


async def test_304_is_no_body(web: Site) -> None:
    """What is known is sent along."""
    web.says(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    found = await got(web.url, validators={"if-none-match": '"1"'})
    assert found.body is None
    assert '"1"' == web.asked[0].headers["if-none-match"]


async def test_a_packed_answer_is_unpacked(web: Site) -> None:
    """By its Content-Encoding."""
    web.says(reply(gzip.compress(TEXT), Content_Encoding="gzip"))
    assert TEXT == text(await got(web.url))


async def test_a_packing_nobody_asked_for_is_said(web: Site) -> None:
    """It is not guessed at."""
    web.says(reply(b"?", Content_Encoding="br"))
    assert "packed as 'br'" in str(await why(web.url))


async def test_a_token_is_sent_to_the_address_and_never_said(web: Site) -> None:
    """A bearer's, unless it says of what kind it is."""
    web.says(reply(TEXT))
    text(await got(web.url, token="s3cret"))
    text(await got(web.url, token="Basic eA=="))
    assert ["Bearer s3cret", "Basic eA=="] == [asked.headers["authorization"] for asked in web.asked]


@pytest.mark.parametrize(
    ("answer", "sentence", "after_s"),
    [
        (reply(b"", "500 Internal Server Error"), "it answers 500 (Internal Server Error)", 0.0),
        (reply(b"", "503 Wait", Retry_After="7"), "asks not to be asked for 7 s", 7.0),
        (reply(b"", "429 Wait", Retry_After="9"), "asks not to be asked for 9 s", 9.0),
        (reply(b"", "404 No"), "it answers 404 (Not Found)", 0.0),
        (reply(b"", "401 No"), "is a sign-in needed (--token-env)?", 0.0),
        (reply(b"", "403 No"), "is a sign-in needed (--token-env)?", 0.0),
        (reply(b"", "204 Empty"), "it answers 204", 0.0),
        (reply(b"part", "206 Part"), "it answers 206", 0.0),
        (reply(b"", "799 What"), "it answers 799", 0.0),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "no answer that can be read", 0.0),
        (b"", "no answer that can be read", 0.0),
    ],
)
async def test_any_other_answer_is_a_sentence(
    web: Site, answer: bytes, sentence: str, after_s: float
) -> None:
    """With how long it asked not to be asked again."""
    web.says(answer)
    found = await why(web.url)
    assert sentence in str(found)
    assert after_s == found.after_s


@pytest.mark.parametrize(
    "half",
    [
        reply(TEXT, length=len(TEXT) + 5),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbox,v\r\n",
        reply(gzip.compress(TEXT)[:-3], Content_Encoding="gzip"),
    ],
)
async def test_half_a_body_is_nothing(web: Site, half: bytes) -> None:
    """A download that breaks off is not a short table."""
    web.says(half)
    found = str(await why(web.url))
    assert "broke off" in found
    assert "nothing of it is taken" in found


async def test_an_answer_that_says_it_is_too_large_is_not_read(web: Site) -> None:
    """By its Content-Length alone."""
    web.says(reply(b"", length=10**12))
    assert "more than 100000 bytes" in str(await why(web.url))


async def test_an_endless_body_is_cut_at_the_limit(web: Site) -> None:
    """It ends the connection; nobody reads on."""

    async def endless(write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await write(b"n-1,100\n" * 1000)

    web.says(endless)
    assert "more than 100000 bytes" in str(await why(web.url))


async def test_a_small_packed_body_that_unpacks_without_end_is_cut_too(web: Site) -> None:
    """The limit is also of what it becomes."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeeze.compress(bytes(2**20)) for _ in range(32)) + squeeze.flush()
    assert len(bomb) < LIMITS.bytes_max
    web.says(reply(bomb, Content_Encoding="gzip"))
    assert "more than 100000 bytes" in str(await why(web.url))


async def test_a_body_that_trickles_is_given_up_at_the_limit_of_time(web: Site) -> None:
    """A byte now and then is not enough to hold us for ever."""

    async def slow(write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            await write(b"x")
            await asyncio.sleep(0.01)

    web.says(slow)
    assert "no whole answer within 0.2 s" in str(await why(web.url, Limits(1000, 0.2)))


async def test_silence_is_given_up_too(web: Site) -> None:
    """Connected, and then nothing."""

    async def silent(write: Write) -> None:
        await asyncio.Event().wait()

    web.says(silent)
    assert "no whole answer within 0.2 s" in str(await why(web.url, Limits(1000, 0.2)))


async def test_a_redirect_on_the_same_host_is_followed(web: Site) -> None:
    """With the same validators."""
    web.says(reply(b"", "302 Found", Location="/there"), reply(TEXT))
    assert TEXT == text(await got(web.url, validators={"if-none-match": '"1"'}))
    assert [("/", '"1"'), ("/there", '"1"')] == [
        (asked.target, asked.headers["if-none-match"]) for asked in web.asked
    ]


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/latest/meta-data", "http://localhost/", "http://127.0.0.1:1/"]
)
async def test_a_redirect_elsewhere_is_not(web: Site, location: str) -> None:
    """Least of all inward, to what only this machine can reach."""
    web.says(reply(b"", "302 Found", Location=location))
    assert "another host" in str(await why(web.url))
    assert 1 == len(web.asked)


async def test_redirects_in_a_circle_end(web: Site) -> None:
    """After a few."""
    web.says(reply(b"", "302 Found", Location="/"))
    assert "redirects more than 5 times" in str(await why(web.url))


async def test_nobody_there_is_a_sentence_without_the_address() -> None:
    """The address may hold a key."""
    async with site() as gone:
        url = gone.url
    found = str(await why(f"{url}?key=s3cret"))
    assert "no connection" in found
    assert "s3cret" not in found
