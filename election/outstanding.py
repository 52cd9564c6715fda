"""What has not been heard: boxes, registered voters, and a true upper bound of the votes that may still come.

The bound holds for every completion of the night by papers the checks accept: each box that is not counted
may bring its whole register and the slack the law allows (check Q302 holds back anything above), a box
without a register its limit, a quarantined box what its paper claims, and the night may allow for unexpected
boxes. Integers only; the rule `certain` stands on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from election.night import AreaId, Contest, Night
from election.tally import COLUMN, Row


@dataclass(frozen=True, slots=True)
class Register:
    """What an area holds before anything is heard: its boxes, their registered voters, boxes without any."""

    boxes: int = 0
    registered: int = 0
    no_register: int = 0


def registers(night: Night, contest: Contest) -> dict[AreaId, Register]:
    """The register of every area of a contest."""
    boxes: dict[AreaId, list[int]] = {
        area: [0, 0, 0] for area, line in night.lines.items() if contest.area in line
    }
    for box in night.boxes.values():
        if box.area not in boxes:
            continue
        for above in night.lines[box.area]:
            if above in boxes:
                boxes[above][0] += 1
                boxes[above][1] += box.registered or 0
                boxes[above][2] += int(box.registered is None)
    return {area: Register(*counts) for area, counts in boxes.items()}


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is still out in one area.

    `boxes` are all boxes not counted (unheard, withdrawn, marked or held back); `registered` their registered
    voters; `votes_max` the most valid votes that may still come from them.
    """

    boxes: int
    registered: int
    votes_max: int


def outstanding(row: Row, register: Register, night: Night, *, root: bool) -> Outstanding:
    """What is out of an area whose total is `row`. Unexpected boxes are allowed for at the root only."""
    rule = night.outstanding
    counted, without = row[COLUMN["boxes"]], row[COLUMN["no_register"]]
    boxes = register.boxes - counted
    registered = register.registered - row[COLUMN["register"]]
    no_register = register.no_register - without
    most = (
        registered
        + rule.slack_per_box * (boxes - no_register)
        + rule.voters_max_without_register * no_register
        + row[COLUMN["held_excess"]]
    )
    if root:
        most += rule.unexpected_boxes * rule.unexpected_box_voters
    return Outstanding(boxes, registered, most)


Registers = Mapping[AreaId, Register]
