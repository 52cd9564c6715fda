"""Each guard says clear, forbids or does not apply, with numbers, in every language; none is ever silent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls import GUARDS, RULES
from election.calls.guards import against, ask, forbidding
from election.calls.verdict import CLEAR, DOES_NOT_APPLY, FORBIDS, Answer, Guard, Silence, Verdict, View
from election.embargo import embargo
from election.headline import LANGUAGES
from election.night import AreaId, GuardRule, SourceId
from tests.election.strategies import CLOSED_UNTIL, LAW_OPENS_AT, NOON, contest_of, night
from tests.election.views import AGENCY, COUNCIL, KENT, PARTY, Held, made, row, toml, view

CERTAIN = Verdict("certain", contest_of().choices[0].id, 900, {}, {})
PROJECTED = Verdict("projected", contest_of().choices[0].id, 900, {}, {})
WON = (900, 100, 0)
GUNEY, K1 = AreaId("guney"), AreaId("k1")
WARD = """
[[contests]]
id = "ward"
name = "A ward's own council"
area = "k1"
source = "council"
  [[contests.choices]]
  id = "ece"
  name = "Ece Su"
  [[contests.choices]]
  id = "fil"
  name = "Fil Oz"
"""
"""A contest below the level that the agency counts by."""


def answer(guard: str, shown: View, verdict: Verdict = CERTAIN) -> Answer:
    """What one guard says."""
    return GUARDS[guard].answer(shown, verdict)


@pytest.mark.parametrize(
    ("now", "lifted_at", "word"),
    [
        (NOON, None, FORBIDS),
        (CLOSED_UNTIL, None, FORBIDS),
        (CLOSED_UNTIL, CLOSED_UNTIL, CLEAR),
        (LAW_OPENS_AT, None, CLEAR),
        (None, None, FORBIDS),
    ],
)
def test_nothing_is_called_before_the_ban_ends(now: object, lifted_at: object, word: str) -> None:
    """Bulletins only is not open; a ruling may open it early."""
    shown = replace(view(WON), ban=embargo(night().embargo, lifted_at, now))  # type: ignore[arg-type]
    assert word == answer("embargo", shown).word


def test_the_hour_is_said_as_the_clock_there_shows_it() -> None:
    """18:00 in London is 21:00 in Istanbul."""
    said = answer("embargo", replace(view(WON), ban=embargo(night().embargo, None, NOON))).because
    assert {
        "en": "The publication ban is in force until 21:00.", "tr": "Yayın yasağı sürüyor; bitiş 21.00.",
    } == said  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "word"), [(-1, FORBIDS), (0, CLEAR), (1, CLEAR)]
)  # fmt: skip
def test_nobody_is_called_while_polls_are_open(minutes: int, word: str) -> None:
    """From the minute they close."""
    close = night().polls_close_at
    assert close is not None
    assert word == answer("polls-open", replace(view(WON), now=close + timedelta(minutes=minutes))).word
    assert FORBIDS == answer("polls-open", replace(view(WON), now=None)).word


def test_a_night_without_an_hour_of_closing_has_no_open_polls() -> None:
    """The guard says that it cannot judge."""
    shown = replace(view(WON), night=replace(night(), polls_close_at=None))
    told = answer("polls-open", shown)
    assert ("polls-open", DOES_NOT_APPLY, {"polls_close_at": "–"}) == (told.guard, told.word, told.numbers)


@pytest.mark.parametrize(
    ("mode", "simulated", "word"),
    [
        ("live", True, FORBIDS), ("live", False, CLEAR),
        ("replay", True, DOES_NOT_APPLY), ("rehearsal", False, DOES_NOT_APPLY),
    ],
)  # fmt: skip
def test_simulated_figures_never_make_a_live_call(mode: str, simulated: bool, word: str) -> None:
    """Replays and rehearsals say in every title what they are."""
    shown = replace(view(WON), mode=mode, night=replace(night(), simulated=simulated))
    told = answer("mode", shown)
    assert ("mode", word) == (told.guard, told.word)


@pytest.mark.parametrize(("votes", "word"), [((1005, 995, 0), FORBIDS), ((1006, 994, 0), CLEAR)])
def test_a_margin_that_a_recount_turns_is_too_close(votes: tuple[int, ...], word: str) -> None:
    """10 of 2,000 is half a percent and inside; whatever is counted, whichever rule."""
    assert word == answer("recount-band", view(votes)).word


def test_the_recount_band_is_said_as_the_night_has_it() -> None:
    """Three percent are three percent."""
    wide = replace(night(), recount_band_permille=30)
    assert (
        "The margin of 800 of 1,000 valid votes is outside the recount band of 3.0%."
        == answer("recount-band", view(WON, wide)).because["en"]
    )


@pytest.mark.parametrize(("margin", "word"), [(500, FORBIDS), (501, CLEAR)])
def test_a_projection_into_the_recount_band_is_too_close(margin: int, word: str) -> None:
    """The margin heard may be wide while the one expected is not."""
    numbers = {"projected_margin_votes": margin, "projected_valid": 100_000}
    assert word == answer("recount-band", view(WON), replace(PROJECTED, numbers=numbers)).word


@pytest.mark.parametrize(
    ("figures", "cushion", "word", "most"),
    [
        ({}, 900, CLEAR, 0),
        ({"quarantined": 1, "register_quarantined": 300}, 622, CLEAR, 310),
        ({"quarantined": 1, "register_quarantined": 300}, 621, FORBIDS, 310),
        ({"quarantined": 1, "no_register_quarantined": 1}, 302, CLEAR, 150),
        ({"quarantined": 1, "no_register_quarantined": 1}, 301, FORBIDS, 150),
        ({"quarantined": 1, "register_quarantined": 300, "held_excess": 50}, 721, FORBIDS, 360),
        ({"marked": 1, "withdrawn": 1}, 1242, CLEAR, 620),
        ({"marked": 1, "withdrawn": 1}, 1241, FORBIDS, 620),
    ],
)
def test_boxes_in_question_are_set_against_what_a_projection_has_left(
    figures: dict[str, int], cushion: int, word: str, most: int
) -> None:
    """Twice their voters, at the worst; a box whose register is not summed is the largest there is."""
    shown = view(WON, boxes=6, register=580, no_register=1, **figures)
    told = answer("decisive-quarantine", shown, replace(PROJECTED, cushion_votes=cushion))
    assert (word, most) == (told.word, told.numbers["votes_max"])
    assert ("can change" if word == FORBIDS else "cannot change") in told.because["en"]


def test_the_bound_of_certain_has_the_boxes_in_question_in_it() -> None:
    """So the guard does not apply, and still says how many they are."""
    told = answer("decisive-quarantine", view(WON, quarantined=1, register_quarantined=300))
    assert (DOES_NOT_APPLY, 1, 310) == (told.word, told.numbers["boxes"], told.numbers["votes_max"])


@pytest.mark.parametrize(
    ("for_s", "finished", "verdict", "word"),
    [
        (1800, False, PROJECTED, CLEAR), (1801, False, PROJECTED, FORBIDS), (1801, True, PROJECTED, CLEAR),
        (1801, False, CERTAIN, DOES_NOT_APPLY),
    ],
)  # fmt: skip
def test_a_projection_waits_for_a_published_source_that_went_silent(
    for_s: int, finished: bool, verdict: Verdict, word: str
) -> None:
    """What holds for every completion of the night holds in silence too."""
    shown = replace(view(WON), silences={COUNCIL: Silence(COUNCIL, for_s, 1800, finished, 2.0)})
    assert word == answer("stalled-source", shown, verdict).word


def both(party: tuple[int, int, int], boxes: int, agency: dict[str, int] | None = None) -> View:
    """The council has 900 to 100 in all boxes; another source says something else."""
    rows = {COUNCIL: {KENT: row(WON, boxes=8, register=880)}, PARTY: {KENT: row(party, boxes=boxes)}}
    if agency is not None:
        rows[AGENCY] = {KENT: row(party, **agency)}
    return made().view(Held(rows), LAW_OPENS_AT)


@pytest.mark.parametrize(
    ("party", "boxes", "word"),
    [
        ((100, 900, 0), 3, FORBIDS),
        ((100, 900, 0), 2, DOES_NOT_APPLY),
        ((900, 100, 0), 8, CLEAR),
        ((500, 500, 0), 8, FORBIDS),
        ((1005, 995, 0), 8, FORBIDS),
        ((1006, 994, 0), 8, CLEAR),
        ((0, 0, 0), 0, DOES_NOT_APPLY),
    ],
)
def test_another_source_far_enough_on_with_somebody_else_ahead_forbids(
    party: tuple[int, int, int], boxes: int, word: str
) -> None:
    """Three of eight boxes are 37 %, two are 25 %; a tie and a margin in the recount band are no support."""
    assert word == answer("sources-disagree", both(party, boxes)).word


def test_a_projection_is_set_against_sources_as_early_as_it_speaks() -> None:
    """It may speak before a lead is shown: then disagreement counts from there too."""
    early = replace(PROJECTED, numbers={"counted_permille": 30})
    assert FORBIDS == answer("sources-disagree", both((100, 900, 0), 1), early).word


@pytest.mark.parametrize(
    ("claimed", "word"), [(0, FORBIDS), (2, DOES_NOT_APPLY), (3, FORBIDS)]
)  # fmt: skip
def test_an_area_feed_is_as_far_as_the_boxes_it_claims(claimed: int, word: str) -> None:
    """It has told of every area long before; one that claims no boxes is taken by its areas."""
    shown = both((100, 900, 0), 0, {"boxes": 2, "claimed": claimed})
    assert word == answer("sources-disagree", shown).word


def test_sources_that_agree_are_counted_in_the_reason() -> None:
    """The published one among them, so that a desk knows how many stand behind the call."""
    told = answer("sources-disagree", both(WON, 8, {"boxes": 2, "claimed": 8}))
    assert ("sources-disagree", CLEAR) == (told.guard, told.word)
    assert "All 3 sources have the same choice ahead, and none has it too close." == told.because["en"]


@pytest.mark.parametrize(("told", "word"), [(300, DOES_NOT_APPLY), (301, FORBIDS)])
@pytest.mark.parametrize("source", [PARTY, AGENCY])
def test_a_source_is_compared_from_the_threshold_on_and_not_one_box_before(
    source: SourceId, told: int, word: str
) -> None:
    """300 of 1,001 boxes are less than 30 %, counted by itself or claimed by an area feed."""
    shown = both((100, 900, 0), 0, {"boxes": 2, "claimed": 2})
    counts = [
        replace(one, units=told, units_total=1001, claimed_boxes=one.claimed_boxes and told)
        if one.source.id == source
        else one
        for one in shown.counts
    ]
    large = replace(shown, counts=counts, seen=replace(shown.seen, boxes_total=1001))
    assert word == answer("sources-disagree", large).word


@pytest.mark.parametrize(("told", "word"), [(1, DOES_NOT_APPLY), (2, FORBIDS)])
def test_exactly_the_threshold_is_far_enough(told: int, word: str) -> None:
    """Two of eight boxes are 25 %, counted by itself or claimed by an area feed."""
    quarter = replace(night(), lead_from_counted_pct=25)
    for party, agency in ((told, 0), (0, told)):
        rows = {
            COUNCIL: {KENT: row(WON, boxes=8)},
            PARTY: {KENT: row((100, 900, 0), boxes=party)},
            AGENCY: {KENT: row((100, 900, 0), boxes=1 if agency else 0, claimed=agency)},
        }
        shown = made(quarter).view(Held(rows), LAW_OPENS_AT)
        assert word == answer("sources-disagree", shown).word


def test_a_source_of_one_area_alone_is_far_enough_when_it_has_told_of_it() -> None:
    """The bridge is voted on in one town, and the agency counts by town."""
    rows = {
        COUNCIL: {GUNEY: row((900, 100), contest="bridge", boxes=4)},
        AGENCY: {GUNEY: row((100, 900), contest="bridge", boxes=1)},
    }
    shown = made(contest="bridge").view(Held(rows), LAW_OPENS_AT)
    assert FORBIDS == answer("sources-disagree", shown).word


def test_a_source_that_has_nothing_to_tell_of_a_contest_speaks_against_nobody() -> None:
    """An agency that counts by town has no figures of a contest in one ward, and no tie in it either."""
    shown = made(toml(WARD), "ward").view(
        Held({COUNCIL: {K1: row((90, 10), toml(WARD), "ward", boxes=2)}}), LAW_OPENS_AT
    )
    told = answer("sources-disagree", shown)
    assert (DOES_NOT_APPLY, 1) == (told.word, told.numbers["sources"])


def test_a_disagreement_names_the_sources_and_their_leads() -> None:
    """So that a desk sees at once what is wrong."""
    said = answer("sources-disagree", both((100, 900, 0), 8)).because
    expected = "The published source has Deniz +800; others disagree (Party's own count: Kaya +800)."
    assert expected == said["en"]


def test_two_seats_disagree_about_who_is_in_and_not_about_the_order() -> None:
    """First and second may change places."""
    contest = contest_of("assembly")
    for votes, word in (((800, 900, 100), CLEAR), ((900, 100, 800), FORBIDS)):
        rows = {COUNCIL: {KENT: row((900, 800, 100), contest="assembly", boxes=8)},
                PARTY: {KENT: row(votes, contest="assembly", boxes=8)}}  # fmt: skip
        shown = made(contest="assembly").view(Held(rows), LAW_OPENS_AT)
        assert contest == shown.contest
        assert word == answer("sources-disagree", shown).word


@pytest.mark.parametrize(
    "guard", ["skewed-order", "too-little-heard", "decisive-quarantine", "stalled-source"]
)
@pytest.mark.parametrize("rule", ["certain", "majority"])
def test_what_is_out_is_no_matter_for_a_rule_that_bounds_it(guard: str, rule: str) -> None:
    """One box counted, a source silent for a day: a lead above every vote still out is that."""
    shown = replace(
        view(WON, boxes=1, register=300, no_register=0),
        silences={COUNCIL: Silence(COUNCIL, 86400, 1800, False, None)},
    )
    assert DOES_NOT_APPLY == answer(guard, shown, replace(CERTAIN, rule=rule)).word


def test_guards_are_asked_in_their_order_unless_a_night_turned_them_off() -> None:
    """The desk sees every answer."""
    assert list(GUARDS) == [one.guard for one in ask(view(WON), CERTAIN)]
    off = replace(night(), guards={**night().guards, "recount-band": GuardRule(False, {})})
    told = ask(replace(view(WON), night=off), CERTAIN)
    assert set(GUARDS) - {"recount-band"} == {one.guard for one in told}
    assert () == forbidding(told)
    close = ask(view((500, 500, 0)), CERTAIN)
    assert ["recount-band"] == [one.guard for one in forbidding(close)]


def test_guards_of_the_evidence_end_a_call_and_guards_of_the_moment_do_not() -> None:
    """A source that falls silent after a call is no reason to take it back."""
    ending = [guard.id for guard in GUARDS.values() if guard.ends_call]
    assert ["recount-band", "decisive-quarantine", "sources-disagree", "skewed-order"] == ending


def test_guards_of_what_is_out_are_not_asked_what_forbids_a_rule_that_bounds_it() -> None:
    """They look at every area, and a country has thirty thousand."""
    idle = [guard.id for guard in GUARDS.values() if not guard.bounds]
    assert ["decisive-quarantine", "stalled-source", "skewed-order", "too-little-heard"] == idle
    asked = list[str]()

    def answer(shown: View, verdict: Verdict) -> Answer:
        asked.append(verdict.rule)
        return Answer("doubt", FORBIDS, {}, {"en": "There is a doubt.", "tr": "Kuşku var."})

    guards = {"doubt": Guard("doubt", "Is there a doubt?", answer, bounds=False)}
    rules = ("certain", "majority", "projected")
    told = [against(view(WON), replace(CERTAIN, rule=rule), guards) for rule in rules]
    assert ["projected"] == asked
    assert [[], [], ["doubt"]] == [[one.guard for one in answers] for answers in told]


@given(
    st.tuples(*[st.integers(0, 10**6)] * 3), st.integers(0, 8), st.sampled_from([NOON, LAW_OPENS_AT, None]),
    st.sampled_from(sorted(RULES)), st.integers(0, 3), st.sampled_from(["live", "replay", "rehearsal"]),
)  # fmt: skip
def test_every_guard_answers_whatever_it_is_shown(
    votes: tuple[int, int, int], boxes: int, now: object, rule: str, held: int, mode: str
) -> None:
    """One of three words, a sentence in every language."""
    shown = view(
        votes, now=now, mode=mode, boxes=boxes, register=boxes * 100, no_register=0, quarantined=held,  # type: ignore[arg-type]
    )  # fmt: skip
    verdict = RULES[rule].decide(shown)
    told = ask(shown, verdict)
    assert forbidding(told) == against(shown, verdict)
    assert list(GUARDS) == [one.guard for one in told]
    for one in told:
        assert one.word in (CLEAR, FORBIDS, DOES_NOT_APPLY)
        assert set(LANGUAGES) == set(one.because)
        assert all(one.because.values())
    assert AreaId("kent") == shown.contest.area
