"""The board of another time, and links that lead nowhere."""

import threading
from typing import Any

import orjson
import pytest

from election.night import ContestId
from tests.browser import fakes
from tests.web.asking import answers, counted, get
from tests.web.test_map_projected import geometry, square
from tests.web.test_past import Evening, evening_of_many
from web import pages, then
from web.map_file import map_file

CONTESTS = {ContestId("mayor")}


def test_only_what_is_not_the_board_of_now_is_asked_here() -> None:
    """A contest and a language that there are, and nothing else, are the board's own."""
    assert not then.is_asked({}, CONTESTS)
    assert not then.is_asked({"contest": ["mayor"], "lang": ["tr"], "utm": ["x"]}, CONTESTS)
    for query in ({"contest": ["x"]}, {"lang": ["xx"]}, {"as_of": [""]}):
        assert then.is_asked(query, CONTESTS)


def test_a_link_to_a_contest_or_a_language_that_there_is_not_says_so_and_leads_back() -> None:
    """A browser gets a page with the ways on, in its language; a program the sentence."""
    made = answers(counted())
    for target, said in (
        ("/?contest=nope&lang=tr", "Burada “nope” diye bir seçim yok."),
        ("/?lang=xx", "There is no page in “xx”."),
    ):
        page = get(made, target, accept="text/html", accept_language="en")
        assert 404 == page.status
        assert f"<h1>{said}</h1>" in page.body.decode()
        assert 'href="/?contest=mayor&amp;lang=' in page.body.decode()
        assert "no-store" == page.headers["Cache-Control"]
    plain = get(made, "/?contest=nope")
    assert b"There is no such contest; there is mayor" in plain.body
    assert b"en, tr" in get(made, "/?lang=xx").body


def test_the_board_of_a_time_has_the_map_that_the_board_of_now_has() -> None:
    """It is the night's, not the moment's."""
    made = map_file(geometry(a0=((square(0, 0, 1),),)))
    of = evening_of_many()
    of.answers.mapped = made
    page = get(of.answers, "/?contest=mayor&as_of=20:00", accept="text/html").body.decode()
    assert made
    assert f'data-file="{made.address}"' in page


def test_a_time_is_not_passed_over_where_no_log_is_kept() -> None:
    """The board of now would be another answer than the one that was asked for."""
    found = get(answers(counted()), "/?as_of=19:15", accept="text/html")
    assert 404 == found.status
    assert b"What was shown earlier is not kept here." in found.body


def test_what_was_asked_for_is_said_again_as_text_and_not_at_length() -> None:
    """Whatever stands in a link: no markup, no page of it."""
    found = get(answers(counted()), "/?contest=%3Cscript%3E" + "x" * 500, accept="text/html").body.decode()
    assert "<script>" not in found
    assert "x" * 100 not in found


def test_the_board_of_a_time_says_so_and_leads_back_to_now() -> None:
    """In both languages; the links to the other language stay at that time."""
    page = pages.board(fakes.june(), "tr", as_of="2019-06-23T16:15:00.000Z").decode()
    assert "<b>19.15.00 itibarıyla gösterildiği gibi.</b>" in page
    assert '<a href="/?contest=mayor&amp;lang=tr">Şimdiye dön</a>' in page
    assert "lang=en&amp;as_of=2019-06-23T16%3A15%3A00.000Z" in page
    assert ' data-as-of="2019-06-23T16:15:00.000Z"' in page
    assert "as-of" not in pages.board(fakes.june(), "tr").decode()


def test_the_board_of_a_time_is_made_of_what_was_shown_then() -> None:
    """The same version as the snapshot of that time, in either language; its tag is asked about."""
    made = evening_of_many().answers
    for entry in evening_of_many().index[2:5]:
        snapshot = orjson.loads(get(made, f"/snapshot/mayor.json?as_of={entry['since']}").body)
        page = get(made, f"/?contest=mayor&as_of={entry['since']}&lang=tr")
        assert (200, "no-cache") == (page.status, page.headers["Cache-Control"])
        assert f"Konum {snapshot['version']} " in page.body.decode()
        assert "itibarıyla gösterildiği gibi" in page.body.decode()
        again = get(
            made, f"/?contest=mayor&as_of={entry['since']}&lang=tr", if_none_match=page.headers["ETag"]
        )
        assert 304 == again.status


def test_nobody_s_numbers_wait_while_a_board_of_another_time_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time is another page, and whoever asks for ever other ones has them made beside the loop."""
    made_in: list[threading.Thread] = []
    board = pages.board

    def noted(*asked: Any, **named: Any) -> bytes:
        made_in.append(threading.current_thread())
        return board(*asked, **named)

    monkeypatch.setattr(pages, "board", noted)
    of = Evening().answers
    for second in (1, 2, 1):
        assert 200 == get(of, f"/?contest=mayor&as_of=23:00:0{second}").status
    assert 2 == len(made_in)
    assert threading.main_thread() not in made_in


def test_a_time_that_is_none_and_one_before_the_first_are_said_so() -> None:
    """With the ways on; a program is told what was wrong with it."""
    made = evening_of_many().answers
    for asked, status, said in (
        ("never", 400, "“never” is no time of this night."),
        ("", 400, "“” is no time of this night."),
        ("2001-01-01T00:00:00Z", 404, "Nothing had been shown yet at 2001-01-01T00:00:00Z."),
    ):
        page = get(made, f"/?as_of={asked}&lang=en", accept="text/html")
        assert (status, f"<h1>{said}</h1>" in page.body.decode()) == (page.status, True)
        assert 'href="/?contest=mayor&amp;lang=en"' in page.body.decode()
    assert b"as_of: 'never' is neither" in get(made, "/?as_of=never").body
