"""What is told of a contest, for those who want every bit of it, in order: alerts and calls.

    story.hear(told)             everything told so far, as the store says it
    story.tell()                 for each who is there, what it has not been sent
    ear = story.ear(kinds, after)          one subscription, and where it stands
    ear.begin(client, seat, sub, "")       everything after its position; then it is there

Know before changing: nothing is skipped. Each subscription has a position of its own, which moves only with
what was given to the client; who is behind keeps its position and gets the rest when it has caught up. What
was told stays told: a store that is counted anew has less for a while, and nobody is told twice for that.
Nothing about totals is in a fact before the embargo opens (`election.telling`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from election.alerts import Told
from election.night import ContestId
from election.wire.frames import Json, dumps
from election.wire.frames_told import alert_json
from web.seats import Client, Seat, Sent, Write
from web.wanted import EVENT, PUBLIC_KINDS


@dataclass(slots=True, eq=False)
class Ear:
    """One subscription of one client: where it stands."""

    line: "Line"
    at: int
    """The number of the last event that it was given."""
    answered: bool = False
    """Whether it knows where it stands."""

    def begin(self, client: Client, seat: Seat, sub: str, resume: str) -> list[Write]:
        """Its position, if it does not know it, and everything after that; `resume` says nothing here."""
        self.line.members.setdefault(sub, {})[client] = (seat, self)
        news = self.line.news_for(sub, self.at, answered=self.answered)
        self.given(news)
        return [Write((client,), text) for text in news.texts]

    def given(self, news: "News") -> None:
        """It was given these."""
        self.at, self.answered = news.to, True
        self.line.story.sent.events += news.events

    def pause(self, client: Client, sub: str) -> None:
        """It is told nothing until it begins again, from where it stands."""
        members = self.line.members.get(sub)
        if members is not None and members.pop(client, None) is not None and not members:
            del self.line.members[sub]

    def end(self) -> None:
        """One subscription less."""
        self.line.story.forget(self)


@dataclass(frozen=True, slots=True)
class News:
    """Frames that lead a subscription to a number, and how many events are in them."""

    texts: tuple[bytes, ...]
    to: int
    events: int


class Line:
    """Everybody who wants the same kinds."""

    def __init__(self, story: "Story", kinds: frozenset[str]) -> None:
        self.story, self.kinds = story, kinds
        self.for_desk = not kinds <= PUBLIC_KINDS
        """Whether there is something in it that only the desk may hear."""
        self.followers = 0
        """How many subscriptions there are, begun or not."""
        self.members: dict[str, dict[Client, tuple[Seat, Ear]]] = {}
        """Who is told, by the name that they gave the subscription."""

    def news_for(self, sub: str, at: int, *, answered: bool) -> News:
        """What leads a subscription of this name from its position to now."""
        contest, texts = self.story.contest, []
        if not answered:
            texts.append(dumps({"t": "subscribed", "sub": sub, "contest": contest, "kind": EVENT, "seq": at}))
        facts = [fact for fact in self.story.after(at) if fact.kind in self.kinds]
        for fact in facts:
            made: Json = {
                "t": "event", "sub": sub, "contest": contest, "seq": fact.seq, "prev": at,
                "id": fact.id, "kind": fact.kind, "d": orjson.Fragment(self.story.text(fact)),
            }  # fmt: skip
            texts.append(dumps(made))
            at = fact.seq
        return News(tuple(texts), at, len(facts))

    def news(self) -> Iterator[tuple[list[tuple[Client, Seat, Ear]], News]]:
        """Those who stand at the same place under the same name, and what they are to be told."""
        for sub, members in self.members.items():
            places: dict[tuple[int, bool], list[tuple[Client, Seat, Ear]]] = {}
            for client, (seat, ear) in members.items():
                places.setdefault((ear.at, ear.answered), []).append((client, seat, ear))
            for (at, answered), there in places.items():
                news = self.news_for(sub, at, answered=answered)
                if news.texts:
                    yield there, news


class Story:
    """What is told of one contest, and who listens."""

    def __init__(self, contest: ContestId, sent: Sent | None = None) -> None:
        self.contest, self.sent = contest, sent or Sent()
        self._told: tuple[Told, ...] = ()
        self._texts: dict[int, bytes] = {}
        self._lines: dict[frozenset[str], Line] = {}
        self._ears: dict[Ear, None] = {}
        self._news = False

    @property
    def newest(self) -> int:
        """The number of the newest fact; 0: nothing was told."""
        return self._told[-1].seq if self._told else 0

    def after(self, at: int) -> Sequence[Told]:
        """The facts after a number: the first that is told has number 1."""
        return self._told[max(at, 0) :]

    def text(self, fact: Told) -> bytes:
        """A fact as it is told to everybody who is told it, encoded once."""
        text = self._texts.get(fact.seq)
        if text is None:
            text = self._texts[fact.seq] = dumps(alert_json(fact))
        return text

    def hear(self, told: tuple[Told, ...]) -> None:
        """Everything told so far, in order.

        Less than before is a store that is being counted anew. Something else than before is another story:
        everybody is led back to where it parts from the old one.
        """
        before = self._told
        if told == before[: len(told)]:
            return
        same = next(
            (place for place, (old, new) in enumerate(zip(before, told, strict=False)) if old != new),
            len(before),
        )
        self._told, self._news = told, True
        for seq in [seq for seq in self._texts if seq > same]:
            del self._texts[seq]
        if same < len(before):
            self._lead_back(same)

    def _lead_back(self, to: int) -> None:
        for ear in self._ears:
            if ear.at > to:
                ear.at, ear.answered = to, False

    def ear(self, kinds: frozenset[str], after: int | None) -> Ear:
        """One more subscription: from a number on, or from now on."""
        line = self._lines.setdefault(kinds, Line(self, kinds))
        line.followers += 1
        ear = Ear(line, self.newest if after is None else after)
        self._ears[ear] = None
        return ear

    def forget(self, ear: Ear) -> None:
        """One subscription less."""
        del self._ears[ear]
        ear.line.followers -= 1
        if not ear.line.followers:
            del self._lines[ear.line.kinds]

    def tell(self) -> Iterator[tuple[list[tuple[Client, Seat, Ear]], News]]:
        """Who is to be told what; nothing, if nothing was told since the last time."""
        if self._news:
            self._news = False
            for line in self._lines.values():
                yield from line.news()
