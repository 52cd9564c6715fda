"""Results in the columns of the elex command line tool, version 2 (`elex results`), as CSV and as JSON.

One row a choice and place: the whole contest (`level` is `state`), then each area (`county` is the first
level below it, `township` the second, deeper ones keep their own name).

Know before changing: COLUMNS are elex's forty, in its order; scripts read them by place too. Ours come after
them, at the end, and a new one is the last. What has no meaning here is empty, False or 0 as elex has it; a
figure that may not be told is empty, never 0.
"""

from collections.abc import Iterator

from election.night import Choice
from election.standing import SHARE_DIGITS, share
from election.wire.frames import Json, dumps
from web.exports.csv_text import Cell, table
from web.exports.shown import Asked, Shown, Unit

COLUMNS = (
    "id", "raceid", "racetype", "racetypeid", "ballotorder", "candidateid", "description", "delegatecount",
    "electiondate", "electtotal", "electwon", "fipscode", "first", "incumbent", "initialization_data",
    "is_ballot_measure", "last", "lastupdated", "level", "national", "officeid", "officename", "party",
    "polid", "polnum", "precinctsreporting", "precinctsreportingpct", "precinctstotal", "reportingunitid",
    "reportingunitname", "runoff", "seatname", "seatnum", "statename", "statepostal", "test", "uncontested",
    "votecount", "votepct", "winner",
)  # fmt: skip
OURS = (
    "night", "mode", "simulated", "official", "embargo", "area", "arealevel", "areaparent", "boxesreceived",
    "boxesquarantined", "registered", "voters", "valid", "invalid", "callstate", "lineage", "epoch",
    "version", "notes",
)  # fmt: skip
LEVELS = ("state", "county", "township")
"""The tool's words for the whole, the first level below it and the second."""


def write_csv(asked: Asked) -> bytes:
    """Every row, under the names of the columns; lines end as the tool ends them."""
    rows = [COLUMNS + OURS, *(tuple(row.values()) for row in _rows(asked))]
    return table(rows, bom=asked.bom, newline="\n")


def write_json(asked: Asked) -> bytes:
    """A list of objects; their keys are the columns, in their order."""
    return b"[%s]\n" % b",\n".join(dumps(row) for row in _rows(asked))


def _rows(asked: Asked) -> Iterator[dict[str, Cell]]:
    for shown in asked.contests:
        race, ours = _race(shown), _ours(shown)
        for unit in shown.units:
            place = _place(shown, unit)
            for order, choice in enumerate(shown.choices, 1):
                if shown.night.stands(choice, unit.id):
                    row = race | place | ours | _choice(shown, unit, choice, order)
                    yield {name: row[name] for name in COLUMNS + OURS}


def _race(shown: Shown) -> dict[str, Cell]:
    """What is the same in every row of a contest."""
    contest, root = shown.contest, shown.whole
    return {
        "raceid": contest.id, "racetype": "General", "racetypeid": "G", "description": None,
        "delegatecount": 0, "electiondate": shown.night.date.isoformat(), "electtotal": 0, "electwon": 0,
        "fipscode": None, "incumbent": False, "initialization_data": False,
        "is_ballot_measure": shown.measure, "lastupdated": shown.changed_at, "national": False,
        "officeid": "I" if shown.measure else contest.id, "officename": contest.name, "polnum": None,
        "runoff": False, "seatname": None, "seatnum": None, "statename": root.name, "statepostal": None,
        "test": shown.test, "uncontested": len(contest.choices) <= contest.seats,
    }  # fmt: skip


def _place(shown: Shown, unit: Unit) -> dict[str, Cell]:
    level = level_of(unit)
    return {
        "level": level, "reportingunitid": f"{level}-{unit.id}", "reportingunitname": unit.name,
        "precinctsreporting": unit.boxes("boxes"), "precinctstotal": unit.boxes("boxes_total"),
        "precinctsreportingpct": reporting(unit, SHARE_DIGITS),
        "area": unit.id, "arealevel": unit.level, "areaparent": unit.parent, "boxesreceived": unit.received,
        "boxesquarantined": unit.boxes("boxes_quarantined"),
        **{name: unit.count(name) for name in ("registered", "voters", "valid", "invalid")},
    }  # fmt: skip


def _ours(shown: Shown) -> dict[str, Cell]:
    s = shown.snapshot
    return {
        "night": shown.night.id, "mode": s["mode"], "simulated": s["simulated"], "official": s["official"],
        "embargo": s["embargo"]["state"], "callstate": s["call"]["state"], "lineage": s["lineage"]["state"],
        "epoch": s["epoch"], "version": s["version"], "notes": shown.notes,
    }  # fmt: skip


def _choice(shown: Shown, unit: Unit, choice: Choice, order: int) -> dict[str, Cell]:
    first, last = shown.name_of(choice)
    votes, valid = unit.votes(choice.id), unit.count("valid")
    who = choice.id if shown.measure else f"polid-{choice.id}"
    return {
        "id": f"{shown.id}-{who}-{level_of(unit)}-{unit.id}", "ballotorder": order, "candidateid": choice.id,
        "first": first, "last": last, "party": choice.party, "polid": None if shown.measure else choice.id,
        "votecount": votes, "votepct": None if votes is None or valid is None else share(votes, valid),
        "winner": unit.depth == 0 and choice.id in shown.winners,
    }  # fmt: skip


def level_of(unit: Unit) -> str:
    """The tool's word for a unit's level; below those it knows, our own."""
    return LEVELS[unit.depth] if unit.depth < len(LEVELS) else unit.level


def reporting(unit: Unit, digits: int) -> float:
    """Boxes counted of all, as 0 to 1 with so many decimals; rounded down, so that 1 is said of all only."""
    total, step = unit.boxes("boxes_total"), 10**digits
    return unit.boxes("boxes") * step // total / step if total else 0.0


def facts(shown: Shown) -> Json:
    """Our own columns of a contest, for the shapes that have room for an object."""
    return dict(_ours(shown))
