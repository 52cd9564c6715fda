"""Dossiers that were filed stay what they are: made again by today's code they are the same bytes.

Each line of `filed_dossiers.jsonl` is the dossier of what one rule says of one view below, with every guard's
answer: standing, sources, silences, numbers and sentences. So a figure that moves anywhere between totals and
a call is seen here, whatever the plain tests ask.

Know before changing: a line that changes is a dossier that can no longer be proved. Raise DOSSIER_VERSION, or
the version of the rule, and then write the file anew:
`python -c "from tests.election.test_calls_filed import file_them; file_them()"`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from election.calls import RULES
from election.calls.brief import against
from election.calls.dossier import dossier
from election.calls.guards import ask
from election.calls.verdict import Silence, Then, View
from election.night import AlertRules, AreaId
from tests.election.strategies import LAW_OPENS_AT, NOON, contest_of, night
from tests.election.test_calls_certain import ONE
from tests.election.test_calls_dossier import PEOPLE
from tests.election.test_calls_projected import G1, G2, HALF, K1, K2, heard, same, ward
from tests.election.views import AGENCY, COUNCIL, KENT, PARTY, Held, made, row, toml, view

FILED = Path(__file__).parent / "filed_dossiers.jsonl"
THEN = {
    K1: same((120, 60, 20), (90, 90, 20), (50, 50, 0)),
    K2: Then(0, 2, (0, 0, 0), (0, 0, 0), (30, 60, 10)),
    G1: same((90, 110, 0), (100, 100, 0), (50, 30, 5)),
}
SPREAD = {"swing_points": 4, "allowance_points": 10, "error_permille": 5, "spread_points": 38,
          "swing_spread_points": 7, "area_swing_points": 3}  # fmt: skip


def several(hours: int = 9) -> View:
    """Three sources that say different things at different times, one of them an area feed."""
    looks = made()
    close = looks.night.polls_close_at
    assert close is not None
    boxes = looks.registers[KENT].boxes
    rows = {
        COUNCIL: {KENT: row((900, 300, 12), boxes=6, register=700, voters=1250, invalid=38, registered=1400,
                            quarantined=1, register_quarantined=90, marked=1, held_excess=7)},
        AGENCY: {KENT: row((290, 900, 10), boxes=2, claimed=boxes - 1)},
        PARTY: {KENT: row((901, 900, 0), boxes=boxes)},
    }  # fmt: skip
    last_at = {COUNCIL: close + timedelta(minutes=30), AGENCY: close - timedelta(minutes=1),
               PARTY: close + timedelta(hours=hours)}  # fmt: skip
    shown = looks.view(Held(rows, 7, last_at=last_at), close + timedelta(hours=hours))
    return replace(shown, night=replace(shown.night, alerts=AlertRules(stall_after_s=600)))


def silent(minutes: int) -> View:
    """The published source has said nothing for so long."""
    silence = Silence(COUNCIL, 60 * minutes + 59, 300, finished=False, pace=31.04)
    return replace(view((903, 897, 0), boxes=5, register=500), silences={COUNCIL: silence}, mode="live")


VIEWS: Mapping[str, View] = {
    "a plain lead": view((900, 100, 0)),
    "a majority out of reach": view((1300, 100, 40), boxes=7, register=800),
    "inside the recount band": view((1003, 1000, 0)),
    "a tie": view((500, 500, 20), boxes=5, register=500),
    "nothing counted": view((0, 0, 0), boxes=0, register=0, no_register=0),
    "several seats": view((900, 500, 450), contest="assembly"),
    "one choice for one seat": view((900,), toml(ONE), "alone"),
    "before the ban is lifted": view((700, 200, 100), now=NOON),
    "before anything was heard": view((700, 200, 100), now=None),
    "quarantined boxes that decide": view((400, 300, 0), boxes=5, quarantined=3, register=420,
                                          register_quarantined=260, no_register_quarantined=1, held_excess=9),
    "simulated and live": view((900, 100, 0), replace(toml(""), simulated=True), mode="live"),
    "sources that disagree": several(),
    "sources soon after the close": several(1),
    "a silent source": silent(11),
    "a source that is late by less than its limit": silent(4),
    "projected by area": heard(HALF, **SPREAD),
    "projected by area, without allowance": heard(HALF, spread_points=3, error_permille=5),
    "projected by swing": heard(HALF, THEN, **SPREAD),
    "projected by swing, without allowance": heard(HALF, THEN, swing_spread_points=7, area_swing_points=3),
    "projected with an area not heard": heard({K1: HALF[K1], K2: HALF[K2], G2: HALF[G2]}, **SPREAD),
    "projected from a skewed order": heard(
        {K1: ward((200, 30, 0), 2, 500), K2: ward((0, 0, 0), 0, 0), G2: ward((10, 0, 0), 1, 0)},
        {
            G1: Then(0, 2, (0, 0, 0), (0, 0, 0), (20, 200, 0)),
            K1: Then(2, 2, (200, 30, 0), (160, 70, 0), (160, 70, 0)),
        },
        **SPREAD,
    ),
    "projected too early": heard({AreaId("k1"): HALF[K1]}, **SPREAD, counted_permille=400),
}  # fmt: skip


def made_again(name: str, rule: str) -> str:
    """The dossier as a line, with what is shown of it to everybody."""
    shown = VIEWS[name]
    verdict = RULES[rule].decide(shown)
    people = PEOPLE if verdict.choice else []
    whole = dossier(shown, verdict, ask(shown, verdict), {"0": 12}, proposed_at=LAW_OPENS_AT, people=people)
    found = against(shown)
    lines = [[line.id, line.briefs["en"], line.briefs["tr"]] for line in found.lines]
    return json.dumps([name, rule, whole.decode(), found.guards, lines], ensure_ascii=False)


def file_them() -> None:
    """Writes the file anew."""
    lines = [made_again(name, rule) for name in VIEWS for rule in RULES]
    FILED.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize("name", VIEWS)
def test_a_filed_dossier_is_made_again_to_the_byte(name: str) -> None:
    """By every rule; the first that differs is shown as JSON."""
    filed = {
        (line[0], line[1]): line for line in map(json.loads, FILED.read_text(encoding="utf-8").splitlines())
    }
    for rule in RULES:
        again = json.loads(made_again(name, rule))
        assert json.loads(filed[name, rule][2]) == json.loads(again[2])
        assert filed[name, rule] == again


def test_every_filed_dossier_is_of_a_view_here() -> None:
    """And the views are of contests of this night."""
    assert [json.loads(line)[:2] for line in FILED.read_text(encoding="utf-8").splitlines()] == [
        [name, rule] for name in VIEWS for rule in RULES
    ]
    assert contest_of("mayor", night()).id == VIEWS["a tie"].contest.id
