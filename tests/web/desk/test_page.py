"""The desk's page as it is sent: a field to sign in, and nothing of the night."""

import re
from http import HTTPStatus

import pytest

from tests.web.asking import answers, counted, get
from web.desk import page
from web.joined import served
from web.routes import OPEN
from web.words import languages, words


@pytest.mark.parametrize("lang", languages())
def test_the_page_holds_nothing_of_the_night(lang: str) -> None:
    """Whoever has its address learns nothing: it is the same for every night."""
    early, late = (get(answers(counted(share)), f"/desk?lang={lang}") for share in (0.1, 1.0))
    assert HTTPStatus.OK == early.status
    assert early.body == late.body == page.page(lang)
    assert "Deniz" not in early.body.decode()


def test_it_opens_without_a_token() -> None:
    """On a private gateway too: whoever has a token must be able to say it."""
    assert "desk" in OPEN


def test_the_token_can_be_sent_by_nothing_but_its_script() -> None:
    """A field without a name is in no address, and a form without its script is hidden."""
    html = page.page("en").decode()
    (field,) = re.findall(r"<input[^>]*>", html)
    assert "name=" not in field
    assert 'type="password"' in field
    assert re.search(r"<form[^>]* hidden", html)
    assert "action=" not in html


def test_without_javascript_it_says_where_the_same_is_done() -> None:
    """A shell can do all that the page can."""
    html = page.page("en").decode()
    assert "sandik calls, approve, refuse, retract and rule" in html.partition("<noscript>")[2]


def test_nothing_is_written_inline() -> None:
    """The content security policy forbids it."""
    html = page.page("tr").decode()
    assert "style=" not in html
    assert not re.search(r"<script[^>]*>[^<]", html)
    assert not re.search(r" on\w+=", html)


def test_there_is_nothing_behind_it() -> None:
    """An address that is none says so."""
    assert HTTPStatus.NOT_FOUND == get(answers(counted(0.5)), "/desk/nothing").status


def test_a_page_that_is_known_is_not_sent_again() -> None:
    """It changes with its files alone."""
    of = answers(counted(0.5))
    tag = get(of, "/desk").headers["ETag"]
    assert HTTPStatus.NOT_MODIFIED == get(of, "/desk", if_none_match=tag).status


def test_every_sentence_is_in_each_language() -> None:
    """With the same values in it."""
    tables = [
        {key: text for key, text in words(lang).text.items() if key.startswith("desk.")}
        for lang in languages()
    ]
    values = [{key: set(re.findall(r"{\w+}", text)) for key, text in table.items()} for table in tables]
    assert all(one == values[0] for one in values)


def test_every_sentence_that_the_script_says_is_there() -> None:
    """A key that is written in full in a script has a sentence, so that nothing is said as undefined."""
    script = served()["desk.js"].decode()
    keys = set(re.findall(r'\b(?:line|say)\((?:this\.)?w,"([\w.]+)"', script))
    assert len(keys) > 80
    assert not {f"desk.{key}" for key in keys} - words("en").text.keys()
