"""`sandik night sketch TABLE`: a first mapping for a CSV that nobody has described yet, to be looked at.

    print(sketch("results.csv", content))       a mapping in TOML, with `# LOOK:` where one must look

Know before changing: it guesses headings by their words and numbers by their marks, and says each guess. What
it writes is read by the same strict reader as any mapping; it decides nothing while votes are counted.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from election.errors import UsageError
from producers.formats.kinds import mistaken
from producers.formats.packed import unpacked
from producers.formats.slugs import slug
from producers.sources import file
from sandik.scaffold_toml import literal
from sandik.scaffold_words import meaning

ROWS_MAX, BYTES_MAX = 20_000, 8 * 1024 * 1024
"""So many rows, or bytes, are looked at."""
LOOK = "# LOOK: "
DELIMITERS = ";,\t|"
FIGURES = ("registered", "voters", "valid", "invalid")
ONES = ("contest", "party", "time")
CODES, NAMES = ("id", "no", "nr", "code", "cod", "codigo", "number", "kodu", "num"), ("name", "adi", "nombre")
MOST_PCT = 90
"""A rule of numbers that so many of a hundred rows keep is taken for one."""
MARKS_MAX = 8
_GROUPED = re.compile(r"\d{1,3}(?:([.,' \u00a0\u202f])\d{3})+(?:([.,])\d+)?")
_DECIMALS = re.compile(r"[.,]\d{1,2}$")
_DECIMAL = re.compile(r"\d+([.,])\d+")
_NUMBERED = re.compile(r"^(.*?)(\d+)(.*)$")
_TOTAL = re.compile(r"(?i)(grand )?(totals?|toplam|genel toplam|summe|gesamt|somma|totale|razem|suma)\b.*")


@dataclass(slots=True)
class Look:
    """What a table looks like."""

    encoding: str
    delimiter: str
    skip_lines: int
    header_lines: int
    header: list[str]
    rows: list[list[str]]
    means: dict[str, str] = field(default_factory=dict)

    def column(self, heading: str) -> list[str]:
        """The cells under a heading."""
        place = self.header.index(heading)
        return [row[place].strip() for row in self.rows if len(row) > place]

    def named(self, what: str) -> list[str]:
        """The headings that mean this."""
        return [heading for heading in self.header if self.means.get(heading) == what]

    def adds_up(self, heading: str, parts: Sequence[str]) -> bool:
        """Whether these columns make up that one in most rows, a few votes apart at most."""
        places = [self.header.index(part) for part in parts]
        whole, right, of = self.header.index(heading), 0, 0
        for row in self.rows:
            if len(row) == len(self.header) and (total := _digits(row[whole])):
                of += 1
                right += abs(total - sum(_digits(row[place]) for place in places)) * 100 <= total + 300
        return of > 0 and right * 100 >= MOST_PCT * of

    def numeric(self, heading: str) -> bool:
        """Whether most of its cells are numbers."""
        cells = [cell for cell in self.column(heading) if cell]
        return bool(cells) and 2 * sum(cell[0].isdigit() for cell in cells) > len(cells)


def beginning(path: Path) -> bytes:
    """As much of a file as is looked at, unpacked."""
    found = bytearray()
    for line in unpacked(str(path), file.raw(path), (".csv", ".tsv", ".txt")):
        found += line
        if len(found) >= BYTES_MAX:
            break
    return bytes(found)


def sketch(name: str, content: bytes) -> str:
    """The mapping, as text. Raises UsageError for what is no table."""
    look = _look(name, content)
    look.means = {heading: _meaning(look, heading) for heading in look.header}
    _weigh(look)
    lines = [f"# A first mapping for {name}: look at every line (docs/reference/mapping.md)."]
    for part in (_feed(look), _file(look), _numbers(look), _columns(look), _figures(look)):
        lines += ["", *part] if part else []
    return "\n".join(lines) + "\n"


def _feed(look: Look) -> list[str]:
    """What has to be said of figures that no column holds."""
    lines = []
    stated = {what for what in FIGURES if look.named(what)} | set(_rows_of_figures(look))
    if "valid" not in stated and not {"voters", "invalid"} <= stated:
        lines.append(f'valid = "sum"  {LOOK}no column of valid votes was found: the sum of the choices')
    if not {"voters", "invalid"} & stated:
        lines.append(f'voters = "valid"  {LOOK}nor of voters or invalid votes: nobody\'s paper was invalid')
    return ["[feed]", *lines] if lines else []


def _file(look: Look) -> list[str]:
    lines = []
    if look.encoding:
        lines.append(f'encoding = "{look.encoding}"  {LOOK}are the letters with accents right?')
    if look.skip_lines:
        lines.append(f"skip_lines = {look.skip_lines}")
    if look.header_lines > 1:
        lines.append(f"header_lines = {look.header_lines}  {LOOK}is the second line part of the header?")
    if _unheard(look):
        lines.append(f'empty_rows = "skip"  {LOOK}rows without a single figure: boxes not heard yet?')
    if _scattered(look):
        lines.append(f"sorted = false  {LOOK}the rows of a box do not follow one another")
    for heading in look.header:
        marks = sorted({cell for cell in look.column(heading) if _TOTAL.fullmatch(cell)})
        marks = [mark for mark in marks if meaning(mark) not in FIGURES]
        if marks and look.means[heading] in ("unit", "area", "choice"):
            lines += ["", "[[file.skip]]", f"column = {literal(heading)}"]
            lines += [f"marks = {literal(marks)}  {LOOK}rows of sums, and no boxes?"]
    return ["[file]", *lines] if lines else []


def _unheard(look: Look) -> bool:
    """Whether some rows hold nothing but a box's name and register where the others hold figures."""
    about = ("registered", "unit", "area", "contest", "choice", "party")
    places = [place for place, heading in enumerate(look.header)
              if look.numeric(heading) and look.means[heading] not in about]  # fmt: skip
    return bool(places) and any(
        not any(_digits(row[place]) or "0" in row[place] for place in places if place < len(row))
        for row in look.rows
    )


def _scattered(look: Look) -> bool:
    """Whether a long table comes back to a box that it had left."""
    keys = [look.column(heading) for heading in _key(look)] if look.named("choice") else []
    seen, last = set[tuple[str, ...]](), None
    for key in zip(*keys, strict=False):
        if key != last and key in seen:
            return True
        seen.add(key)
        last = key
    return False


def _numbers(look: Look) -> list[str]:
    """Marks inside numbers, and texts where a number should be."""
    decimal, thousands, other = Counter[str](), Counter[str](), Counter[str]()
    for heading in look.header:
        if not look.numeric(heading) or look.means[heading] not in (*FIGURES, "votes", ""):
            continue
        for cell in look.column(heading):
            if grouped := _GROUPED.fullmatch(cell):
                thousands[grouped[1]] += 1
                decimal.update([grouped[2]] if grouped[2] else [])
            elif point := _DECIMAL.fullmatch(cell):
                decimal[point[1]] += 1
            elif cell and not cell.isdigit() and not _TOTAL.fullmatch(cell):
                other[cell] += 1
    thousands.pop(next(iter(decimal), ""), None)
    lines = [f"decimal = {literal(mark)}" for mark, _ in decimal.most_common(1)]
    lines += [f"thousands = {literal(mark)}" for mark, _ in thousands.most_common(1)]
    if other:
        marks = literal([mark for mark, _ in other.most_common(MARKS_MAX)])
        lines.append(f"absent = {marks}  {LOOK}no figure, or a state of the paper ([states])?")
    return ["[numbers]", *lines] if lines else []


def _columns(look: Look) -> list[str]:
    lines, areas, used = ["[columns]"], look.named("area"), set[str]()
    key = _key(look)
    if not key:
        lines.append(f'unit = ""  {LOOK}which column tells one box from another?')
    elif len(key) == 1:
        lines.append(f"unit = {literal(key[0])}")
    else:
        parts = "-".join(f"{{{heading}|slug}}" if heading in areas else f"{{{heading}}}" for heading in key)
        lines.append(f"unit = {literal(parts)}  {LOOK}one column alone does not tell boxes apart")
    lines += _areas([area for area in areas if [area] != key])
    used |= {*key, *areas}
    for what in (*FIGURES, *ONES):
        found = look.named(what)
        some = found if what == "invalid" and len(found) > 1 else found[:1]
        if some:
            lines.append(f"{what} = {literal(some if len(some) > 1 else some[0])}")
            used |= set(some)
    return lines + _choices(look, used)


def _choices(look: Look, used: set[str]) -> list[str]:
    """Long, pairs or wide; and what is left is ignored by name."""
    choice, votes = look.named("choice"), look.named("votes")
    lines: list[str] = []
    if len(choice) > 1 and len(choice) == len(votes):
        lines = [f"choice = {literal(_star(choice))}", f"votes = {literal(_star(votes))}", "pairs = true"]
        used |= {*choice, *votes}
    elif choice and votes and not look.numeric(choice[0]):
        lines = [f"choice = {literal(choice[0])}", f"votes = {literal(votes[0])}"]
        used |= {choice[0], votes[0]}
    else:
        wide = _wide(look, used)
        used |= set(wide)
        lines = [f'choices = "*"  {LOOK}{_listed(wide)}']
    rest = [heading for heading in look.header if heading not in used]
    if rest:
        lines.append(f"ignore = {literal(rest)}  {LOOK}nothing is read of these")
    return lines


def _rows_of_figures(look: Look) -> dict[str, list[str]]:
    """In a long table: texts where a choice stands that mean voters, invalid votes and so on."""
    found: dict[str, list[str]] = {}
    if not look.named("votes") or len(look.named("choice")) != 1:
        return found
    for text in dict.fromkeys(look.column(look.named("choice")[0])):
        if meaning(text) in FIGURES:
            found.setdefault(meaning(text), []).append(text)
    return found


def _figures(look: Look) -> list[str]:
    found = _rows_of_figures(look)
    lines = [
        f"{what} = {literal(texts)}  {LOOK}rows of figures, and no choices?" for what, texts in found.items()
    ]
    return ["[figures]", *lines] if lines else []


def _wide(look: Look, used: set[str]) -> list[str]:
    """The columns of choices: those that add up to the valid votes, if any do."""
    may = [one for one in look.header if one not in used and look.numeric(one)
           and look.means[one] in ("", "votes", "choice", "party")]  # fmt: skip
    named = [one for one in may if look.means[one] != "votes"]
    valid = look.named("valid")[:1]
    return next((some for some in (named, may) if valid and some and look.adds_up(valid[0], some)), may)


def _areas(areas: Sequence[str]) -> list[str]:
    """A line for each level; a code beside a name is the area's id."""
    levels: dict[str, list[str]] = {}
    for area in areas:
        words = slug(area).split("-")
        kept = [word for word in words if word not in CODES + NAMES] or words
        levels.setdefault("-".join(kept), []).append(area)
    lines = []
    for level, headings in levels.items():
        codes = [one for one in headings if set(slug(one).split("-")) & set(CODES)]
        names = [one for one in headings if one not in codes]
        if codes and names:
            lines.append(f"area.{level} = {{ name = {literal(names[0])}, id = {literal(codes[0])} }}")
        else:
            lines.append(f"area.{level} = {literal(headings[0])}")
    return lines


def _star(headings: Sequence[str]) -> str:
    """The pattern of headings that differ by a number; headings that repeat have none."""
    if any("#" in heading for heading in headings):
        return headings[0]
    return _NUMBERED.sub(r"\1*\3", headings[0])


def _listed(headings: Sequence[str]) -> str:
    return "the choices are " + ", ".join(headings[:MARKS_MAX]) + (", …" if len(headings) > MARKS_MAX else "")


def _key(look: Look) -> list[str]:
    """The fewest columns that tell one box from another: the boxes' own from the last on, then areas."""
    own = look.named("unit") or look.named("area")[-1:] or _unlike(look)[:1]
    areas = [area for area in look.named("area") if area not in own]
    within = [*look.named("contest")[:1], *look.named("choice")[:1]]
    if len(look.named("choice")) > 1:
        within = look.named("contest")[:1]
    every = [*areas, *own]
    for many in range(1, len(every) + 1):
        key = every[len(every) - many :]
        if _tells(look, [*key, *within]):
            return key
    return own[-1:]


def _unlike(look: Look) -> list[str]:
    """Columns that mean nothing we know and have another cell in every row: codes, or names."""
    return [one for one in look.header if not look.means[one] and _tells(look, [one])]


def _tells(look: Look, headings: Sequence[str]) -> bool:
    """Whether no two rows have the same cells there."""
    rows = list(zip(*(look.column(heading) for heading in headings), strict=False))
    return len(set(rows)) == len(rows)


def _look(name: str, content: bytes) -> Look:
    """Encoding, delimiter, header and rows."""
    text, encoding = _text(content)
    if wrong := mistaken(content, "CSV"):
        raise UsageError(f"{name}: {wrong}")
    if "\0" in text:
        raise UsageError(f"{name} is no text, so it is no CSV: what made it can most likely write one.")
    first = [line for line in text.splitlines()[:40] if line.strip()]
    delimiter = max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in first))
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ROWS_MAX + 1))
    except csv.Error as error:
        raise UsageError(f"{name} is no CSV: {error}.") from error
    width = max((sum(bool(cell.strip()) for cell in row) for row in rows[:40]), default=0)
    if not width:
        raise UsageError(f"{name} is empty, or begins with 40 empty lines.")
    skip = next(place for place, row in enumerate(rows) if 2 * len([c for c in row if c.strip()]) > width)
    lines = 2 if _two_lines(rows[skip : skip + 2]) else 1
    header = _headings(rows[skip] if lines == 1 else _joined(*rows[skip : skip + 2]))
    body = [row for row in rows[skip + lines :] if any(cell.strip() for cell in row)]
    if len(header) < 2 or not body:
        raise UsageError(f"{name} is no table with a header and rows under it: {str(header)[:60]}.")
    return Look(encoding, delimiter, skip, lines, header, body)


def _two_lines(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the header goes on in the next line: headings over several columns, and no figure below yet."""
    if len(rows) < 2 or all(cell.strip() for cell in rows[0]):
        return False
    below = [cell.strip() for cell in rows[1]]
    return any(below) and "" in below and not any(cell[:1].isdigit() for cell in below)


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The headings of two lines; one over several columns counts for each."""
    found, last = [], ""
    for place in range(max(len(above), len(below))):
        last = (above[place].strip() if place < len(above) else "") or last
        found.append(f"{last} {below[place] if place < len(below) else ''}")
    return found


def _digits(cell: str) -> int:
    """The number in a cell as far as digits go; 0 for a blank."""
    found = _DECIMALS.sub("", cell.strip())
    digits = "".join(letter for letter in found if letter.isdecimal())  # "²" is a digit, and no number
    return int(digits[:12] or 0)


def _weigh(look: Look) -> None:
    """Puts right by arithmetic what words alone mistake: voters are the valid and the invalid together."""
    valid, invalid, voters = (look.named(what) for what in ("valid", "invalid", "voters"))
    if len(valid) != 1 or not invalid:
        return
    parts = [valid[0], *invalid]
    others = [one for one in look.header if one not in parts and look.numeric(one)]
    right = [one for one in others if look.adds_up(one, parts)]
    if right and right[0] not in voters[:1]:
        for heading in voters:
            bigger = sum(map(_digits, look.column(heading))) > sum(map(_digits, look.column(right[0])))
            look.means[heading] = "registered" if bigger and not look.named("registered") else "ignore"
        look.means[right[0]] = "voters"


def _text(content: bytes) -> tuple[str, str]:
    """The text and its encoding; "" where a mapping need not name it."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), ""
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if error.start > len(content) - 4:  # a letter cut in two where the reading stopped
            return content[: error.start].decode("utf-8-sig"), ""
    name = "cp1252" if any(0x80 <= byte < 0xA0 for byte in content) else "latin-1"
    return content.decode(name, "replace"), name


def _headings(row: Sequence[str]) -> list[str]:
    """Headings as a mapping calls them: one that repeats has its number behind it."""
    seen: Counter[str] = Counter()
    found = []
    for cell in row:
        plain = " ".join(cell.split())
        seen[plain] += 1
        found.append(plain if seen[plain] == 1 else f"{plain}#{seen[plain]}")
    return found


def _meaning(look: Look, heading: str) -> str:
    """By its words; figures must hold numbers, what holds words is none, and an empty column is nothing."""
    if not any(look.column(heading)):
        return "ignore"
    what = meaning(heading.partition("#")[0])
    wants_numbers = what in (*FIGURES, "votes")
    wants_words = what in ("party", "choice", "contest")
    if (wants_numbers and not look.numeric(heading)) or (wants_words and look.numeric(heading)):
        return ""
    return what
