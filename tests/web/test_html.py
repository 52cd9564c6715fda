"""Pieces of HTML."""

from web.html import Filler, Html, brief, h, join, rich
from web.words import BOLD


def test_everything_is_escaped() -> None:
    """Text and attributes are escaped wherever they go in; only Html passes as it is."""
    nasty = '<b a="1">&'
    assert '<p title="&lt;b a=&quot;1&quot;&gt;&amp;">&lt;b a="1"&gt;&amp;</p>' == h("p", nasty, title=nasty)
    assert "<p><i></i></p>" == h("p", Html("<i></i>"))
    assert "&lt;<b></b>" == join("<", h("b"))


def test_bold_parts() -> None:
    """What stands between two marks is bold."""
    assert "<b>7</b> of 9" == rich(f"{BOLD}7{BOLD} of 9")


def test_followed_values_leave_their_keys() -> None:
    """An element carries the keys that its text and attributes follow; a missing value is no attribute."""
    f = Filler({"x.text": "7", "x.c": "0", "x.hide": None})
    said = f.text("x.text", "p", "data-c:x.c hidden:x.hide")
    assert '<p data-t="x.text" data-c="0" data-a="data-c:x.c hidden:x.hide">7</p>' == said


def test_the_key_of_a_place_is_written_without_the_place() -> None:
    """The element around it names the place; other keys stand as they are."""
    assert [".line", "race.l.num"] == [brief("a.st.ives.line"), brief("race.l.num")]
    f = Filler({"a.x.w": "3", "a.x.say": "s"})
    assert '<b data-t=".say" width="3" data-a="width:.w">s</b>' == f.text("a.x.say", "b", "width:a.x.w")
