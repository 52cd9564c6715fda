"""Who comes in, what is answered, and the one line that tells of a life."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import pytest

from web.gate import Gate, GateRules, Visitor
from web.reception import Reception
from web.replies import Answer, Request
from web.sockets import Life
from web.tokens import nobodys


class Answers:
    """Answers with what it is told to, and notes who asked."""

    def __init__(self) -> None:
        self.ready = True
        self.stale_s: float | None = None
        self.asked: list[Request] = []
        self.made: Answer | Awaitable[Answer] = Answer(HTTPStatus.OK, {"Vary": "Accept-Encoding"}, b"made")

    def answer(self, request: Request) -> Answer | Awaitable[Answer]:
        """What it was told to."""
        self.asked.append(request)
        return self.made


class Chart:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Callable[[Any], None]:
        return lambda what: self.noted.append((name, what))


class Here:
    """A reception with what stands around it."""

    def __init__(self, log_addresses: bool = False, **rules: Any) -> None:
        self.gate = Gate(GateRules.read(**rules), nobodys())
        self.answers, self.chart = Answers(), Chart()
        self.stale_s: float | None = None
        self.reception = Reception(
            self.gate, self.answers, self.chart, lambda: self.stale_s, log_addresses=log_addresses  # type: ignore[arg-type] # as far as it asks
        )  # fmt: skip

    def ask(self, target: str, method: str = "GET", **headers: str) -> Any:
        """What becomes of a request."""
        return self.reception.asked(Request(method, target, {"host": "x"} | headers), "192.0.2.7")


def test_a_request_is_answered() -> None:
    """With the visitor's scopes and address, and the age of the data; the status is counted."""
    here = Here()
    here.stale_s = 3.0
    answer = here.ask("/")
    assert b"made" == answer.body
    (request,) = here.answers.asked
    assert ({"view", "alerts"}, "192.0.2.7") == (request.scopes, request.address)
    assert 3.0 == here.answers.stale_s
    assert [("answered", HTTPStatus.OK)] == here.chart.noted


@pytest.mark.parametrize(
    ("status", "reason"), [(HTTPStatus.UNAUTHORIZED, "no-token"), (HTTPStatus.FORBIDDEN, "no-scope")]
)
def test_who_may_not_see_what_was_asked_for_is_counted_among_the_refused(
    status: HTTPStatus, reason: str
) -> None:
    """A token that is good for something else is told to an operator, as any other refusal is."""
    here = Here()
    here.answers.made = Answer(status, {}, b"no")
    assert status == here.ask("/").status
    assert {reason: 1} == {why: times for why, times in here.gate.refused.items() if times}


async def test_an_answer_that_is_waited_for() -> None:
    """It is finished like any other when it is there."""
    here = Here(origins="https://news.example")

    async def slowly() -> Answer:
        await asyncio.sleep(0)
        return Answer(HTTPStatus.OK, {}, b"later")

    here.answers.made = slowly()
    answer = await here.ask("/export/boxes.csv", origin="https://news.example")
    assert (b"later", "https://news.example") == (answer.body, answer.headers["Access-Control-Allow-Origin"])
    assert [("answered", HTTPStatus.OK)] == here.chart.noted


def test_what_caches_have_to_know() -> None:
    """An answer for one site is not another's; one of a private gateway is nobody's else."""
    here = Here(origins="https://news.example")
    assert "Accept-Encoding, Origin" == here.ask("/", origin="https://news.example").headers["Vary"]
    assert "Access-Control-Allow-Origin" not in here.ask("/", origin="https://evil.example").headers
    private = Here(public="none")
    assert 401 == private.ask("/").status
    assert [] == private.answers.asked


def test_a_refusal_of_a_head_has_no_body() -> None:
    """As any answer to one: the length that the sentence would have, and nothing after it."""
    private = Here(public="none")
    said, bare = (private.ask("/", method) for method in ("GET", "HEAD"))
    assert (401, str(len(said.body)), b"") == (bare.status, bare.headers["Content-Length"], bare.body)


def test_a_page_to_sign_in_at_opens_on_a_private_gateway() -> None:
    """With its files, and nothing else: whoever has a token must be able to say it. All of it is paid for."""
    private = Here(public="none", new_per_s=0.2)
    for target in ("/desk", "/replay?lang=tr", "/static/desk.js"):
        assert 200 == private.ask(target).status
    assert [frozenset()] * 3 == [request.scopes for request in private.answers.asked]
    for target in ("/", "/snapshot/mayor.json", "/desk%2f", "//desk", "/deskx", "/health/details"):
        assert 401 == private.ask(target).status, target
    assert 429 == [private.ask("/desk") for _ in range(10)][-1].status
    assert 400 == Here(public="none").ask("/desk?token=x").status


def test_too_many_requests() -> None:
    """One address has so many a second; others go on. Health is always answered."""
    here = Here(new_per_s=0.1)
    statuses = [here.ask("/").status for _ in range(20)]
    assert {200, 429} == set(statuses)
    assert "Retry-After" in here.ask("/").headers
    assert 200 == here.ask("/health/live").status
    assert 200 == here.ask("/health/ready").status
    other = here.reception.asked(Request("GET", "/", {"host": "x"}), "192.0.2.8")
    assert isinstance(other, Answer)
    assert 200 == other.status


@pytest.mark.parametrize("public", ["none", "alerts", "view alerts"])
def test_health_is_answered_with_what_everybody_may(public: str) -> None:
    """Whoever asks, and without a look at who it is."""
    here = Here(public=public)
    for target in ("/health/live", "/health/ready"):
        assert 200 == here.ask(target, authorization="Bearer sandik_x").status
    assert [here.gate.rules.public] * 2 == [request.scopes for request in here.answers.asked]


def test_a_websocket_comes_in_and_leaves() -> None:
    """It takes a place, and gives it back once, also when it never became one."""
    here = Here(clients_max=1)
    came = here.ask("/ws")
    assert isinstance(came, Visitor)
    assert 503 == here.ask("/ws").status
    here.reception.left(came, None)
    assert isinstance(here.ask("/ws?lang=tr"), Visitor)
    assert 1 == here.gate.taken
    assert b"made" == here.ask("/ws", "HEAD").body


def test_who_comes_too_early_or_too_late() -> None:
    """Before the store was read, and while the gateway leaves: 503, and why. Then it is not ready either."""
    here = Here()
    here.answers.ready = False
    early = here.ask("/ws")
    assert (503, "2") == (early.status, early.headers["Retry-After"])
    assert b"has not read its store" in early.body
    here.answers.ready = here.reception.leaving = True
    assert b"is going" in here.ask("/ws").body
    assert 503 == here.ask("/health/ready").status
    assert 200 == here.ask("/health/live").status
    assert 200 == here.ask("/snapshot/mayor.json").status
    assert (1, 1, 0) == (here.gate.refused["not-ready"], here.gate.refused["leaving"], here.gate.taken)


def test_who_is_refused_before_anything_was_asked() -> None:
    """Counted by reason, and by status."""
    here = Here()
    here.reception.turned_away("malformed", HTTPStatus.BAD_REQUEST)
    assert 1 == here.gate.refused["malformed"]
    assert [("answered", HTTPStatus.BAD_REQUEST)] == here.chart.noted


@pytest.mark.parametrize(
    ("because", "code", "noted"),
    [
        ("left", 1000, []),
        ("lost", 1006, []),
        ("slow", 1006, []),  # the hub counts these
        ("silent", 1006, [("cut", "silent")]),
        ("mistake", 1009, [("closed", 1009)]),
        ("restart", 1012, [("closed", 1012)]),
        ("commands are text", 1003, [("closed", 1003)]),
    ],
)
def test_how_an_end_is_counted(because: str, code: int, noted: list[tuple[str, object]]) -> None:
    """What we closed by its code, whom we cut by the reason; who left by themselves not at all."""
    here = Here()
    here.reception.left(Visitor("192.0.2.7", "", frozenset()), Life(1.0, 100, True, code, because))
    assert noted == here.chart.noted


def test_the_line_of_a_life(caplog: pytest.LogCaptureFixture) -> None:
    """Facts as key=value, quoted where they have a space; who signed in has a name; never a token's id."""
    caplog.set_level("INFO", "sandik.gateway")
    visitor = Visitor("192.0.2.7", "Ayşe Demir", frozenset({"desk"}), token="1a2b3c4d")
    Here().reception.left(visitor, Life(12.34, None, False, 3408, "nothing is followed"))
    Here(log_addresses=True).reception.left(visitor, Life(0.0, 5, True, 1000, "left"))
    assert [
        'client ended because="nothing is followed" code=3408 after_s=12.3 packed=no name="Ayşe Demir"',
        'client ended because=left code=1000 after_s=0.0 packed=yes bytes=5 name="Ayşe Demir" '
        "address=192.0.2.7",
    ] == caplog.messages


def test_time_goes_by_the_monotonic_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Purses fill as it goes by, whatever the wall clock does."""
    here, now = Here(new_per_s=0.1), 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    while here.ask("/").status == 200:
        continue
    now += 60
    assert 200 == here.ask("/").status
