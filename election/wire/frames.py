"""What clients are shown: the snapshot of a contest, the difference between two, and the hash that proves it.

A snapshot is a plain dictionary; a change is a JSON merge patch (RFC 7396) from one snapshot to the next, so
null and absent mean the same. `state_hash` is defined so that a stranger can compute it in any language.

Know before changing: while the embargo is not open, no figure about votes, voters or turnout may be in a
snapshot at all, not even hidden. Fields may be added, never renamed.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from election.alerts import Told
from election.calls.lookout import Lookout
from election.calls.state import resting_state
from election.calls.verdict import Silence, View
from election.embargo import Embargo, embargo
from election.headline import headline, public
from election.headline_sources import beside
from election.lineage import CERTIFIED
from election.night import BOX_LEVEL, Area, AreaId, Choice, Contest, Names, Night, SourceId
from election.outstanding import registers
from election.sources import Count
from election.standing import Needs, Standing, margin_points, share, standing
from election.swing import Then
from election.tally import COLUMN, Row, nothing, then_of
from election.wire.audit import Mark, audit
from election.wire.frames_told import (
    Heard,
    Pair,
    area_swing_json,
    boxes_then,
    silence_json,
    stopped,
    swing_json,
    swing_pair,
    told_json,
)
from election.wire.records import stamp

VERSION = 1
HASH_DIGITS = 16

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContestState:
    """What is known of a contest at one version: the totals of every source and what was ruled."""

    epoch: str = ""
    version: int = 0
    at: datetime | None = None
    """Night time of the newest thing heard."""
    lifted_at: datetime | None = None
    """The hour from which the council's ruling lifts the embargo."""
    rows: Mapping[SourceId, Mapping[AreaId, Row]] = field(default_factory=dict)
    last_at: Mapping[SourceId, datetime] = field(default_factory=dict)
    refused: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    """How many papers of the published source are held with each code."""
    told: tuple[Told, ...] = ()
    """Every fact told of the contest, in order."""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """How far the log is counted in this version, by partition (`wire.audit`)."""


class Board:
    """Makes the snapshots of one contest; what does not change in a night is made once."""

    def __init__(self, night: Night, contest: Contest, mode: str, speed: float = 0) -> None:
        """`speed` is how many times faster than the night a replay runs; 0 where nothing is said of it."""
        self.night, self.contest, self.mode = night, contest, mode
        self.registers = registers(night, contest)
        shown = [area for area in night.areas.values() if self._shows(area)]
        self._areas = {area.id: _area_facts(area) for area in shown}
        self._standing_in = {
            area: [
                (place, choice.id)
                for place, choice in enumerate(contest.choices)
                if night.stands(choice, area)
            ]
            for area in self._areas
        }
        """The choices with a figure in each area: one that does not stand there is absent, not zero."""
        self._nobody: Row = nothing(contest, night)
        self._choices = [_choice_facts(choice) for choice in contest.choices]
        self._facts = self._night_facts() | (_speed(speed) if mode == "replay" else {})
        self._lookout, self._heard = Lookout(night, contest, mode), Heard(contest)
        self._boxes_then = boxes_then(night, contest)
        self._last: dict[tuple[SourceId, AreaId], tuple[Row, tuple[bool, Pair | None], Json, str]] = {}
        """Each area as it was last shown, and its line of the state hash; the ban and the pair made it so."""
        self._sorted = sorted(self._areas)

    @property
    def areas(self) -> Collection[AreaId]:
        """The areas that are shown of the contest."""
        return self._areas.keys()

    def _shows(self, area: Area) -> bool:
        return area.level in self.night.shown_levels and self.contest.area in self.night.lines[area.id]

    def _night_facts(self) -> Json:
        night, contest = self.night, self.contest
        return {
            "v": VERSION, "mode": self.mode, "night": night.id, "night_name": night.name,
            "night_names": dict(night.names), "date": night.date.isoformat(),
            "time_zone": night.time_zone, "contest": contest.id, "title": contest.name,
            "titles": dict(contest.names), "kind": contest.kind, "seats": contest.seats,
            "official": False, "simulated": night.simulated, "simulated_what": night.simulated_what,
            "simulated_whats": dict(night.simulated_whats),
            "polls_close_at": _time(night.polls_close_at),
            "lead_from_counted_pct": night.lead_from_counted_pct,
            "recount_band_permille": night.recount_band_permille, "levels": list(night.shown_levels),
            "parties": {
                party.id: {"name": party.name, "names": dict(party.names), "colour": party.colour}
                for party in night.parties.values()
            },
            "alliances": {
                alliance.id: {"name": alliance.name, "names": dict(alliance.names)}
                for alliance in night.alliances.values()
            },
        }  # fmt: skip

    def embargo(self, state: ContestState, now: datetime | None) -> Embargo:
        """The publication ban at `now` (live: the clock; otherwise the night time of the newest data)."""
        return embargo(self.night.embargo, state.lifted_at, now)

    def standing(self, state: ContestState, area: AreaId, source: SourceId | None = None) -> Standing:
        """How one area stands by a source (the published one unless another is named)."""
        source = source or self.contest.source
        row = state.rows.get(source, {}).get(area, self._nobody)
        boxed = self.night.sources[source].level == BOX_LEVEL
        return standing(area, row, self.contest, self.night, self.registers, boxed=boxed)

    def snapshot(self, state: ContestState, now: datetime | None, source: SourceId | None = None) -> Json:
        """Everything a client is shown of the contest at this version, by the published count or another."""
        contest = self.contest
        view = self._lookout.view(state, now)
        ban, by = view.ban, source or contest.source
        pair = swing_pair(view, contest)
        self._heard.hear(state.told)
        timed = view if now == state.at else replace(self._lookout.view(state, state.at), ban=ban)
        told = told_json(self._heard, resting_state(view.seen, contest, self.night, ban), timed)
        if by == contest.source:
            count = _received(view.seen, ban) | self._totals(view.seen, ban)
            line = self._headline(view, told)
            count |= told | {"swing": swing_json(view, contest), "headline": line}
        else:
            seen = self._by(state, contest.area, by)
            boxed = self.night.sources[by].level == BOX_LEVEL
            totals = self._totals(seen, ban) | {"needs": None} | ({} if boxed else {"outstanding": None})
            count = _received(seen, ban) | totals | {"published": False, "lineage": told["lineage"]}
        made: Json = self._facts | {
            "epoch": state.epoch, "version": state.version, "hash": "", "at": _time(state.at),
            "source": by, "embargo": _embargo(ban), **count,
            "areas": {area: self._area(area, state, ban, by, pair) for area in self._areas},
            "sources": [_source(one, contest, ban, view.silences.get(one.source.id)) for one in view.counts],
            "refused": state.refused, "audit": audit(state.marks),
        }  # fmt: skip
        if by == contest.source:
            made["findings"] = dict(state.findings) if ban.is_open else {}
            made["official"] = told["lineage"]["state"] == CERTIFIED
        lines = [self._last[by, area][3] for area in self._sorted]
        made["hash"] = _digest([_first_line(made), *lines])
        return made

    def _headline(self, view: View, told: Json) -> dict[str, str]:
        """The sentence: of the count, of the call, and of what the other counts say."""
        contest, night, seen = self.contest, self.night, view.seen
        others = beside(view.counts, contest, night, seen.boxes_total, stopped=stopped(self._heard, contest))
        return headline(seen, contest, night, view.ban, public(told["call"], told["lineage"]), others)

    def _by(self, state: ContestState, area: AreaId, source: SourceId) -> Standing:
        """An area by another count than the published one. A feed of areas tells boxes by its own claim."""
        seen = self.standing(state, area, source)
        if self.night.sources[source].level == BOX_LEVEL:
            return seen
        claimed = state.rows.get(source, {}).get(area, self._nobody)[COLUMN["claimed"]]
        return replace(seen, boxes=claimed, received=claimed)

    def _totals(self, seen: Standing, ban: Embargo) -> Json:
        """Votes, order, margin, what is out; nothing of it before the embargo opens."""
        choices = []
        for facts, votes in zip(self._choices, seen.votes, strict=True):
            told = {"votes": votes, "share": share(votes, seen.valid)} if ban.is_open else _UNTOLD
            choices.append(facts | told)
        if not ban.is_open:
            return dict.fromkeys(_TOTALS) | {"choices": choices, "tie": False}
        out = seen.outstanding
        return {
            "registered": seen.registered, "voters": seen.voters, "valid": seen.valid,
            "invalid": seen.invalid, "choices": choices, "order": list(seen.order),
            "leader": seen.leader, "margin_votes": seen.margin_votes,
            "margin_points": margin_points(seen), "tie": seen.tie,
            "outstanding": {"boxes": out.boxes, "registered": out.registered, "votes_max": out.votes_max},
            "needs": _needs(seen.needs),
        }  # fmt: skip

    def _area(
        self, area: AreaId, state: ContestState, ban: Embargo, source: SourceId, pair: Pair | None
    ) -> Json:
        """An area's part; where its total is the one of the last snapshot, that snapshot's part itself."""
        row = state.rows.get(source, {}).get(area, self._nobody)
        before, how = self._last.get((source, area)), (ban.is_open, pair)
        if before is None or before[0] is not row or before[1] != how:
            made = self._make_area(area, state, ban, source, pair)
            self._last[source, area] = before = row, how, made, _line(area, made)
        return before[2]

    def _make_area(
        self, area: AreaId, state: ContestState, ban: Embargo, source: SourceId, pair: Pair | None
    ) -> Json:
        published = source == self.contest.source
        seen = self.standing(state, area) if published else self._by(state, area, source)
        told: Json = dict.fromkeys(_AREA_TOTALS)
        if ban.is_open:
            told = {
                "registered": seen.registered, "voters": seen.voters, "valid": seen.valid,
                "invalid": seen.invalid,
                "choices": {choice: seen.votes[place] for place, choice in self._standing_in[area]},
                "leader": seen.leader, "margin_votes": seen.margin_votes,
                "needs": _needs(seen.needs) if published else None,
                "swing": self._area_swing(area, state, seen, pair) if published and pair else None,
            }  # fmt: skip
        return self._areas[area] | _received(seen, ban) | told

    def _area_swing(self, area: AreaId, state: ContestState, seen: Standing, pair: Pair) -> Json | None:
        row = state.rows.get(self.contest.source, {}).get(area, self._nobody)
        same = then_of(row, self.contest, self.night)
        if same is None:
            return None
        then = Then(same[0], self._boxes_then.get(area, 0), same[1], same[2], ())
        return area_swing_json(then, pair, seen.leader, self.contest)


_TOTALS = (
    "registered", "voters", "valid", "invalid", "order", "leader", "margin_votes", "margin_points",
    "outstanding", "needs",
)  # fmt: skip
_AREA_TOTALS = (
    "registered", "voters", "valid", "invalid", "choices", "leader", "margin_votes", "needs",
    "swing",
)  # fmt: skip
_UNTOLD = {"votes": None, "share": None}


def _time(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _names(names: Names) -> Json:
    return dict(names)


def _speed(speed: float) -> Json:
    """The speed of a replay as it is said, 60 and not 60.0; nothing where it is not known."""
    return {"speed": int(speed) if speed == int(speed) else speed} if speed else {}


def _choice_facts(choice: Choice) -> Json:
    return {
        "id": choice.id, "name": choice.name, "names": _names(choice.names), "short": choice.short,
        "party": choice.party, "alliance": choice.alliance, "colour": choice.colour,
        "symbol": choice.symbol, "main": choice.main,
        "stands_in": sorted(choice.stands_in) if choice.stands_in is not None else None,
    }  # fmt: skip


def _area_facts(area: Area) -> Json:
    return {
        "name": area.name, "short": area.short, "parent": area.parent, "level": area.level,
        "side": area.side, "tile": list(area.tile) if area.tile is not None else None,
    }  # fmt: skip


def _embargo(ban: Embargo) -> Json:
    return {
        "state": ban.state, "opens_at": _time(ban.opens_at), "law_opens_at": _time(ban.law_opens_at),
        "lifted_at": _time(ban.lifted_at),
    }  # fmt: skip


def _received(seen: Standing, ban: Embargo) -> Json:
    """Boxes: said at any time. How many registered voters they hold: only when the embargo is open."""
    return {
        "received": {"boxes": seen.received, "boxes_total": seen.boxes_total},
        "counted": {
            "boxes": seen.boxes,
            "boxes_total": seen.boxes_total,
            "boxes_quarantined": seen.boxes_quarantined,
            "registered": seen.register if ban.is_open else None,
            "registered_total": seen.register_total,
        },
    }


def _needs(needs: Needs | None) -> Json | None:
    if needs is None:
        return None
    return {
        "choice": needs.choice, "share": needs.share, "word": needs.word, "because": needs.because
    }  # fmt: skip


def _source(one: Count, contest: Contest, ban: Embargo, silence: Silence | None) -> Json:
    told = ban.is_open
    votes = dict(zip((choice.id for choice in contest.choices), one.votes, strict=True))
    return {
        "id": one.source.id, "name": one.source.name, "names": _names(one.source.names),
        "level": one.source.level, "simulated": one.source.simulated, "published": one.published,
        "counted": {"units": one.units, "units_total": one.units_total},
        "claimed": one.claimed_boxes, "leader": one.leader if told else None,
        "margin_votes": one.margin_votes if told else None, "valid": one.valid if told else None,
        "choices": votes if told else None, "last_at": _time(one.last_at),
        **silence_json(silence, waited_for=one.published or one.last_at is not None),
    }  # fmt: skip


def state_hash(snapshot: Mapping[str, Any]) -> str:
    """The first 16 hex digits of SHA-256 over the canonical text of what is shown.

    First line `sandik-1 <contest> <embargo state>`; then for each area in ascending order of its id a line
    `<area> TAB <boxes counted> TAB <valid> TAB <choice>=<votes>,…` with choices in ascending order of id and
    `-` for what is not told; each line ends with LF; UTF-8.
    """
    lines = [_line(area, shown) for area, shown in sorted(snapshot["areas"].items())]
    return _digest([_first_line(snapshot), *lines])


def _first_line(snapshot: Mapping[str, Any]) -> str:
    return f"sandik-1 {snapshot['contest']} {snapshot['embargo']['state']}\n"


def _line(area: str, shown: Mapping[str, Any]) -> str:
    votes = shown.get("choices") or {}
    figures = ",".join(f"{choice}={votes[choice]}" for choice in sorted(votes)) or "-"
    valid = shown.get("valid")
    told = "-" if valid is None else str(valid)
    return f"{area}\t{shown['counted']['boxes']}\t{told}\t{figures}\n"


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:HASH_DIGITS]


def difference(old: Any, new: Any) -> Any:
    """The JSON merge patch (RFC 7396) that makes `new` of `old`; None where they are equal."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return None if old == new else new
    patch: Json = {}
    kept = len(new)
    for key, value in new.items():
        before = old.get(key)
        if before is None and key not in old:
            kept -= 1
            patch[key] = value
        elif before is value:
            continue
        elif isinstance(value, dict) and isinstance(before, dict):
            inner = difference(before, value)
            if inner is not None:
                patch[key] = inner
        elif before != value:
            patch[key] = value
    if kept < len(old):
        patch |= {key: None for key in old if key not in new}
    return patch or None


def merged(old: Any, patch: Any) -> Any:
    """A value after a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def dumps(value: Json) -> bytes:
    """The one way a frame or snapshot becomes bytes."""
    return orjson.dumps(value)
