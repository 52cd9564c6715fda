"""The counts that stand side by side on the made-up nights.

Know before changing: one is silent for a while and one never said when it was heard, so that both are shown.
"""

from copy import deepcopy

from election.wire.frames import state_hash
from tests.browser.fake_parts import Snapshot, source


def june_sources() -> list[Snapshot]:
    """Three counts of 23 June that have the same choice ahead."""
    return [
        source(
            "anka",
            "ANKA",
            29627,
            31186,
            "imamoglu",
            674449,
            published=True,
            last_at="2019-06-23T16:16:42.000Z",
            silent_s=0,
            pace=412.0,
        ),
        source(
            "agency-a",
            "Agency A",
            28990,
            31186,
            "imamoglu",
            641182,
            simulated=True,
            last_at="2019-06-23T16:14:04.000Z",
            silent_s=120,
            pace=8.25,
            names={"tr": "Ajans A"},
        ),
        source(
            "party",
            "Party’s tallies",
            27412,
            31186,
            "imamoglu",
            640423,
            simulated=True,
            names={"tr": "Partinin sayımı"},
        ),
    ]


def by_another(night: Snapshot, source: str, boxes_pct: int = 87) -> Snapshot:
    """The same night by another count: fewer boxes, and one vote in fifty changes from right to left."""
    made = deepcopy(night)
    published = ("call", "alerts", "swing", "headline", "findings", "needs")
    made |= dict.fromkeys(published) | {"source": source, "published": False}
    for facts in made["areas"].values():
        facts["counted"]["boxes"] = facts["counted"]["boxes"] * boxes_pct // 100
        votes = {choice: count * boxes_pct // 100 for choice, count in facts["choices"].items()}
        turned = votes["yildirim"] // 50
        votes |= {"imamoglu": votes["imamoglu"] + turned, "yildirim": votes["yildirim"] - turned}
        facts |= {"choices": votes, "valid": sum(votes.values()), "swing": None, "needs": None}
    made["counted"] |= {"boxes": made["counted"]["boxes"] * boxes_pct // 100}
    made["hash"] = state_hash(made)
    return made
