"""The headlines of the shipped nights, as wide as they are drawn: two lines at most, whenever one looks.

Know before changing: how long a sentence may be hangs on the letters in it, so it is measured in Chromium;
the moments are spread over the whole recording, and the last is its end.
"""

from functools import cache

import pytest

from election.rehearsal import Rehearsal
from sandik import folders, recordings
from tests.browser import fakes
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway

pytestmark = pytest.mark.browser
MOMENTS = 40
LINES_MAX = 2
LINES = """(sentences) => {
  const h1 = document.querySelector('h1');
  h1.style.minHeight = 0;
  return sentences.map((sentence) => {
    h1.textContent = sentence;
    return Math.round(h1.getBoundingClientRect().height / parseFloat(getComputedStyle(h1).lineHeight));
  });
}"""


@cache
def headlines(name: str) -> tuple[dict[str, str], ...]:
    """What the headline of each contest of a night said, from the first paper to the last."""
    folder = folders.load(name)
    records = list(recordings.records(folder.recording, folder.night, lambda refusal: None))
    rehearsal = Rehearsal(folder.night, "replay")
    told = []
    for number, record in enumerate(records, 1):
        rehearsal.hear(record)
        if number % (len(records) // MOMENTS) == 0 or number == len(records):
            told += [rehearsal.snapshot(contest)["headline"] for contest in folder.night.contests]
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
