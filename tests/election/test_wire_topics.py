"""Mode and night stand in every name, and a name that cannot stand there is refused with the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from election.night import NightId
from election.wire.topics import MODES, WHATS, Scope, report_key, ruling_key

WORDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
KAFKA_NAME_MAX = 249


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("what", WHATS)
def test_a_topic_is_mode_night_and_what(mode: str, what: str) -> None:
    """Outsiders read these topics with their own tools."""
    assert f"{mode}.kent-2024.{what}" == Scope(mode, NightId("kent-2024")).topic(what)
    assert f"{mode}.kent-2024.s1.{what}" == Scope(mode, NightId("kent-2024"), "s1").topic(what)


@given(st.sampled_from(MODES), WORDS, WORDS | st.just(""), st.sampled_from(WHATS))
def test_a_topic_is_one_kafka_takes(mode: str, night: str, session: str, what: str) -> None:
    """Letters, digits, points and hyphens, at most 249."""
    topic = Scope(mode, NightId(night), session).topic(what)
    assert len(topic) <= KAFKA_NAME_MAX
    assert set(topic) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")


@given(st.sets(st.tuples(st.sampled_from(MODES), WORDS, WORDS | st.just("")), min_size=2, max_size=4))
def test_two_scopes_share_no_topic(scopes: set[tuple[str, str, str]]) -> None:
    """Nothing of a rehearsal can reach a live page."""
    names = {Scope(mode, NightId(night), session).topic("reports") for mode, night, session in scopes}
    assert len(scopes) == len(names)


@pytest.mark.parametrize("mode", ["", "LIVE", "test", "live "])
def test_there_are_three_modes(mode: str) -> None:
    """The refusal names them."""
    with pytest.raises(UsageError, match="live, rehearsal, replay"):
        Scope(mode, NightId("kent-2024"))


@pytest.mark.parametrize("word", ["", "Kent", "a.b", "a b", "-a", "ı", "a" * 64, "a\n", "../x"])
def test_a_night_that_cannot_stand_in_a_topic_is_refused(word: str) -> None:
    """Points would make one scope look like another."""
    with pytest.raises(UsageError, match="small letters"):
        Scope("live", NightId(word))


@pytest.mark.parametrize("word", ["S1", "a.b", "a b", "-a", "a" * 64])
def test_a_session_that_cannot_stand_in_a_topic_is_refused(word: str) -> None:
    """Only no session at all may be empty."""
    with pytest.raises(UsageError, match="session"):
        Scope("replay", NightId("kent-2024"), word)


def test_a_topic_that_is_not_ours_is_a_mistake_of_the_caller() -> None:
    """There are five."""
    with pytest.raises(ValueError):
        Scope("live", NightId("kent-2024")).topic("results")


def test_one_sources_word_on_one_area_stays_in_order() -> None:
    """The key of a bundle is both; of a ruling, its contest."""
    assert (b"council/adalar", b"mayor") == (report_key("council", "adalar"), ruling_key("mayor"))
