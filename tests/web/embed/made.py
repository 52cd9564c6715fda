"""Requests for embeds and overlays, and options as an address would give them."""

from election.night import ContestId
from tests.web.asking import answers, ask, counted
from web.embed.options import Options
from web.face import Snapshot
from web.policy import Outside
from web.replies import Answer, Request

ALLOWED = Outside("https://results.example", ("https://news.example",))


def asked(target: str, outside: Outside = ALLOWED, **headers: str) -> Answer:
    """What a gateway that shows the whole practice night answers."""
    made = answers(counted())
    made.outside = outside
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(made, Request("GET", target, named))


def options(shown: Snapshot, lang: str = "en", theme: str = "auto") -> Options:
    """The options of an embed of this snapshot."""
    return Options(ContestId(str(shown["contest"])), lang, theme, "party", "e1:1", dict(shown))
