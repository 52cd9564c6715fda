"""The admin port: metrics, readiness, and what is wrong at three in the morning, with what to do."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from election.wire.frames import ContestState
from tests.web.signs import ABOUT, STORE_S, Clock, Room, busy
from web.admin import PULSE_OLD_S, WAITING_MANY, Admin, wrong
from web.gate import Gate, GateRules
from web.metrics import CONTENT_TYPE, Metrics
from web.pulse import Lag, Pulses
from web.replies import Request
from web.tokens import Tokens
from web.vitals import ContestVitals


def got(admin: Admin, target: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """What is answered."""
    answer = admin.answer(Request(method, target))
    return answer.status.value, dict(answer.headers), answer.body


def json(admin: Admin, target: str) -> tuple[int, Any]:
    """What is answered in JSON."""
    status, headers, body = got(admin, target)
    assert "application/json" == headers["Content-Type"]
    return status, orjson.loads(body)


def test_metrics_are_answered_in_prometheus_own_format() -> None:
    """And never kept by anything between."""
    metrics, _ = busy()
    status, headers, body = got(Admin(metrics), "/metrics")
    assert (200, CONTENT_TYPE, "no-store") == (status, headers["Content-Type"], headers["Cache-Control"])
    assert b"\nsandik_connections 9.0\n" in body


def test_live_and_ready() -> None:
    """Live while the process answers at all; ready while what is shown is fresh."""
    metrics, _ = busy()
    admin = Admin(metrics)
    assert (200, {"live": True}) == json(admin, "/health/live")
    assert (200, True) == (json(admin, "/health/ready")[0], json(admin, "/health/ready")[1]["ready"])
    metrics.lost()
    status, said = json(admin, "/health/ready")
    assert (503, False) == (status, said["ready"])
    assert "store.example:6379" in said["wrong"][0]
    assert 200 == json(admin, "/health/live")[0]


def test_details_tell_everything_an_operator_asks_for() -> None:
    """In one look, with no address of a client in it."""
    metrics, _ = busy()
    status, said = json(Admin(metrics), "/health/details")
    assert 200 == status
    assert [] == said["wrong"]
    assert {"id": "istanbul-2019-06-23", "mode": "replay", "session": ""} == said["night"]
    assert {"at": "store.example:6379", "answered_s_ago": 2.5} == said["store"]
    assert {
        "epoch": "5f0c9b1d", "version": 412, "shown": 411, "came_s_ago": 2.5,
        "at": "2019-06-23T17:30:00.000Z",
    } == said["contests"]["mayor"]  # fmt: skip
    assert said["contests"]["council"]["at"] is None
    assert {
        "topic": "reports", "partition": "0", "waiting": 12, "applied": 70, "end": 82, "said_s_ago": 3.5,
    } == said["workers"][0]  # fmt: skip
    assert (9, 20_000, 2) == tuple(said["clients"][key] for key in ("now", "max", "behind"))
    assert {"origin": 1} == said["since_start"]["refused"]
    assert {"200": 1, "304": 1} == said["since_start"]["http"]
    assert {"good": 0, "trouble": None} == said["tokens"]
    assert "192.0.2.7" not in str(said)


def test_a_gateway_that_has_read_nothing_yet_says_so() -> None:
    """The first thing on a night is that nothing comes."""
    gate, clock = Gate(GateRules.read(), busy()[0]._gate.tokens), Clock()
    _, said = json(Admin(Metrics(ABOUT, Room(), gate, Pulses(), clock)), "/health/details")
    assert "never read" in said["wrong"][0]
    assert "sandik worker" in said["wrong"][1]


def test_what_is_wrong_is_said_with_what_to_do() -> None:
    """Each by itself, from a gateway at which all is well."""
    well = busy()[0].look()
    assert [] == list(wrong(well))
    lag = well.lags[0]
    for change, words in (
        ({"ready": False, "store_silent_s": 12.0}, ("12 s", "sandik doctor")),
        ({"ready": False, "contests": {}}, ("never read", "SANDIK_REDIS")),
        ({"lags": ()}, ("No worker", "sandik worker")),
        ({"lags": (replace(lag, age_s=PULSE_OLD_S + 31),)}, ("reports/0", "41 s", "sandik worker")),
        ({"lags": (replace(lag, records=WAITING_MANY),)}, (f"{WAITING_MANY} records", "another worker")),
        ({"connections": 18_001, "connections_max": 20_000}, ("18001 of 20000", "SANDIK_CLIENTS_MAX")),
        ({"behind": 90, "connections": 800}, ("90 of 800", "network")),
        ({"tokens_trouble": "The file is gone."}, ("The file is gone.",)),
    ):  # fmt: skip
        said = list(wrong(replace(well, **change)))  # type: ignore[arg-type] # fields of several kinds
        assert 1 == len(said), said
        assert all(word in said[0] for word in words), said


def test_what_is_wrong_with_the_tokens_is_shown_without_a_token() -> None:
    """A line that cannot be read may be somebody's token."""
    said: list[bytes] = [b"", b'"sandik_SECRET"']
    tokens = Tokens(lambda: said.pop(0) if said else None, Clock)  # type: ignore[arg-type] # nobody asks the time
    metrics = Metrics(ABOUT, Room(), Gate(GateRules.read(), tokens), Pulses(), Clock())
    tokens.find("sandik_x")
    found = json(Admin(metrics), "/health/details")[1]["tokens"]["trouble"]
    assert "this is no token" in found
    assert "SECRET" not in found


@pytest.mark.parametrize(
    "target", ["/", "/snapshot/mayor.json", "/metrics/", "/health", "/../etc/passwd", ""]
)
def test_anything_else_is_not_here(target: str) -> None:
    """The sentence says what is."""
    status, _, body = got(Admin(busy()[0]), target)
    assert 404 == status
    assert b"/health/details" in body


def test_only_get_and_head() -> None:
    """Nothing can be changed here."""
    admin = Admin(busy()[0])
    assert 405 == got(admin, "/metrics", "POST")[0]
    status, headers, body = got(admin, "/health/live", "HEAD")
    assert (200, str(len(b'{"live":true}')), b"") == (status, headers["Content-Length"], body)
    assert 200 == got(admin, "/health/ready?x=1")[0]


def test_a_contest_that_came_after_the_look_is_not_in_it() -> None:
    """One look is one moment."""
    metrics, _ = busy()
    vitals = metrics.look()
    metrics.held("bridge", ContestState(epoch="e", version=1))
    assert "bridge" not in vitals.contests
    assert isinstance(metrics.look().contests["bridge"], ContestVitals)
    assert isinstance(vitals.lags[0], Lag)
    assert STORE_S > 0
