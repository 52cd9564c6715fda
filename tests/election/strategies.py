"""A made-up night for tests, small enough to read, and random histories of papers about it.

Know before changing: the tree, the registers and the limits stand here twice, as the files a Night is read
from and as plain tables (PARENT, REGISTER …), because the independent sum of the tests must not ask the code
it judges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from election.checks import check
from election.night import Contest, ContestId, Night, Source, SourceId, UnitId
from election.report import MISSING, Claim
from election.tally import Statement, statement
from election.wire.nights import read_night
from election.wire.records import Bundle

NOON = datetime(2024, 10, 6, 12, tzinfo=UTC)
CLOSED_UNTIL = datetime(2024, 10, 6, 15, tzinfo=UTC)
LAW_OPENS_AT = datetime(2024, 10, 6, 18, tzinfo=UTC)

TOML = """\
id = "kent-2024"
name = "A night made up for tests"
names = {{ tr = "Sınama gecesi" }}
date = 2024-10-06
time_zone = "Europe/Istanbul"
simulated = true
simulated_what = "Everything is made up."
polls_close_at = 2024-10-06T17:00:00+03:00
levels = ["county", "town", "ward"]
{top}
[embargo]
{embargo}
[[parties]]
id = "p"
name = "Party"
colour = "#0072B2"
[[alliances]]
id = "a"
name = "Alliance"
[[contests]]
id = "mayor"
name = "Mayor"
area = "kent"
source = "council"
  [[contests.choices]]
  id = "ada"
  name = "Ada Deniz"
  short = "Deniz"
  party = "p"
  alliance = "a"
  symbol = "up"
  main = true
  [[contests.choices]]
  id = "bora"
  name = "Bora Kaya"
  short = "Kaya"
  main = true
  [[contests.choices]]
  id = "cem"
  name = "Cem Ak"
  areas = ["kuzey"]
[[contests]]
id = "assembly"
name = "Assembly"
area = "kent"
seats = 2
marks = 2
source = "council"
  [[contests.choices]]
  id = "d1"
  name = "First"
  [[contests.choices]]
  id = "d2"
  name = "Second"
  [[contests.choices]]
  id = "d3"
  name = "Third"
[[contests]]
id = "bridge"
name = "A bridge?"
kind = "yes-no"
area = "guney"
source = "council"
  [[contests.choices]]
  id = "yes"
  name = "Yes"
  names = {{ tr = "Evet" }}
  main = true
  [[contests.choices]]
  id = "no"
  name = "No"
  names = {{ tr = "Hayır" }}
  main = true
[[sources]]
id = "council"
name = "Council"
level = "box"
[[sources]]
id = "party"
name = "Party's own count"
level = "box"
[[sources]]
id = "agency"
name = "Agency, by town"
level = "town"
[states]
illegible = false
provisional = true
[checks]
{checks}
[outstanding]
{outstanding}
[display]
{display}
"""
EMBARGO = "closed_until = 2024-10-06T15:00:00Z\nlaw_opens_at = 2024-10-06T18:00:00Z"
OUTSTANDING = """\
slack_per_box = 10
voters_max_without_register = 150
unexpected_boxes = 1
unexpected_box_voters = 50
"""
PARENT_VOTES = "contest,box,ada,bora,cem\nmayor,k1-1,100,50,0\n"
SLACK, NO_REGISTER_MAX, UNEXPECTED = 10, 150, 50

PARENT: Mapping[str, str | None] = {
    "kent": None, "kuzey": "kent", "guney": "kent",
    "k1": "kuzey", "k2": "kuzey", "g1": "guney", "g2": "guney",
}  # fmt: skip
LEVEL = {
    "kent": "county",
    "kuzey": "town",
    "guney": "town",
    "k1": "ward",
    "k2": "ward",
    "g1": "ward",
    "g2": "ward",
}
REGISTER: Mapping[str, int | None] = {
    "k1-1": 300, "k1-2": 200, "k2-1": 100, "k2-2": None, "g1-1": 250, "g1-2": 30, "g2-1": 0, "g2-2": None,
}  # fmt: skip
CONTEST_AREA = {"mayor": "kent", "assembly": "kent", "bridge": "guney"}
CHOICES = {"mayor": ("ada", "bora", "cem"), "assembly": ("d1", "d2", "d3"), "bridge": ("yes", "no")}
MAIN = {"mayor": ("ada", "bora"), "assembly": (), "bridge": ("yes", "no")}
MARKS = {"mayor": 1, "assembly": 2, "bridge": 1}
SEATS = {"mayor": 1, "assembly": 2, "bridge": 1}


def line(area: str) -> list[str]:
    """The area and everything above it, read from PARENT."""
    above = PARENT[area]
    return [area] if above is None else [area, *line(above)]


def area_of(unit: str) -> str:
    """A box lies in the area its id begins with; an area is itself."""
    return unit if unit in PARENT else unit.partition("-")[0]


def units(contest: str, source: str) -> list[str]:
    """What the source may report in the contest, read from the tables above."""
    known = ["kuzey", "guney"] if source == "agency" else list(REGISTER)
    return [unit for unit in known if CONTEST_AREA[contest] in line(area_of(unit))]


def stands(choice: str, unit: str) -> bool:
    """cem stands in kuzey only."""
    return choice != "cem" or "kuzey" in line(area_of(unit))


def files(
    *, checks: str = "", outstanding: str = OUTSTANDING, embargo: str = EMBARGO, display: str = "",
    top: str = "", parent: str | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """The files of the night, with what a test wants otherwise."""
    toml = TOML.format(checks=checks, outstanding=outstanding, embargo=embargo, display=display, top=top)
    areas = ["id,name,level,parent,row,col"]
    areas += [f"{area},{area.title()},{LEVEL[area]},{above or ''},," for area, above in PARENT.items()]
    boxes = ["id,area,registered"]
    boxes += [f"{box},{area_of(box)},{'' if many is None else many}" for box, many in REGISTER.items()]
    made = {"night.toml": toml, "areas.csv": "\n".join(areas) + "\n", "boxes.csv": "\n".join(boxes) + "\n"}
    if parent is not None:
        made["parent.csv"] = parent
    return {name: text.encode() for name, text in made.items()}


@cache
def night(**changes: str) -> Night:
    """The night, as read from its files."""
    return read_night(files(**changes))


def contest_of(name: str = "mayor", of: Night | None = None) -> Contest:
    """A contest of the night."""
    return (of or night()).contests[ContestId(name)]


def source_of(name: str = "council", of: Night | None = None) -> Source:
    """A source of the night."""
    return (of or night()).sources[SourceId(name)]


def paper(unit: object = "k1-1", **changes: Any) -> Claim:
    """A paper in order about a box of the mayor's contest, with what a test wants otherwise."""
    known = REGISTER.get(unit) if isinstance(unit, str) else None
    votes = {"ada": 60, "bora": 50, "cem": 40}
    if isinstance(unit, str) and unit in REGISTER and not stands("cem", unit):
        votes = {"ada": 60, "bora": 90}
    usual = Claim(
        contest="mayor", source="council", unit=unit, level="box", revision=1, cause="first", state="counted",
        registered=known, voters=155, valid=150, invalid=5, votes=votes, claimed_boxes=None, heard_at=NOON,
    )  # fmt: skip
    return replace(usual, **changes)


def figures(ada: int, bora: int, cem: int | None = 0, invalid: int = 0) -> dict[str, Any]:
    """The figures of a paper of the mayor's contest that adds up."""
    votes = {"ada": ada, "bora": bora} | ({} if cem is None else {"cem": cem})
    valid = sum(votes.values())
    return {"voters": valid + invalid, "valid": valid, "invalid": invalid, "votes": votes}


def codes(claim: Claim, of: Night | None = None) -> list[str]:
    """The codes found in a paper, in ascending order."""
    return sorted(finding.code for finding in check(claim, of or night()).findings)


def stated(claim: Claim, of: Night | None = None) -> Statement:
    """What an accepted paper states."""
    the = of or night()
    return statement(check(claim, the), the.contests[ContestId(str(claim.contest))], the)


def unit_of(claim: Claim) -> UnitId:
    """The unit of a readable paper."""
    return UnitId(str(claim.unit))


def bundle(claims: Sequence[Claim], **changes: Any) -> Bundle:
    """Papers of one contest and source as one bundle, in columns."""
    first = claims[0]
    names = list(dict.fromkeys(name for claim in claims for name in claim.votes))
    columns: dict[str, list[Any]] = {
        place: [getattr(claim, place) for claim in claims]
        for place in ("revision", "registered", "voters", "valid", "invalid", "cause", "state")
    }
    claimed = [claim.claimed_boxes for claim in claims]
    made = Bundle(
        contest=str(first.contest), source=str(first.source), area="kent", level=str(first.level),
        heard_at=first.heard_at, box=[claim.unit for claim in claims],
        votes={name: [claim.votes.get(name) for claim in claims] for name in names},
        boxes=claimed if any(one is not None for one in claimed) else None, **columns,
    )  # fmt: skip
    return replace(made, **changes)


# Random papers.

CAUSES = ("first", "recount", "invalid-review", "objection", "typo", "reinstated")


@st.composite
def counts(draw: st.DrawFn, contest: str, unit: str) -> dict[str, Any]:
    """Figures that add up, usually within what the unit may hold."""
    known = REGISTER.get(unit, 900)
    limit = NO_REGISTER_MAX if known is None else known + SLACK
    voters = draw(st.integers(0, limit))
    invalid = draw(st.integers(0, voters // 11) | st.integers(0, voters))
    valid = voters - invalid
    names = [name for name in CHOICES[contest] if stands(name, unit)]
    if MARKS[contest] > 1:
        votes = {name: draw(st.integers(0, valid)) for name in names}
    else:
        cuts = sorted(draw(st.integers(0, valid)) for _ in names[1:])
        edges = [0, *cuts, valid]
        votes = {name: edges[place + 1] - edges[place] for place, name in enumerate(names)}
    return {"voters": voters, "valid": valid, "invalid": invalid, "votes": votes}


@st.composite
def papers(draw: st.DrawFn, contest: str = "mayor", source: str = "council") -> Claim:
    """Any paper of a source in a contest: in order, odd, wrong, marked or withdrawn."""
    unit = draw(st.sampled_from(units(contest, source)))
    said = draw(counts(contest, unit))
    claimed = draw(st.none() | st.integers(0, 9)) if source == "agency" else None
    made = Claim(
        contest=contest, source=source, unit=unit, level="town" if source == "agency" else "box",
        revision=draw(st.integers(1, 4)), cause=draw(st.sampled_from(CAUSES)), state="counted",
        registered=REGISTER.get(unit), claimed_boxes=claimed,
        heard_at=NOON + timedelta(minutes=draw(st.integers(0, 600))), **said,
    )  # fmt: skip
    return _awry(draw, made, draw(st.sampled_from(("",) * 8 + KINDS)))


KINDS = (
    "withdrawn", "withdrawn bare", "marked", "marked bare", "provisional", "too many", "does not add up",
    "negative", "fraction", "unknown choice", "missing",
)  # fmt: skip


def _awry(draw: st.DrawFn, made: Claim, kind: str) -> Claim:
    bare: dict[str, Any] = {"registered": None, "voters": None, "valid": None, "invalid": None, "votes": {}}
    more = draw(st.integers(1, 400))
    voters, valid = int(str(made.voters)), int(str(made.valid))
    first = next(iter(made.votes))
    changes: dict[str, dict[str, Any]] = {
        "withdrawn": {"cause": "withdrawn"},
        "withdrawn bare": {"cause": "withdrawn"} | bare,
        "marked": {"state": "illegible"},
        "marked bare": {"state": "illegible"} | bare,
        "provisional": {"state": "provisional"},
        "too many": {
            "voters": voters + more, "valid": valid + more,
            "votes": {**made.votes, first: int(str(made.votes[first])) + more},
        },
        "does not add up": {"voters": voters + 1},
        "negative": {"invalid": -1},
        "fraction": {"votes": {**made.votes, first: 0.5}},
        "unknown choice": {"votes": {**made.votes, "nobody": 1}},
        "missing": {"valid": MISSING},
    }  # fmt: skip
    return replace(made, **changes.get(kind, {}))


def histories(
    contest: str = "mayor", source: str = "council", max_size: int = 18
) -> st.SearchStrategy[list[Claim]]:
    """Papers about a contest by one source, in the order heard."""
    return st.lists(papers(contest, source), max_size=max_size)


@st.composite
def retellings(draw: st.DrawFn, told: Sequence[Claim]) -> list[Claim]:
    """The same papers in another order, some of them several times."""
    again = [claim for claim in told for _ in range(draw(st.integers(1, 3)))]
    return list(draw(st.permutations(again)))


@st.composite
def batches(draw: st.DrawFn, told: Sequence[Claim]) -> list[list[Claim]]:
    """The same papers in the same order, cut into bundles somewhere."""
    cut: list[list[Claim]] = []
    at = 0
    while at < len(told):
        size = draw(st.integers(1, 7))
        cut.append(list(told[at : at + size]))
        at += size
    return cut


@st.composite
def told_twice(
    draw: st.DrawFn, contest: str = "mayor", source: str = "council"
) -> tuple[list[Claim], list[Claim]]:
    """A history and a retelling of it."""
    told = draw(histories(contest, source))
    return told, draw(retellings(told))


COUNTS = st.sampled_from(
    [("mayor", "council"), ("assembly", "council"), ("bridge", "party"), ("mayor", "agency")]
)
"""A contest and a source, of each kind one."""
