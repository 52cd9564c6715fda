"""What was told, as an embed."""

from html import escape

from tests.browser import fakes
from tests.web.embed.made import options
from web.embed.page import page


def test_everything_told_stands_in_it_and_proposals_do_not() -> None:
    """In the board's order, each once."""
    html = page("feed", options(fakes.june())).decode()
    assert html.index("A correction moved the margin") < html.index("The ban on publishing has ended")
    assert "call-proposed" not in html


def test_markup_in_what_was_told_is_text() -> None:
    """Whatever a ruling says."""
    rude = "<script>alert(1)</script>"
    night = fakes.june()
    night["alerts"] = [
        night["alerts"][0] | {"title": rude, "titles": {}, "because": rude, "becauses": {"en": rude}}
    ]
    html = page("feed", options(night)).decode()
    assert rude not in html
    assert escape(rude) in html


def test_a_night_without_news_says_so() -> None:
    """And is not an empty frame."""
    html = page("feed", options(fakes.june() | {"alerts": []})).decode()
    assert "Nothing has been told yet" in html
