"""A conversation: what strangers may say is done, and whatever else they say is answered, never thrown."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.night import ContestId
from web.session import (
    COMMANDS_AT_ONCE_MAX,
    ERRORS_MAX,
    SUBSCRIPTIONS_MAX,
    TOO_MANY_ERRORS,
    Action,
    Close,
    Say,
    Session,
    Subscribe,
    Unsubscribe,
)

CONTESTS = ("mayor", "bridge")


def session() -> Session:
    """A conversation that begins at time 0."""
    return Session(CONTESTS, 0.0)


def hear(to: Session, now: float = 0.0, **command: Any) -> Action:
    """A command as a client would send it."""
    return to.hear(json.dumps(command), now)


def code(action: Action) -> str:
    """The code of an error frame."""
    assert isinstance(action, Say)
    frame = json.loads(action.text)
    assert "error" == frame["t"]
    return str(frame["code"])


def test_subscribe_and_unsubscribe() -> None:
    """A contest is followed under a name of the client's own, until it says the name again."""
    talk = session()
    assert Subscribe("a", ContestId("mayor")) == hear(talk, t="subscribe", sub="a", contest="mayor")
    assert Unsubscribe("a") == hear(talk, t="unsubscribe", sub="a")
    assert Subscribe("a", ContestId("bridge")) == hear(talk, t="subscribe", sub="a", contest="bridge")


def test_fields_of_later_versions_are_skipped() -> None:
    """A client that knows more than we do is still understood."""
    talk = session()
    action = hear(talk, t="subscribe", sub="a", contest="mayor", epoch="x", version=4, levels=["city"])
    assert Subscribe("a", ContestId("mayor")) == action


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
        ("bad-field", '{"t":"subscribe","sub":"","contest":"mayor"}'),
        ("bad-field", '{"t":"subscribe","sub":7,"contest":"mayor"}'),
        ("bad-field", '{"t":"subscribe","sub":"' + "a" * 65 + '","contest":"mayor"}'),
        ("no-such-command", '{"t":"shout","sub":"a"}'),
        ("no-such-command", '{"sub":"a"}'),
        ("no-such-contest", '{"t":"subscribe","sub":"a","contest":"king"}'),
        ("no-such-contest", '{"t":"subscribe","sub":"a","contest":["mayor"]}'),
        ("no-such-contest", '{"t":"subscribe","sub":"a"}'),
        ("no-such-sub", '{"t":"unsubscribe","sub":"a"}'),
    ],
)
def test_errors(expected: str, text: str) -> None:
    """Each mistake has its code."""
    assert expected == code(session().hear(text, 0.0))


def test_a_name_that_is_said_again_begins_anew() -> None:
    """Who lost track subscribes once more under the same name, which costs no further subscription."""
    talk = session()
    hear(talk, t="subscribe", sub="a", contest="mayor")
    assert Subscribe("a", ContestId("bridge")) == hear(talk, t="subscribe", sub="a", contest="bridge")
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


def test_commands_have_a_rate() -> None:
    """Who speaks too fast is told so, for now, and is heard again a moment later."""
    talk = session()
    for _ in range(COMMANDS_AT_ONCE_MAX):
        hear(talk, t="shout", sub="a")
    answer = hear(talk, t="subscribe", sub="a", contest="mayor")
    assert "too-fast" == code(answer)
    assert isinstance(answer, Say)
    assert json.loads(answer.text)["temporary"] is True
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
COMMANDS = st.fixed_dictionaries(
    {},
    optional={
        "t": st.sampled_from(["subscribe", "unsubscribe", "resume"]) | JSON,
        "sub": st.sampled_from(["a", "b"]) | JSON,
        "contest": st.sampled_from(CONTESTS) | JSON,
    },
)


@settings(deadline=None)
@given(st.lists(st.text() | st.binary() | COMMANDS.map(json.dumps), max_size=20))
def test_nothing_that_is_said_breaks_it(messages: list[str | bytes]) -> None:
    """Whatever comes, the answer is an action, and the subscriptions are what was agreed on."""
    talk, agreed = session(), dict[str, str]()
    for message in messages:
        action = talk.hear(message, 0.0)
        if isinstance(action, Subscribe):
            agreed[action.sub] = action.contest
        elif isinstance(action, Unsubscribe):
            del agreed[action.sub]
        elif isinstance(action, Say):
            assert {"t", "code", "temporary", "message"} <= json.loads(action.text).keys()
    assert agreed == talk.subs
