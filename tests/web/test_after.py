"""What became of an election after its night: the timeline, and the steps of its lead, drawn and told."""

import re

import pytest

from election.night import ContestId
from tests.browser import fakes
from tests.browser.fake_story import alert, call, made
from tests.web.test_pages import read
from tests.web.test_waterfall import point
from web import pages
from web.after import after, moved, timeline
from web.asked import Asked
from web.face import Snapshot, face_of
from web.inside import page
from web.kept import Keep
from web.lines import Lines
from web.replies import Request
from web.waterfall import Waterfall, waterfall
from web.words import words

EN, TR = words("en"), words("tr")


def march() -> Waterfall:
    """The lead of March, as the press told it, in three steps."""
    course = [
        point(0, 31102, 27889),
        point(1.4, 31186, 27846),
        point(2, 31186, 21057),
        point(16, 31186, 13729),
    ]
    found = waterfall(course, 31186, "Europe/Istanbul")
    assert found is not None
    return found


def plain(html: str) -> str:
    """The text of a piece of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def asked(night: Snapshot, lines: Lines, lang: str = "en") -> Asked:
    """A request for the page."""
    return Asked(
        "part",
        "after/mayor",
        {},
        lang,
        Request("GET", "/part/after/mayor"),
        {},
        (),
        Keep(),
        "",
        None,
        lines=lines,
    )


def test_the_timeline_is_oldest_first_and_ends_with_the_rerun() -> None:
    """Certified, annulled, and the day of the rerun with its year; what is about the counting is left out."""
    told = plain(timeline(fakes.annulled(), EN))
    assert told == (
        "17 April 14:00 The result is certified. 6 May 20:00 The election is annulled. 23 June 2019 Rerun"
    )
    assert "23 Haziran 2019 Yenilenen seçim" in plain(timeline(fakes.annulled(), TR))


def test_the_rerun_is_a_link_where_the_night_names_its_address() -> None:
    """Otherwise its day alone; without a day, the ruling as it was told."""
    night = fakes.annulled()
    night["lineage"] |= {"rerun_url": "https://example.org/june?a=1&b=2"}
    assert '<a href="https://example.org/june?a=1&amp;b=2">Go to the rerun →</a>' in timeline(night, EN)
    unknown = fakes.annulled() | {"lineage": {"state": "annulled", "rerun_on": None}}
    assert "The day of the rerun is set." in plain(timeline(unknown, EN))
    assert "<a" not in timeline(unknown, EN)


def test_a_withdrawn_call_stays_on_the_timeline() -> None:
    """Made, and taken back."""
    told = [
        alert(5, "call-made", "2019-06-23T16:16:00.000Z", "CALLED for İmamoğlu", "x", "", ""),
        alert(7, "call-retracted", "2019-06-23T18:07:12.000Z", "the call is withdrawn", "x", "", ""),
    ]
    night = fakes.withdrawn() | {"alerts": told[::-1]}
    assert plain(timeline(night, EN)) == "19:16 CALLED for İmamoğlu. 21:07 The call is withdrawn."
    assert "" == timeline(fakes.june() | {"alerts": []}, EN)


def test_the_steps_are_drawn_and_stand_in_a_table() -> None:
    """From the lead of the night to the last one; + adds to the leader's, − takes from it."""
    night = fakes.annulled()
    found = moved(march(), night, face_of(night), EN)
    read(found.encode())
    assert "How the lead went from ▲ 27,889 to ▲ 13,729" in plain(found)
    rows = [plain(row) for row in re.findall(r"<tr>.*?</tr>", found)]
    assert rows == [
        "Day What Change Lead after it",
        "1 April 99.7% counted ▲ 27,889",
        "2 April +84 boxes −43 ▲ 27,846",
        "3 April corrections −6,789 ▲ 21,057",
        "17 April corrections −7,328 ▲ 13,729",
    ]
    assert 5 == found.count("<rect")
    assert "" == moved(None, night, face_of(night), EN)


def test_a_lead_that_changes_hands_is_counted_for_who_had_it() -> None:
    """Below the line it belongs to the other, with the other's mark."""
    night = fakes.annulled()
    crossed = waterfall([point(0, 31186, -4021), point(2, 31186, 2962)], 31186, "Europe/Istanbul")
    told = plain(moved(crossed, night, face_of(night), TR))
    assert "Fark ▼ 4.021 iken nasıl ▲ 2.962 oldu" in told
    assert "−6.983" in told


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("name", sorted(fakes.FAKES))
def test_the_page_is_whole_whatever_is_known(name: str, lang: str) -> None:
    """Under the ban, before the threshold and in every state; with a course of the night and without."""
    night = fakes.FAKES[name]()
    w, lines = words(lang), Lines("replay")
    for _ in range(2):
        question = asked(night, lines, lang)
        read(page(after(question, night, w), question, night, w))
        lines.line(ContestId(night["contest"])).take(night | {"version": night["version"] + 1})


def test_nothing_of_the_lead_is_told_under_the_ban() -> None:
    """Not even of hours that were open before."""
    lines = Lines("replay")
    for version, lead in enumerate((5000, 4000), 700):
        night = fakes.final() | {"version": version, "at": f"2019-06-2{version - 697}T10:00:00.000Z"}
        night["choices"][0] |= {"votes": (night["choices"][1]["votes"] or 0) + lead}
        lines.line(ContestId("mayor")).take(night)
    later = fakes.final() | {"at": "2019-06-26T10:00:00.000Z", "version": 702}
    assert "<svg" in "".join(str(block) for block in after(asked(later, lines), later, EN).blocks)
    closed = fakes.june_closed() | {"at": "2019-06-26T10:00:00.000Z"}
    assert "<svg" not in "".join(str(block) for block in after(asked(closed, lines), closed, EN).blocks)


@pytest.mark.parametrize(
    "state", ["open", "called", "retracted", "recount", "certified", "annulled", "rerun"]
)
def test_the_board_shows_it_once_the_night_is_over(state: str) -> None:
    """Hidden before; the timeline is in the page that the server sends, and a way to the whole."""
    night = fakes.june() | {
        "call": made(state=state) if state == "called" else call(state, at="2019-06-25T09:00:00Z")
    }
    html = pages.board(night, "en").decode()
    block = re.search(r"<section[^>]*data-late=\"after\"[^>]*>", html)
    assert block is not None
    shown = state in ("recount", "certified", "annulled", "rerun")
    assert shown is (" hidden=" not in block[0])
    assert 'href="/part/after/mayor?lang=en"' in html
