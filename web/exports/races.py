"""Results as races, reporting units and candidates: the shape that readers of an AP-v3-like feed expect.

    {"electionDate", "timestamp", "races": [{"raceID", …, "reportingUnits": [{…, "candidates": […]}]}],
     "nextrequest": where to go on: the answer there holds only races that changed since}

Know before changing: it is the shape and not the name of any feed; ids are the night's own. `voteCount` is
absent while it may not be told (0 would be a figure), and `winner` is there only for who was called.
Reporting is of boxes counted, in percent. What the shape has no place for stands in `notes` and `sandik`.
"""

from election.night import Choice
from election.wire.frames import Json, dumps
from web.exports.elex import facts, level_of, reporting
from web.exports.shown import Asked, Shown, Unit

WINNER = "X"
PCT_DIGITS = 4


def write(asked: Asked) -> bytes:
    """All races; for a reader that goes on, those that changed."""
    changed = asked.changed
    races = [_race(shown) for shown in asked.contests if changed is None or shown.id in changed]
    made: Json = {
        "electionDate": asked.contests[0].night.date.isoformat(),
        "timestamp": max(shown.changed_at for shown in asked.contests),
        "races": races,
        "nextrequest": asked.next_request,
    }
    return dumps(made if changed is None else made | {"isTruncated": False})


def _race(shown: Shown) -> Json:
    contest = shown.contest
    made: Json = {
        "test": shown.test, "raceID": contest.id, "raceType": "General", "raceTypeID": "G",
        "officeID": "I" if shown.measure else contest.id, "officeName": contest.name, "national": False,
        "numWinners": contest.seats, "lastUpdated": shown.changed_at,
        "reportingUnits": [_unit(shown, unit) for unit in shown.units],
        "sandik": facts(shown), "notes": shown.notes,
    }  # fmt: skip
    if len(contest.choices) <= contest.seats:
        made["uncontested"] = True
    return made


def _unit(shown: Shown, unit: Unit) -> Json:
    return {
        "stateName": shown.whole.name, "level": level_of(unit), "reportingunitName": unit.name,
        "reportingunitID": unit.id, "lastUpdated": shown.changed_at,
        "precinctsReporting": unit.boxes("boxes"), "precinctsTotal": unit.boxes("boxes_total"),
        "precinctsReportingPct": round(100 * reporting(unit, PCT_DIGITS + 2), PCT_DIGITS),
        "candidates": [
            _candidate(shown, unit, choice, order)
            for order, choice in enumerate(shown.choices, 1)
            if shown.night.stands(choice, unit.id)
        ],
    }  # fmt: skip


def _candidate(shown: Shown, unit: Unit, choice: Choice, order: int) -> Json:
    first, last = shown.name_of(choice)
    votes = unit.votes(choice.id)
    made: Json = {
        "first": first, "last": last, "party": choice.party or "", "candidateID": choice.id,
        "polID": choice.id, "ballotOrder": order,
    }  # fmt: skip
    if votes is not None:
        made["voteCount"] = votes
    if unit.depth == 0 and choice.id in shown.winners:
        made["winner"] = WINNER
    return made
