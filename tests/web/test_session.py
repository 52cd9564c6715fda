"""A conversation: what strangers may say is done, and whatever else they say is answered, never thrown."""

import json
from collections.abc import Collection
from typing import Any

import pytest

from election.night import AreaId, ContestId
from tests.web.made import night
from web.hub import Hub, Limits
from web.session import (
    ACTS_MAX,
    AREAS_MAX,
    BAD_TOKEN,
    BAD_TOKENS_MAX,
    COMMANDS_AT_ONCE_MAX,
    ERRORS_MAX,
    EVERYBODY,
    SUBSCRIPTIONS_MAX,
    TOO_MANY_ERRORS,
    VERBS,
    Act,
    Action,
    Close,
    Say,
    Session,
    SignIn,
    Subscribe,
    Unsubscribe,
)
from web.wanted import DESK_KINDS, EVENT, FOR_DESK, PUBLIC_KINDS, WHOLE_NIGHT, Wanted

OFFER = Hub(night(), "replay", Limits()).offer
MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
LIMAN = AreaId("liman")
Asked = dict[str, Any]
EVERYTHING = ("view", "alerts", "desk", "replay")


def session(scopes: Collection[str] = EVERYBODY, *, acts: bool = True) -> Session:
    """A conversation that begins at time 0."""
    return Session(OFFER, 0.0, scopes, acts=acts)


def hear(to: Session, now: float = 0.0, /, **command: Any) -> Action:
    """A command as a client would send it."""
    return to.hear(json.dumps(command), now)


def error(action: Action) -> dict[str, Any]:
    """An error frame."""
    assert isinstance(action, Say)
    frame: dict[str, Any] = json.loads(action.text)
    assert "error" == frame["t"]
    return frame


def code(action: Action) -> str:
    """The code of an error frame."""
    return str(error(action)["code"])


def wanted(action: Action) -> Wanted:
    """The only thing that is wanted."""
    assert isinstance(action, Subscribe)
    (one,) = action.wanted.values()
    return one


def test_subscribe_and_unsubscribe() -> None:
    """A contest is followed under a name of the client's own, until it says the name again."""
    talk = session()
    assert Subscribe({"a": Wanted(MAYOR)}) == hear(talk, t="subscribe", sub="a", contest="mayor")
    assert Unsubscribe("a") == hear(talk, t="unsubscribe", sub="a")
    assert Subscribe({"a": Wanted(BRIDGE)}) == hear(talk, t="subscribe", sub="a", contest="bridge")


def test_fields_of_later_versions_are_skipped_and_null_is_absent() -> None:
    """A client that knows more than we do is still understood, and so is one that says nothing at length."""
    talk = session()
    action = hear(talk, t="subscribe", sub="a", contest="mayor", epoch="x", version=4, colour=["red"])
    assert Subscribe({"a": Wanted(MAYOR)}) == action
    nothing: dict[str, Any] = dict.fromkeys(
        ("areas", "levels", "source", "resume", "kind", "contests", "kinds", "after")
    )
    assert action == hear(talk, t="subscribe", sub="a", contest="mayor", **nothing)


def test_a_filter_over_several_contests() -> None:
    """An area has to be in one of them; of the others it takes what there is, which may be nothing."""
    talk = session()
    (outside,) = [area for area in OFFER.areas[MAYOR] if area == "baglar"]
    assert outside not in OFFER.areas[BRIDGE]
    action = hear(talk, t="subscribe", sub="a", contests=["mayor", "bridge"], areas=["baglar"])
    assert isinstance(action, Subscribe)
    areas = [one.areas for one in action.wanted.values()]
    assert [frozenset({"baglar"}), frozenset()] == areas
    assert "no-such-area" == code(hear(talk, t="subscribe", sub="b", contest="bridge", areas=["baglar"]))


def test_another_source_and_resuming() -> None:
    """The published source by its name is the published count; a text to resume from is passed on."""
    talk = session()
    ask: Asked = {"t": "subscribe", "sub": "a", "contest": "mayor"}
    assert "party" == wanted(hear(talk, **ask, source="party")).source
    assert Wanted(MAYOR) == wanted(hear(talk, **ask, source="council"))
    assert Wanted(MAYOR, resume="e:7:x") == wanted(hear(talk, **ask, resume="e:7:x"))


def test_events() -> None:
    """Everything that is for everybody, some kinds, from a number on; more with the desk's scope."""
    talk = session()
    ask: Asked = {"t": "subscribe", "sub": "e", "kind": "event", "contest": "mayor"}
    assert Wanted(MAYOR, EVENT, kinds=PUBLIC_KINDS) == wanted(hear(talk, **ask))
    some = wanted(hear(talk, **ask, kinds=["lead-change", "call-made"], after=7))
    assert (frozenset({"lead-change", "call-made"}), 7) == (some.kinds, some.after)
    assert "call-proposed" not in PUBLIC_KINDS
    assert "no-scope" == code(hear(talk, **ask, kinds=["call-proposed"]))
    desk = session(EVERYTHING)
    assert DESK_KINDS == wanted(hear(desk, **ask)).kinds
    assert {"call-proposed"} == wanted(hear(desk, **ask, kinds=["call-proposed"])).kinds


def test_the_desk_is_followed_by_whoever_has_its_scope() -> None:
    """Of the whole night, whatever contest is named; where nothing can be done there is no desk."""
    ask: Asked = {"t": "subscribe", "sub": "d", "kind": "desk", "contest": "mayor"}
    assert "no-scope" == code(hear(session(), **ask))
    talk = session(EVERYTHING)
    assert Wanted(WHOLE_NIGHT, FOR_DESK) == wanted(hear(talk, **ask))
    assert "no-such-kind" == code(hear(Session(OFFER, 0.0, EVERYTHING, acts=False), **ask))
    assert [] == talk.lost()
    talk.signed_in("looker", {"view", "alerts"})
    assert ["d"] == [sub for sub, _ in talk.lost()]
    assert ({}, []) == (talk.subs, talk.lost())


@pytest.mark.parametrize(
    ("scopes", "stays"),
    [
        (("replay",), ()),
        (("view",), ("a/mayor", "a/bridge")),
        (("alerts",), ("e",)),
        (("desk",), ("d",)),
        (("alerts", "desk"), ("e", "secret", "d")),
        (EVERYTHING, ("a/mayor", "a/bridge", "e", "secret", "d")),
    ],
)
def test_what_one_follows_lasts_as_long_as_one_is_somebody_who_may(
    scopes: tuple[str, ...], stays: tuple[str, ...]
) -> None:
    """Whoever signs in as somebody else keeps only what that one may follow; each of the others is said."""
    talk = session(EVERYTHING)
    hear(talk, t="subscribe", sub="a", contests=["mayor", "bridge"])
    hear(talk, t="subscribe", sub="e", kind="event", contest="mayor", kinds=["lead-change"])
    hear(talk, t="subscribe", sub="secret", kind="event", contest="mayor", kinds=["call-proposed"])
    hear(talk, t="subscribe", sub="d", kind="desk")
    before = tuple(talk.subs)
    assert ("a/mayor", "a/bridge", "e", "secret", "d") == before
    talk.signed_in("other", scopes)
    ended = talk.lost()
    assert stays == tuple(talk.subs)
    assert {sub: "no-scope" for sub in before if sub not in stays} == {sub: code(say) for sub, say in ended}
    assert [sub for sub, _ in ended] == [error(say)["sub"] for _, say in ended]
    assert [] == talk.lost()


def test_a_name_that_is_said_again_needs_what_it_means_now() -> None:
    """Not what it meant before; and one that was given back needs nothing."""
    talk = session(EVERYTHING)
    for command in ({"kind": "desk"}, {"contest": "mayor"}):
        hear(talk, t="subscribe", sub="a", **command)
        hear(talk, t="subscribe", sub="b", **command)
    hear(talk, t="unsubscribe", sub="b")
    talk.signed_in("looker", {"view"})
    assert ([], ["a"]) == (talk.lost(), list(talk.subs))


MANY = json.dumps([str(number) for number in range(AREAS_MAX + 1)])


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("not-json", "subscribe"),
        ("not-json", ""),
        ("not-json", "[1]"),
        ("not-json", "null"),
        ("not-json", '{"t":"subscribe","sub":"\\ud800"}'),
        ("not-json", "[" * 2000),
        ("bad-field", '{"t":"subscribe"}'),
        ("bad-field", '{"t":"unsubscribe"}'),
        ("bad-field", '{"t":"subscribe","sub":"","contest":"mayor"}'),
        ("bad-field", '{"t":"subscribe","sub":7,"contest":"mayor"}'),
        ("bad-field", '{"t":"subscribe","sub":"' + "a" * 65 + '","contest":"mayor"}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contest":"mayor","contests":["mayor"]}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contests":[]}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contests":"mayor"}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contests":["mayor","mayor","mayor","mayor"]}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contest":"mayor","areas":"liman"}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contest":"mayor","areas":[1]}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contest":"mayor","levels":{}}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contest":"mayor","resume":7}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contest":"mayor","resume":"' + "x" * 201 + '"}'),
        ("bad-field", '{"t":"subscribe","sub":"a","contests":"*","resume":"x"}'),
        ("bad-field", '{"t":"subscribe","sub":"a","kind":"event","contest":"mayor","after":-1}'),
        ("bad-field", '{"t":"subscribe","sub":"a","kind":"event","contest":"mayor","after":true}'),
        ("bad-field", '{"t":"subscribe","sub":"a","kind":"event","contest":"mayor","after":1.5}'),
        ("bad-field", '{"t":"subscribe","sub":"a","kind":"event","contest":"mayor","after":1e300}'),
        ("bad-field", '{"t":"auth"}'),
        ("bad-field", '{"t":"auth","token":""}'),
        ("bad-field", '{"t":"auth","token":{"a":1}}'),
        ("bad-field", '{"t":"act","do":"approve"}'),
        ("no-such-command", '{"t":"shout","sub":"a"}'),
        ("no-such-command", '{"t":["subscribe"]}'),
        ("no-such-command", '{"sub":"a"}'),
        ("no-such-kind", '{"t":"subscribe","sub":"a","kind":"all","contest":"mayor"}'),
        ("no-such-kind", '{"t":"subscribe","sub":"a","kind":["event"],"contest":"mayor"}'),
        ("no-such-kind", '{"t":"subscribe","sub":"a","kind":"event","contest":"mayor","kinds":["lunch"]}'),
        ("no-such-kind", '{"t":"subscribe","sub":"a","kind":"event","contests":"*","kinds":["lead-noted"]}'),
        ("no-such-contest", '{"t":"subscribe","sub":"a","contest":"king"}'),
        ("no-such-contest", '{"t":"subscribe","sub":"a","contest":["mayor"]}'),
        ("no-such-contest", '{"t":"subscribe","sub":"a","contests":[["mayor"]]}'),
        ("no-such-contest", '{"t":"subscribe","sub":"a"}'),
        ("no-such-area", '{"t":"subscribe","sub":"a","contest":"mayor","areas":["liman","atlantis"]}'),
        ("no-such-level", '{"t":"subscribe","sub":"a","contest":"mayor","levels":["planet"]}'),
        ("no-such-source", '{"t":"subscribe","sub":"a","contest":"mayor","source":"rumour"}'),
        ("no-such-source", '{"t":"subscribe","sub":"a","contest":"mayor","source":{"a":1}}'),
        ("no-such-sub", '{"t":"unsubscribe","sub":"a"}'),
        ("no-such-action", '{"t":"act","id":"1","do":"win"}'),
        ("no-such-action", '{"t":"act","id":"1","do":["approve"]}'),
        ("no-scope", '{"t":"act","id":"1","do":"approve","contest":"mayor"}'),
        ("too-many", '{"t":"subscribe","sub":"a","contest":"mayor","areas":' + MANY + "}"),
    ],
)
def test_errors(expected: str, text: str) -> None:
    """Each mistake has its code."""
    assert expected == code(session().hear(text, 0.0))


def test_an_error_names_the_command() -> None:
    """By the name of the subscription or the id of the act, so that a client knows which was not done."""
    talk = session()
    assert "a" == error(hear(talk, t="subscribe", sub="a", contest="king"))["sub"]
    assert "a" == error(hear(talk, t="shout", sub="a"))["sub"]
    assert "7" == error(hear(talk, t="act", id="7", do="approve"))["id"]
    assert {"sub", "id"}.isdisjoint(error(hear(talk, t="shout", sub="a" * 65)))


def test_a_name_that_is_said_again_begins_anew() -> None:
    """Who lost track subscribes once more under the same name, which costs no further subscription."""
    talk = session()
    hear(talk, t="subscribe", sub="a", contest="mayor")
    assert Wanted(BRIDGE) == wanted(hear(talk, t="subscribe", sub="a", contest="bridge"))
    assert {"a": "bridge"} == talk.subs


def test_subscriptions_have_a_limit() -> None:
    """One more than the most is an error, until one is given back."""
    talk = session()
    for number in range(SUBSCRIPTIONS_MAX):
        assert isinstance(hear(talk, t="subscribe", sub=f"s{number}", contest="mayor"), Subscribe)
    assert "too-many" == code(hear(talk, t="subscribe", sub="more", contest="mayor"))
    assert isinstance(hear(talk, t="subscribe", sub="s1", contest="bridge"), Subscribe)
    hear(talk, t="unsubscribe", sub="s0")
    assert isinstance(hear(talk, t="subscribe", sub="more", contest="mayor"), Subscribe)


def test_the_gateway_may_have_no_room_for_another_filter() -> None:
    """Then the same command may be sent again later, and nothing of it is done now."""
    asked: list[Collection[Wanted]] = []

    def none(wanted: Collection[Wanted]) -> bool:
        asked.append(wanted)
        return False

    talk = Session(OFFER, 0.0, room=none)
    answer = hear(talk, t="subscribe", sub="a", contest="mayor", areas=["liman"])
    assert ("too-many-views", True) == (code(answer), error(answer)["temporary"])
    assert [(Wanted(MAYOR, areas=frozenset({LIMAN})),)] == asked
    assert {} == talk.subs


def test_commands_have_a_rate() -> None:
    """Who speaks too fast is told so, for now, and is heard again a moment later."""
    talk = session()
    for _ in range(COMMANDS_AT_ONCE_MAX):
        hear(talk, t="shout", sub="a")
    answer = hear(talk, t="subscribe", sub="a", contest="mayor")
    assert ("too-fast", True) == (code(answer), error(answer)["temporary"])
    assert isinstance(hear(talk, 0.2, t="subscribe", sub="a", contest="mayor"), Subscribe)


def test_too_many_errors_end_it() -> None:
    """Somebody who never learns is closed with a code that says not to come back like that."""
    talk = session()
    answers = [hear(talk, float(second), t="shout", sub="a") for second in range(ERRORS_MAX + 1)]
    assert all(isinstance(answer, Say) for answer in answers[:-1])
    assert Close(TOO_MANY_ERRORS, "too many errors") == answers[-1]


def test_binary_ends_it() -> None:
    """Commands are text; bytes are no command of ours."""
    assert Close(1003, "commands are text") == session().hear(b"{}", 0.0)


@pytest.mark.parametrize(
    ("scopes", "subscribe", "events"),
    [((), False, False), (("view",), True, False), (("alerts",), False, True), (("desk",), False, False)],
)
def test_what_one_follows_needs_a_scope(scopes: tuple[str, ...], subscribe: bool, events: bool) -> None:
    """`view` for what is so, `alerts` for what has happened; everybody has both without a token."""
    talk = session(scopes)
    assert subscribe == isinstance(hear(talk, t="subscribe", sub="a", contest="mayor"), Subscribe)
    action = hear(talk, t="subscribe", sub="e", kind="event", contest="mayor")
    assert events == isinstance(action, Subscribe)
    if not events:
        assert "no-scope" == code(action)


def test_signing_in() -> None:
    """What one may do from then on is what the token says, no more and no less; it is never shown."""
    talk = session()
    action = hear(talk, t="auth", token="secret-words")
    assert SignIn("secret-words") == action
    assert "secret" not in repr(action)
    said = json.loads(talk.signed_in("ayse", {"view", "desk"}).text)
    assert {"t": "scopes", "scopes": ["desk", "view"], "name": "ayse"} == said
    assert isinstance(hear(talk, t="act", id="1", do="approve"), Act)
    assert "no-scope" == code(hear(talk, t="subscribe", sub="e", kind="event", contest="mayor"))


def test_bad_tokens_end_it() -> None:
    """Guessing is not for long; a good token in between begins the count anew."""
    talk = session()
    for _ in range(BAD_TOKENS_MAX - 1):
        assert "bad-token" == code(talk.bad_token())
    talk.signed_in("ayse", EVERYTHING)
    answers = [talk.bad_token() for _ in range(BAD_TOKENS_MAX)]
    assert all(isinstance(answer, Say) for answer in answers[:-1])
    assert Close(BAD_TOKEN, "bad token") == answers[-1]


def test_acts() -> None:
    """Each verb needs its scope; whatever fields it has are passed on, but for those that name it."""
    talk = session(EVERYTHING)
    assert Act("1", "approve", {"contest": "mayor", "proposal": "x"}) == hear(
        talk, t="act", id="1", do="approve", contest="mayor", proposal="x"
    )
    assert "no-such-contest" == code(hear(talk, t="act", id="2", do="approve", contest="king"))
    assert "no-such-contest" == code(hear(talk, t="act", id="2", do="approve", contest=["mayor"]))
    for verb, scope in VERBS.items():
        assert "no-scope" == code(hear(session({*EVERYTHING} - {scope}), t="act", id="1", do=verb))
        assert isinstance(hear(session({scope}), t="act", id="1", do=verb), Act)
        assert "no-such-action" == code(hear(session(EVERYTHING, acts=False), t="act", id="1", do=verb))


def test_a_few_acts_at_once() -> None:
    """One more than the most has to wait for the answer to another; each goes by an id of its own."""
    talk = session(EVERYTHING)
    acts = [hear(talk, t="act", id=str(number), do="pause") for number in range(ACTS_MAX)]
    assert "bad-field" == code(hear(talk, t="act", id="0", do="pause"))
    assert "too-many" == code(hear(talk, t="act", id="more", do="pause"))
    assert isinstance(acts[0], Act)
    done = json.loads(talk.acted(acts[0], {"ok": True, "outcome": "paused", "d": {"at": 7}}).text)
    assert {"t": "done", "id": "0", "do": "pause", "ok": True, "outcome": "paused", "d": {"at": 7}} == done
    assert isinstance(acts[1], Act)
    answer = talk.full(acts[1])
    assert ("full", "1", True) == (code(answer), error(answer)["id"], error(answer)["temporary"])
    assert isinstance(hear(talk, t="act", id="0", do="pause"), Act)
    assert isinstance(hear(talk, t="act", id="1", do="pause"), Act)
