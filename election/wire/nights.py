"""A night folder's files as a Night: every mistake in them is found at once, each with file and line.

Know before changing: this reads bytes, never a disk. What it makes is hashed into `Night.digest`, by which
processes tell whether they hold the same facts.
"""

import hashlib
import re
from collections.abc import Container, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from election.checks import CHECKS, default_rules
from election.errors import Mistake, NightError
from election.night import (
    BOX_LEVEL,
    WITHDRAWALS_MAX_PCT,
    WITHDRAWALS_MIN,
    Alliance,
    AreaId,
    CheckRule,
    Choice,
    ChoiceId,
    Contest,
    ContestId,
    EmbargoRule,
    LevelId,
    Night,
    NightId,
    OutstandingRule,
    Party,
    ReplayRule,
    Source,
    SourceId,
)
from election.report import COUNT_MAX, COUNTED_STATE
from election.wire.geometry import read_rule
from election.wire.night_calls import read_alerts, read_calls, read_guards, read_stall
from election.wire.tables import read_areas, read_boxes, read_parent
from election.wire.toml_reader import Table, parse_toml
from election.wire.topics import WORD

FACTS = ("night.toml", "areas.csv", "boxes.csv", "parent.csv")
"""The files that make a Night; the digest is over their bytes. parent.csv may be missing."""

BEFORE_FACTS = b"layout 3"
"""What every digest begins with. It meant the store's layout once, which is in `keys.edition` now; the words
stay, for a dossier on file names the digest of its night."""

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def read_night(files: Mapping[str, bytes]) -> Night:
    """The night in these files. Raises NightError with every mistake, each with its file and line."""
    mistakes = [
        Mistake(name, None, "This file is missing from the night folder.")
        for name in FACTS[:3]
        if name not in files
    ]
    if mistakes:
        raise NightError(mistakes)
    root = parse_toml("night.toml", files["night.toml"], mistakes)
    if mistakes:
        raise NightError(mistakes)
    facts = _facts(root, mistakes)
    levels = _levels(root)
    areas = read_areas(files["areas.csv"], levels, mistakes)
    boxes = read_boxes(files["boxes.csv"], areas, levels[-1] if levels else LevelId(""), mistakes)
    sources = _sources(root, levels)
    contests = _contests(root, areas, sources, facts["parties"], facts["alliances"])
    shown = tuple(LevelId(level) for level in root.texts("shown_levels", tuple(levels)))
    if not set(shown) <= set(levels):
        root.wrong("shown_levels", "shown_levels names a level that is not among levels.")
    if root.value("shown_levels") == []:
        root.wrong("shown_levels", "shown_levels names no level; left out, every level is shown.")
    parent = read_parent(files.get("parent.csv"), contests, boxes, mistakes)
    root.finish()
    if mistakes:
        raise NightError(mistakes)
    return Night(
        levels=levels,
        shown_levels=shown,
        areas=areas,
        boxes=boxes,
        sources=sources,
        contests=contests,
        parent_votes=parent,
        digest=_digest(files),
        **facts,
    )


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(BEFORE_FACTS)
    for name in FACTS:
        content = files.get(name, b"")
        digest.update(f"\n{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def identifier(table: Table, key: str = "id") -> str:
    """An id: small letters, digits and hyphens, as topics, addresses and files can hold."""
    value = table.text(key)
    if not WORD.fullmatch(value) and isinstance(table.value(key), str):
        table.wrong(key, f"{key} is {value[:60]!r}; it is small letters, digits and hyphens, 1 to 63.")
    return value


def _facts(root: Table, mistakes: list[Mistake]) -> dict[str, Any]:
    """Everything of a Night that stands in night.toml alone."""
    embargo, outstanding, display = (root.table(name) for name in ("embargo", "outstanding", "display"))
    lineage = root.table("lineage")
    facts = {
        "id": NightId(identifier(root)),
        "name": root.text("name"),
        "names": root.names(),
        "date": root.day("date"),
        "time_zone": _time_zone(root),
        "simulated": root.flag("simulated", False),
        "simulated_what": root.text("simulated_what", ""),
        "simulated_whats": root.names("simulated_whats"),
        "seed": root.maybe_number("seed"),
        "polls_close_at": root.time("polls_close_at"),
        "parent": NightId(lineage.text("parent", "")) or None,
        "parties": _parties(root),
        "alliances": _alliances(root),
        "states": _states(root.table("states")),
        "checks": _checks(root.table("checks")),
        "outstanding": _outstanding(outstanding),
        "embargo": _embargo(embargo),
        "lead_from_counted_pct": _pct(display, "lead_from_counted_pct", 30),
        "recount_band_permille": display.tenths("recount_band_pct", 0.5),
        "calls": read_calls(root.table("calls")),
        "guards": read_guards(root.table("guards")),
        "alerts": read_alerts(root.table("alerts")),
        "replay": _replay(root.table("replay")),
        "geometry": read_rule(root),
    }
    if facts["simulated"] and not facts["simulated_what"]:
        root.wrong("simulated", "A simulated night says what is simulated: simulated_what is missing.")
    for table in (embargo, outstanding, display, lineage):
        table.finish()
    return facts


def _levels(root: Table) -> tuple[LevelId, ...]:
    levels = tuple(LevelId(level) for level in root.texts("levels"))
    if root.has("levels") and (not levels or len(set(levels)) < len(levels) or BOX_LEVEL in levels):
        root.wrong("levels", "levels names each level of areas once, root first, and none is called box.")
    return levels


def _time_zone(root: Table) -> str:
    name = root.text("time_zone", "UTC")
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        root.wrong("time_zone", f"There is no time zone {name!r}; write it as in Europe/Istanbul.")
    return name


def _embargo(table: Table) -> EmbargoRule:
    rule = EmbargoRule(table.time("closed_until"), table.time("law_opens_at"))
    closed, law = rule.closed_until, rule.law_opens_at
    if closed is not None and law is not None and closed > law:
        table.wrong("closed_until", "closed_until is after law_opens_at, which nothing may extend.")
    return rule


def _replay(table: Table) -> ReplayRule:
    speed = table.number("speed", ReplayRule().speed, least=1)
    gap_max_s = table.number("gap_max_s", 1, least=1)
    rule = ReplayRule(speed, gap_max_s if table.has("gap_max_s") else None)
    table.finish()
    return rule


def _pct(table: Table, key: str, default: int) -> int:
    value = table.number(key, default)
    if value > 100:
        table.wrong(key, f"{key} is {value}; a percentage is at most 100.")
    return value


def _count(table: Table, key: str, default: int, least: int = 0) -> int:
    """A number that papers are weighed with: beyond what a paper can say it would only overflow."""
    return table.number(key, default, least=least, most=COUNT_MAX)


def _twice(table: Table, known: Container[str], what: str, name: str) -> None:
    if name in known:
        table.wrong("id", f"The {what} {name} is named twice.")


def _parties(root: Table) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for table in root.tables("parties"):
        party = Party(identifier(table), table.text("name"), table.names(), _colour(table))
        _twice(table, found, "party", party.id)
        found[party.id] = party
        table.finish()
    return found


def _alliances(root: Table) -> dict[str, Alliance]:
    found: dict[str, Alliance] = {}
    for table in root.tables("alliances"):
        alliance = Alliance(identifier(table), table.text("name"), table.names())
        _twice(table, found, "alliance", alliance.id)
        found[alliance.id] = alliance
        table.finish()
    return found


def _colour(table: Table) -> str:
    colour = table.text("colour", "")
    if colour and not _COLOUR.fullmatch(colour):
        table.wrong("colour", f"colour {colour!r} is not of the form #A50F2B.")
    return colour


def _states(table: Table) -> dict[str, bool]:
    states = {COUNTED_STATE: True}
    for word in table.keys_here():
        states[word] = table.flag(word, False)
    if not states[COUNTED_STATE]:
        table.wrong(COUNTED_STATE, f"Papers in the state {COUNTED_STATE} are those that count; it is true.")
    return states


def _checks(table: Table) -> dict[str, CheckRule]:
    rules = default_rules()
    for code in table.keys_here():
        rule = table.table(code)
        check = CHECKS.get(code)
        if check is None:
            rule.wrong(None, f"There is no check {code}; there are {', '.join(CHECKS)}.")
            continue
        level = rule.text("level", check.level)
        if level not in ("E", "Q", "W", "off"):
            rule.wrong("level", f"The level of {code} is {level!r}; it is E, Q, W or off.")
        if level != check.level and not check.settable:
            rule.wrong("level", f"{code} cannot be relaxed: it asks whether {check.asks}.")
        if code == "Q302" and level in ("W", "off"):
            message = "the bound of what is still out rests on it; raise outstanding.slack_per_box instead."
            rule.wrong("level", f"Q302 is Q or E: {message}")
        limits = {
            name: _pct(rule, name, limit) if name.endswith("_pct") else _count(rule, name, limit)
            for name, limit in check.thresholds.items()
        }
        rules[code] = CheckRule(level, limits)
        rule.finish()
    return rules


def _outstanding(table: Table) -> OutstandingRule:
    return OutstandingRule(
        slack_per_box=_count(table, "slack_per_box", 0),
        voters_max_without_register=_count(table, "voters_max_without_register", 0),
        unexpected_boxes=_count(table, "unexpected_boxes", 0),
        unexpected_box_voters=_count(table, "unexpected_box_voters", 0),
    )


def _sources(root: Table, levels: tuple[LevelId, ...]) -> dict[SourceId, Source]:
    found: dict[SourceId, Source] = {}
    for table in root.tables("sources", least=1):
        level = LevelId(table.text("level", BOX_LEVEL))
        if level not in (BOX_LEVEL, *levels):
            table.wrong("level", f"level {level!r} is neither box nor one of {', '.join(levels)}.")
        source = Source(
            SourceId(identifier(table)),
            table.text("name"),
            table.names(),
            level,
            table.flag("simulated", False),
            read_stall(table),
            _pct(table, "withdrawals_max_pct", WITHDRAWALS_MAX_PCT),
            _count(table, "withdrawals_min", WITHDRAWALS_MIN),
        )
        _twice(table, found, "source", source.id)
        found[source.id] = source
        table.finish()
    return found


def _contests(
    root: Table,
    areas: Mapping[AreaId, Any],
    sources: Mapping[SourceId, Source],
    parties: Mapping[str, Party],
    alliances: Mapping[str, Alliance],
) -> dict[ContestId, Contest]:
    found: dict[ContestId, Contest] = {}
    for table in root.tables("contests", least=1):
        area, source = AreaId(table.text("area")), SourceId(table.text("source"))
        if area and area not in areas:
            table.wrong("area", f"There is no area {area!r} in areas.csv.")
        if source and source not in sources:
            table.wrong("source", f"There is no source {source!r} among [[sources]].")
        elif source and sources[source].level != BOX_LEVEL:
            message = "What is still out is known by box: the published source reports boxes, and"
            table.wrong("source", f"{message} {source} reports {sources[source].level}.")
        choices = _choices(table, areas, parties, alliances)
        contest = Contest(
            id=ContestId(identifier(table)),
            name=table.text("name"),
            names=table.names(),
            area=area,
            kind=table.text("kind", "choice"),
            seats=_count(table, "seats", 1, least=1),
            marks=_count(table, "marks", 1, least=1),
            source=source,
            choices=choices,
        )
        if contest.kind not in ("choice", "yes-no"):
            table.wrong("kind", f"kind is {contest.kind!r}; it is choice or yes-no.")
        _twice(table, found, "contest", contest.id)
        found[contest.id] = contest
        table.finish()
    return found


def _choices(
    contest: Table,
    areas: Mapping[AreaId, Any],
    parties: Mapping[str, Party],
    alliances: Mapping[str, Alliance],
) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for table in contest.tables("choices", least=1):
        stands_in = table.texts("areas", ())
        for area in stands_in:
            if area not in areas:
                table.wrong("areas", f"There is no area {area!r} in areas.csv.")
        party, alliance = table.text("party", "") or None, table.text("alliance", "") or None
        if party is not None and party not in parties:
            table.wrong("party", f"There is no party {party!r} among [[parties]].")
        if alliance is not None and alliance not in alliances:
            table.wrong("alliance", f"There is no alliance {alliance!r} among [[alliances]].")
        name = table.text("name")
        symbol = table.text("symbol", "")
        if symbol not in ("", "up", "down"):
            table.wrong("symbol", f"symbol is {symbol!r}; it is up, down or left out.")
        choice = Choice(
            id=ChoiceId(identifier(table)),
            name=name,
            short=table.text("short", name),
            names=table.names(),
            party=party,
            alliance=alliance,
            colour=_colour(table),
            symbol=symbol,
            main=table.flag("main", False),
            stands_in=frozenset(AreaId(area) for area in stands_in) or None,
        )
        _twice(table, found, "choice", choice.id)
        found[choice.id] = choice
        table.finish()
    return tuple(found.values())
