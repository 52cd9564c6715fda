"""Parts of made-up snapshots: a choice, a place, a source, and a whole that is the sum of its places.

Know before changing: the shape is that of `election.wire.frames`; votes, leads and margins are computed here
plainly, so that what a page shows can be held against them.
"""

from collections.abc import Mapping
from typing import Any

from tests.browser.fake_story import call

Snapshot = dict[str, Any]
EPOCH = "7f3a"

PARTIES = {
    "chp": {"name": "CHP", "colour": "#A50F2B"},
    "akp": {"name": "AK Parti", "colour": "#F5A524"},
    "sp": {"name": "Saadet Partisi", "colour": "#7B8494"},
}
ALLIANCES = {
    "nation": {"name": "Nation Alliance", "names": {"tr": "Millet İttifakı"}},
    "people": {"name": "People’s Alliance", "names": {"tr": "Cumhur İttifakı"}},
}


def choice(key: str, name: str, colour: str, **more: Any) -> Snapshot:
    """A choice as it stands in a snapshot, without votes."""
    facts = {"id": key, "name": name, "short": name.split()[-1], "party": None, "alliance": None}
    return facts | {"colour": colour, "symbol": "", "main": False, "votes": None, "share": None} | more


def area(
    name: str, parent: str | None, level: str, boxes: int, total: int, votes: Mapping[str, int], **more: Any
) -> Snapshot:
    """One place of a snapshot; registered and voters follow from the votes."""
    valid = sum(votes.values())
    ordered = sorted(votes.items(), key=lambda one: -one[1])
    margin = ordered[0][1] - ordered[1][1] if len(ordered) > 1 else valid
    registered = valid * 100 // 83
    return {
        "name": name,
        "short": name[:3].upper(),
        "parent": parent,
        "level": level,
        "side": "",
        "tile": None,
        "received": {"boxes": boxes, "boxes_total": total},
        "counted": {
            "boxes": boxes,
            "boxes_total": total,
            "boxes_quarantined": 0,
            "registered": registered,
            "registered_total": registered * total // max(boxes, 1),
        },
        "registered": registered,
        "voters": valid * 102 // 100,
        "valid": valid,
        "invalid": valid * 2 // 100,
        "choices": dict(votes),
        "leader": ordered[0][0] if margin and boxes else None,
        "margin_votes": margin,
        "needs": None,
    } | more


def night_facts(contest: str, title: str) -> Snapshot:
    """What a snapshot says whatever was counted."""
    return {
        "v": 1,
        "mode": "replay",
        "night": "practice",
        "night_name": "Practice",
        "date": "2024-06-09",
        "time_zone": "Europe/Istanbul",
        "contest": contest,
        "title": title,
        "kind": "choice",
        "epoch": EPOCH,
        "version": 412,
        "hash": "0011223344556677",
        "at": "2019-06-23T16:16:42.000Z",
        "official": False,
        "simulated": True,
        "simulated_what": "Everything in this night is invented.",
        "source": "council",
        "embargo": {"state": "open"},
        "polls_close_at": "2019-06-23T14:00:00.000Z",
        "lead_from_counted_pct": 30,
        "call": call(),
        "alerts": [],
        "lineage": {"parent": None, "state": "unofficial", "rerun_on": None},
        "swing": None,
        "headline": {
            "en": f"{title}: the first sentence of the night.",
            "tr": f"{title}: gecenin ilk cümlesi.",
        },
        "parties": PARTIES,
        "alliances": ALLIANCES,
        "refused": 7,
        "findings": {"W301": 52, "W302": 45, "Q401": 12},
    }


def snapshot(
    contest: str, title: str, choices: list[Snapshot], areas: Mapping[str, Snapshot], **more: Any
) -> Snapshot:
    """A whole snapshot whose totals are the sums of the places of its last level."""
    levels = more.get("levels", ["country", "district"])
    leaves = [facts for facts in areas.values() if facts["level"] == levels[-1]]
    votes = {one["id"]: sum(facts["choices"].get(one["id"], 0) for facts in leaves) for one in choices}
    valid = sum(votes.values())
    order = sorted(votes, key=lambda key: -votes[key])
    seats = more.get("seats", 1)
    margin = votes[order[seats - 1]] - votes[order[seats]]
    counted = {
        key: sum(facts["counted"][key] for facts in leaves)
        for key in ("boxes", "boxes_total", "boxes_quarantined", "registered", "registered_total")
    }
    full = [
        one | {"votes": votes[one["id"]], "share": round(votes[one["id"]] / valid, 6) if valid else None}
        for one in choices
    ]
    out = counted["boxes_total"] - counted["boxes"]
    boxes, total = counted["boxes"], counted["boxes_total"]
    facts = night_facts(contest, title) | {
        "seats": seats,
        "received": {"boxes": boxes, "boxes_total": total},
        "counted": counted,
        "valid": valid,
        "choices": full,
        "order": order,
        "leader": order[0] if margin else None,
        "margin_votes": margin,
        "margin_points": round(100 * margin / valid, 2) if valid else None,
        "tie": margin == 0,
        "outstanding": {"boxes": out, "registered": out * 340, "votes_max": out * 347},
        "needs": {"choice": order[seats], "share": 0.731, "word": "possible", "because": ""},
        "levels": levels,
        "areas": dict(areas),
        "sources": [source("council", "Council", boxes, total, order[0], margin, published=True)],
    }
    facts |= {key: sum(leaf[key] for leaf in leaves) for key in ("registered", "voters", "invalid")}
    return facts | {key: value for key, value in more.items() if key not in ("levels", "seats")}


def source(
    key: str, name: str, boxes: int, total: int, leader: str | None, margin: int | None, **more: Any
) -> Snapshot:
    """One count beside the others."""
    facts = {"id": key, "name": name, "level": "box", "simulated": False, "published": False, "claimed": None}
    quiet = {"silent_s": None, "stalled": False, "pace": None, "finished": False}
    counted = {"units": boxes, "units_total": total}
    return (
        facts | {"counted": counted, "leader": leader, "margin_votes": margin, "last_at": None} | quiet | more
    )


def moved(night: Snapshot) -> None:
    """Gives every district a change since March, invented, and whoever led there then by it."""
    for at, facts in enumerate(night["areas"].values()):
        points = round(9.04 + (at % 9 - 4) * 1.3, 2)
        votes = facts["choices"]
        before = 100 * (votes["imamoglu"] - votes["yildirim"]) / facts["valid"] - points
        led = "imamoglu" if before > 0 else "yildirim"
        boxes = facts["counted"]
        facts["swing"] = {
            "points": points, "boxes": boxes["boxes"], "boxes_total": boxes["boxes_total"], "leader": led,
            "flipped": led != facts["leader"],
        }  # fmt: skip
