"""All contests of the night on one page."""

import re

from tests.browser import fakes
from tests.web.asking import answers, counted, get
from tests.web.test_pages import read
from web.face import face_of
from web.overview import colours, page, rows, values
from web.words import words


def test_every_contest_stands_with_its_lead_and_the_way_to_its_board() -> None:
    """In the order of the night, each with its own headline."""
    made = get(answers(counted()), "/contests?lang=en")
    text = made.body.decode()
    assert (200, "no-cache") == (made.status, made.headers["Cache-Control"])
    assert ["mayor", "assembly", "bridge"] == re.findall(r'data-of="(\w+)"', text)
    for contest in ("mayor", "assembly", "bridge"):
        assert f'<a href="/?contest={contest}&amp;lang=en">' in text
    assert "3 contests of this night" in text
    assert 'href="/contests?lang=tr"' in get(answers(counted()), "/?lang=tr").body.decode()


def test_it_is_well_formed_and_holds_nothing_inline() -> None:
    """As every page."""
    reader = read(page([fakes.june(), fakes.FAKES["two_seats"](), fakes.FAKES["yes_no"]()], "tr"))
    assert [] == [key for _, attrs in reader.tags for key in attrs if key == "style" or key.startswith("on")]
    assert {"lang": "tr"} == reader.tags[0][1]


def test_without_javascript_it_says_how_newer_numbers_are_had() -> None:
    """That it is renewed by itself is said by the script that does it."""
    text = page([fakes.june()], "en").decode()
    assert "<noscript><p>Reload the page for newer numbers.</p></noscript>" in text
    assert '<p class="renewed" hidden="">Renewed every 5 s.</p>' in text


def test_a_contest_under_its_ban_shows_boxes_and_no_figure() -> None:
    """While another of the same night is shown already."""
    text = page([fakes.june_closed(), fakes.FAKES["yes_no"]()], "en").decode()
    banned = text[text.index('data-of="mayor"') : text.index("</section>")]
    rows_of_it = re.search(r'<ul role="list" hidden="".*?</ul>', banned)
    assert rows_of_it
    assert not re.search(r"\d", re.sub(r"<[^>]*>", "", rows_of_it[0]))
    assert "boxes received" in banned


def test_before_enough_is_counted_nobody_has_a_colour() -> None:
    """The order is that of the paper."""
    early = fakes.march_early()
    said = values(early, face_of(early), 0, words("en"))
    assert ("Ekrem İmamoğlu", None) == (said["0.0.name"], said["0.0.c"])
    june = fakes.june()
    said = values(june, face_of(june), 2, words("en"))
    assert ("Ekrem İmamoğlu", "▲", "0", "53.67%") == tuple(
        said[f"2.0.{key}"] for key in ("name", "mark", "c", "share")
    )


def test_as_many_are_shown_as_are_elected_and_one_more() -> None:
    """So that the line between in and out can be seen."""
    assert (2, 3) == (rows(face_of(fakes.june())), rows(face_of(fakes.FAKES["two_seats"]())))


def test_a_gateway_that_lost_its_store_says_that_the_numbers_are_old() -> None:
    """For as long as that lasts, in a page of its own; the numbers stay."""
    made = answers(counted())
    fresh = get(made, "/contests?lang=en")
    made.stale_s = 3.2
    old = get(made, "/contests?lang=en")
    made.stale_s = None
    sentence = words("en").say("embed.old")
    assert f'<p class="old">{sentence}</p>'.encode() in old.body
    assert f'<p class="old" hidden="">{sentence}</p>'.encode() in fresh.body
    assert fresh.headers["ETag"] != old.headers["ETag"]
    assert fresh.body == get(made, "/contests?lang=en").body
    assert fresh.body == old.body.replace(b'class="old">', b'class="old" hidden="">')


def test_a_colour_belongs_to_its_contest() -> None:
    """The first choice of each has the same number, and not the same colour."""
    made = colours([fakes.june(), fakes.FAKES["yes_no"]()]).decode()
    assert '[data-of="mayor"] [data-c="0"]{--f:#A50F2B' in made
    assert '[data-palette=safe] [data-of="mayor"] [data-c="0"]' in made
    assert not re.search(r'(?<!\] )\[data-c="', made)
    assert 200 == get(answers(counted()), "/contests/colours.css").status
    assert 404 == get(answers(counted()), "/contests/nope").status
