"""What an address asks for is given, or it is said what there is."""

import pytest

from tests.web.embed.made import asked


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("contest=nobody", 404, "There is no such contest; there is mayor"),
        ("lang=xx", 400, "lang is 'xx'; it is one of en, tr"),
        ("theme=blue", 400, "theme is 'blue'; it is one of auto, light, dark"),
        ("palette=all", 400, "palette is 'all'; it is one of party, safe"),
        ("palete=safe", 400, "There is no option 'palete'; there is contest, lang, theme, palette."),
        ("delay=8", 400, "There is no option 'delay'; there is contest, lang, theme, palette."),
        ("as_of=19:15", 400, "There is no option 'as_of'"),
        ("them=dark", 400, "There is no option 'them'"),
        ("theme=dark&theme=light", 400, "theme is said twice."),
        ("contest=%3Cscript%3E", 404, "There is no such contest"),
    ],
)
def test_what_there_is_not_is_said_at_once(query: str, status: int, said: str) -> None:
    """Nobody looks at such an address again once it stands in a page, so nothing in it is passed over."""
    answer = asked(f"/embed/race?{query}")
    assert status == answer.status
    assert said in answer.body.decode()
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("query", ["v=2", "utm_source=front", "amp=1", "fbclid=x"])
def test_words_that_a_site_adds_by_itself_change_nothing(query: str) -> None:
    """An embed must not go out on the night because a publishing system counts where readers come from."""
    assert asked("/embed/race").body == asked(f"/embed/race?{query}").body


@pytest.mark.parametrize("delay", ["-1", "1.5", "601", "soon", "", "٣", "00005"])
def test_a_delay_is_a_number_of_whole_seconds(delay: str) -> None:
    """From none to ten minutes; anything else is said, and not taken for none."""
    answer = asked(f"/overlay/lower-third?delay={delay}")
    given = asked("/overlay/lower-third")
    assert (400 == answer.status) or (delay == "" and given.body == answer.body)


def test_every_option_makes_a_page_of_its_own() -> None:
    """Two addresses never share what is kept for one of them."""
    queries = ["", "lang=tr", "theme=dark", "theme=light", "palette=safe", "lang=tr&theme=dark"]
    bodies = {asked(f"/embed/tiles?{query}").body for query in queries}
    tags = {asked(f"/embed/tiles?{query}").headers["ETag"] for query in queries}
    assert len(queries) == len(bodies) == len(tags)
