"""The count done again, plainly and on its own: what every total of these tests must be equal to.

Know before changing: nothing here may call the code it judges. It reads raw papers and the tables of
`strategies`, and knows the rules of that one night by heart: the newest accepted revision of each unit; two
different statements there count nothing; a paper with an E was never heard, one with a Q counts nothing.
"""

from collections.abc import Iterable
from typing import Any

from election.report import Claim
from tests.election.strategies import (
    CHOICES,
    MAIN,
    MARKS,
    NO_REGISTER_MAX,
    REGISTER,
    SLACK,
    area_of,
    line,
    stands,
)

FIGURES = ("voters", "valid", "invalid")


def cap(unit: str) -> int:
    """Most voters at a unit, by the law of this night; areas have no register of their own."""
    known = REGISTER.get(unit)
    return NO_REGISTER_MAX if known is None else known + SLACK


def has_figures(claim: Claim) -> bool:
    """Whether what it says may be counted at all."""
    return claim.cause != "withdrawn" and claim.state != "illegible"


def refused(claim: Claim) -> bool:
    """Whether the paper is as if it had not been heard."""
    contest, unit = str(claim.contest), str(claim.unit)
    figures: dict[str, Any] = {name: getattr(claim, name) for name in FIGURES}
    votes = {name: value for name, value in claim.votes.items() if value is not None}
    if any(name not in CHOICES[contest] for name in votes):
        return True
    said = [value for value in (*figures.values(), *votes.values()) if value is not None]
    if has_figures(claim):
        wanted = [figures[name] for name in FIGURES]
        wanted += [votes.get(name) for name in CHOICES[contest] if stands(name, unit)]
        if any(value is None for value in wanted):
            return True
    if any(type(value) is not int or value < 0 for value in said):
        return True
    if not has_figures(claim):
        return False
    valid, total = figures["valid"], sum(int(str(value)) for value in votes.values())
    one_has_more = any(int(str(value)) > valid for value in votes.values())
    does_not_add_up = figures["voters"] != valid + figures["invalid"]
    return does_not_add_up or total < valid or total > MARKS[contest] * valid or one_has_more


def quarantined(claim: Claim) -> bool:
    """Whether an accepted paper with figures waits for a person; areas are not weighed so."""
    if claim.level != "box":
        return False
    unit, voters, invalid = str(claim.unit), int(str(claim.voters)), int(str(claim.invalid))
    silent = any(claim.votes[name] == 0 for name in MAIN[str(claim.contest)] if stands(name, unit))
    return voters > cap(unit) or (voters > 0 and invalid * 5 >= voters) or silent


def said(claim: Claim) -> tuple[object, ...]:
    """What makes two papers of one revision the same statement."""
    kind = "withdrawn" if claim.cause == "withdrawn" else "marked" if not has_figures(claim) else "figures"
    votes = tuple(sorted((name, votes) for name, votes in claim.votes.items() if votes is not None))
    return (kind, claim.registered, claim.voters, claim.valid, claim.invalid, claim.claimed_boxes, votes)


def unit_worth(papers: list[Claim]) -> dict[str, int]:
    """What one unit adds to each total, from every accepted paper about it."""
    newest = max(int(str(claim.revision)) for claim in papers)
    last = [claim for claim in papers if claim.revision == newest]
    unit = str(last[0].unit)
    one = last[0]
    known = REGISTER.get(unit)
    conflict = len({said(claim) for claim in last}) > 1
    if conflict or (has_figures(one) and quarantined(one)):
        most = max(int(str(claim.valid)) if claim.valid is not None else 0 for claim in last)
        return {
            "quarantined": 1, "register_quarantined": known or 0,
            "no_register_quarantined": int(known is None), "held_excess": max(0, most - cap(unit)),
        }  # fmt: skip
    if one.cause == "withdrawn":
        return {"withdrawn": 1}
    if one.state == "illegible":
        return {"marked": 1}
    worth = {"boxes": 1, "register": known or 0, "no_register": int(known is None)}
    worth["claimed"] = int(str(one.claimed_boxes or 0))
    worth["registered"] = int(str(one.registered or 0))
    worth |= {name: int(str(getattr(one, name))) for name in FIGURES}
    return worth | {
        f"votes.{name}": int(str(votes)) for name, votes in one.votes.items() if votes is not None
    }


def totals(heard: Iterable[Claim]) -> dict[str, dict[str, int]]:
    """Every area's totals, zeros left out."""
    by_unit: dict[str, list[Claim]] = {}
    for claim in heard:
        if not refused(claim):
            by_unit.setdefault(str(claim.unit), []).append(claim)
    found: dict[str, dict[str, int]] = {}
    for unit, papers in by_unit.items():
        for area in line(area_of(unit)):
            total = found.setdefault(area, {})
            for column, worth in unit_worth(papers).items():
                total[column] = total.get(column, 0) + worth
    return {area: {name: many for name, many in total.items() if many} for area, total in found.items()}
