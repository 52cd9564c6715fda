"""What is answered under /embed/, and who may put it into a page."""

from dataclasses import replace

import pytest

from tests.web.asking import answers, ask, counted
from tests.web.embed.made import asked
from web.policy import Outside
from web.replies import Request


def policy(headers: dict[str, str]) -> str:
    """Who may frame it."""
    return headers["Content-Security-Policy"].partition("frame-ancestors ")[2].partition(";")[0]


@pytest.mark.parametrize(
    "path", ["race", "tiles", "feed", "", "mayor.css", "height.js", "nothing", "race?theme=x", "no.css"]
)
def test_every_answer_says_who_may_frame_it(path: str) -> None:
    """What is wrong with an address is read in the frame too."""
    assert "'self' https://news.example" == policy(dict(asked(f"/embed/{path}").headers))
    assert "'self'" == policy(dict(asked(f"/embed/{path}", Outside()).headers))


def test_the_board_may_be_framed_by_nobody_all_the_same() -> None:
    """The setting is about embeds alone."""
    assert "Content-Security-Policy" not in asked("/").headers  # the policy of all is added on the way out


def test_a_page_is_known_by_its_content() -> None:
    """Whoever has it is told so, with the policy that holds now."""
    first = asked("/embed/race")
    again = asked("/embed/race", if_none_match=first.headers["ETag"])
    assert (200, 304) == (first.status, again.status)
    assert "'self' https://news.example" == policy(dict(again.headers))
    assert "no-cache" == first.headers["Cache-Control"]


def test_only_the_page_with_code_shows_frames() -> None:
    """Its previews; an embed itself holds none."""
    assert "frame-src 'self'" in asked("/embed/").headers["Content-Security-Policy"]
    assert "frame-src" not in asked("/embed/race").headers["Content-Security-Policy"]


def test_the_script_for_the_page_around_says_whose_it_is() -> None:
    """And is sent as a script."""
    script = asked("/embed/height.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.body.startswith(b"/*!")


def test_what_there_is_is_said_where_there_is_nothing() -> None:
    """With a way on."""
    answer = asked("/embed/map")
    assert 404 == answer.status
    assert b"there is race, tiles, feed: /embed/ has code to copy" in answer.body


def test_a_private_gateway_gives_no_embed_away() -> None:
    """A frame cannot hold a token."""
    nobody = replace(Request("GET", "/embed/race"), scopes=frozenset())
    assert 401 == ask(answers(counted()), nobody).status
