"""How a contest ended, in the shape that people script against (docs/reference/commands.md), and whether that
is how the night had to end.

    outcome.alerts(facts)                         what was told, as `alerts` of a contest
    outcome.differences(contests, ending)         everything that came out otherwise, a sentence each
    outcome.apart(contests, other["contests"])    where two counts of the same reports differ, a sentence each

Know before changing: fields may be added, never renamed. `ending.json` of a night holds the same shape, and
only what stands there is compared; its `alerts` are pairs of kind and key that must have been told, and
others may have been: some kinds hang on how the log fell into batches (docs/reference/alerts.md).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from election.alerts import KINDS, Told
from election.errors import UsageError
from election.night import Contest, ContestId
from election.standing import Standing
from election.wire.records import stamp

Json = dict[str, Any]
SAME = (
    "hash", "boxes", "registered", "voters", "valid", "invalid", "choices", "leader", "margin_votes",
    "refused", "findings",
)  # fmt: skip
"""What the reports alone decide. Epoch and version tell also how the log fell into batches; calls and alerts
may: a lead that lasted for three papers was there for who counted them one by one."""
ENDS, THERE = "the night ends with", "there it is"


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


def alerts(facts: Iterable[Told]) -> list[Json]:
    """What a newsroom was told, in order; what was for the desk alone is left out."""
    return [
        {
            "id": told.id, "kind": told.kind, "key": told.key, "at": stamp(told.at),
            "version": told.version, "title": told.title.get("en", ""), "titles": dict(told.title),
            "because": told.because.get("en", ""), "becauses": dict(told.because),
        }
        for told in facts
        if not KINDS[told.kind].desk
    ]  # fmt: skip


def differences(contests: Mapping[ContestId, Any], ending: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything in the ending that came out otherwise, a sentence each; nothing if all is equal."""
    return tuple(_differences("", contests, ending, ENDS))


def apart(contests: Mapping[ContestId, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """Where two counts of the same reports differ, whatever each was made on; nothing if nowhere."""
    names: Mapping[str, Any] = {**{contest: {} for contest in contests}, **other}
    wanted = {
        contest: {
            name: _filled(facts.get(name), contests.get(ContestId(contest), {}).get(name)) for name in SAME
        }
        for contest, facts in names.items()
    }
    return tuple(_differences("", contests, wanted, THERE))


def _filled(wanted: object, found: object) -> object:
    """The same, and nothing under each name that only the other one has."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return {**dict.fromkeys(found), **wanted}
    return wanted


def read(path: Path) -> Json:
    """What demo, rehearse or verify answered with --json, out of a file. Raises UsageError for others."""
    try:
        said = json.loads(path.read_text(encoding="utf-8").strip().rpartition("\n")[2])
        if all(isinstance(facts["hash"], str) for facts in said["contests"].values()) and said["night"]:
            return dict(said)
        why = "a contest has no hash"
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = str(error) or type(error).__name__
    raise UsageError(
        f"{path} is no answer of sandik demo, rehearse or verify ({why}): see what each says with --json."
    )


def _differences(place: str, found: object, wanted: object, words: str) -> Iterable[str]:
    if place.endswith(".alerts") and isinstance(wanted, list):
        yield from _untold(place, found, wanted)
    elif isinstance(wanted, Mapping):
        for key, value in wanted.items():
            inner = found.get(key) if isinstance(found, Mapping) else None
            yield from _differences(f"{place}.{key}" if place else str(key), inner, value, words)
    elif found != wanted:
        yield f"{place} is {found}, {words} {wanted}"


def _untold(place: str, found: object, wanted: Sequence[Sequence[str]]) -> Iterable[str]:
    """What the ending says was told and was not; more may have been told."""
    told = {(one["kind"], one["key"]) for one in found} if isinstance(found, list) else set()
    for kind, key in wanted:
        if (kind, key) not in told:
            yield f"{place}: {kind} {key} was never told"


def told_in_words(contests: Mapping[ContestId, Any]) -> list[str]:
    """What was told of each contest, a line each: the hour in UTC as records have it, and the title."""
    return [
        f"  {one['at'][:16].replace('T', ' ')} {one['title']}"
        for facts in contests.values()
        for one in facts["alerts"]
    ]


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
