"""Alerts in Slack, by an incoming webhook: a heading and a few lines as blocks, the same as plain text.

Know before changing: whoever knows the URL can post, so it is a secret and stands in the environment. Texts
are escaped as Slack asks (& < >), so that nothing in a fact becomes a link or a mention.
"""

import orjson

from election.alerts import Told
from election.wire.delivered import Target
from streams.alerts.channel import Channel, Means, address_of
from streams.alerts.outgoing import fault, post
from streams.alerts.texts import lines, subject

HEADING_CHARACTERS_MAX = 150
"""Slack's limit for a heading; a longer title is cut there and stands whole in the text."""
SECTION_CHARACTERS_MAX = 3000


def escaped(text: str) -> str:
    """A text in which nothing is a link, a mention or formatting of Slack's."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def render(told: Told, language: str) -> bytes:
    """The payload: text for notifications, blocks for reading."""
    title = subject(told, language)
    body = "\n".join(lines(told, language))
    short = title if len(title) <= HEADING_CHARACTERS_MAX else title[: HEADING_CHARACTERS_MAX - 1] + "…"
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": short, "emoji": False}},
        {"type": "section", "text": {"type": "mrkdwn", "text": _cut(escaped(body)), "verbatim": True}},
    ]
    return orjson.dumps({"text": escaped(f"{title}\n{body}"), "blocks": blocks})


def _cut(text: str) -> str:
    return text if len(text) <= SECTION_CHARACTERS_MAX else text[: SECTION_CHARACTERS_MAX - 1] + "…"


async def send(told: Told, target: Target, means: Means) -> None:
    """One try. Raises NotDeliveredError."""
    headers = {"content-type": "application/json", "user-agent": "sandik"}
    body = render(told, target.language)
    await post(
        address_of(target, CHANNEL, means), body, headers, target, means.settings.deliver_answers_within_s
    )


CHANNEL = Channel("slack", "url_env", send, fault, fetches=True)
