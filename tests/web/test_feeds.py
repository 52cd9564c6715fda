"""The alerts as feeds: read by a feed reader, and held against the two formats' own rules."""

import json
from datetime import datetime

import feedparser
import pytest

from tests.browser import fakes
from tests.browser.fake_story import alert
from web.feeds import FEEDS, JSON_FEED, Entry, atom, entries, identity, json_feed
from web.words import words

OTHER = fakes.yes_no() | {
    "night": "istanbul-2019-06-23",
    "date": "2019-06-23",
    "alerts": [
        alert(
            9,
            "counted",
            "2019-06-23T16:15:30.000Z",
            "50% of boxes",
            "sandıkların %50’si",
            "1 of 2.",
            "2’de 1.",
        )
    ],
}
NIGHT = [fakes.june(), OTHER]


def read(body: bytes) -> feedparser.FeedParserDict:
    """The feed as a reader understands it; it may complain of nothing."""
    found = feedparser.parse(body)
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_atom_is_read_with_all_contests_newest_first() -> None:
    """Every alert but what is for the desk, with its time, its reason and its kind."""
    found = read(atom(NIGHT, "en"))
    assert "atom10" == found.version
    assert ["correction", "call-made", "concession", "counted", "counted", "embargo-lifted"] == [
        entry.tags[0].term for entry in found.entries
    ]
    first = found.entries[0]
    mode, contest = "REPLAY · SIMULATED", "Istanbul metropolitan mayor"
    assert f"{mode} · {contest}: a correction moved the margin by 1,204 votes" == first.title
    assert "Bağcılar, 4 boxes: typing error." == first.content[0].value
    assert "2019-06-23T16:16:31.000Z" == first.updated == first.published == found.feed.updated
    assert {"self", "alternate"} == {link.rel for link in found.feed.links}


def test_ids_are_unique_stay_and_hang_on_the_fact() -> None:
    """The same fact has the same id in both feeds and both languages, whatever else was told since."""
    ids = [entry.id for entry in read(atom(NIGHT, "en")).entries]
    assert len(ids) == len(set(ids)) == 6
    assert ids == [item["id"] for item in json.loads(json_feed(NIGHT, "tr"))["items"]]
    earlier = [fakes.june() | {"alerts": fakes.june()["alerts"][2:]}]
    assert {entry.id for entry in read(atom(earlier, "en")).entries} < set(ids)
    assert all(one.startswith("tag:sandik,2019-06-23:replay/istanbul-2019-06-23/") for one in ids)


def test_json_feed_keeps_to_its_format() -> None:
    """Version, title and items with ids as text, dates with a zone, and content: JSON Feed 1.1."""
    feed = json.loads(json_feed(NIGHT, "tr"))
    assert (JSON_FEED, "tr") == (feed["version"], feed["language"])
    assert feed["title"].startswith("TEKRAR · BENZETİM · ")
    assert 6 == len(feed["items"])
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_text"]
        assert datetime.fromisoformat(item["date_published"]).tzinfo is not None
        assert item["title"].startswith("TEKRAR · BENZETİM · ")
    times = [item["date_published"] for item in feed["items"]]
    assert sorted(times, reverse=True) == times


def test_before_anything_is_told_a_feed_is_whole_and_empty() -> None:
    """It has a title, an id and a time, and says nothing; so under the embargo too."""
    night = [fakes.june_closed()]
    found = read(atom(night, "en"))
    assert ([], "2019-06-23T00:00:00Z") == (found.entries, found.feed.updated)
    assert [] == json.loads(json_feed(night, "en"))["items"]


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_markup_and_control_letters_are_text(name: str) -> None:
    """Whatever stands in a title, the feed is read, and shows it."""
    nasty = '<b a="1">&amp;]]>'
    told = alert(1, "correction", "2019-06-23T16:16:31.000Z", nasty + "\x00\x0b", nasty, nasty, nasty)
    night = [fakes.june() | {"alerts": [told], "night_name": nasty + "\x0b", "night_names": {}}]
    if name == "feed.json":
        assert json.loads(json_feed(night, "en"))["items"][0]["title"].endswith(nasty + "\x00\x0b")
        return
    entry = read(atom(night, "en")).entries[0]
    assert entry.title.endswith("]]>")
    assert nasty == entry.content[0].value


def test_what_a_feed_hangs_on() -> None:
    """Another total is the same feed; another fact, mode or contest is another."""
    night = fakes.june()
    assert identity([night]) == identity([night | {"version": 999, "valid": 1}])
    others = [[night | {"alerts": []}], [night | {"mode": "live"}], NIGHT, []]
    assert 5 == len({identity(one) for one in ([night], *others)})


def test_equal_times_are_ordered_by_number() -> None:
    """Facts of one moment keep the order in which they were told."""
    found: list[Entry] = entries([fakes.june()], words("en"))
    assert ["counted", "embargo-lifted"] == [entry.kind for entry in found[-2:]]
