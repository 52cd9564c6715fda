"""The further blocks of the board, by their place on the page: one function a block, one line here.

    for section in AFTER_TILES: section(snapshot, face, filler, words)

Know before changing: a block that the browser fills in after its first paint is written with `html.late`; its
script and stylesheet are named as it is, its height is reserved in static/board.css, and it says something
true without JavaScript.
"""

from collections.abc import Callable

from web.after import after_night
from web.counts import counts_above, counts_below
from web.face import Face, Snapshot
from web.html import Filler, Html
from web.lead import over_time
from web.words import Words

Section = Callable[[Snapshot, Face, Filler, Words], Html]

AFTER_STAGE: tuple[Section, ...] = (after_night, counts_above)
"""Between the questions and the places."""
AFTER_TILES: tuple[Section, ...] = (over_time,)
"""Between the places and what was told."""
AFTER_TABLE: tuple[Section, ...] = (counts_below,)
"""Below the table of places."""


def blocks(sections: tuple[Section, ...], s: Snapshot, face: Face, f: Filler, w: Words) -> list[Html]:
    """The blocks of one place of the page."""
    return [section(s, face, f, w) for section in sections]
