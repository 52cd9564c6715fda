"""Takes in what was told: facts go from their topic to the store in the topic's order, each once.

    facts(night, scope, bytes_max, records)     what these records tell, and what is refused
    await TakesFacts(...).take_in(chapter)      applied at every contest

Know before changing: which fact is accepted hangs on the order of the topic alone (`lua/tell.lua`), so that a
store made again from the log has the same calls and alerts, and nobody is told anything twice. What a reader
of facts could not work with is refused here, so that it never comes into the store (`wire.told_fields`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from election.alerts import Told
from election.checks import Finding
from election.errors import RecordError
from election.night import ContestId, Night
from election.wire.told import decode
from election.wire.told_fields import fault
from election.wire.topics import Scope
from streams.answers import Applied
from streams.chain import Chain
from streams.counting import CannotCountError, Refuse
from streams.progress import Progress
from streams.refused import Refusal, refusal_record
from streams.spans import Fact, Received, Span, Tallied
from streams.store import Store
from streams.stretch import span_of


@dataclass(frozen=True)
class Chapter:
    """What was told in one stretch of the log, by contest, and what is refused."""

    span: Span
    facts: Mapping[ContestId, Sequence[Fact]]
    refused: Sequence[bytes] = field(default=())


def facts(night: Night, scope: Scope, refused_bytes_max: int, records: Sequence[Received]) -> Chapter:
    """What these records tell; nothing that can stand in one of them raises."""
    told: dict[ContestId, list[Fact]] = {contest: [] for contest in night.contests}
    refused: list[bytes] = []
    tallied: dict[int, Tallied] = {}
    for received in records:
        fact = _fact(received, night, scope)
        if isinstance(fact, Finding):
            refused.append(refusal_record(received, [Refusal(None, None, (fact,))], refused_bytes_max))
            tallied[received.offset] = {None: 1}
        else:
            kept = Fact(received.offset, fact.id, fact.prev, fact.seq, received.value)
            told[ContestId(fact.contest)].append(kept)
    return Chapter(span_of(records, tallied), told, refused)


def _fact(received: Received, night: Night, scope: Scope) -> Told | Finding:
    try:
        fact = decode(received.value, scope)
    except RecordError as error:
        return Finding(error.code, "E", error.place, str(error))
    return fault(fact, night) or fact


class TakesFacts:
    """Applies chapters to the store."""

    def __init__(self, store: Store, refuse: Refuse, progress: Progress) -> None:
        self.store, self._send, self._progress = store, refuse, progress
        self._chain = Chain(store)

    async def take_in(self, chapter: Chapter) -> None:
        """Applies a chapter at every contest. Raises CannotCountError, or OutsideError."""
        if chapter.refused:
            await self._send(chapter.refused)
        answers = await self._chain.handed(chapter.span, partial(self.store.tell, work=chapter.facts))
        for said in answers.values():
            if not isinstance(said, Applied):
                raise CannotCountError(said)
        self._progress.note([chapter.span])
