"""Links that lead nowhere: a sentence, and the ways on."""

import re

import pytest

from tests.web.asking import answers, counted, get
from web.lost import SAID_MAX, quoted


def test_the_ways_on_are_every_contest_and_the_other_languages() -> None:
    """From wherever somebody came, the board is one step away."""
    page = get(answers(counted()), "/?contest=nope&lang=en", accept="text/html").body.decode()
    for contest in ("mayor", "assembly", "bridge"):
        assert f'<a href="/?contest={contest}&amp;lang=en">' in page
    assert '<a href="/?lang=tr" lang="tr" hreflang="tr">Türkçe</a>' in page
    assert 'class="ribbon"' in page


@pytest.mark.parametrize(
    ("target", "said", "way"),
    [
        ("/shown", "Of which contest?", "/shown/mayor?lang=en"),
        ("/shown/nope", "There is no contest “nope” here.", "/shown/mayor?lang=en"),
        ("/snapshot/nope.json", "There is no contest “nope” here.", "/snapshot/mayor.json?lang=en"),
        (
            "/snapshot/nope.json?as_of=19:00",
            "There is no contest “nope” here.",
            "/snapshot/mayor.json?lang=en",
        ),
        ("/part/needs/nope", "There is no contest “nope” here.", "/part/needs/mayor?lang=en"),
        ("/part/lead", "Of which contest?", "/part/lead/mayor?lang=en"),
        ("/part/nope/mayor", "There is no page “part/nope” here.", "/?contest=mayor&amp;lang=en"),
    ],
)
def test_who_asks_of_a_contest_that_there_is_not_is_led_to_the_same_of_those_that_there_are(
    target: str, said: str, way: str
) -> None:
    """A browser gets a page in its language; a program a sentence with an address."""
    made = answers(counted())
    page = get(made, target, accept="text/html", accept_language="en")
    assert 404 == page.status
    assert f"<h1>{said}</h1>" in page.body.decode()
    assert f'<a href="{way}">' in page.body.decode()
    plain = get(made, target)
    assert 404 == plain.status
    assert re.search(rb"^There is no such (contest|part); there is .*/.*mayor.*\.\n$", plain.body)


def test_an_address_below_a_contest_that_there_is_is_not_said_to_be_a_contest() -> None:
    """It is nothing."""
    found = get(answers(counted()), "/snapshot/mayor", accept="text/html")
    assert (404, b"There is nothing here.\n") == (found.status, found.body)


def test_a_long_word_is_cut() -> None:
    """It is there to be recognised, not to be read."""
    assert "nope" == quoted("nope")
    assert SAID_MAX + 1 == len(quoted("x" * 1000))


def test_a_head_is_a_get_without_its_body() -> None:
    """As for every other answer."""
    found = get(answers(counted()), "/?contest=nope", method="HEAD", accept="text/html")
    assert (404, b"") == (found.status, found.body)
