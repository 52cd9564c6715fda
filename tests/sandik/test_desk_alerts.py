"""What rang at the desk, who has seen it, and what did not arrive."""

from dataclasses import replace
from datetime import UTC, datetime

from election.alerts import KINDS
from election.night import ContestId
from election.wire.delivered import ACKNOWLEDGED, DEAD, STATES, SUPERSEDED, Target, delivery
from election.wire.records import Ruling
from sandik import desk_alerts
from sandik.desk_alerts import ALERTS_MAX, alerts_of, delivery_json, newest, shown, waits
from tests.sandik.evenings import LIFTED, MAYOR, Evening

SECRET = Target("webhook", "https://wire.example/hook?key=hunter2", "WIRE_SECRET", who="wire-partner")


def says(kind: str, alert: str, by: str = "Ayşe") -> Ruling:
    """Somebody's word on an alert."""
    return Ruling("mayor", kind, LIFTED, LIFTED, "desk", by, "seen", {"alert": alert})


def test_an_alert_waits_until_somebody_has_seen_it_and_again_when_they_say_not() -> None:
    """The last word counts; minor ones wait for nobody."""
    evening = Evening()
    name = evening.proposal.id
    for rulings, by in (
        ([], None), ([says("alert-acknowledged", name)], "Ayşe"),
        ([says("alert-acknowledged", name), says("alert-reopened", name, "Mehmet")], None),
    ):  # fmt: skip
        alerts = alerts_of(MAYOR, evening.facts, [], rulings, "replay")
        (one,) = [one for one in alerts if one["id"] == name]
        assert (by, by is None) == ((one["acknowledged"] or {}).get("by"), waits(one))
        assert "critical" == one["grade"]
    assert not any(waits(one) for one in alerts if one["grade"] == "minor")
    assert [one["seq"] for one in alerts] == sorted((one["seq"] for one in alerts), reverse=True)


def test_a_delivery_that_was_given_up_is_an_alert_of_the_desk() -> None:
    """It says to whom and why, and is acknowledged like any other; never where it went."""
    evening = Evening()
    fact = evening.proposal
    dead = replace(
        delivery(fact.id, fact.seq, fact.kind, SECRET), state=DEAD, tries=9, note="HTTP 500",
        at=1_700_000_000_000,
    )  # fmt: skip
    for mode, at in (("replay", fact.at), ("live", datetime.fromtimestamp(1_700_000_000, UTC))):
        alerts = alerts_of(MAYOR, evening.facts, [dead], [says("alert-acknowledged", dead.id)], mode)
        (one,) = [one for one in alerts if one["kind"] == "delivery-dead"]
        assert (dead.id, "critical", "Ayşe") == (one["delivery"], one["grade"], one["acknowledged"]["by"])
        assert at == datetime.fromisoformat(one["at"])
        assert "HTTP 500" in one["because"]
    row = delivery_json(MAYOR, dead, fact, 9)
    assert ("dead", 9, 9, "wire-partner") == (row["state"], row["tries"], row["tries_max"], row["to"])
    for text in (str(alerts), str(row)):
        assert all(word not in text for word in ("hunter2", "wire.example", "WIRE_SECRET"))


def test_dead_letters_are_shown_first_and_every_state_has_a_word() -> None:
    """What was withdrawn before it went is not shown."""
    made = [
        replace(delivery(f"{number:016x}", number, "counted", SECRET), state=state, at=number)
        for number, state in enumerate((ACKNOWLEDGED, SUPERSEDED, DEAD, ACKNOWLEDGED))
    ]
    assert [2, 3, 0] == [one.seq for _, one in shown([(MAYOR, one) for one in made])]
    assert set(STATES) - {SUPERSEDED} == set(desk_alerts._STATES)


def test_an_old_alert_that_waits_is_not_pushed_out_by_newer_ones() -> None:
    """The newest are shown, and what nobody has seen."""
    made = [
        {"at": f"2024-10-06T17:{number // 60:02}:{number % 60:02}.000Z", "seq": number, "grade": "minor",
         "acknowledged": None}
        for number in range(ALERTS_MAX + 10)
    ]  # fmt: skip
    made[3] |= {"grade": "critical"}
    numbers = [one["seq"] for one in newest(made)]
    assert [*range(ALERTS_MAX + 9, 9, -1), 3] == numbers


def test_the_grades_are_of_kinds_that_are_told() -> None:
    """No word that nothing is called by."""
    assert set(desk_alerts.GRADES) - {desk_alerts.DEAD_LETTER} <= set(KINDS)
    assert ContestId("mayor") == MAYOR
