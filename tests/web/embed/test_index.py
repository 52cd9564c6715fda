"""The page with code to copy: it names this gateway by its setting, and by nothing that a request says."""

from tests.browser import fakes
from tests.web.embed.made import ALLOWED, asked, options
from web.embed.index import UNKNOWN, code, page
from web.policy import Outside
from web.words import words


def test_the_code_names_the_gateway_by_its_setting() -> None:
    """The Host of a request is a stranger's word."""
    html = asked("/embed/", host="evil.example").body.decode()
    assert "https://results.example/embed/race?contest=mayor" in html
    assert "evil.example" not in html
    assert UNKNOWN in page(options(fakes.june()), Outside(), []).decode()


def test_the_code_is_a_frame_with_a_title_and_one_script() -> None:
    """As it stands in the page of somebody else, where names are escaped again."""
    night = fakes.june() | {"title": 'Mayor "&" more', "titles": {}}
    made = code("tiles", options(night), ALLOWED, words("en"))
    assert made.startswith('<iframe src="https://results.example/embed/tiles?contest=mayor&amp;lang=en" ')
    assert 'title="Mayor &quot;&amp;&quot; more: Lead by place, as tiles"' in made
    assert made.endswith('<script async src="https://results.example/embed/height.js"></script>')


def test_it_says_whether_other_sites_may_show_them() -> None:
    """Somebody who copies the code would else see an empty frame and not know why."""
    may = page(options(fakes.june()), ALLOWED, []).decode()
    may_not = page(options(fakes.june()), Outside(), []).decode()
    assert "No other site may show them yet" in may_not
    assert "No other site" not in may


def test_the_other_contests_are_a_link_away() -> None:
    """Each with code of its own."""
    contests = [{"id": "mayor", "title": "Mayor"}, {"id": "a b", "title": "Other"}]
    html = page(options(fakes.june()), ALLOWED, contests).decode()
    assert '<a href="/embed/?contest=a+b&amp;lang=en">Other</a>' in html
