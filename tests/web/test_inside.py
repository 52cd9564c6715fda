"""The page of one part: text stays text, links keep their place."""

from dataclasses import replace

from tests.browser import fakes
from web.asked import Asked
from web.inside import Inside, page, table
from web.kept import Keep
from web.replies import Request
from web.words import words

ASKED = Asked("part", "lead/mayor", {}, "en", Request("GET", "/"), {}, [], Keep(), "", None)


def test_what_somebody_named_is_text_and_never_markup() -> None:
    """In the heading, the cells and the address."""
    made = Inside("<b>x</b>", "<i>y</i>", (table("t<", "id", ["<u>"], [["<s>", "1"]]),))
    text = page(made, replace(ASKED, rest='lead/"><script>'), fakes.june(), words("en")).decode()
    for one in ("<b>x", "<i>y", "<u>", "<s>", "<script>"):
        assert one not in text


def test_the_other_language_is_the_same_page() -> None:
    """And the one that is shown says so."""
    text = page(Inside("a", "b", ()), ASKED, fakes.june(), words("en")).decode()
    assert 'href="/part/lead/mayor?lang=tr"' in text
    assert 'href="/part/lead/mayor?lang=en" lang="en" hreflang="en" aria-current="true"' in text


def test_a_table_is_named_by_its_heading_and_can_be_scrolled_by_keyboard() -> None:
    """Its first column names the rows."""
    text = table("Leads", "leads", ["Time", "Boxes"], [["19:15", "3"]])
    assert '<h2 id="leads">Leads</h2>' in text
    assert 'tabindex="0" role="region" aria-labelledby="leads"' in text
    assert '<th scope="row">19:15</th><td class="num">3</td>' in text
