"""Why there is no call, a short line each: a title, a colon, the number and its limit."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls.brief import against, brief
from election.calls.guards import GUARDS, ask, forbidding
from election.calls.verdict import FORBIDS, Answer, Silence, Verdict, View
from election.headline import LANGUAGES
from election.night import CallRule
from tests.election.strategies import NOON, contest_of, night
from tests.election.views import AGENCY, COUNCIL, KENT, PARTY, Held, made, row, toml, view

PROJECTED = Verdict("projected", contest_of().choices[0].id, 900, {}, {})


def lines(shown: View, language: str = "en") -> dict[str, str]:
    """Every reason by its id."""
    return {line.id: line.briefs[language] for line in against(shown).lines}


def one_line(guard: str, shown: View, verdict: Verdict = PROJECTED) -> str:
    """What a guard that forbids says in English."""
    answer = GUARDS[guard].answer(shown, verdict)
    assert FORBIDS == answer.word
    return brief(answer, shown, verdict)["en"]


def several(council: tuple[int, ...], agency: tuple[int, ...], party: tuple[int, ...]) -> View:
    """A contest that three sources have counted to the end."""
    looks = made()
    boxes = looks.registers[KENT].boxes
    rows = {
        COUNCIL: {KENT: row(council, boxes=boxes)},
        AGENCY: {KENT: row(agency, boxes=2, claimed=boxes)},
        PARTY: {KENT: row(party, boxes=boxes)},
    }
    return looks.view(
        Held(rows), looks.night.polls_close_at and looks.night.polls_close_at + timedelta(hours=9)
    )


def test_a_lead_inside_the_recount_band() -> None:
    """By how much of the valid votes, and up to how much."""
    shown = view((1003, 1000, 0))
    assert "Lead inside the recount band: 0.15%, limit 0.5%" == lines(shown)["recount-band"]
    assert "Fark yeniden sayım aralığında: %0,15, sınır %0,5" == lines(shown, "tr")["recount-band"]


def test_a_projection_inside_the_recount_band_is_said_with_the_figures_projected() -> None:
    """Of what is expected at the end; where the count itself is inside, with those of the count."""
    wide = replace(night(), recount_band_permille=30)
    for votes, projected, text in (
        ((900, 100, 0), 2500, "Lead inside the recount band: 2.50%, limit 3.0%"),
        ((1003, 1000, 0), 50_000, "Lead inside the recount band: 0.15%, limit 3.0%"),
    ):
        numbers = {"projected_margin_votes": projected, "projected_valid": 100_000}
        assert text == one_line("recount-band", view(votes, wide), replace(PROJECTED, numbers=numbers))


def test_another_order_is_said_with_the_limit_that_the_night_sets() -> None:
    """A desk that set its own limit reads that one; a night that says nothing has the documented one."""
    strict = toml("[guards]\nskewed-order = { size_pct = 14 }\n")
    shown = view((900, 100, 0), strict, boxes=4, register=560, no_register=0)
    assert "Boxes heard are not like those out: 14.3%, limit 14" == one_line("skewed-order", shown)
    silent = replace(night(), guards={})
    shown = view((900, 100, 0), silent, boxes=4, register=400, no_register=0)
    assert "Boxes heard are not like those out: 140.0%, limit 20" == one_line("skewed-order", shown)


def test_a_parent_that_is_not_known_is_no_reason_against_a_call() -> None:
    """Even where the night allows no lean at all: what is said then is the size of the boxes."""
    strict = toml("[guards]\nskewed-order = { lean_points = 0 }\n")
    shown = view((900, 100, 0), strict, boxes=4, register=400, no_register=0)
    assert "Boxes heard are not like those out: 140.0%, limit 20" == one_line("skewed-order", shown)


def test_no_rule_names_anybody() -> None:
    """The lead, and what may still come; where a rule does, it is no reason."""
    shown = view((300, 200, 0), boxes=4, register=0)
    most = shown.seen.outstanding.votes_max
    assert f"No rule names a winner: lead 100, still possible {most}" == lines(shown)["rule"]
    assert lines(shown, "tr")["rule"].startswith("Hiçbir kural kazanan demiyor: fark 100, gelebilecek ")
    assert "rule" not in lines(view((9000, 200, 0), boxes=4))


def test_counts_that_disagree_are_counted() -> None:
    """How many have the one that is shown ahead, and how many another; or that another has it too close."""
    apart = several((900, 300, 0), (300, 900, 0), (900, 300, 0))
    assert "The counts disagree on the leader: 2 against 1" == lines(apart)["sources-disagree"]
    assert "Sayımlar önde olanda ayrışıyor: 2 sayıma karşı 1" == lines(apart, "tr")["sources-disagree"]
    close = several((900, 300, 0), (901, 900, 0), (900, 300, 0))
    assert "Another count has it too close: 1 of 3" == lines(close)["sources-disagree"]
    assert "sources-disagree" not in lines(several((900, 300, 0), (900, 300, 0), (900, 300, 0)))


def test_a_silent_source_says_how_long_and_its_limit() -> None:
    """In whole minutes."""
    silence = Silence(COUNCIL, 660, 300, finished=False, pace=31.0)
    shown = replace(view((900, 100, 0)), silences={COUNCIL: silence})
    answer = GUARDS["stalled-source"].answer(shown, PROJECTED)
    said = brief(answer, shown, PROJECTED)
    assert "The published count has stopped: 11 min, limit 5 min" == said["en"]
    assert "Yayımlanan sayım durdu: 11 dk, sınır 5 dk" == said["tr"]


def test_polls_that_are_open_and_figures_that_are_simulated() -> None:
    """They stand before everything else."""
    early = replace(view((900, 100, 0)), now=NOON)
    assert "Polls are still open: until 17:00" == lines(early)["polls-open"]
    unreal = toml("")
    live = replace(view((900, 100, 0), replace(unreal, simulated=True)), mode="live")
    assert lines(live)["mode"].startswith("The figures are simulated")


def test_a_guard_without_a_line_says_its_because() -> None:
    """A newsroom's own guard is not left out."""
    said = {"en": "The moon is full.", "tr": "Dolunay var."}
    assert said == brief(Answer("moon", FORBIDS, {}, said), view((9, 1, 0)), PROJECTED)


def test_without_rules_nothing_is_asked() -> None:
    """A night that calls nobody has no reason to give."""
    calls = {name: replace(rule, on=False) for name, rule in night().calls.items()}
    found = against(view((9, 1, 0), replace(night(), calls=calls)))
    assert (0, ()) == (found.guards, found.lines)


@pytest.mark.parametrize("guard", sorted(set(GUARDS) - {"embargo"}))
@given(
    st.tuples(*[st.integers(0, 2000)] * 3), st.integers(0, 8), st.integers(0, 3), st.integers(0, 900),
    st.sampled_from(["certain", "majority", "projected"]),
)  # fmt: skip
def test_every_guard_that_forbids_is_said_in_one_line(
    guard: str, votes: tuple[int, int, int], boxes: int, held: int, silent: int, rule: str
) -> None:
    """Never empty, never long, the same in every language but for its words; whatever was counted."""
    shown = view(votes, boxes=boxes, quarantined=held, register_quarantined=held * 300)
    shown = replace(
        shown, now=NOON, mode="live", night=replace(shown.night, simulated=True),
        silences={COUNCIL: Silence(COUNCIL, silent, 300, finished=False, pace=None)},
    )  # fmt: skip
    verdict = Verdict(rule, shown.seen.leader, 10, {}, {})
    for answer in forbidding(ask(shown, verdict)):
        if answer.guard != guard:
            continue
        said = brief(answer, shown, verdict)
        assert set(LANGUAGES) == set(said)
        for text in said.values():
            assert 10 < len(text) < 110
            assert re.match(r"[^:]+: .+$|[^:]+$", text)


@given(st.tuples(*[st.integers(0, 2000)] * 3), st.integers(0, 8), st.booleans())
def test_the_reasons_are_those_of_the_guards(
    votes: tuple[int, int, int], boxes: int, projected: bool
) -> None:
    """A line for each guard that forbids, in their order, and for the rules if none names anybody."""
    of = night()
    calls = dict(of.calls) | {"projected": CallRule(projected, 0, of.calls["projected"].numbers)}
    shown = view(votes, replace(of, calls=calls), boxes=boxes)
    found = against(shown)
    ids = [line.id for line in found.lines if line.id != "rule"]
    assert ids == [guard for guard in GUARDS if guard in ids]
    assert found.guards == len(GUARDS)
