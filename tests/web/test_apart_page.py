"""The page and the JSON of the boxes on which two counts differ."""

import json
import re

import pytest

from election.night import SourceId
from tests.web.asking import answers, get
from tests.web.shapes import MAYOR, Moment, begun, counted
from web.replies import Answer


def ask(at: Moment, target: str = "/apart/mayor?lang=en", **headers: str) -> Answer:
    """The answer of a gateway that holds this."""
    return get(answers(at.hub, exports=at.exports), target, **headers)


def text(page: Answer) -> str:
    """What a reader reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.body.decode()))


@pytest.mark.parametrize(("lang", "said"), [("en", "they differ on 3"), ("tr", "ayrıştıkları: 3")])
def test_the_page_says_how_many_boxes_differ_and_which_most(lang: str, said: str) -> None:
    """With both counts' figures, and the effect as votes for one of the two."""
    at = counted()
    page = ask(at, f"/apart/mayor?lang={lang}")
    (pair,) = json.loads(ask(at, "/apart/mayor.json").body)["pairs"]
    said = said.replace("3", str(pair["differ"]))
    assert (200, "text/html; charset=utf-8") == (page.status, page.headers["Content-Type"])
    assert said in text(page).replace(" .", ".")
    first = pair["boxes"][0]
    assert first["box"] in text(page)
    assert re.search(
        rf"{'▲' if first['effect_votes'] > 0 else '▼'} \w+ \+{abs(first['effect_votes'])}", text(page)
    )
    assert 1 == page.body.count(b"<h1>")
    assert b'class="tag sim"' in page.body


def test_the_json_is_kept_for_some_seconds_and_both_are_known_by_their_tag() -> None:
    """Whoever has it is told so."""
    at = counted()
    found = ask(at, "/apart/mayor.json")
    assert ("application/json", "public, max-age=5") == (
        found.headers["Content-Type"], found.headers["Cache-Control"]
    )  # fmt: skip
    assert 304 == ask(at, "/apart/mayor.json", if_none_match=found.headers["ETag"]).status
    page = ask(at)
    assert 304 == ask(at, if_none_match=page.headers["ETag"]).status


def test_before_the_ban_is_lifted_the_page_says_that_and_nothing_else() -> None:
    """No table, and no number of boxes."""
    page = ask(begun())
    assert "Nothing is compared before the publication ban ends." in text(page)
    assert b"<table" not in page.body


def test_a_count_that_is_not_held_by_box_is_named() -> None:
    """A source that reports areas, and one of which no box is held."""
    assert "reports totals by place; its boxes cannot be compared." in text(ask(counted()))
    at = counted()
    at.worker.rehearsal.tallies.pop((MAYOR, SourceId("party")))
    assert "is not held here by box: nothing can be compared." in text(ask(at))


@pytest.mark.parametrize("target", ["/apart/", "/apart/nobody", "/apart/nobody.json", "/apart/mayor/x"])
def test_what_there_is_not_is_not_found(target: str) -> None:
    """With a sentence that says which contests there are, and where."""
    found = ask(counted(), target)
    assert 404 == found.status
    assert b"There is no such contest; there is mayor" in found.body
    assert b"/apart/mayor" in found.body


def test_while_the_store_is_away_the_answer_is_to_come_back() -> None:
    """Not an empty comparison."""
    away = get(answers(counted().hub), "/apart/mayor.json")
    assert (503, "2") == (away.status, away.headers["Retry-After"])
