"""Who wants what, what they were last sent, and who is too slow: the heart of the gateway, without a socket.

    hold()  a contest has a new state                  subscribe()  its beginning, at once
    turn()  one change for each group that moved       tell()       events, as they become known
                                                       beat()       versions, now and then with hashes

Everybody who follows the same areas of the same count shows the same state, so a change is computed and
encoded once for all of them (`group`). What is told goes to each from where it stands (`events`). Who may be
sent something is for `seats` to say.

Know before changing: this is pure. Time is an argument, sockets are `Client`s that say how much waits for
them, and what is to be done is given back as a `Turn`. A subscription is *owed* until its beginning is given;
until then nothing else comes under its name, and from then on it misses nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from election.night import ContestId, Night, SourceId
from election.wire.frames import VERSION, Board, ContestState, Json, dumps
from web.desk_feed import Feed
from web.events import Ear, Story
from web.group import Group, View
from web.pace import Pace
from web.pieces import Pieces
from web.seats import HEADER_BYTES, Client, Follow, Limits, Seat, Seats, Sent, Turn, Write
from web.wanted import EVENT, FOR_DESK, MERGE, Offer, Wanted

__all__ = ["Client", "Group", "Hub", "Limits", "Turn", "Write"]

VIEWS_MAX = 256
"""Most different filters at once; at the limit one more is answered `too-many-views`."""
LINGER_S = 60.0
"""How long a count that nobody follows any more is still followed here, for those who come back."""


class Hub:
    """All contests of a night and everybody who follows one."""

    def __init__(
        self, night: Night, mode: str, limits: Limits, clock: datetime | None = None, speed: float = 0,
        gateway: str = "",
    ) -> None:  # fmt: skip
        """`speed` is a replay's at first, which every snapshot says; 0: not known. `gateway` names us."""
        self.pace = Pace(speed) if speed and mode == "replay" else None
        """How the replay plays now; None: nobody has said."""
        self.sent = Sent()
        boards = {contest.id: Board(night, contest, mode, speed) for contest in night.contests.values()}
        self.groups = {contest: Group(board, None, self.sent) for contest, board in boards.items()}
        self.offer = Offer.of(night, {contest: board.areas for contest, board in boards.items()})
        """What can be followed."""
        self._boards, self._others = boards, dict[tuple[ContestId, SourceId], Group]()
        self._stories = {contest: Story(contest, self.sent) for contest in boards}
        self.desk = Feed()
        """Who follows the desk."""
        self._night, self._mode, self._gateway = night, mode, gateway
        self._seats = Seats(limits)
        self._clock = clock
        for group in self.groups.values():
            group.move(clock)

    # How it stands.

    @property
    def clients(self) -> tuple[Client, ...]:
        """Everybody who is connected."""
        return tuple(self._seats.all)

    def __len__(self) -> int:
        """How many clients there are."""
        return len(self._seats.all)

    @property
    def fell_behind(self) -> int:
        """How often a client fell behind, since the start."""
        return self._seats.fell_behind

    @property
    def cut(self) -> int:
        """How many were cut because they stayed behind, since the start."""
        return self._seats.cut

    @property
    def resumed(self) -> int:
        """How many subscriptions went on from where they were, since the start."""
        return self.sent.resumed

    @property
    def snapshots_sent(self) -> int:
        """How many snapshots clients were given, since the start."""
        return self.sent.snapshots

    @property
    def events_sent(self) -> int:
        """How many events clients were given, since the start."""
        return self.sent.events

    @property
    def facts(self) -> str:
        """Names the facts of the night, down to a colour: two editions of it are two names."""
        return self._night.digest

    def clients_now(self) -> int:
        """How many are connected."""
        return len(self._seats.all)

    def behind_now(self) -> int:
        """How many are sent nothing, because they do not read."""
        return len(self._seats.behind)

    def subscriptions_now(self) -> int:
        """How many subscriptions all of them have."""
        return sum(len(seat.subs) for seat in self._seats.all.values())

    def groups_now(self) -> int:
        """How many different things are followed: each is encoded once a tick."""
        return sum(bool(view.followers) for group in self._all() for view in group.views)

    @property
    def label(self) -> str:
        """Of which night, and in which mode, the figures are: part of a file's name."""
        return f"{self._night.id}-{self._mode}"

    def is_behind(self, client: Client) -> bool:
        """Whether it is sent nothing until it has read what it was sent."""
        return client in self._seats.behind

    def hello(
        self, session: str, heartbeat_s: float, tick_ms: int, scopes: Iterable[str] = ("alerts", "view")
    ) -> bytes:
        """The first frame of a connection that has these scopes."""
        facts: Json = {
            "t": "hello", "v": VERSION, "mode": self._mode, "night": self._night.id,
            "simulated": self._night.simulated,
            "epochs": {contest: group.epoch for contest, group in self.groups.items()},
            "versions": self.versions(), "heartbeat_s": heartbeat_s, "tick_ms": tick_ms,
            "scopes": sorted(scopes), "gateway": self._gateway, "contests": self.titles(),
        }  # fmt: skip
        return dumps(facts | self._paced() | ({"session": session} if session else {}))

    def _paced(self) -> Json:
        return {} if self.pace is None else {"replay": self.pace.said}

    def versions(self) -> dict[str, int]:
        """The version that each contest is shown at."""
        return {contest: group.version for contest, group in self.groups.items()}

    def titles(self) -> list[Json]:
        """The contests of the night, by id and name."""
        return [
            {"id": contest.id, "title": contest.name, "titles": dict(contest.names)}
            for contest in self._night.contests.values()
        ]

    # Who comes, goes and wants what.

    def join(self, client: Client) -> None:
        """A connection that follows nothing yet."""
        self._seats.all[client] = Seat()

    def leave(self, client: Client) -> None:
        """A connection is gone."""
        seat = self._seats.leave(client)
        for sub in tuple(seat.subs) if seat else ():
            self._drop(client, sub, seat)

    def room(self, wanted: Iterable[Wanted]) -> bool:
        """Whether there is room for the filters of all of these."""
        new = {
            (one.contest, one.source, one.areas)
            for one in wanted
            if one.kind == MERGE and not ((group := self._group(one)) and group.has(one.areas))
            and one.areas is not None
        }  # fmt: skip
        return sum(group.filters for group in self._all()) + len(new) <= VIEWS_MAX

    def subscribe(self, client: Client, sub: str, wanted: Wanted, now: float) -> Turn:
        """Follows what is wanted, from its beginning; whatever had the name before has it no longer."""
        seat = self._seats.all[client]
        before = seat.subs.get(sub)
        seat.subs[sub] = self._follow(wanted)
        if before is not None:
            self._end(client, sub, before)
        seat.owed[sub] = wanted.resume
        self._seats.owing[client] = seat
        return Turn(tuple(self._begin(client, seat, now)))

    def _follow(self, wanted: Wanted) -> Follow:
        if wanted.kind == FOR_DESK:
            return self.desk.ear()
        if wanted.kind == EVENT:
            return self._stories[wanted.contest].ear(wanted.kinds, wanted.after)
        return self.by(wanted.contest, wanted.source).view(wanted.areas)

    def by(self, contest: ContestId, source: SourceId | None = None) -> Group:
        """A contest by one count (none: the published one), followed for as long as it is asked for."""
        if source is None or source == self._night.contests[contest].source:
            return self.groups[contest]
        group = self._others.get((contest, source))
        if group is None:
            group = Group(self._boards[contest], source, self.sent)
            group.hold(self.groups[contest].led)
            group.move(self._clock)
            group.hold(self.groups[contest].state)
            self._others[contest, source] = group
        group.empty_since = None
        return group

    def _group(self, wanted: Wanted) -> Group | None:
        if wanted.source is None:
            return self.groups[wanted.contest]
        return self._others.get((wanted.contest, wanted.source))

    def unsubscribe(self, client: Client, sub: str) -> None:
        """Follows it no longer."""
        self._drop(client, sub, self._seats.all[client])

    def _drop(self, client: Client, sub: str, seat: Seat | None) -> None:
        if seat is not None:
            seat.owed.pop(sub, None)
            self._end(client, sub, seat.subs.pop(sub))

    def _end(self, client: Client, sub: str, follow: Follow) -> None:
        follow.pause(client, sub)
        follow.end()

    def _begin(self, client: Client, seat: Seat, now: float) -> Iterator[Write]:
        """The beginnings that it is owed, as far as there is room for them now."""
        size, room = 0, self._seats.room(client, seat, now)
        while seat.owed and size < room:
            sub, resume = next(iter(seat.owed.items()))
            del seat.owed[sub]
            for write in seat.subs[sub].begin(client, seat, sub, resume):
                size += len(write.text) + HEADER_BYTES
                yield write
        if size:
            self._seats.given(client, seat, size, now)
        if not seat.owed:
            self._seats.owing.pop(client, None)

    # What is new.

    def hold(self, contest: ContestId, state: ContestState) -> None:
        """A contest has a new state; it is shown at the next turn, and what it tells may go out before."""
        self._stories[contest].hear(state.told)
        for group in self._all(contest):
            group.hold(state)

    def tell(self, now: float) -> Turn:
        """The events that became known since the last time, for everybody who is to be told."""
        return Turn(tuple(self._tell(now)))

    def _tell(self, now: float) -> Iterator[Write]:
        for story in self._stories.values():
            for there, news in story.tell():
                ready = [
                    one for one in there
                    if self._may_hear(one[0], one[2]) and self._seats.keeps_up(one[0], one[1], now)
                ]  # fmt: skip
                for _, _, ear in ready:
                    ear.given(news)
                clients = tuple(client for client, _, _ in ready)
                yield from (Write(clients, text, keep=True) for text in news.texts if clients)

    def _may_hear(self, client: Client, ear: Ear) -> bool:
        """Whether what is for the desk goes to somebody who is of it at this moment."""
        return not ear.line.for_desk or self.desk.may(client)

    def tell_desk(self, now: float) -> Turn:
        """What the desk is shown, for everybody who follows it, may see it and keeps up."""
        return Turn(tuple(self.desk.tell(lambda client, seat: self._seats.keeps_up(client, seat, now))))

    def turn(self, now: float, clock: datetime | None = None) -> Turn:
        """Shows every contest's newest state, and sees who is behind, who has caught up and who has not."""
        self._clock = clock
        drained, cut = self._seats.look(now)
        for client, seat in drained:
            self._owe_again(client, seat)
        writes = [*self._tell(now)]
        for group in self._all():
            if group.move(clock):
                for view in group.views:
                    writes += self._show(view, group, now)
        self._let_go(now)
        for client, seat in tuple(self._seats.owing.items()):
            writes += self._begin(client, seat, now)
        return Turn(tuple(writes), cut)

    def _show(self, view: View, group: Group, now: float) -> Iterator[Write]:
        if group.step is None and view.members and view.size > self._seats.limits.buffer_bytes_max // 2:
            for sub, seats in tuple(view.members.items()):
                for client, seat in tuple(seats.items()):
                    view.pause(client, sub)
                    seat.owed[sub] = ""
                    self._seats.owing[client] = seat
            return
        for seats, frame in view.frames():
            for write in self._ready(seats, frame.text, now, frame.pieces):
                self.sent.snapshots += 0 if group.step else len(write.clients)
                yield write

    def _ready(
        self, seats: dict[Client, Seat], text: bytes, now: float, pieces: Pieces = ()
    ) -> Iterator[Write]:
        ready = tuple(client for client, seat in seats.items() if self._seats.keeps_up(client, seat, now))
        if ready:
            yield Write(ready, text, True, pieces)

    def _owe_again(self, client: Client, seat: Seat) -> None:
        """It was sent nothing for a while: events go on from where it stands, all else begins anew."""
        begun = [sub for sub in seat.subs if sub not in seat.owed]
        for sub in begun:
            seat.subs[sub].pause(client, sub)
        events_first = sorted([*begun, *seat.owed], key=lambda sub: not isinstance(seat.subs[sub], Ear))
        seat.owed = {sub: seat.owed.get(sub, "") for sub in events_first}
        if seat.owed:
            self._seats.owing[client] = seat

    def _let_go(self, now: float) -> None:
        """Counts that nobody has followed for a while."""
        for key, group in tuple(self._others.items()):
            if group.followed:
                group.empty_since = None
            elif group.empty_since is None:
                group.empty_since = now
            elif now - group.empty_since > LINGER_S:
                del self._others[key]

    def _all(self, contest: ContestId | None = None) -> Iterator[Group]:
        """Every group, or those of one contest."""
        for id, group in self.groups.items():
            if contest in (None, id):
                yield group
        for (id, _), group in self._others.items():
            if contest in (None, id):
                yield group

    def everybody(self, text: bytes, now: float) -> Turn:
        """One text for everybody who keeps up."""
        return Turn(tuple(self._ready(self._seats.all, text, now)))

    def beat(self, now: float, at: str, stale_s: float | None, *, with_hash: bool = False) -> Turn:
        """The heartbeat for everybody; with the hash of each subscription's state if asked for."""
        common: Json = {"t": "beat", "versions": self.versions(), "at": at, **self._paced()}
        if stale_s is not None:
            common["stale_s"] = round(stale_s, 1)
        same: dict[tuple[tuple[str, View], ...], dict[Client, Seat]] = {}
        for client, seat in self._seats.all.items():
            same.setdefault(_begun(seat) if with_hash else (), {})[client] = seat
        writes: list[Write] = []
        for subs, seats in same.items():
            hashes = {sub: view.shown["hash"] for sub, view in subs}
            writes += self._ready(seats, dumps(common | ({"hash": hashes} if hashes else {})), now)
        return Turn(tuple(writes))


def _begun(seat: Seat) -> tuple[tuple[str, View], ...]:
    """What it has the beginning of, by its own names."""
    return tuple(
        (sub, follow)
        for sub, follow in seat.subs.items()
        if isinstance(follow, View) and sub not in seat.owed
    )
