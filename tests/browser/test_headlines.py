"""The headlines of the shipped nights, as wide as they are drawn: two lines at most, whenever one looks.

Know before changing: how long a sentence may be hangs on the letters in it, so it is measured in Chromium;
the moments are spread over the whole recording, and the last is its end.
"""

from datetime import UTC, date, datetime
from functools import cache

import pytest

from election.calls.state import STATES
from election.headline import Public, headline
from election.rehearsal import Rehearsal
from sandik import folders, recordings
from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway

pytestmark = pytest.mark.browser
MOMENTS = 40
LINES_MAX = 2
BECAUSE = {
    "en": "The lead no longer exceeds what the boxes still out could hold now.",
    "tr": "Fark artık yeterli değil.",
}
LINES = """(sentences) => {
  const h1 = document.querySelector('h1');
  h1.style.minHeight = 0;
  return sentences.map((sentence) => {
    h1.textContent = sentence;
    return Math.round(h1.getBoundingClientRect().height / parseFloat(getComputedStyle(h1).lineHeight));
  });
}"""


def of_calls(rehearsal: Rehearsal) -> list[dict[str, str]]:
    """What the headlines would say in each state of a call of those who are ahead now."""
    told = []
    for contest in rehearsal.night.contests.values():
        board, state = rehearsal.boards[contest.id], rehearsal.state(contest.id)
        seen, ban = board.standing(state, contest.area), board.embargo(state, state.at)
        at = state.at or datetime(2024, 6, 9, tzinfo=UTC)
        for word in STATES:
            call = Public(word, seen.order[: contest.seats], at, BECAUSE, date(2019, 6, 23))
            told.append(headline(seen, contest, rehearsal.night, ban, call))
    return told


@cache
def headlines(name: str) -> tuple[dict[str, str], ...]:
    """What the headline of each contest of a night said, or would say, from the first paper to the last."""
    folder = folders.load(name)
    records = list(recordings.records(folder.recording, folder.night, lambda refusal: None))
    rehearsal = Rehearsal(folder.night, "replay")
    told = []
    for number, record in enumerate(records, 1):
        rehearsal.hear(record)
        if number % (len(records) // MOMENTS) == 0 or number == len(records):
            told += [rehearsal.snapshot(contest)["headline"] for contest in folder.night.contests]
            told += of_calls(rehearsal)
    return tuple(told)


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("name", ["istanbul-2019-03-31", "istanbul-2019-06-23", "practice"])
def test_a_headline_is_two_lines_at_most(
    name: str, lang: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """Under the ban, at every stage of the count and at the end, in each language."""
    page = open_page(f"{gateway(fakes.june()).url}?lang={lang}")
    told = sorted({headline[lang] for headline in headlines(name)})
    lines = page.evaluate(LINES, told)
    assert [] == [said for said, drawn in zip(told, lines, strict=True) if drawn > LINES_MAX]
