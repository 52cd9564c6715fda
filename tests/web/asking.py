"""Plain requests as a browser or a program makes them, for tests of answers.

Know before changing: an answer that has to be waited for is waited for here, so that tests read alike.
"""

import asyncio
import inspect
from collections.abc import Awaitable

from election.errors import OutsideError
from election.night import ContestId, SourceId
from tests.web.made import Worker, hub, night, records
from web import pages
from web.answers import Answers
from web.exporting import Exports
from web.held import Boxes
from web.hub import Hub
from web.past import Past
from web.replies import Answer, Request
from web.words import languages

MAYOR = ContestId("mayor")
FILES = {"board.js": b"export {};\n" * 100, "icon.svg": b"<svg/>", "odd.bin": b"\0\1"}


async def no_boxes(contest: ContestId, source: SourceId) -> Boxes:
    """A store that is away."""
    raise OutsideError("The store does not give out its boxes now; try again shortly.")


def answers(
    of: Hub, *, ready: bool = True, exports: Exports | None = None, past: Past | None = None
) -> Answers:
    """The answers of a gateway that reached its store, with three files and the real page."""
    made = Answers(
        of, FILES, lambda shown, lang, contests: pages.board(shown, lang, contests=contests), pages.style,
        languages(), exports or Exports(of, night(), no_boxes), past,
    )  # fmt: skip
    made.ready = ready
    return made


def counted(share: float = 1.0) -> Hub:
    """A hub that shows the practice night, or the first part of it."""
    to, worker = hub(night()), Worker(night())
    for contest, _ in worker.count(records()[: int(len(records()) * share)]):
        to.hold(contest, worker.state(contest))
    to.turn(0.0)
    return to


def get(of: Answers, target: str, method: str = "GET", **headers: str) -> Answer:
    """A request as a browser would make it; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(of, Request(method, target, named))


def ask(of: Answers, request: Request) -> Answer:
    """The answer, whether it comes at once or later."""
    answer = of.answer(request)
    return asyncio.run(_later(answer)) if inspect.isawaitable(answer) else answer


async def _later(answer: Awaitable[Answer]) -> Answer:
    return await answer
