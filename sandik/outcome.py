"""How a contest ended, in the shape that people script against (docs/reference/commands.md), and whether that
is how the night had to end.

Know before changing: fields may be added, never renamed. `ending.json` of a night holds the same shape, and
only what stands there is compared.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from election.night import Contest, ContestId
from election.standing import Standing

Json = dict[str, Any]


def totals(seen: Standing, contest: Contest) -> Json:
    """The figures of a contest, as `ending.json` has them."""
    return {
        "boxes": {"counted": seen.boxes, "total": seen.boxes_total, "quarantined": seen.boxes_quarantined},
        "registered": seen.registered,
        "voters": seen.voters,
        "valid": seen.valid,
        "invalid": seen.invalid,
        "choices": {
            choice.id: votes for choice, votes in zip(contest.choices, seen.votes, strict=True)
        },
        "leader": seen.leader,
        "margin_votes": seen.margin_votes,
    }  # fmt: skip


def differences(contests: Mapping[ContestId, Any], ending: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything in the ending that came out otherwise, a sentence each; nothing if all is equal."""
    return tuple(_differences("", contests, ending))


def _differences(place: str, found: object, wanted: object) -> Iterable[str]:
    if isinstance(wanted, Mapping):
        for key, value in wanted.items():
            inner = found.get(key) if isinstance(found, Mapping) else None
            yield from _differences(f"{place}.{key}" if place else str(key), inner, value)
    elif found != wanted:
        yield f"{place} is {found}, the night ends with {wanted}"


def in_words(contests: Mapping[ContestId, Any], titles: Mapping[ContestId, str]) -> list[str]:
    """The contests as lines for a terminal: choices by votes, and how far the count is."""
    lines = []
    for contest, facts in contests.items():
        boxes = facts["boxes"]
        lines.append(titles.get(contest, contest))
        lines.append(f"  {boxes['counted']:,} of {boxes['total']:,} boxes counted" + _held(boxes))
        ranked = sorted(facts["choices"].items(), key=lambda pair: -(pair[1] or 0))
        width = max(len(choice) for choice, _ in ranked)
        for choice, votes in ranked:
            part = f"{100 * votes / facts['valid']:6.2f} %" if facts["valid"] else ""
            lines.append(f"  {choice:<{width}} {votes:>12,} {part}")
        lines.append(f"  margin {facts['margin_votes']:,}" + ("" if facts["leader"] else ", no leader"))
    return lines


def _held(boxes: Mapping[str, int]) -> str:
    return f", {boxes['quarantined']:,} held back" if boxes.get("quarantined") else ""
