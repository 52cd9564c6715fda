"""The picture of a soak: every sample in it, from 0 on, with the limits; an SVG that a browser reads."""

from xml.etree import ElementTree

import pytest

from bench.soak_drawn import PANELS, apart, drawing, round_up
from bench.soak_judged import QUANTITIES
from tests.bench.test_soak_judged import soak

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*names: str) -> ElementTree.Element:
    """The picture of a soak in which these were sampled."""
    lines = soak("gateway.rss_mb", lambda night, part: 150 + part, nights=3)
    for line in lines:
        if "gateway.rss_mb" in line:
            line |= dict.fromkeys(names, 10.0)
    return ElementTree.fromstring(drawing(lines))


def test_every_sample_is_drawn() -> None:
    """One point each."""
    (points,) = [line.get("points", "").split() for line in drawn().iter(f"{SVG}polyline")]
    assert 60 == len(points)


def test_a_panel_stands_only_where_something_of_it_was_sampled() -> None:
    """A broker in memory has no log on the disk."""
    titles = [PANELS[0].title, PANELS[2].title]
    shown = [text.text for text in drawn("redis.changes").iter(f"{SVG}text")]
    assert titles == [text for text in shown if text in {panel.title for panel in PANELS}]
    assert "SANDIK_CHANGES_MAX" in shown


def test_nights_are_numbered() -> None:
    """Below each panel."""
    shown = [text.text for text in drawn().iter(f"{SVG}text")]
    assert ["1", "2", "3"] == [text for text in shown if text in {"1", "2", "3"}]


def test_nothing_sampled_is_no_picture() -> None:
    """A soak that ended at once."""
    with pytest.raises(ValueError, match="nothing was sampled"):
        drawing([{"about": {}}, {"night": 1, "ended": True, "at_s": 3.0}])


def test_what_is_drawn_is_what_is_judged() -> None:
    """No line has another name."""
    judged = {one.name for one in QUANTITIES}
    assert set() == {name for panel in PANELS for name, _, _ in panel.lines} - judged


def test_an_axis_ends_above_what_it_shows() -> None:
    """With a figure whose half reads well."""
    assert [0.06, 1.0, 2.0, 200.0, 5000.0, 80.0] == pytest.approx(
        [round_up(value) for value in (0.055, 1.0, 1.2, 156.0, 4100.0, 67.1)]
    )


def test_labels_stand_one_below_the_other() -> None:
    """In the order of their lines."""
    assert [14.0, 0.0, 40.0] == apart([1.0, 0.0, 40.0])
