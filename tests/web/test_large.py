"""What takes long to make is made in a thread, once for all who ask, and is never of another ban."""

import asyncio
import gzip
import inspect
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from tests.web.asking import answers, counted
from tests.web.embed.made import asked
from tests.web.made import Worker, hub, night, records
from web import large, pages
from web.answers import Answers
from web.hub import Hub
from web.replies import Answer, Request

PATHS = ("/", "/overlay/lower-third", "/overlay/tiles", "/embed/tiles", "/snapshot/mayor.json")


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contest of a few places is as one of thousands."""
    monkeypatch.setattr(large, "AREAS_AT_ONCE_MAX", 0)
    monkeypatch.setattr("web.answers.BYTES_AT_ONCE_MAX", 0)


async def of(made: Answers, path: str, **headers: str) -> Answer:
    """The answer to a GET, waited for if it must be."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found = made.answer(Request("GET", path, named))
    return await found if inspect.isawaitable(found) else found


@pytest.mark.parametrize("path", PATHS)
def test_what_is_made_quickly_is_answered_at_once(path: str) -> None:
    """A board of thirty-nine districts is, and so is everything of it."""
    assert isinstance(answers(counted()).answer(Request("GET", path)), Answer)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.usefixtures("everything_is_large")
async def test_what_takes_long_is_the_same_with_the_same_tag_and_waited_for(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it already waits for nothing."""
    made = answers(counted())
    waits = made.answer(Request("GET", path))
    assert inspect.isawaitable(waits)
    later = await waits
    known = await of(made, path, if_none_match=later.headers["ETag"])
    assert (HTTPStatus.NOT_MODIFIED, b"") == (known.status, known.body)
    packed = await of(made, path, accept_encoding="gzip")
    assert later.body == gzip.decompress(packed.body)
    monkeypatch.undo()
    at_once = await of(answers(counted()), path)
    assert (at_once.status, at_once.headers, at_once.body) == (later.status, later.headers, later.body)


@pytest.mark.usefixtures("everything_is_large")
def test_an_embed_that_takes_long_may_be_framed_as_any_other() -> None:
    """The policy stands in the headers of both."""
    answer = asked("/embed/tiles")
    assert "frame-ancestors 'self' https://news.example" in answer.headers["Content-Security-Policy"]


def noting(
    monkeypatch: pytest.MonkeyPatch, before: Callable[[], object] = lambda: None
) -> list[threading.Thread]:
    """The threads in which boards are made from here on."""
    threads, board = list[threading.Thread](), pages.board

    def made(*given: Any, **more: Any) -> bytes:
        threads.append(threading.current_thread())
        before()
        return board(*given, **more)

    monkeypatch.setattr(pages, "board", made)
    return threads


@pytest.mark.usefixtures("everything_is_large")
async def test_it_is_made_in_a_thread_and_once_for_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop, in which everybody's changes are sent, makes none of it."""
    threads, to = noting(monkeypatch), answers(counted())
    found = await asyncio.gather(*(of(to, "/") for _ in range(20)))
    assert 1 == len({answer.body for answer in found})
    assert 1 == len(threads)
    assert threading.current_thread() not in threads


def closed() -> tuple[Hub, Worker]:
    """A hub and a worker in the middle of the ban."""
    to, worker = hub(night()), Worker(night())
    for contest, _ in worker.count(records()[: len(records()) // 3]):
        to.hold(contest, worker.state(contest))
    to.turn(0.0)
    return to, worker


@pytest.mark.usefixtures("everything_is_large")
async def test_what_was_begun_during_the_ban_is_not_given_to_who_comes_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However young it is; and it holds what was shown when it was begun, whole."""
    going_on, begun = threading.Event(), threading.Event()

    def before() -> None:
        begun.set()
        going_on.wait(60)

    noting(monkeypatch, before)
    to, worker = closed()
    made = answers(to)
    first = asyncio.create_task(of(made, "/"))
    await asyncio.to_thread(begun.wait, 60)
    tag = to.groups[next(iter(to.groups))].tag
    for contest, _ in worker.count(records()[len(records()) // 3 :]):
        to.hold(contest, worker.state(contest))
    to.turn(1.0)
    second = asyncio.create_task(of(made, "/"))
    going_on.set()
    during, after = await first, await second
    assert tag in during.headers["ETag"]
    assert to.groups[next(iter(to.groups))].tag in after.headers["ETag"]
    assert during.body != after.body
