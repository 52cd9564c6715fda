"""The sentence about a call: who, with the numbers of now; what was withdrawn stays said."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.calls.state import STATES
from election.embargo import Embargo
from election.headline import LANGUAGES, Public, headline, public
from election.headline_call import SENTENCE_MAX, SPOKEN
from election.night import ChoiceId, Contest
from election.outstanding import Outstanding
from election.standing import Standing
from tests.election.strategies import contest_of, night
from tests.election.test_headline import CLOSED, LENGTH_MAX, OPEN
from tests.election.test_standing import seen

ADA = (ChoiceId("ada"),)
AT = datetime(night().date.year, night().date.month, night().date.day, 18, 7, tzinfo=UTC)
LATER = datetime(2030, 5, 6, 17, 0, tzinfo=UTC)


def said(now: Standing, call: Public, contest: Contest | None = None, ban: Embargo = OPEN) -> tuple[str, str]:
    """The sentence in English and Turkish."""
    told = headline(now, contest or contest_of(), night(), ban, call)
    return told["en"], told["tr"]


def test_a_call_gives_the_lead_and_what_can_still_come() -> None:
    """Where the lead is more than that; otherwise how far the count is."""
    english, turkish = said(seen((1700, 60, 5)), Public("called", ADA, AT))
    assert (
        "Deniz is called the winner: 1,640 votes ahead, and the 4 boxes not yet counted hold at most 810."
        == english
    )
    assert "Kazanan ilan edildi: Deniz, 1.640 oy önde; açılmayan 4 sandıkta en çok 810 oy var." == turkish
    close = said(seen((70, 60, 5)), Public("called", ADA, AT))
    assert "Deniz is called the winner: 10 votes ahead, with 50.0% of boxes counted." == close[0]
    assert close[1].endswith("Deniz, 10 oy önde; sandıkların %50,0 kadarı sayıldı.")
    done = said(seen((70, 60, 5), boxes=8), Public("called", ADA, AT))
    assert "Deniz is called the winner: 10 votes ahead, with all 8 boxes counted." == done[0]


def test_a_call_of_one_who_is_not_ahead_says_no_lead() -> None:
    """The sentence never gives one choice the lead of another, until the retraction comes."""
    english, turkish = said(seen((60, 70, 5)), Public("called", ADA, AT))
    assert "Deniz is called the winner." == english
    assert "Kazanan ilan edildi: Deniz." == turkish


def test_several_elected_and_an_answer() -> None:
    """Two seats name two; a question has an answer and not a winner."""
    assembly = contest_of("assembly")
    both = tuple(choice.id for choice in assembly.choices[:2])
    english, turkish = said(seen((9, 5, 3), assembly), Public("called", both, AT), assembly)
    assert "First and Second are called elected, with 50.0% of boxes counted." == english
    assert turkish.startswith("Seçilenler ilan edildi: First ve Second;")
    bridge = contest_of("bridge")
    ids = tuple(choice.id for choice in bridge.choices)
    now = replace(seen((9, 5, 3)), order=ids, leader=ids[0], margin_votes=4)
    assert said(now, Public("called", ids[:1], AT), bridge)[0].startswith("Yes is called the answer: 4 votes")
    assert said(now, Public("called", ids[:1], AT), bridge)[1].startswith("Yanıt ilan edildi: Evet, 4 oy")
    assert said(now, Public("certified", ids[:1], LATER), bridge)[0] == "Certified on 6 May: Yes, by 4 votes."


def test_a_withdrawn_call_says_when_and_why() -> None:
    """The reason that was told if it fits two lines, else how the count stands, else nothing more."""
    now = seen((70, 60, 5))
    because = {"en": "The lead is gone.", "tr": "Fark kapandı."}
    english, turkish = said(now, Public("retracted", ADA, AT, because))
    assert "The call for Deniz was withdrawn at 21:07: The lead is gone." == english
    assert "Deniz için yapılan ilan geri alındı (21.07): Fark kapandı." == turkish
    long = said(seen((70, 60, 5), boxes=8), Public("retracted", ADA, AT, {"en": "x" * SENTENCE_MAX}))
    assert (
        "The call for Deniz was withdrawn at 21:07. Deniz leads by 10 votes, with all 8 boxes counted."
        == long[0]
    )
    assert said(now, Public("retracted", ADA, LATER, because))[0].startswith(
        "The call for Deniz was withdrawn on 6 May at 20:00:"
    )


def test_after_the_night() -> None:
    """Recount, certified, by lot, annulled, with their days; nobody wins before certification."""
    now = seen((70, 60, 5), boxes=8)
    assert (
        "A recount was ordered (6 May). Deniz leads by 10 votes, with all 8 boxes counted."
        == said(now, Public("recount", (), LATER))[0]
    )
    assert "Certified on 6 May: Deniz won by 10 votes." == said(now, Public("certified", ADA, LATER))[0]
    assert (
        "Kesinleşti (6 Mayıs): Deniz 10 oy farkla kazandı." == said(now, Public("certified", ADA, LATER))[1]
    )
    assert "Certified: Deniz won by 10 votes." == said(now, Public("certified"))[0]
    equal = seen((7, 7, 1), boxes=8)
    assert "Certified on 6 May: Deniz." == said(equal, Public("tie by lot", ADA, LATER))[0]
    rerun = Public("annulled", (), LATER, rerun_on=date(2030, 6, 23))
    assert (
        "Annulled on 6 May; rerun on 23 June. This count ended with Deniz 10 votes ahead."
        == said(now, rerun)[0]
    )
    assert said(now, rerun)[1].startswith("6 Mayıs: seçim iptal edildi, yenisi 23 Haziran. Bu sayım")
    assert "Annulled on 6 May." == said(equal, Public("annulled", (), LATER))[0]


def test_too_close_says_votes_and_points() -> None:
    """And what is still to come, or that every box is counted."""
    english, turkish = said(seen((7000, 6990, 5)), Public("too close"))
    assert (
        "Too close to call. Deniz leads by 10 votes, 0.07 points, and at most 810 are still to come."
        == english
    )
    assert turkish.startswith("İlan için fark çok az. Deniz 10 oy, 0,07 puan önde;")
    assert said(seen((7000, 6990, 5), boxes=8), Public("too close"))[0].endswith("with every box counted.")
    assert "have the same number of votes" in said(seen((7, 7, 1)), Public("too close"))[0]


@pytest.mark.parametrize("state", sorted(STATES))
def test_before_the_embargo_opens_no_call_changes_a_letter(state: str) -> None:
    """Whatever is told, only boxes received are said."""
    now = seen((70, 60, 5))
    plain = headline(now, contest_of(), night(), CLOSED)
    assert plain == headline(now, contest_of(), night(), CLOSED, Public(state, ADA, AT, {"en": "x"}))


def test_every_state_after_a_proposal_is_spoken_of() -> None:
    """In the others the headline is about the count: a proposal is for the desk."""
    quiet = {"not started", "too early", "too close", "open", "proposed"}
    assert set(STATES) == quiet | set(SPOKEN)


@given(
    st.tuples(*[st.integers(0, 60_000_000)] * 3), st.integers(0, 200_000), st.integers(0, 200_000),
    st.sampled_from(sorted(STATES)), st.sampled_from(["mayor", "assembly", "bridge"]), st.text(max_size=200),
)  # fmt: skip
def test_a_sentence_about_a_call_is_two_lines_at_most(
    votes: tuple[int, int, int], boxes: int, more: int, state: str, contest: str, because: str
) -> None:
    """However large the country, and however long a reason somebody gives."""
    the = contest_of(contest)
    ids = tuple(choice.id for choice in the.choices)
    now = replace(
        seen(votes), boxes=boxes, received=boxes, boxes_total=boxes + more, order=(*ids, *ids)[:3],
        leader=ids[0], outstanding=Outstanding(more, more * 300, more * 350),
    )  # fmt: skip
    reasons = dict.fromkeys(LANGUAGES, because)
    call = Public(state, ids[: the.seats], LATER, reasons, date(2030, 6, 23))
    for sentence in headline(now, the, night(), OPEN, call).values():
        assert 0 < len(sentence) <= LENGTH_MAX


def test_it_is_read_from_a_snapshot() -> None:
    """Call and lineage as clients are shown them."""
    told = {
        "state": "annulled",
        "elected": ["ada"],
        "at": "2030-05-06T17:00:00.000Z",
        "becauses": {"en": "x"},
    }
    rerun = {"rerun_on": "2030-06-23"}
    assert Public("annulled", ADA, LATER, {"en": "x"}, date(2030, 6, 23)) == public(told, rerun)
    assert Public("open") == public({"state": "open", "elected": [], "at": None}, {"rerun_on": None})
