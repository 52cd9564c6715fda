"""The addresses beside the board, its files and its snapshots: who answers, by the first part of the path.

    answer = ROUTES[asked.where](asked)

Know before changing: one line an address. A page that others may put into theirs brings its own content
security policy in the headers of its answer (`policy`). A page that holds nothing of the count before
somebody signs in stands in OPEN, because whoever has a token must be able to open it.
"""

from collections.abc import Mapping

from web import apart_page, card_png, map_tab, overview, part, series
from web.asked import Route
from web.desk import page as desk
from web.embed import answer as embeds
from web.overlay import answer as overlays
from web.replay import page as replay

ROUTES: Mapping[str, Route] = {
    "contests": overview.answer,
    "part": part.answer,
    "apart": apart_page.answer,
    "series": series.answer,
    "card": card_png.answer,
    "desk": desk.answer,
    "embed": embeds.answer,
    "map": map_tab.answer,
    "overlay": overlays.answer,
    "replay": replay.answer,
}
OPEN = frozenset({"desk", "replay"})
"""Pages without a word of the count in them: on a private gateway too they need no token."""
