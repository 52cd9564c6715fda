"""Whether the services Apprise speaks to are checked beforehand and a failure is a failure."""

import asyncio
import threading

import pytest

from election.wire.delivered import Target
from streams.alerts import apprise
from streams.alerts.apprise import check, render, send
from streams.alerts.channel import NotDeliveredError
from tests.streams import facts
from tests.streams.alerts.means import means

FACT = facts.told(1)
TO = Target("apprise", "OTHERS")


def test_an_url_that_no_service_has_is_said_beforehand() -> None:
    """With no word of the URL itself, in which a secret stands."""
    assert "" == check("json://127.0.0.1:9/", TO)
    assert "it is no URL that Apprise knows" == check("nothing://secret", TO)


def test_it_says_what_every_channel_says() -> None:
    """Title and reason."""
    title, body = render(FACT, "en")
    assert FACT.title["en"] == title
    assert FACT.because["en"] in body


async def test_a_service_that_does_not_take_it_fails_the_try() -> None:
    """Nobody listens at that port."""
    with pytest.raises(NotDeliveredError, match="could not deliver"):
        await send(FACT, TO, means(OTHERS="json://127.0.0.1:1/"))
    with pytest.raises(NotDeliveredError, match="knows") as caught:
        await send(FACT, TO, means(OTHERS="nothing://secret"))
    assert caught.value.hopeless


async def test_a_try_that_is_given_up_is_waited_for_and_stays_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However it ends: nobody hears of it any more, and a retraction does not overtake its call."""
    begun, goes_on = threading.Event(), threading.Event()

    def fails(*_: object) -> bool:
        begun.set()
        goes_on.wait()
        raise RuntimeError("a fault of the service")

    monkeypatch.setattr(apprise, "_notify", fails)
    trying = asyncio.create_task(send(FACT, TO, means(OTHERS="json://127.0.0.1:1/")))
    await asyncio.to_thread(begun.wait)
    trying.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    assert not trying.done()
    goes_on.set()
    await asyncio.wait({trying})
    assert trying.cancelled()
