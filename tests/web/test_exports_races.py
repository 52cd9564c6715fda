"""Races as a newsroom's reader reads them: first everything, then what changed, by the address given."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.made import Worker, night, parts, records
from tests.web.shapes import ASSEMBLY, BRIDGE, HOST, MAYOR, Moment, begun, called, counted, june
from web.exports import races
from web.exports.shown import Asked


@dataclass
class Newsroom:
    """A reader as people write them: it keeps races by id, and asks where it is told to."""

    races: dict[str, Any] = field(default_factory=dict)
    next: str = "http://results.example:8080/export/races.json"
    answers: int = 0

    def ask(self, of: Moment) -> list[str]:
        """One request; the ids of the races in the answer."""
        where = urlsplit(self.next)
        assert ("http", "results.example:8080", "/export/races.json") == where[:3]
        answer = json.loads(of.bytes_of("races.json", parse_qs(where.query)))
        self.next = answer["nextrequest"]
        self.answers += 1
        for race in answer["races"]:
            self.races[race["raceID"]] = race
        return [race["raceID"] for race in answer["races"]]

    def votes(self, race: str, level: str = "state") -> dict[str, int]:
        """Votes by candidate, added over the units of a level; a count that is not there is not counted."""
        found: dict[str, int] = {}
        for unit in self.races[race]["reportingUnits"]:
            if unit["level"] == level:
                for candidate in unit["candidates"]:
                    if "voteCount" in candidate:
                        id = candidate["candidateID"]
                        found[id] = found.get(id, 0) + candidate["voteCount"]
        return found

    def winners(self, race: str) -> list[str]:
        """Last names of who has won."""
        return [
            candidate["last"]
            for unit in self.races[race]["reportingUnits"]
            for candidate in unit["candidates"]
            if candidate.get("winner") == "X"
        ]


def test_june() -> None:
    """The totals of the night, on each level, with every box."""
    reader = Newsroom()
    assert ["mayor"] == reader.ask(june())
    for level in ("state", "county", "township"):
        votes = reader.votes("mayor", level)
        assert (4742082, 3936068, 8746566) == (votes["imamoglu"], votes["yildirim"], sum(votes.values()))
    race = reader.races["mayor"]
    whole = race["reportingUnits"][0]
    assert (31186, 31186, 100.0) == (
        whole["precinctsReporting"], whole["precinctsTotal"], whole["precinctsReportingPct"],
    )  # fmt: skip
    assert (True, 1, "2019-06-27T12:00:00.000Z") == (race["test"], race["numWinners"], race["lastUpdated"])
    assert "SIMULATED" in race["notes"]
    assert ("replay", True) == (race["sandik"]["mode"], race["sandik"]["simulated"])
    first = whole["candidates"][0]
    assert {
        "first": "Ekrem", "last": "İmamoğlu", "party": "chp", "candidateID": "imamoglu", "polID": "imamoglu",
        "ballotOrder": 1, "voteCount": 4742082,
    } == first  # fmt: skip


def test_a_reader_that_follows_has_what_is_shown() -> None:
    """Whatever was counted between two requests: nothing is missed, and nothing is sent for nothing."""
    worker = Worker(night())
    at, reader = Moment(night(), worker), Newsroom()
    assert set(at.night.contests) == set(reader.ask(at))
    for batch in parts(records(), 5):
        before = {contest: group.tag for contest, group in at.hub.groups.items()}
        worker.count(batch)
        at.show()
        moved = {contest for contest, group in at.hub.groups.items() if group.tag != before[contest]}
        assert moved == set(reader.ask(at))
        assert [] == reader.ask(at)
    for contest in at.night.contests:
        shown = at.hub.groups[contest].shown
        expected = {} if shown["valid"] is None else {one["id"]: one["votes"] for one in shown["choices"]}
        assert expected == reader.votes(contest)


def test_only_what_changed_is_answered() -> None:
    """And an answer without races still says where to go on."""
    at, reader = counted(), Newsroom()
    reader.ask(at)
    assert [] == reader.ask(at)
    group = at.hub.groups[BRIDGE]
    group.shown = group.shown | {"version": group.shown["version"] + 1}
    assert [BRIDGE] == reader.ask(at)
    assert [] == reader.ask(at)
    group.shown = group.shown | {"epoch": "e2", "version": 1}
    assert [BRIDGE] == reader.ask(at)


def test_the_hour_alone_is_a_change() -> None:
    """When the embargo opens without a new version, the reader gets the totals."""
    at, reader = counted(), Newsroom()
    group = at.hub.groups[MAYOR]
    opened = group.shown
    group.shown = opened | {"embargo": opened["embargo"] | {"state": "bulletins"}}
    reader.ask(at)
    group.shown = opened
    assert [MAYOR] == reader.ask(at)
    assert reader.votes(MAYOR)


def test_another_gateway_that_lags_does_not_take_a_reader_back() -> None:
    """What it shows is older than what the reader has; when it has caught up, it tells the news once."""
    ahead, behind, reader = counted(), counted(0.5), Newsroom()
    reader.ask(ahead)
    has = reader.votes(MAYOR)
    behind.worker.versions[MAYOR] = 0
    behind.show()
    assert MAYOR not in reader.ask(behind)
    assert has == reader.votes(MAYOR)
    assert [] == reader.ask(ahead)


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("2024-10-06T00:00:00Z", True), ("2024-10-06", True), ("2031-01-01T00:00:00Z", False),
        ("2031-01-01T03:00:00+03:00", False), ("2031-01-01T03:00:00 03:00", False), ("2031-01-01", False),
    ],
)  # fmt: skip
def test_a_time_of_ones_own(since: str, told: bool) -> None:
    """Without the positions of `nextrequest` a time is enough; one without a zone is UTC."""
    answer = json.loads(counted().bytes_of("races.json", {"minDateTime": [since]}))
    assert told == bool(answer["races"])
    assert answer["isTruncated"] is False
    assert "have=" in answer["nextrequest"]


def test_what_changed_at_that_very_moment_is_told_again() -> None:
    """Rather twice than never: two things may happen in one millisecond."""
    at = counted()
    newest = json.loads(at.bytes_of("races.json"))["timestamp"]
    answer = json.loads(at.bytes_of("races.json", {"minDateTime": [newest]}))
    assert newest in {race["lastUpdated"] for race in answer["races"]}


def test_one_contest_alone() -> None:
    """The address to go on at stays with it."""
    at, reader = counted(), Newsroom(next="http://results.example:8080/export/races.json?contest=assembly")
    assert [ASSEMBLY] == reader.ask(at)
    assert "contest=assembly" in reader.next
    assert [] == reader.ask(at)


def test_before_the_embargo_opens_no_count_is_there() -> None:
    """Not even a zero; boxes that report are said."""
    reader = Newsroom()
    reader.ask(begun())
    for race in reader.races.values():
        assert {} == reader.votes(race["raceID"])
        for unit in race["reportingUnits"]:
            assert all("voteCount" not in one and "winner" not in one for one in unit["candidates"])
    assert any(unit["precinctsReporting"] for unit in reader.races["mayor"]["reportingUnits"])


@pytest.mark.parametrize(("state", "winners"), [("called", ["Aydın"]), ("retracted", []), ("annulled", [])])
def test_a_winner_is_there_only_while_the_call_stands(state: str, winners: list[str]) -> None:
    """Once, in the unit of the whole; a call taken back is said in the notes."""
    answer = json.loads(races.write(Asked((counted().shown(call=called("deniz", state)),))))
    reader = Newsroom(races={race["raceID"]: race for race in answer["races"]})
    assert winners == reader.winners(MAYOR)
    assert (state != "called") == ("Called:" not in reader.races[MAYOR]["notes"])


def test_where_it_is_reached_is_said_as_it_was_asked() -> None:
    """Behind TLS the next request goes there too; a host that is none is not repeated."""
    exports = counted().exports

    def next_of(**headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return str(json.loads(exports.wanted("races.json", {}, named).make())["nextrequest"]).partition("?")[
            0
        ]

    assert "https://results.example/export/races.json" == next_of(
        host="results.example", x_forwarded_proto="https"
    )
    assert "http://[::1]:8080/export/races.json" == next_of(host="[::1]:8080")
    for host in ("", "a b", 'evil"', "a/b", "user@host", "x" * 300):
        assert "/export/races.json" == next_of(host=host)
    assert "/export/races.json" == next_of(host="results.example", x_forwarded_proto="javascript")
    assert HOST["host"] in next_of(**HOST)
