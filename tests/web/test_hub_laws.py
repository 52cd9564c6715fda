"""Whatever happens, in whatever order, at whichever gateway: every client ends with what is so, told all.

Two gateways hear of the same count at moments and by clocks of their own. Clients come to either, follow,
stall, are cut off, come back to the other with what they hold; gateways are started again, the store is
counted anew. The client is `tests.web.model`, written from the page of the protocol; its assertions are half
of the laws.

Know before changing: a law that fails prints the steps that lead there; run them as they are printed.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from election.alerts import Told
from election.night import ContestId
from election.wire.frames import ContestState, Json
from election.wire.frames_told import for_everybody
from tests.streams.facts import told
from tests.web.made import Worker, night, parts, records
from tests.web.model import Copy, Ear, Model, hash_of, perform
from web.group import View
from web.hub import Hub, Limits

LIMITS = Limits(40_000, 3.0, 6.0)
BEGAN = datetime(2024, 10, 6, 17, 58, tzinfo=UTC)
"""Two minutes before the law ends the ban."""
MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
ASKS: tuple[Json, ...] = (
    {"contest": "mayor"},
    {"contest": "bridge"},
    {"contest": "mayor", "areas": ["liman", "yayla"]},
    {"contest": "mayor", "levels": ["town"]},
    {"contest": "mayor", "areas": []},
    {"contest": "mayor", "source": "party"},
    {"contest": "mayor", "source": "agency", "levels": ["county"]},
    {"contest": "mayor", "kind": "event"},
    {"contest": "mayor", "kind": "event", "kinds": ["lead-change"]},
    {"contest": "bridge", "kind": "event"},
)
KINDS = ("lead-change", "counted", "lead-noted", "call-proposed", "source-stalled")


def bare(value: Any) -> Any:
    """A value without its nulls: null and absent mean the same."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if inner is not None}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


class Gateway:
    """A hub with a clock of its own, which hears of the count when it is told to."""

    def __init__(self, skew_s: int) -> None:
        self.skew = timedelta(seconds=skew_s)
        self.hub = Hub(night(), "live", LIMITS, BEGAN)

    def clock(self, now: float) -> datetime:
        """What it believes that the time is."""
        return BEGAN + timedelta(seconds=now) + self.skew


class Evening(RuleBasedStateMachine):
    """Everything that can happen."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.lives = 0.0, 1
        self.told: dict[ContestId, tuple[Told, ...]] = {MAYOR: (), BRIDGE: ()}
        self.states: dict[ContestId, list[ContestState]] = {MAYOR: [], BRIDGE: []}
        self.heard: dict[tuple[int, ContestId], int] = {}
        self.models = [Model() for _ in range(3)]
        self.at: dict[int, Gateway] = {}
        self._begin()

    def _begin(self) -> None:
        self.worker, self.rest = Worker(night(), f"e{self.lives}", "live"), list(parts(records(), 3))
        self._note()

    def _note(self) -> None:
        for contest, states in self.states.items():
            state = replace(self.worker.state(contest), told=self.told[contest])
            if not states or state != states[-1]:
                states.append(state)

    @initialize(
        skews=st.tuples(st.integers(-60, 60), st.integers(-60, 60)),
        asks=st.lists(st.sampled_from(ASKS), min_size=6, max_size=6),
    )
    def open(self, skews: tuple[int, int], asks: list[Json]) -> None:
        """Two gateways, and everybody wants two things."""
        self.at = {place: Gateway(skew) for place, skew in enumerate(skews)}
        for number, model in enumerate(self.models):
            model.subscribe("a", asks[2 * number], 0.0)
            model.subscribe("b", asks[2 * number + 1], 0.0)
            model.connect(self.at[number % 2].hub, 0.0)

    # The count.

    @rule(count=st.integers(1, 6))
    def count(self, count: int) -> None:
        """The worker counts on, a version for each batch."""
        for batch in self.rest[:count]:
            self.worker.count(batch)
            self._note()
        del self.rest[:count]

    @rule(
        contest=st.sampled_from([MAYOR, BRIDGE]),
        kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=3),
    )
    def tell(self, contest: ContestId, kinds: list[str]) -> None:
        """Something is told."""
        for kind in kinds:
            facts = self.told[contest]
            self.told[contest] = (*facts, told(len(facts) + 1, kind, contest=contest))
        self.worker.versions[contest] += 1
        self._note()

    @rule(
        ticks=st.integers(1, 5), seconds=st.sampled_from([0.25, 2.5]), who=st.integers(0, 2),
        does=st.sampled_from(["follows", "is away", "stalls"]), place=st.integers(0, 1),
    )  # fmt: skip
    def go_on(self, ticks: int, seconds: float, who: int, does: str, place: int) -> None:
        """A few ticks at both gateways; somebody may be away meanwhile, and come back to one of them."""
        if does == "is away":
            self.cut_off(who)
        elif does == "stalls":
            self.models[who].reading = False
        for _ in range(ticks):
            self.count(1)
            for gateway in (0, 1):
                self.hear(gateway, MAYOR, 10**6)
                self.hear(gateway, BRIDGE, 10**6)
                self.turn(gateway, seconds / 2)
        if does == "is away":
            self.come(who, place)
        elif does == "stalls":
            self.stall_or_read(who)

    @rule(forgets=st.booleans())
    def count_anew(self, forgets: bool) -> None:
        """The store was flushed: another epoch, and for a moment not even what was told."""
        self.lives += 1
        if forgets:
            for states in self.states.values():
                states.append(ContestState(epoch=f"e{self.lives}"))
        self._begin()

    # The gateways.

    @rule(place=st.integers(0, 1), contest=st.sampled_from([MAYOR, BRIDGE]), most=st.integers(1, 9))
    def hear(self, place: int, contest: ContestId, most: int) -> None:
        """A gateway hears of the next versions of a contest, not always of the newest."""
        states, at = self.states[contest], self.heard.get((place, contest), 0)
        to = min(at + most, len(states))
        for state in states[at:to]:
            self.at[place].hub.hold(contest, state)
        self.heard[place, contest] = to

    @rule(place=st.integers(0, 1), seconds=st.floats(0, 4))
    def turn(self, place: int, seconds: float) -> None:
        """Time passes, and a gateway shows what it knows."""
        self.now += seconds
        gateway = self.at[place]
        perform(gateway.hub.turn(self.now, gateway.clock(self.now)))

    @rule(place=st.integers(0, 1))
    def events(self, place: int) -> None:
        """A gateway tells what it knows, between two ticks."""
        perform(self.at[place].hub.tell(self.now))

    @rule(place=st.integers(0, 1))
    def beat(self, place: int) -> None:
        """The heart beats, with hashes."""
        perform(self.at[place].hub.beat(self.now, "", None, with_hash=True))

    @rule(place=st.integers(0, 1))
    def restart(self, place: int) -> None:
        """A gateway is started again, and reads the store anew before anybody comes."""
        old = self.at[place]
        for model in self.models:
            if model.hub is old.hub:
                model.drop()
        new = self.at[place] = Gateway(int(old.skew.total_seconds()))
        for contest, states in self.states.items():
            new.hub.hold(contest, states[-1])
            self.heard[place, contest] = len(states)
        perform(new.hub.turn(self.now, new.clock(self.now)))

    # The clients.

    @rule(who=st.integers(0, 2), sub=st.sampled_from("ab"), ask=st.sampled_from(ASKS))
    def subscribe(self, who: int, sub: str, ask: Json) -> None:
        """A client wants something, connected or not; what had the name before is over."""
        self.models[who].subscribe(sub, ask, self.now)

    @rule(who=st.integers(0, 2), sub=st.sampled_from("ab"), again=st.booleans())
    def unsubscribe_or_again(self, who: int, sub: str, again: bool) -> None:
        """A client wants something no longer, or from its beginning."""
        model = self.models[who]
        if sub in model.subs:
            model.again(sub, self.now) if again else model.unsubscribe(sub, self.now)

    @rule(who=st.integers(0, 2), place=st.integers(0, 1))
    def come(self, who: int, place: int) -> None:
        """A client comes to a gateway, from nowhere or from the other one."""
        self.models[who].drop()
        self.models[who].reading = True
        self.models[who].connect(self.at[place].hub, self.now)

    @rule(who=st.integers(0, 2))
    def cut_off(self, who: int) -> None:
        """The network of a client is gone."""
        self.models[who].drop()

    @rule(who=st.integers(0, 2))
    def stall_or_read(self, who: int) -> None:
        """A client stops reading, or reads on."""
        model = self.models[who]
        model.reading = not model.reading
        if model.reading:
            model.read()

    # The laws.

    def follows(self, model: Model, sub: str) -> Any:
        """What the hub has under a client's name, once it has given the beginning of it; None before."""
        assert model.hub is not None
        seat = model.hub._seats.all[model]
        return None if sub in seat.owed or model.hub.is_behind(model) else seat.subs[sub]

    @invariant()
    def who_reads_shows_what_is_shown(self) -> None:
        """P4, at every moment: field by field, and by the hash; and no client is owed for ever."""
        for model in self.models:
            assert [] == model.errors
            if model.hub is None or not model.reading:
                continue
            for sub, one in model.subs.items():
                view = self.follows(model, sub)
                if isinstance(one, Copy) and isinstance(view, View):
                    assert not one.waiting
                    assert bare(view.shown) == bare(one.state)
                    assert view.shown["hash"] == hash_of(one.state)
                    assert view.name == one.resume

    def teardown(self) -> None:
        """When input stops, everybody has everything after a few ticks: P4, and every event."""
        if not self.at:
            return
        for number, model in enumerate(self.models):
            if model.hub is None:
                model.connect(self.at[number % 2].hub, self.now)
            model.reading = True
            model.read()
        for place in self.at:
            for contest in self.states:
                self.hear(place, contest, 10**6)
        for _ in range(3):
            self.turn(0, 0.25)
            self.turn(1, 0.25)
        self.who_reads_shows_what_is_shown()
        for model in self.models:
            assert model.hub is not None
            assert not model.hub.is_behind(model)
            for sub, one in model.subs.items():
                assert self.follows(model, sub) is not None
                if isinstance(one, Ear):
                    self.heard_all(one)

    def heard_all(self, ear: Ear) -> None:
        """Every event after the place where it first stood, each once, in order."""
        assert ear.answered
        assert ear.first is not None
        kinds = ear.ask.get("kinds")
        facts = [fact for fact in self.told[ContestId(ear.ask["contest"])] if for_everybody(fact)]
        wanted = [fact.id for fact in facts if kinds is None or fact.kind in kinds]
        before = [fact.id for fact in facts if fact.seq <= ear.first and fact.id in wanted]
        assert wanted[len(before) :] == ear.ids


TestEvening = Evening.TestCase
TestEvening.settings = settings(deadline=None, max_examples=60, stateful_step_count=50)
