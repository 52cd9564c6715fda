"""The channels alerts leave by: one a file, and this table of them.

    CHANNELS["webhook"].send(told, target, means)

Know before changing: a name here stands in people's alerts.toml and in the ledger of past nights.
"""

from collections.abc import Mapping

from streams.alerts import apprise, email, slack, webhook
from streams.alerts.channel import Channel

CHANNELS: Mapping[str, Channel] = {
    channel.id: channel for channel in (webhook.CHANNEL, slack.CHANNEL, email.CHANNEL, apprise.CHANNEL)
}
