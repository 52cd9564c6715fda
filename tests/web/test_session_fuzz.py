"""Nothing that a stranger says breaks the conversation: commands bent out of shape, any JSON, any bytes."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from election.night import ContestId
from tests.web.test_session import EVERYTHING, OFFER, session
from web.session import (
    EVERYBODY,
    SUBSCRIPTIONS_MAX,
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
from web.wanted import DESK_KINDS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def some(*words: Any) -> st.SearchStrategy[Any]:
    """One of these, a few of them, or anything else."""
    return st.sampled_from(words) | st.lists(st.sampled_from(words), max_size=3) | JSON


COMMANDS = st.fixed_dictionaries(
    {"t": st.sampled_from(["subscribe", "subscribe", "unsubscribe", "auth", "act"]) | JSON},
    optional={
        "sub": st.sampled_from(["a", "b", "a/mayor"]) | JSON,
        "kind": some("merge", "event"),
        "contest": some(*OFFER.areas),
        "contests": some("*", *OFFER.areas),
        "areas": some("liman", "yayla", "atlantis"),
        "levels": some("town", "ward", "planet"),
        "source": some("council", "party"),
        "resume": some("e1:3:0123abcd"),
        "kinds": some("lead-change", "call-proposed", "lead-noted"),
        "after": some(0, 7, 2**53),
        "token": JSON,
        "id": st.sampled_from(["1", "2"]) | JSON,
        "do": some(*VERBS),
    },
)


def agree(talk: Session, action: Action, agreed: dict[str, ContestId]) -> None:
    """What an action means for what is followed; a strange one is an error of this test."""
    if isinstance(action, Subscribe):
        for sub, one in action.wanted.items():
            agreed[sub] = one.contest
            assert one.areas is None or one.areas < set(OFFER.areas[one.contest])
            assert one.kinds <= DESK_KINDS
    elif isinstance(action, Unsubscribe):
        del agreed[action.sub]
    elif isinstance(action, Say):
        assert {"t", "code", "temporary", "message"} <= json.loads(action.text).keys()
    elif isinstance(action, Act):
        assert action.do in VERBS
        talk.acted(action, {"ok": True, "outcome": "done", "d": {}})
    else:
        assert isinstance(action, SignIn | Close)


@settings(deadline=None)
@given(
    st.lists(st.text() | st.binary() | COMMANDS.map(json.dumps), max_size=20),
    st.sampled_from([EVERYBODY, frozenset(EVERYTHING), frozenset[str]()]),
)
def test_nothing_that_is_said_breaks_it(messages: list[str | bytes], scopes: frozenset[str]) -> None:
    """Whatever comes, the answer is an action, and the subscriptions are what was agreed on."""
    talk, agreed = session(scopes), dict[str, ContestId]()
    for message in messages:
        agree(talk, talk.hear(message, 0.0), agreed)
    assert agreed == talk.subs
    assert len(talk.subs) <= SUBSCRIPTIONS_MAX


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.sampled_from(["utf-8", "latin-1"]))
def test_no_bytes_break_it(message: bytes, coding: str) -> None:
    """Any bytes, as a text in whatever coding they may have come, or as they are."""
    talk = session()
    assert isinstance(talk.hear(message, 0.0), Close)
    agree(talk, talk.hear(message.decode(coding, "surrogateescape"), 0.0), {})
