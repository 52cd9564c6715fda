"""The page of what changed: whole without JavaScript, nothing inline, in both languages, nothing hidden."""

import copy
import html
import re
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest

from election.wire.moments import read_moment
from tests.browser import fakes
from tests.web.test_pages import Reader
from web.between import Between
from web.between_page import asked, difference, in_words, page
from web.words import words

START, END = datetime(2019, 6, 23, 17, tzinfo=UTC), datetime(2019, 6, 23, 18, 0, 30, tzinfo=UTC)


def made(before: Any, after: Any, alerts: Any = ()) -> Between:
    """Two snapshots."""
    return Between(START, END, before, after, alerts, 3)


def read(text: bytes) -> Reader:
    """The page, read to its end."""
    reader = Reader()
    reader.feed(text.decode())
    assert [] == reader.open
    return reader


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize("name", sorted(fakes.FAKES))
def test_the_page_is_well_formed_and_has_nothing_inline(name: str, lang: str) -> None:
    """For every kind of contest and phase; no script at all, and every address is ours."""
    after = fakes.FAKES[name]()
    for before in (None, after):
        reader = read(page(made(before, after), lang))
        attributes = [(tag, key) for tag, attrs in reader.tags for key in attrs]
        assert [] == [(tag, key) for tag, key in attributes if key == "style" or key.startswith("on")]
        assert not {"script", "style"} & {tag for tag, _ in reader.tags}
        assert 1 == sum(tag == "h1" for tag, _ in reader.tags)
        assert {"lang": lang} == next(attrs for tag, attrs in reader.tags if tag == "html")
        addresses = [attrs.get("href") or attrs.get("action") for _, attrs in reader.tags]
        assert [] == [one for one in addresses if one and not re.match(r"/(?!/)|#", one)]
        static = [one for one in addresses if one and one.startswith("/static/")]
        assert [] == [one for one in static if not files("web").joinpath(one.lstrip("/")).is_file()]
        ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
        assert len(set(ids)) == len(ids)


def test_what_changed_is_said_in_words() -> None:
    """Boxes, the lead, places and what was told; what stayed the same is said to have."""
    after = fakes.june()
    before = copy.deepcopy(after)
    before["counted"]["boxes"] -= 1200
    before["margin_votes"] -= 500
    area = next(iter(before["areas"]))
    before["areas"][area]["counted"]["boxes"] -= 3
    said = " ".join(in_words(made(before, after), words("en"))).replace("\x01", "")
    count = after["counted"]["boxes"]
    assert f"Boxes counted: {count - 1200:,} → {count:,} of {after['counted']['boxes_total']:,}." in said
    assert f"{after['margin_votes'] - 500:,} votes → " in said
    assert "Figures changed in 1 place." in said
    same = " ".join(in_words(made(after, after), words("en"))).replace("\x01", "")
    assert "stayed the same" in same
    assert "0 calls and alerts" in same
    turkish = " ".join(in_words(made(before, after), words("tr")))
    assert "Sayılan sandık" in turkish


def test_alerts_between_stand_there_as_the_board_says_them() -> None:
    """Without mode and contest, which the page says itself; a proposal is for the desk."""
    after = fakes.june()
    alerts = [
        {"id": "1", "seq": 2, "kind": "lead-change", "at": "2019-06-23T17:30:00.000Z", "title": "Lead: x."},
        {"id": "2", "seq": 1, "kind": "call-proposed", "at": "2019-06-23T17:20:00.000Z", "title": "Secret."},
    ]
    text = page(made(after, after, alerts), "en").decode()
    assert "20:30:00" in text
    assert "Secret" not in text
    assert words("en").say("told.none_between") not in text
    assert words("en").say("told.none_between") in page(made(after, after), "en").decode()


def test_under_the_embargo_there_is_no_figure() -> None:
    """Not hidden, not in a difference."""
    night = fakes.june()
    closed = fakes.embargoed(night) | {"embargo": {"state": "closed"}, "headline": {"en": "x"}}
    for before in (None, closed):
        text = page(made(before, closed), "en").decode()
        votes = [
            count for facts in night["areas"].values() for count in facts["choices"].values() if count > 31186
        ]
        assert [] == [count for count in votes if str(count) in text or f"{count:,}" in text]
        assert html.escape(words("en").say("shown.closed"), quote=False) in text
    opened = page(made(closed, night), "en").decode()
    assert f"{night['valid']:,}" in opened


def test_markup_in_a_night_is_text() -> None:
    """Names with markup come out escaped."""
    night = fakes.FAKES["yes_no"]()
    nasty = '"><script>alert(1)</script>'
    night["title"] = night["night_name"] = night["simulated_what"] = night["contest"] = nasty
    for facts in (*night["areas"].values(), *night["choices"]):
        facts |= {"name": nasty, "short": nasty}
    alert = {"id": nasty, "seq": 1, "kind": nasty, "at": "2019-06-23T17:30:00.000Z", "title": nasty}
    assert b"<script" not in page(made(None, night, [alert | {"because": nasty}]), "en")


def test_a_difference_has_its_sign() -> None:
    """What was not told before was none; what is not told now has none."""
    w = words("en")
    assert ["+1,200", "−5", "0", "+7", "–"] == [
        difference(pair, w) for pair in ((0, 1200), (7, 2), (3, 3), (None, 7), (7, None))
    ]


def test_the_form_says_a_time_as_people_do() -> None:
    """An hour of the night where that is exact; a part of a second, or another day, as a whole time."""
    s = fakes.june()
    assert ["20:00:00", "21:00:30"] == [asked(at, s) for at in (START, END)]
    later = START.replace(month=7)
    assert "2019-07-23T20:00:00.000+03:00" == asked(later, s)
    assert "2019-06-23T20:00:00.250+03:00" == asked(START.replace(microsecond=250_000), s)
    for at in (START, END, later):
        assert at == read_moment(asked(at, s), date.fromisoformat(s["date"]), s["time_zone"])


def test_the_form_says_an_hour_that_the_clock_has_twice_as_a_whole_time() -> None:
    """It must lead back to the one it was."""
    s = fakes.june() | {"date": "2024-10-26", "time_zone": "Europe/Berlin"}
    for hour, offset in ((0, "+02:00"), (1, "+01:00")):
        at = datetime(2024, 10, 27, hour, 30, tzinfo=UTC)
        assert f"2024-10-27T02:30:00.000{offset}" == asked(at, s)
        assert at == read_moment(asked(at, s), date(2024, 10, 26), "Europe/Berlin")
