"""Whether the services Apprise speaks to are checked beforehand and a failure is a failure."""

import pytest

from election.wire.delivered import Target
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
