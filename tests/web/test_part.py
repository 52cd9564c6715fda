"""Parts of the board as pages: each has its heading, its way back, and is made once a version."""

from dataclasses import replace

import pytest

from tests.streams.facts import told
from tests.web.asking import MAYOR, answers, counted, get
from tests.web.made import Worker, hub, night, parts, records
from web.part import PARTS


@pytest.mark.parametrize("name", sorted(PARTS))
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_each_part_is_a_page(name: str, lang: str) -> None:
    """In both languages, with a heading and the way back to the board."""
    page = get(answers(counted()), f"/part/{name}/mayor?lang={lang}")
    text = page.body.decode()
    assert (200, "text/html; charset=utf-8") == (page.status, page.headers["Content-Type"])
    assert f'<html lang="{lang}">' in text
    assert 1 == text.count("<h1>")
    assert f'href="/?contest=mayor&amp;lang={lang}"' in text
    assert "style=" not in text.replace("stylesheet", "")


@pytest.mark.parametrize("target", ["/part/", "/part/lead", "/part/lead/nobody", "/part/nothing/mayor"])
def test_what_is_no_part_is_not_found(target: str) -> None:
    """With a sentence."""
    assert 404 == get(answers(counted()), target).status


def test_whoever_has_the_page_is_told_so() -> None:
    """And it is made again when the count moves."""
    to, worker = hub(night()), Worker(night())
    gateway = answers(to)
    first, second = parts(records(), -(-len(records()) // 2))
    worker.count(first)
    to.hold(MAYOR, worker.state(MAYOR))
    to.turn(0.0)
    tag = get(gateway, "/part/lead/mayor").headers["ETag"]
    assert 304 == get(gateway, "/part/lead/mayor", if_none_match=tag).status
    worker.count(second)
    to.hold(MAYOR, worker.state(MAYOR))
    to.turn(0.0)
    assert 200 == get(gateway, "/part/lead/mayor", if_none_match=tag).status


def test_the_call_stays_on_the_timeline_however_much_is_told_after_it() -> None:
    """A snapshot has the newest twenty alerts; the page of what became of the election has all."""
    to = counted()
    facts = [told(1, "call-made"), *(told(seq, "counted") for seq in range(2, 60))]
    state = replace(to.groups[MAYOR].state, told=tuple(facts), version=to.groups[MAYOR].version + 1)
    to.hold(MAYOR, state)
    to.turn(1.0)
    assert 'data-kind="call-made"' in get(answers(to), "/part/after/mayor").body.decode()
