"""What is answered under /overlay/: graphics for a picture, with nothing behind them.

    /overlay/lower-third?contest=mayor&lang=tr&delay=10&palette=safe
    /overlay/tiles

Know before changing: who may frame them is said as for an embed, because playout machines do.
"""

from collections.abc import Awaitable

from web.asked import Asked
from web.embed.answer import guarded, kept_page
from web.embed.options import NoSuchError, delay_s, read
from web.overlay.page import KINDS, page
from web.replies import Answer


def answer(asked: Asked) -> Answer | Awaitable[Answer]:
    """The overlay, or what is wrong with its address."""
    return guarded(asked, _answer)


def _answer(asked: Asked) -> Answer | Awaitable[Answer]:
    name = asked.rest.rstrip("/")
    if name not in KINDS:
        raise NoSuchError(f"There is no such overlay; there is {', '.join(KINDS)}: /overlay/lower-third.")
    options, delay = read(asked), delay_s(asked)
    key = f"/overlay/{name}/{options.key}/{delay}"
    return kept_page(asked, options, key, lambda of_now: page(name, of_now, delay))
