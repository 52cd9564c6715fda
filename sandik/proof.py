"""What the audit chain says, for `sandik verify`: the words and the JSON, of a running night and of a pack.

Know before changing: fields are promised (docs/reference/commands.md): they may be added, never renamed.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streams.audited import Audit

TOLD_MAX = 100
"""Differences of the chain in the JSON; at the limit the rest is only counted."""


def in_json(audit: "Audit") -> dict[str, Any]:
    """The chain of a log: its head now, what it was compared with, every difference by its place."""
    from election.wire.audit import audit as head_of

    now = head_of(audit.marks)
    return {
        "head": now["head"] if now else None,
        "at": now["at"] if now else {},
        "begins": dict(audit.begins),
        "compared": {"records": audit.linked, "shown": audit.shown.agree, "before": audit.shown.before},
        "proves": audit.proves,
        "because": str(audit),
        "differences_count": len(audit.differences) + len(audit.shown.broken),
        "differences": [
            {
                "kind": one.kind,
                "topic": one.partition.rpartition("/")[0],
                "partition": int(one.partition.rpartition("/")[2]),
                "offset": one.offset,
                "record": one.record or None,
                "said": str(one),
            }
            for one in audit.differences[:TOLD_MAX]
        ],
        "shown": [
            {
                "contest": one.first.contest,
                "first_wrong": f"{one.first.epoch}-{one.first.version}",
                "last_right": f"{one.before.epoch}-{one.before.version}" if one.before else None,
                "where": {name: list(places) for name, places in one.where.items()},
                "said": str(one),
            }
            for one in audit.shown.broken
        ],
    }
