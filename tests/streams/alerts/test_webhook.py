"""Whether a webhook is what Standard Webhooks says, so that receivers can verify it with any library."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook

from election.wire.delivered import Target
from election.wire.records import DATA_DEPTH_MAX
from streams.alerts.channel import NotDeliveredError
from streams.alerts.webhook import render, send, sign
from tests.streams import facts
from tests.streams.alerts.means import NOW, SECRETS, means

FACT = facts.told(7, "call-made", d={"choice": "imamoglu", "cushion_votes": 1204})


def test_the_body_is_the_whole_fact() -> None:
    """Type, time and data; nothing that a receiver would have to guess."""
    body = json.loads(render(FACT))
    assert ["type", "timestamp", "data"] == list(body)
    assert ("call-made", "2024-10-06T17:07:00.000Z") == (body["type"], body["timestamp"])
    data = body["data"]
    assert (FACT.id, "replay", "practice", "", "mayor", 7) == tuple(
        data[name] for name in ("id", "mode", "night", "session", "contest", "seq")
    )
    assert FACT.title["tr"] == data["title"]["tr"]
    assert FACT.d == data["d"]
    assert ("imamoglu", 1204) == (data["d"]["choice"], data["d"]["cushion_votes"])


def test_what_a_ruling_may_say_at_most_can_be_sent() -> None:
    """Its data stands two levels deeper here than in the log, and what is too deep is not written at all."""
    data: object = {}
    for _ in range(DATA_DEPTH_MAX - 1):
        data = {"x": data}
    told = facts.told(7, "annulled", d={"data": data})
    assert data == json.loads(render(told))["data"]["d"]["data"]


def test_the_same_fact_is_the_same_bytes() -> None:
    """A repeat differs in nothing but its hour."""
    assert render(FACT) == render(FACT)


def test_every_secret_signs() -> None:
    """While one takes the place of another, a receiver with either is satisfied."""
    now = datetime.now(UTC)
    headers = sign(render(FACT), FACT.id, [SECRETS["OLD"], SECRETS["NEW"]], now)
    assert 2 == len(headers["webhook-signature"].split(" "))
    assert (FACT.id, str(int(now.timestamp()))) == (headers["webhook-id"], headers["webhook-timestamp"])
    for name in ("OLD", "NEW"):
        assert Webhook(SECRETS[name]).verify(render(FACT), headers) == json.loads(render(FACT))


def test_an_hour_of_another_zone_is_the_same_hour() -> None:
    """The signing library takes any clock for UTC."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=3)))
    assert sign(b"{}", "a", [SECRETS["OLD"]], NOW) == sign(b"{}", "a", [SECRETS["OLD"]], elsewhere)


@pytest.mark.parametrize("name", ["ODD", "BAD", "MARKS"])
async def test_a_secret_that_is_none_is_said_by_its_name(name: str) -> None:
    """Never by its value; trying again would not help."""
    with pytest.raises(NotDeliveredError, match=name) as caught:
        await send(FACT, Target("webhook", "https://newsroom.example/", name), means())
    assert caught.value.hopeless
    assert SECRETS[name] not in str(caught.value)
