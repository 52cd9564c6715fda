"""What may be wished for: the night's own contests, areas, levels and sources; equal wishes share a view."""

from election.alerts import ALERT_KINDS, KINDS
from election.night import AreaId, ContestId
from tests.web.made import night
from web.hub import Hub, Limits
from web.wanted import DESK_KINDS, PUBLIC_KINDS, Wanted

OFFER = Hub(night(), "replay", Limits()).offer
MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")


def test_the_offer_of_a_night() -> None:
    """Every contest with the areas that it shows, every source and every level that is shown."""
    assert list(night().contests) == list(OFFER.areas)
    assert {"council", "party", "agency"} == set(OFFER.sources)
    assert {"county", "town", "ward"} == set(OFFER.levels)
    assert {"liman", "iskele"} < OFFER.areas[BRIDGE].keys() < OFFER.areas[MAYOR].keys()
    assert "council" == OFFER.published[MAYOR]


def test_a_filter_is_the_areas_of_either() -> None:
    """Those that are named, and those of the levels that are named."""
    shown = OFFER.areas[MAYOR]
    towns = frozenset(area for area, level in shown.items() if level == "town")
    assert frozenset({"liman"}) == OFFER.filter(MAYOR, ["liman", "liman"], None)
    assert towns == OFFER.filter(MAYOR, None, ["town"])
    assert towns | {AreaId("kizilcay")} == OFFER.filter(MAYOR, ["kizilcay", "liman"], ["town"])
    assert frozenset() == OFFER.filter(MAYOR, [], None)
    assert frozenset() == OFFER.filter(BRIDGE, ["baglar"], [])


def test_all_areas_are_no_filter() -> None:
    """However they are named: so that whoever names them shares the encoding of everybody."""
    assert OFFER.filter(MAYOR, None, None) is None
    assert OFFER.filter(MAYOR, list(OFFER.areas[MAYOR]), None) is None
    assert OFFER.filter(MAYOR, None, ["county", "town", "ward"]) is None
    assert OFFER.filter(BRIDGE, list(OFFER.areas[MAYOR]), None) is None
    assert Wanted(MAYOR, areas=OFFER.filter(MAYOR, None, ["ward", "town", "county"])) == Wanted(MAYOR)


def test_what_is_proposed_is_for_the_desk() -> None:
    """Everybody is told every kind of alert but a proposal; the desk all that becomes of one too."""
    assert {"call-proposed"} == set(ALERT_KINDS) - PUBLIC_KINDS
    more = {"call-proposed", "proposal-withdrawn", "proposal-refused", "proposal-approved"}
    assert more == DESK_KINDS - PUBLIC_KINDS
    assert {"lead-noted"} == KINDS.keys() - DESK_KINDS
