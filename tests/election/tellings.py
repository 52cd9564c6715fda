"""Tellers for tests: a contest with its rules of calls, what is told of views, and rulings of a desk.

Know before changing: `tell` takes in what it is told, as the rooms do, and checks two laws on the way: every
fact follows the one before it and can be read from its bytes, and asking again at once gives nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from election.alerts import Told
from election.calls import GUARDS, RULES
from election.calls.verdict import Guard, Rule, View
from election.night import Night, NightId
from election.teller import Teller
from election.wire import told_fields as fields
from election.wire.records import Ruling, stamp
from election.wire.told import decode, encode
from election.wire.topics import Scope
from tests.election.strategies import LAW_OPENS_AT, contest_of
from tests.election.views import toml, view

HERE = Scope("rehearsal", NightId("kent-2024"))
SCOPE = HERE.name


def by_itself(people: int = 0, more: str = "") -> Night:
    """The night whose rule `certain` needs so many people; nobody is unexpected, so bounds are round."""
    return toml(f"[calls.certain]\npeople = {people}\n[calls.majority]\non = false\n{more}")


def teller(
    of: Night | None = None, contest: str = "mayor", rules: Mapping[str, Rule] = RULES,
    guards: Mapping[str, Guard] = GUARDS,
) -> Teller:  # fmt: skip
    """A teller that was told nothing yet."""
    the = of or by_itself()
    return Teller(the, contest_of(contest, the), SCOPE, rules, guards)


def seen(who: Teller, votes: tuple[int, ...], minute: int = 0, version: int = 1, **figures: int) -> View:
    """A view of the teller's contest, so many minutes after the ban is lifted."""
    now = LAW_OPENS_AT + timedelta(minutes=minute)
    return replace(view(votes, who.night, str(who.contest.id), now=now, **figures), version=version)


def tell(who: Teller, what: View, rulings: Sequence[Ruling] = ()) -> list[Told]:
    """What is told of a view, taken in."""
    facts = who.tell(what, {"log/0": what.version}, rulings)
    assert facts == who.tell(what, {"log/0": what.version}, rulings)
    for told in facts:
        assert told.id == decode(encode(told, HERE), HERE).id
        assert fields.fault(told, who.night) is None
        assert who.take(told)
    assert [] == who.tell(what, {"log/0": what.version}, rulings)
    return facts


def words(facts: Sequence[Told], *but: str) -> list[tuple[str, str]]:
    """Kind and key of what was told, some kinds left out."""
    return [(told.kind, told.key) for told in facts if told.kind not in but]


def told_of(who: Teller, *views: View) -> list[tuple[str, str]]:
    """Kinds and keys of everything told of these views, one after the other."""
    return [word for one in views for word in words(tell(who, one))]


def ruling(kind: str, actor: str = "Ayşe", minute: int = 0, text: str = "", **data: Any) -> Ruling:
    """A ruling at so many minutes after the ban is lifted."""
    at = LAW_OPENS_AT + timedelta(minutes=minute)
    return Ruling("mayor", kind, at, at, "desk", actor, text, data)


def d_of(kind: str, choice: str = "ada", choices: int = 3, source: str = "council") -> dict[str, Any]:
    """What a fact of this kind must say in `d`, as small as can be: the fields that may be absent are."""
    small: dict[fields.Type, Any] = {
        fields.COUNT: 1, fields.PERCENT: 25, fields.WHOLE: -1, fields.NUMBER: 0.5, fields.FLAG: False,
        fields.TEXT: "x", fields.TEXTS: [], fields.TIME: stamp(LAW_OPENS_AT), fields.OBJECT: {},
        fields.CHOICE: choice, fields.CHOICES: [], fields.ELECTED: [choice], fields.VOTES: [0] * choices,
        fields.SOURCE: source, fields.BY_SOURCE: {}, fields.COUNTS: {}, fields.GUARDS: [],
    }  # fmt: skip
    asked = fields.FIELDS[kind].items()
    return {name: small.get(of) for name, of in asked if not name.endswith("?")}
