"""What the trailer needs, place by place: boxes out, votes expected, how they went so far, what they bring.

    needed(snapshot, face)       the rows, most votes expected first; none where nothing can be said

Expected of a place: the register of its boxes out, at the rate at which valid votes came from the register of
its boxes counted. Worth: what these votes bring if they go as the place's counted ones did, in votes between
the two; a description of what is counted, never a forecast.

Know before changing: static/chart.js is given these rows as they are said (`told`), and only writes them.
Integers only. Nothing is said before the contest has passed the threshold, since who trails says who leads;
and nothing once what comes after the night stands, whatever boxes never came.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from election.wire.frames import Json
from web.asked import Asked
from web.face import Face, Snapshot, face_of, short, votes_in, width
from web.html import Filler, Html, h, join
from web.inside import Inside
from web.questions import out_values
from web.story import SETTLED, call_kind
from web.words import NONE, Words

ROWS_MAX = 8
"""Places on the board; the others are one row."""
OUTSIDE = "-9%"
"""Where the line lies when more is needed than there are votes."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place with boxes out, or several as one."""

    area: str | None
    boxes: int
    expected: int
    theirs: int
    """Of the votes expected, those for the trailer, as they went so far."""
    worth: int
    """What the votes expected bring: + for the choice on the left, in a contest of many for the trailer."""


@dataclass(frozen=True, slots=True)
class Needed:
    """All rows, and between whom it is."""

    trailer: int
    leader: int
    share: float | None
    """Of the votes expected from all boxes out, what the trailer needs."""
    rows: Sequence[Row]

    @property
    def total(self) -> Row:
        """All of them as one."""
        return together(self.rows)


def together(rows: Sequence[Row]) -> Row:
    """Several rows as one."""
    return Row(
        None, sum(row.boxes for row in rows), sum(row.expected for row in rows),
        sum(row.theirs for row in rows), sum(row.worth for row in rows),
    )  # fmt: skip


def needed(s: Snapshot, face: Face) -> Needed | None:
    """What the first that is out needs; None where that is not said, no box is out, or the night is over."""
    if call_kind(s, face) in SETTLED:
        return None
    facts, order = s.get("needs") or {}, s.get("order") or []
    trailer = face.place(facts.get("choice"))
    leader = face.place(order[face.seats - 1]) if len(order) >= face.seats else None
    if face.phase != "open" or trailer is None or leader is None or facts.get("word") == "undefined":
        return None
    plus = face.left if face.duel and {trailer, leader} == {face.left, face.right} else trailer
    pair = (plus, trailer if plus == leader else leader)
    rows = [row for area in face.areas if (row := _row(s, face, area, trailer, pair)) is not None]
    rows.sort(key=lambda row: (-row.expected, -row.boxes, row.area or ""))
    return Needed(trailer, leader, facts.get("share"), rows) if rows else None


def _row(s: Snapshot, face: Face, area: str, trailer: int, pair: tuple[int | None, int | None]) -> Row | None:
    facts = s["areas"][area]
    counted = facts["counted"]
    out = counted["boxes_total"] - counted["boxes"]
    if out <= 0:
        return None
    valid, register = facts.get("valid") or 0, counted.get("registered") or 0
    expected = (counted["registered_total"] - register) * valid // register if register else 0
    votes = votes_in(s, area)
    theirs, plus, minus = (
        0 if place is None else votes.get(face.choices[place]["id"], 0) for place in (trailer, *pair)
    )
    if not valid:
        return Row(area, out, expected, 0, 0)
    gap = plus - minus
    worth = (2 * expected * abs(gap) + valid) // (2 * valid)
    return Row(area, out, expected, expected * theirs // valid, worth if gap > 0 else -worth)


def worth(face: Face, found: Needed, votes: int, w: Words) -> str:
    """What the votes of a row bring, and to whom: ▲ or ▼ for the two, else + or −."""
    if not votes:
        return "0"
    if face.mark(found.trailer) and face.mark(found.leader):
        return f"{'▲' if votes > 0 else '▼'} {w.number(abs(votes))}"
    return ("+" if votes > 0 else "−") + w.number(abs(votes))


def winner(face: Face, found: Needed, votes: int) -> int | None:
    """Whose colour that has."""
    if not votes or not (face.mark(found.trailer) and face.mark(found.leader)):
        return None
    return face.left if votes > 0 else face.right


def cells(face: Face, found: Needed, row: Row, name: str, w: Words) -> list[str | int | None]:
    """A row as it is said: name, boxes, votes expected, bar and share so far, worth, whose colour."""
    share = w.share(row.theirs, row.expected) if row.expected else NONE
    bar = width(row.theirs, row.expected)
    return [
        name, w.number(row.boxes), w.number(row.expected), bar, share, worth(face, found, row.worth, w),
        winner(face, found, row.worth),
    ]  # fmt: skip


def told(s: Snapshot, face: Face, w: Words, most: int = ROWS_MAX) -> Json | None:
    """The table as it is said: the largest places, the others as one, and all; None where there is none."""
    found = needed(s, face)
    if found is None:
        return None
    shown, rest = found.rows[:most], found.rows[most:]
    rows = [cells(face, found, row, w.name(s["areas"][row.area]), w) for row in shown]
    if rest:
        rows.append(cells(face, found, together(rest), w.say("needs.others", len(rest), n=len(rest)), w))
    if len(found.rows) > 1:
        rows.append(cells(face, found, found.total, w.say("needs.all"), w))
    name = short(w, face.choices[found.trailer])
    heads = [w.say(f"needs.{key}", name=name) for key in ("out", "expected", "so_far", "worth")]
    needed_at = found.share if found.share is not None and found.share <= 1 else None
    return {
        "title": w.say("needs.title", name=name), "heads": [w.capital(w.level(face.level, 0)), *heads],
        "line": OUTSIDE if needed_at is None else width(int(needed_at * 1000000), 1000000),
        "c": found.trailer, "rows": rows,
    }  # fmt: skip


def table(made: Json | None) -> Html:
    """The same in HTML; static/chart.js renews it, and copies the first row for each."""
    if made is None:
        made = {"heads": [], "rows": [["", "", "", "0%", "", "", None]], "line": OUTSIDE, "c": None}
    head = h("tr", *(h("th", name, scope="col") for name in made["heads"]))
    rows = [_line(made, *row) for row in made["rows"]]
    return h("table", h("thead", head), h("tbody", *rows), aria_labelledby="needs-title")


def _line(
    made: Json, name: str, boxes: str, expected: str, bar: str, share: str, worth: str, side: int | None
) -> Html:
    mark = h("line", x1=made["line"], x2=made["line"], y1=0, y2="100%")
    drawn = h("svg", h("rect", class_="in", width=bar, height="100%"), mark, aria_hidden="true")
    return h(
        "tr",
        h("th", name, scope="row"),
        h("td", boxes),
        h("td", expected),
        h("td", drawn, h("span", share), class_="far", data_c=made["c"]),
        h("td", worth, data_c=side),
    )


def block(s: Snapshot, face: Face, f: Filler, w: Words) -> Html:
    """The board's block; static/chart.js goes on with it."""
    made = told(s, face, w)
    link = h("a", w.say("needs.more"), href=f"/part/needs/{s['contest']}?lang={w.lang}")
    return h(
        "section",
        h("h2", made["title"] if made else w.say("needs.none"), id="needs-title"),
        f.text("q1.text", "p", class_="quiet"),
        table(made),
        h("p", link, class_="more"),
        class_="late needs",
        aria_labelledby="needs-title",
        hidden="" if face.phase == "open" and made is None else None,
    )


def needs(asked: Asked, s: Snapshot, w: Words) -> Inside:
    """Every place, on a page of its own."""
    face = face_of(s)
    made = told(s, face, w, len(face.areas))
    if made is None:
        return Inside(w.say("needs.none"), w.say("needs.why_none"), ())
    title = h("h2", made["title"], id="needs-title", class_="vh")
    box = h("div", table(made), class_="scroll", tabindex=0, role="region", aria_labelledby="needs-title")
    said = join(out_values(s, face, w)["q1.text"], " ", w.say("needs.worth_means"))
    return Inside(made["title"], said, (h("section", title, box, class_="needs"),))
