"""The upper part of the board in HTML."""

from tests.browser import fakes
from web import pages


def html(night: fakes.Snapshot, lang: str = "en") -> str:
    """The page as text."""
    return pages.board(night, lang).decode()


def test_a_duel_has_two_sides_and_everybody_on_the_ballot() -> None:
    """The two stand across from each other; all others are one click away."""
    page = html(fakes.june())
    assert page.index("Ekrem İmamoğlu") < page.index("Binali Yıldırım")
    assert "All 4 on the ballot" in page


def test_a_list_has_its_line_after_the_seats() -> None:
    """With two seats the line comes after the second row."""
    page = html(fakes.two_seats())
    assert page.index("slot.1.name") < page.index("2 seats above this line") < page.index("slot.2.name")


def test_before_and_after_the_embargo_one_part_is_hidden() -> None:
    """Countdown and strip are both in the page; exactly one is shown."""
    shown, closed = html(fakes.june()), html(fakes.june_closed())
    race = '<section class="race" aria-label="The race" data-kind="lead" data-a='
    assert race in shown
    assert 'class="race" aria-label="The race" hidden=""' in closed


def test_a_simulated_source_is_tagged() -> None:
    """A simulated count is never passed off as a real one."""
    assert 'Agency A <span class="tag sim">sim.</span>' in html(fakes.june())
    assert 'Partinin sayımı <span class="tag sim">benzetim</span>' in html(fakes.june(), "tr")
