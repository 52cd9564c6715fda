"""The name under which an answer is saved: it says of which night the figures are, and in which mode.

    saved = Saved("istanbul-2019-06-23-replay")
    saved.named(path, query, made)      an Answer, or one that is still made, with Content-Disposition

A file that is on somebody's disk has no page around it that says replay or rehearsal (RFC 6266; `inline`: it
is shown as before, and only saved under this name).
"""

import re
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from web.replies import Answer

FIGURES = ("card", "export", "series", "snapshot")
"""The first part of the path of what holds figures and is no page."""
STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


class Saved:
    """Names of one night's files."""

    def __init__(self, label: str) -> None:
        """`label` is night and mode."""
        self._label = label

    def name(self, path: str, query: Mapping[str, Sequence[str]]) -> str | None:
        """What `/export/areas.csv` is saved as: the night, the mode, the contest if one is named; or None."""
        where, _, rest = path.removeprefix("/").partition("/")
        if where not in FIGURES or not rest:
            return None
        parts = [self._label, *query.get("contest", ())[:1], *rest.split("/")]
        return STRANGE.sub("_", "-".join(filter(None, parts)))

    def named(
        self, path: str, query: Mapping[str, Sequence[str]], made: Answer | Awaitable[Answer]
    ) -> Answer | Awaitable[Answer]:
        """The same answer with its name, where it has one."""
        name = self.name(path, query)
        if name is None:
            return made
        return _with(made, name) if isinstance(made, Answer) else _later(made, name)


async def _later(made: Awaitable[Answer], name: str) -> Answer:
    return _with(await made, name)


def _with(made: Answer, name: str) -> Answer:
    if made.status is not HTTPStatus.OK:
        return made
    headers = {**made.headers, "Content-Disposition": f'inline; filename="{name}"'}
    return replace(made, headers=headers)
