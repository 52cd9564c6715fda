"""Whether every channel is described so that a subscription can be read and a secret stays one."""

import pytest

from election.wire.delivered import Target
from streams.alerts import CHANNELS
from streams.alerts.channel import NotDeliveredError, address_of
from tests.streams.alerts.means import means


def test_the_table_names_each_channel_by_its_own_name() -> None:
    """The name stands in people's files and in the ledger of past nights."""
    assert ["webhook", "slack", "email", "apprise"] == list(CHANNELS)
    assert all(name == channel.id for name, channel in CHANNELS.items())


def test_an_address_that_is_a_secret_comes_from_the_environment() -> None:
    """One that is not set fails the try and is named; its value is nowhere."""
    target = Target("slack", "HOOK")
    slack = CHANNELS["slack"]
    assert slack.in_environment
    assert "https://hooks.example/x" == address_of(target, slack, means(HOOK="https://hooks.example/x"))
    with pytest.raises(NotDeliveredError, match="the environment has no HOOK") as caught:
        address_of(target, slack, means())
    assert not caught.value.hopeless


def test_an_address_that_is_none_is_used_as_it_stands() -> None:
    """A webhook's URL is no secret: what it is sent is signed."""
    webhook = CHANNELS["webhook"]
    assert not webhook.in_environment
    assert "https://a.example/" == address_of(Target("webhook", "https://a.example/"), webhook, means())
