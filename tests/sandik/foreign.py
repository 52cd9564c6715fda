"""Three invented tables of three invented places, none like ours, and what each of them adds up to.

    wanted = LONG.write(folder)       the files, and per choice the sum of their raw figures

Know before changing: docs/bring-your-own-night.md shows how these files begin and what comes out, and its
test compares both. The sums are made of the very numbers that are written, and know nothing of any format.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

Sums = Mapping[str, int]


@dataclass(frozen=True)
class Foreign:
    """One of the tables: how it is written, and what a night of it must end with."""

    name: str
    write: Callable[[Path], Sums]


def _shared(total: int, weights: Sequence[float]) -> list[int]:
    """The total, divided by the weights, to the last vote."""
    whole = sum(weights)
    parts = [int(total * weight / whole) for weight in weights]
    parts[0] += total - sum(parts)
    return parts


COUNTIES = {"Bärental": 7, "Grüne Höhe": 9, "Südmoor": 8}
RUNNERS = ("Jörg Äpfler", "Mia Tannwald", "Ute Strömung", "Sonstige")


def _long(folder: Path) -> Sums:
    """A row a box and candidate, in Latin-1, with `;`, decimal commas, thousands points; a line of sums."""
    dice = Random("long")
    head = "Landkreis;Wahlbezirk;Wahlberechtigte;Wähler;Ungültige;Kandidat;Stimmen"
    lines, sums, number = [head], dict.fromkeys(RUNNERS, 0), 0
    for place, (county, boxes) in enumerate(COUNTIES.items()):
        for _ in range(boxes):
            number += 1
            registered = dice.randint(620, 1480)
            voters = registered * dice.randint(58, 81) // 100
            invalid = voters * dice.randint(5, 30) // 1000
            weights = [0.34 + 0.04 * place, 0.41 - 0.05 * place, 0.17, 0.08]
            votes = _shared(voters - invalid, [weight * dice.uniform(0.8, 1.2) for weight in weights])
            for runner, count in zip(RUNNERS, votes, strict=True):
                cells = [_german(figure) for figure in (registered, voters, invalid, count)]
                lines.append(f"{county};{number:03};{cells[0]};{cells[1]};{cells[2]};{runner};{cells[3]}")
                sums[runner] += count
    lines.append(f"Summe;;;;;;{_german(sum(sums.values()))}")
    (folder / "nordmark.csv").write_bytes("\r\n".join([*lines, ""]).encode("latin-1"))
    return sums


def _german(number: int) -> str:
    return f"{number:,},00".replace(",", ".", number // 1000 > 0)


LISTS = ("Harbour List", "Hill List", "Reform")
TIMES = ("1930", "1950", "2010", "2030", "2050", "2110")


def _snapshots(folder: Path) -> Sums:
    """One table, fetched six times: boxes appear, are corrected, go and come again; one is sealed."""
    dice = Random("snapshots")
    table: dict[str, list[str]] = {}
    boxes = [f"{ward}-{number}" for ward in ("Quay", "Market", "Heath") for number in range(1, 13)]
    for turn, at in enumerate(TIMES):
        for box in boxes[turn * 6 : turn * 6 + 6]:
            table[box] = _harbour(box, dice)
        if turn == 2:
            table["Quay-2"][5] = str(int(table["Quay-2"][5]) - 40)
            table["Quay-2"][6] = str(int(table["Quay-2"][6]) + 40)  # typed into the wrong column
        if turn == 3:
            kept = table.pop("Market-1")
        if turn == 4:
            table["Market-1"] = kept
            table["Heath-2"][3:] = ["sealed"] * 5
        if turn == 5:
            del table["Quay-5"]
        rows = [",".join(table[box]) for box in boxes if box in table]
        head = "ward,station,electors,ballots,spoilt," + ",".join(LISTS)
        text = "\n".join([head, *rows, ""])
        (folder / f"harbour-2031-05-04T{at}.csv").write_text(text, encoding="utf-8")
    counted = [row for row in table.values() if row[3] != "sealed"]
    return {name: sum(int(row[5 + place]) for row in counted) for place, name in enumerate(LISTS)}


def _harbour(box: str, dice: Random) -> list[str]:
    ward = box.split("-")[0]
    electors = dice.randint(240, 690)
    ballots = electors * dice.randint(45, 77) // 100
    spoilt = ballots * dice.randint(0, 25) // 1000
    votes = _shared(ballots - spoilt, [dice.uniform(0.38, 0.5), dice.uniform(0.3, 0.48), 0.14])
    return [ward, box, *(str(figure) for figure in (electors, ballots, spoilt, *votes))]


DISTRICTS = {"Åsen": 21_400, "Brekke": 9_870, "Dalsnes": 15_230, "Fjellby": 7_640, "Gran": 12_905}
NAMES = ("K. Lund", "S. Moe", "T. Vik")


def _sums(folder: Path) -> Sums:
    """A row a district, with sums that grow every five minutes and candidates in order of their votes."""
    dice = Random("sums")
    ends = {name: _district(electors, dice) for name, electors in DISTRICTS.items()}
    for turn in range(1, 13):
        lines = ["District\tElectors\tBoxes in\tVoted\tBlank\t" + "\t".join(["Candidate\tVotes"] * 3)]
        for place, (name, electors) in enumerate(DISTRICTS.items()):
            share = min(1.0, max(0.0, (turn - place * 0.6) / (12 - place * 0.6)))
            if share == 0:
                continue
            blank = int(ends[name][0] * share)
            votes = [
                int(count * share**bend) for count, bend in zip(ends[name][1], (0.8, 1.4, 1), strict=True)
            ]
            ranked = sorted(zip(NAMES, votes, strict=True), key=lambda pair: -pair[1])
            cells = [name, electors, max(1, int(40 * share)), blank + sum(votes), blank]
            lines.append("\t".join(str(cell) for cell in [*cells, *(c for pair in ranked for c in pair)]))
        minute = 18 * 60 + 5 * turn
        file = folder / f"fjord_20310913_{minute // 60:02}{minute % 60:02}.tsv"
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return {name: sum(votes[place] for _, votes in ends.values()) for place, name in enumerate(NAMES)}


def _district(electors: int, dice: Random) -> tuple[int, list[int]]:
    voted = electors * dice.randint(61, 74) // 100
    blank = voted * dice.randint(4, 11) // 1000
    return blank, _shared(voted - blank, [dice.uniform(0.3, 0.45), dice.uniform(0.3, 0.45), 0.2])


LONG = Foreign("nordmark", _long)
SNAPSHOTS = Foreign("harbour", _snapshots)
SUMS = Foreign("fjord", _sums)
EVERY = (LONG, SNAPSHOTS, SUMS)
