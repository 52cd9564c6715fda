"""Everybody who follows one count of a contest: what they were shown, and what leads on from there.

    group.hold(state)                 a newer state, which nobody was shown yet
    group.move(clock)                 shows it; whatever moved is one patch, encoded once
    view.frames()                     for each name of a subscription, who has it and its frame
    view.begin(client, seat, sub, resume)      a newcomer: a snapshot, or what it missed

Know before changing: everybody in a view has been led to `group.shown`, so a newcomer gets that and not
anything newer (the three-phase join, in one step because nothing here waits). Nothing reaches a client but
through `Group.shown`, which `Board.snapshot` makes: that is where the embargo is kept. A filter takes areas
out of the patch of everybody, and never makes a difference of its own.
"""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import orjson

from election.night import AreaId, SourceId
from election.wire.frames import Board, ContestState, Json, difference, dumps, state_hash
from web.body import Body, Runs
from web.pieces import Pieced
from web.ring import Ring, Step
from web.seats import Client, Seat, Sent, Write

MEMO_MAX = 256
"""Most snapshot frames kept, one a name of a subscription; at the limit the rest are made again each time."""
MEMO_BYTES_MAX = 128 * 1024 * 1024
"""Most bytes of them, in all views of a hub together; the same at the limit."""
MISSED_MAX = 16
"""Most stretches of missed changes kept as one filter sees them; at the limit they are made again."""
CLOCK_EVERY_S = 15.0
"""How often it is looked in live at what the clock alone changes: for how long each count has been silent.
Each group has a time of its own, this or up to twice as long, so that not all of a night are made at once."""
RESUME_BYTES_MIN = 64 * 1024
"""So much may be missed and is still sent, however short the snapshot is."""


class View:
    """Those who follow the same areas of a group."""

    def __init__(self, group: "Group", areas: frozenset[AreaId] | None) -> None:
        """Without `areas`: all of them."""
        self.areas, self._group = areas, group
        self.followers = 0
        """How many subscriptions there are, begun or not."""
        self.members: dict[str, dict[Client, Seat]] = {}
        """Who gets the changes, by the name that they gave the subscription."""
        self.suffix = "" if areas is None else ":" + _sum(" ".join(sorted(areas)).encode())
        self._of: Json | None = None
        self._shown: Json = {}
        self._size = 0
        self._body: Body | None = None
        self._runs = Runs()
        self._snapshots: dict[str, tuple[Pieced, ...]] = {}
        self._memo_bytes = 0
        self._missed: dict[str, list[bytes]] = {}

    @property
    def shown(self) -> Json:
        """What its members have been led to."""
        if self._of is not self._group.shown:
            self._renew()
        return self._shown

    def _renew(self) -> None:
        whole, before = self._group.shown, self._shown
        self._of, self._body = whole, None
        self._forget_frames()
        self._missed.clear()
        if self.areas is None:
            self._shown = whole
            return
        areas = {area: part for area, part in whole["areas"].items() if area in self.areas}
        self._shown = whole | {"areas": areas}
        same = bool(before) and before["embargo"]["state"] == whole["embargo"]["state"]
        if same and all(part is before["areas"].get(area) for area, part in areas.items()):
            self._shown["hash"] = before["hash"]
        else:
            self._shown["hash"] = state_hash(self._shown)

    @property
    def body(self) -> Body:
        """What is shown, as bytes, made once."""
        shown = self.shown
        if self._body is None:
            self._body = Body(shown, self._runs)
        return self._body

    @property
    def size(self) -> int:
        """About how many bytes a snapshot has: those of the last one that was encoded."""
        if not self._size:
            self._size = len(self.body)
        return self._size

    @property
    def name(self) -> str:
        """Names exactly one content of this view, on whichever gateway."""
        return self._group.name + self.suffix

    def snapshot(self, sub: str) -> tuple[Pieced, ...]:
        """The snapshot frames for a subscription of this name."""
        parts = self.body.parts
        frames = self._snapshots.get(sub)
        if frames is None:
            frames = tuple(self._part(sub, number, parts) for number in range(1, len(parts) + 1))
            size = self._size = sum(map(len, frames))
            sent = self._group.sent
            if len(self._snapshots) < MEMO_MAX and sent.kept_bytes + size <= MEMO_BYTES_MAX:
                self._snapshots[sub] = frames
                self._memo_bytes += size
                sent.kept_bytes += size
        return frames

    def _forget_frames(self) -> None:
        """No snapshot is kept any more."""
        self._snapshots.clear()
        self._group.sent.kept_bytes -= self._memo_bytes
        self._memo_bytes = 0

    def _part(self, sub: str, number: int, parts: tuple[Pieced, ...]) -> Pieced:
        made: Json = {
            "t": "snapshot", "sub": sub, "epoch": self._group.epoch, "version": self._group.version,
            "part": number, "parts": len(parts),
        }  # fmt: skip
        if number == len(parts):
            made["resume"] = self.name
        return Pieced(dumps(made)[:-1] + b',"d":', *parts[number - 1].pieces, b"}")

    def change(self, sub: str, step: Step, patch: bytes) -> bytes:
        """A change frame for a subscription of this name."""
        return dumps(
            {
                "t": "change", "sub": sub, "epoch": self._group.epoch, "version": step.version,
                "prev": step.prev, "resume": step.name + self.suffix, "d": orjson.Fragment(patch),
            }
        )  # fmt: skip

    def frames(self) -> Iterator[tuple[dict[Client, Seat], Pieced]]:
        """For each name of a subscription, who has it and the frames that lead on to what is shown."""
        if not self.members:
            return
        step = self._group.step
        if step is None:
            for sub, seats in self.members.items():
                for frame in self.snapshot(sub):
                    yield seats, frame
            return
        patch = step.patch
        if self.areas is not None:
            held = self._shown.get("hash")
            digest = {} if self.shown["hash"] == held else {"hash": self.shown["hash"]}
            patch = dumps(self._passing(self._group.patch) | digest)
        for sub, seats in self.members.items():
            yield seats, Pieced(self.change(sub, step, patch))

    def _passing(self, patch: Json) -> Json:
        """What this filter lets through of everybody's patch, whose hash is of other areas."""
        passing = {name: value for name, value in patch.items() if name not in ("areas", "hash")}
        areas = {area: part for area, part in patch.get("areas", {}).items() if area in (self.areas or ())}
        return passing | ({"areas": areas} if areas else {})

    def begin(self, client: Client, seat: Seat, sub: str, resume: str) -> list[Write]:
        """The missed changes, if they are held and shorter; else the snapshot. Then it is a member."""
        self.members.setdefault(sub, {})[client] = seat
        shown = self.shown
        steps = self._since(resume) if resume else None
        if steps is None:
            self._group.sent.snapshots += 1
            return [Write((client,), one.text, True, one.pieces) for one in self.snapshot(sub)]
        self._group.sent.resumed += 1
        held = {"epoch": shown["epoch"], "version": steps[0].prev if steps else shown["version"]}
        texts = [dumps({"t": "resumed", "sub": sub, **held, "resume": resume})]
        for step, patch in zip(steps, self._patches(resume, steps), strict=True):
            texts.append(self.change(sub, step, patch))
        return [Write((client,), text) for text in texts]

    def _since(self, resume: str) -> tuple[Step, ...] | None:
        if not resume.endswith(self.suffix):
            return None
        steps = self._group.ring.since(resume[: len(resume) - len(self.suffix)])
        if steps is None or sum(len(step.patch) for step in steps) > max(RESUME_BYTES_MIN, self.size):
            return None
        return steps

    def _patches(self, resume: str, steps: tuple[Step, ...]) -> list[bytes]:
        """The steps as this view sees them. Of the hashes between only the last is known: until then none."""
        if self.areas is None:
            return [step.patch for step in steps]
        missed = self._missed.get(resume)
        if missed is None:
            patches = [self._passing(orjson.loads(step.patch)) | {"hash": None} for step in steps]
            if patches:
                patches[-1]["hash"] = self.shown["hash"]
            missed = [dumps(patch) for patch in patches]
            if len(self._missed) < MISSED_MAX:
                self._missed[resume] = missed
        return missed

    def pause(self, client: Client, sub: str) -> None:
        """It gets no changes until it begins again."""
        seats = self.members.get(sub)
        if seats is not None and seats.pop(client, None) is not None and not seats:
            del self.members[sub]

    def end(self) -> None:
        """One subscription less."""
        self.followers -= 1
        if not self.followers:
            self._forget_frames()
            self._group.forget(self)


class Group:
    """One count of a contest: its newest state, and what everybody who follows it was shown."""

    def __init__(self, board: Board, source: SourceId | None = None, sent: Sent | None = None) -> None:
        """Without `source`: the published count."""
        self._board, self.source = board, source
        self.sent = sent or Sent()
        self.state = ContestState()
        """The newest one."""
        self.led = ContestState()
        """The one that is shown."""
        self._stale = True
        apart = zlib.crc32(f"{board.contest.id} {source}".encode()) / 2**32
        self._every = timedelta(seconds=CLOCK_EVERY_S * (1 + apart))
        self._look_at: datetime | None = None
        self.shown: Json = {}
        self.name = ""
        """Names exactly what is shown, on whichever gateway: epoch, version, and a sum of the rest."""
        self.step: Step | None = None
        """What led here from what was shown before; None where that was another epoch."""
        self.patch: Json = {}
        self.ring = Ring()
        self.everybody = View(self, None)
        self._views: dict[frozenset[AreaId], View] = {}
        self.empty_since: float | None = None
        """Since when nobody has followed it, as the hub last saw."""

    @property
    def epoch(self) -> str:
        """Of what is shown."""
        return str(self.shown["epoch"])

    @property
    def version(self) -> int:
        """Of what is shown."""
        return int(self.shown["version"])

    @property
    def tag(self) -> str:
        """For caches: `epoch:version`, and the embargo while it hides something of it."""
        ban = self.shown["embargo"]["state"]
        return f"{self.epoch}:{self.version}" + ("" if ban == "open" else f":{ban}")

    @property
    def body(self) -> bytes:
        """What is shown, as bytes, made once."""
        return self.everybody.body.whole

    @property
    def views(self) -> tuple[View, ...]:
        """Everybody's, and one for each filter."""
        return (self.everybody, *self._views.values())

    @property
    def filters(self) -> int:
        """How many filters there are."""
        return len(self._views)

    @property
    def followed(self) -> bool:
        """Whether anybody follows it."""
        return any(view.followers for view in self.views)

    def has(self, areas: frozenset[AreaId] | None) -> bool:
        """Whether there is a view of these areas already."""
        return areas is None or areas in self._views

    def view(self, areas: frozenset[AreaId] | None) -> View:
        """Those who follow these areas, for one more subscription."""
        view = self.everybody if areas is None else self._views.setdefault(areas, View(self, areas))
        view.followers += 1
        return view

    def forget(self, view: View) -> None:
        """Nobody follows these areas any more."""
        if view.areas is not None:
            self._views.pop(view.areas, None)

    def hold(self, state: ContestState) -> None:
        """A newer state, which nobody was shown yet."""
        self.state, self._stale = state, True

    def move(self, clock: datetime | None) -> bool:
        """Shows the newest state; whether that is another content than before.

        `clock` is the wall clock in live; without it the newest night time heard is now. An embargo opens by
        the hour alone, without any news, and a count that says nothing grows old.
        """
        now = clock or self.state.at
        due = clock is not None and (self._look_at is None or clock >= self._look_at)
        news = self._stale or due
        if not news and self._board.embargo(self.state, now).state == self.shown["embargo"]["state"]:
            return False
        before, self._stale = self.shown, False
        self._look_at = None if clock is None else clock + self._every
        made = self._board.snapshot(self.state, now, self.source)
        if made == before:
            return False
        self.shown, self.led = made, self.state
        rest = {name: value for name, value in made.items() if name != "areas"}
        self.name = f"{self.epoch}:{self.version}:{_sum(dumps(rest))}"
        if before.get("epoch") != self.epoch or before["version"] > self.version:
            self.step, self.patch = None, {}
            self.ring.begin(self.name)
        else:
            self.patch = difference(before, made) or {}
            self.step = Step(before["version"], self.version, self.name, dumps(self.patch))
            self.ring.add(self.step)
        return True


def _sum(text: bytes) -> str:
    return f"{zlib.crc32(text):08x}"
