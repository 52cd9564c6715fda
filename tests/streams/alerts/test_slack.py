"""Whether a fact becomes a message that Slack takes, in which nothing is a link or a mention by accident."""

import dataclasses
import json

from hypothesis import given
from hypothesis import strategies as st

from streams.alerts.slack import HEADING_CHARACTERS_MAX, SECTION_CHARACTERS_MAX, escaped, render
from tests.streams import facts

FACT = facts.told(1, "sources-disagree")


def test_a_message_has_a_heading_and_a_text() -> None:
    """The text alone is what a notification shows."""
    body = json.loads(render(FACT, "en"))
    heading, section = body["blocks"]
    assert ("header", FACT.title["en"]) == (heading["type"], heading["text"]["text"])
    assert FACT.because["en"] in section["text"]["text"]
    assert body["text"].startswith(FACT.title["en"])


LONG = st.builds(lambda text, times: text * times, st.text(max_size=20), st.integers(1, 400))


@given(LONG, LONG)
def test_it_is_never_longer_than_slack_takes(title: str, because: str) -> None:
    """A message that is refused for its length would be refused at every try."""
    fact = dataclasses.replace(FACT, title={"en": title}, because={"en": because})
    heading, section = json.loads(render(fact, "en"))["blocks"]
    assert 0 < len(heading["text"]["text"]) <= HEADING_CHARACTERS_MAX
    assert 0 < len(section["text"]["text"]) <= SECTION_CHARACTERS_MAX


def test_marks_with_a_meaning_are_escaped() -> None:
    """`<!channel>` would wake up everybody."""
    assert "&lt;!channel&gt; &amp; &lt;https://a&gt;" == escaped("<!channel> & <https://a>")
    fact = dataclasses.replace(FACT, because={"en": "<!channel>"})
    assert b"<!channel>" not in render(fact, "en")
