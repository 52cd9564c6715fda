"""Several contests in one message: all of them, or none; and too many of them cost nothing."""

from collections.abc import Collection

from election.night import AreaId, ContestId
from tests.web.made import night
from tests.web.test_session import BRIDGE, MAYOR, OFFER, code, hear, session
from web.session import SUBSCRIPTIONS_MAX, Session, Subscribe, Unsubscribe
from web.wanted import Offer, Wanted


def test_several_contests_at_once() -> None:
    """As if each had been subscribed to under the name and its id; `*` is every contest of the night."""
    talk = session()
    action = hear(talk, t="subscribe", sub="a", contests=["bridge", "mayor", "bridge"])
    assert Subscribe({"a/bridge": Wanted(BRIDGE), "a/mayor": Wanted(MAYOR)}) == action
    every = hear(talk, t="subscribe", sub="e", kind="event", contests="*", after=0)
    assert isinstance(every, Subscribe)
    assert [f"e/{contest}" for contest in night().contests] == list(every.wanted)
    assert Unsubscribe("e/bridge") == hear(talk, t="unsubscribe", sub="e/bridge")
    assert {"a/bridge", "a/mayor", "e/mayor", "e/assembly"} == set(talk.subs)


def test_too_many_contests_at_once_are_refused_before_a_filter_of_any_is_worked_out() -> None:
    """One small message must not make the gateway look at every area of hundreds of contests."""
    hundreds = [ContestId(f"c{number}") for number in range(SUBSCRIPTIONS_MAX + 1)]
    looked = list[ContestId]()

    class Counted(Offer):
        """Notes whose areas are looked through."""

        def filter(
            self, contest: ContestId, areas: Collection[str] | None, levels: Collection[str] | None
        ) -> frozenset[AreaId] | None:
            """As ever."""
            looked.append(contest)
            return super().filter(contest, areas, levels)

    offer = Counted(
        dict.fromkeys(hundreds, OFFER.areas[MAYOR]),
        dict.fromkeys(hundreds, OFFER.published[MAYOR]),
        OFFER.sources,
        OFFER.levels,
    )
    talk = Session(offer, 0.0)
    assert "too-many" == code(hear(talk, t="subscribe", sub="a", contests="*", levels=["ward"]))
    assert [] == looked
    hear(talk, t="subscribe", sub="a", contests=hundreds[1:], levels=["ward"])
    assert hundreds[1:] == looked
    assert SUBSCRIPTIONS_MAX == len(talk.subs)


def test_several_contests_are_all_or_nothing() -> None:
    """Where one of them cannot be had none is begun, and what had the names before is as it was."""
    talk = session()
    for number in range(SUBSCRIPTIONS_MAX - 1):
        hear(talk, t="subscribe", sub=f"s{number}", contest="mayor")
    before = dict(talk.subs)
    assert "too-many" == code(hear(talk, t="subscribe", sub="a", contests="*"))
    assert "no-such-contest" == code(hear(talk, t="subscribe", sub="a", contests=["mayor", "king"]))
    assert before == talk.subs
