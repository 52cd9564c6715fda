"""The course of a contest for others: nothing before the ban ends, and at its end what the snapshot says."""

from dataclasses import replace

import orjson
import pytest

from election.alerts import Told
from tests.web.asking import MAYOR, answers, counted, get
from tests.web.courses import JUMP, hour, june, june_steps, march, taken
from tests.web.made import JUNE, Worker, hub, night, parts, records
from web.points import moment
from web.series import MARKS_MAX, facts


def test_the_last_point_is_what_is_shown() -> None:
    """Whatever was kept of the points before it."""
    line, s = june()
    points = facts(line, s)["points"]
    last = {name: column[-1] for name, column in points.items()}
    assert (moment(s["at"]), s["counted"]["boxes"], s["valid"]) == (last["at"], last["boxes"], last["valid"])
    assert s["choices"][0]["votes"] - s["choices"][1]["votes"] == last["lead"]
    assert {len(points["at"])} == {len(column) for column in points.values()}


def test_before_the_ban_ends_there_are_boxes_and_nothing_else() -> None:
    """Also where it was open before: what is shown now says what may be told."""
    line, _ = june()
    closed = next(june_steps())
    found = facts(line, closed)
    assert (None, [], [], None, None) == tuple(
        found[name] for name in ("points", "counts", "marks", "jump", "opened_at")
    )
    assert found["received"]["boxes"]


def test_a_later_hour_than_what_is_shown_is_not_told() -> None:
    """A replay that went back has not come to it yet."""
    line, _ = june("live")
    steps = list(june_steps())
    found = facts(line, steps[30])
    assert moment(steps[30]["at"]) == max(found["points"]["at"]) == found["points"]["at"][-1]
    assert steps[30]["received"]["boxes"] == found["received"]["boxes"][-1]


def test_how_many_boxes_came_at_once_is_told() -> None:
    """With the hour when the ban ended."""
    line, s = june()
    found = facts(line, s)
    assert (JUMP, moment(s["embargo"]["opens_at"])) == (found["jump"], found["opened_at"])


def test_each_count_ends_with_what_it_said_last() -> None:
    """In votes as the snapshot has them, + for the choice on the left."""
    line, s = march()
    for one in facts(line, s)["counts"]:
        source = next(source for source in s["sources"] if source["id"] == one["id"])
        assert source["margin_votes"] == abs(one["lead"][-1])
        assert (moment(source["last_at"]), source["valid"]) == (one["at"][-1], one["valid"][-1])


def test_of_however_much_is_told_at_once_everything_is_marked() -> None:
    """A snapshot has the newest twenty; the course, its drawing and its page have the others too."""
    to = counted(0.9)
    gateway = answers(to)
    gateway.keep()
    at = to.groups[MAYOR].state.at
    assert at is not None
    told = tuple(
        Told(
            "replay.practice", "mayor", n, "", "correction" if n % 2 else "call-proposed", str(n), at, 1, {},
            {"en": f"No. {n}"}, {},
        )
        for n in range(1, 61)
    )  # fmt: skip
    to.hold(MAYOR, replace(to.groups[MAYOR].state, told=told, version=10**6))
    to.turn(1.0)
    gateway.keep()
    found = orjson.loads(get(gateway, "/series/mayor.json").body)["marks"]
    assert 30 == len(found)
    assert {fact.id for fact in told if fact.kind == "correction"} == {one["id"] for one in found}
    drawn = orjson.loads(get(gateway, "/series/mayor/drawn.json?lang=en").body)["marks"]
    assert 30 == sum("correction" in text for _, text in drawn)
    page = get(gateway, "/part/lead/mayor?lang=en").body.decode()
    assert all(f"No. {n}." in page for n in range(1, 61, 2))


def test_of_very_many_marks_the_newest_are_told() -> None:
    """By when they happened."""
    line, s = march()
    told = [
        {"id": f"b{n}", "kind": "correction", "at": hour(f"20:{n // 60:02}:{n % 60:02}", "2019-03-31")}
        for n in range(2 * MARKS_MAX)
    ]
    found = [one["id"] for one in facts(line, s | {"alerts": told[::-1]})["marks"]]
    assert [one["id"] for one in told[MARKS_MAX:]] == found


@pytest.mark.parametrize("target", ["/series/mayor.json", "/series/mayor/drawn.json?by=share&lang=tr"])
def test_it_is_answered_with_a_tag_and_not_sent_twice(target: str) -> None:
    """Whoever has it is told so; in another language it is another one."""
    gateway = answers(counted())
    first = get(gateway, target)
    assert (200, "application/json") == (first.status, first.headers["Content-Type"])
    assert 304 == get(gateway, target, if_none_match=first.headers["ETag"]).status
    assert orjson.loads(first.body)
    other = target.replace("tr", "en") if "lang" in target else "/series/mayor/drawn.json"
    assert first.headers["ETag"] != get(gateway, other).headers["ETag"]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/series/nobody.json", 404), ("/series/mayor", 404), ("/series/", 404),
        ("/series/mayor/x.json", 404),
        ("/series/mayor/drawn.json?by=colour", 400), ("/series/nobody/drawn.json", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(target: str, status: int) -> None:
    """A sentence, and never an error of ours."""
    answer = get(answers(counted()), target)
    assert status == answer.status
    assert answer.body


def test_of_a_real_night_under_its_ban_no_total_is_in_the_bytes() -> None:
    """Every figure of the votes so far is looked for, in the series, the drawing and the pages."""
    of = night(JUNE)
    to, worker = hub(of), Worker(of)
    gateway = answers(to)
    sent = records(JUNE)[:2400]
    for batch in parts(sent, 800):
        for contest, _ in worker.count(batch):
            to.hold(contest, worker.state(contest))
        to.turn(0.0)
        gateway.keep()
    assert "open" != to.groups[MAYOR].shown["embargo"]["state"]
    state = worker.state(MAYOR)
    totals = {
        value for row in state.rows[of.contests[MAYOR].source].values() for value in row if value > 9999
    }
    received = {to.groups[MAYOR].shown["received"]["boxes"]}
    for target in ("/series/mayor.json", "/series/mayor/drawn.json", "/part/lead/mayor", "/part/needs/mayor"):
        text = get(gateway, target).body.decode()
        assert not [one for one in totals - received if str(one) in text or f"{one:,}" in text], target


def test_the_line_grows_with_every_tick_and_is_whole_without_a_log() -> None:
    """Practice night, in twelve steps: what is told last is what is shown."""
    to, worker = hub(night()), Worker(night())
    gateway = answers(to)
    seen = set()
    for batch in parts(records(), -(-len(records()) // 12)):
        for contest, _ in worker.count(batch):
            to.hold(contest, worker.state(contest))
        to.turn(0.0)
        gateway.keep()
        shown = to.groups[MAYOR].shown
        if shown["embargo"]["state"] == "open" and shown["valid"]:
            seen.add(moment(shown["at"]))
    found = orjson.loads(get(gateway, "/series/mayor.json").body)
    assert found["whole"]
    assert len(seen) >= 2
    assert max(seen, key=lambda at: at or 0) == found["points"]["at"][-1]
    assert set(found["points"]["at"]) <= seen


def test_boxes_received_never_fall_without_a_withdrawal() -> None:
    """Every five minutes, up to what is shown."""
    line, s = taken(june_steps())
    received = facts(line, s)["received"]
    assert 300 == received["step_s"]
    assert sorted(received["boxes"]) == received["boxes"]
    assert s["received"]["boxes"] == received["boxes"][-1]
