"""The addresses beside the board, its files and its snapshots: who answers, by the first part of the path.

    answer = ROUTES[asked.where](asked)

Know before changing: one line an address. A page that others may put into theirs brings its own content
security policy in the headers of its answer (`policy`). A page that holds nothing of the count before
somebody signs in stands in OPEN, because whoever has a token must be able to open it.
"""

from collections.abc import Mapping

from web.asked import Route

ROUTES: Mapping[str, Route] = {}
OPEN = frozenset({"desk", "replay"})
"""Pages without a word of the count in them: on a private gateway too they need no token."""
