"""Links that lead nowhere: a sentence, and the ways on."""

from tests.web.asking import answers, counted, get
from web.lost import SAID_MAX, quoted


def test_the_ways_on_are_every_contest_and_the_other_languages() -> None:
    """From wherever somebody came, the board is one step away."""
    page = get(answers(counted()), "/?contest=nope&lang=en", accept="text/html").body.decode()
    for contest in ("mayor", "assembly", "bridge"):
        assert f'<a href="/?contest={contest}&amp;lang=en">' in page
    assert '<a href="/?lang=tr" lang="tr" hreflang="tr">Türkçe</a>' in page
    assert 'class="ribbon"' in page


def test_a_long_word_is_cut() -> None:
    """It is there to be recognised, not to be read."""
    assert "nope" == quoted("nope")
    assert SAID_MAX + 1 == len(quoted("x" * 1000))


def test_a_head_is_a_get_without_its_body() -> None:
    """As for every other answer."""
    found = get(answers(counted()), "/?contest=nope", method="HEAD", accept="text/html")
    assert (404, b"") == (found.status, found.body)
