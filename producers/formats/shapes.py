"""What a mapping says, as frozen values: where each figure of a foreign table stands and what its words mean.

    mapping = read_mapping("my.toml", content)          # producers.formats.mapping
    mapping.contest_of("Büyükşehir Belediye Başkanlığı")    → "mayor"
    mapping.choice_of("mayor", "Ekrem İMAMOĞLU")            → "imamoglu"

Know before changing: a mark is a text of the feed that means something of ours: a heading in a wide table, a
cell in a long one, a name in a file that needs no columns. What no mark names gets the slug of its own name,
so a mapping lists only what is otherwise (docs/reference/mapping.md).
"""

from collections import abc
from dataclasses import dataclass, field
from datetime import date, time, tzinfo

from producers.formats.slugs import plain, slug

FIGURES = ("registered", "voters", "valid", "invalid")


@dataclass(frozen=True, slots=True)
class Slot:
    """A column (or path) in a template; its text as it is, or made "slug", "lower", or "04": zeros to 4."""

    name: str
    make: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A text made of columns: `"{İlçe|slug}-{Sandık|04}"`; without braces the one column of that name."""

    text: str
    parts: tuple[str | Slot, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in it."""
        return tuple(part.name for part in self.parts if isinstance(part, Slot))


@dataclass(frozen=True, slots=True)
class AreaField:
    """An area above the unit: its name's column, and its id's where that is not the slug of the name."""

    level: str
    name: Template
    id: Template | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """Where each fact of a row stands; "" or empty: nowhere. Columns' headings, or paths in JSON."""

    unit: Template | None = None
    unit_name: Template | None = None
    areas: tuple[AreaField, ...] = ()
    contest: str = ""
    revision: str = ""
    time: str = ""
    state: str = ""
    cause: str = ""
    boxes: str = ""
    registered: tuple[str, ...] = ()
    """Several are added together; so for the next three."""
    voters: tuple[str, ...] = ()
    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    """Wide: headings that are choices by their own name; ("*",): all others. JSON: the path of a list."""
    choice: str = ""
    votes: str = ""
    party: str = ""
    rows: str = ""
    """JSON only: where the rows are."""
    ignore: tuple[str, ...] = ()
    pairs: bool = False
    """choice and votes stand side by side, several times in a row."""

    def figure(self, name: str) -> tuple[str, ...]:
        """The columns of registered, voters, valid or invalid."""
        found: tuple[str, ...] = getattr(self, name)
        return found


@dataclass(frozen=True, slots=True)
class ChoiceMarks:
    """One choice: its id, the texts that mean it, and what a new night is told of it."""

    id: str
    marks: tuple[str, ...]
    name: str = ""
    party: str = ""
    sum: bool = False
    """The marks are parts of it whose votes are added; otherwise they are other spellings of one."""
    optional: bool = False
    """In a wide table its column may be missing."""


@dataclass(frozen=True, slots=True)
class ContestMarks:
    """One contest: its id, the texts that mean it, its own columns if it stands beside others in one row."""

    id: str
    marks: tuple[str, ...] = ()
    name: str = ""
    choices: abc.Mapping[str, ChoiceMarks] = field(default_factory=dict)
    fields: Fields | None = None


@dataclass(frozen=True, slots=True)
class SkipRule:
    """Rows that are no statement: what stands in a column, or how it begins."""

    column: str
    marks: frozenset[str]
    begins: tuple[str, ...] = ()
    last: bool = False
    """Such a row must end the file; without it the file is half a file."""


@dataclass(frozen=True, slots=True)
class FileShape:
    """How the bytes become cells. encoding "": UTF-8, or as the file's own mark says; delimiter "": found."""

    encoding: str = ""
    delimiter: str = ""
    quote: str = '"'
    skip_lines: int = 0
    header_lines: int = 1
    header_join: str = " "
    header_fill: bool = True
    skip: tuple[SkipRule, ...] = ()
    empty_rows: str = "refuse"
    """A row without a single figure: "refuse", or "skip" it as not heard yet."""
    sorted: bool = True
    """Long tables: the rows of a box follow one another."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How whole numbers are written."""

    decimal: str = ""
    thousands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """How times are written; zone None: they carry their own."""

    formats: tuple[str, ...] = ("iso",)
    zone: tzinfo | None = None
    day: date | None = None
    day_begins: time = time(12)
    """With `day`: an hour before this one belongs to the day after."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What every row has in common and no column says."""

    contest: str = ""
    cause: str = ""
    state: str = ""
    areas: tuple[tuple[str, str, str], ...] = ()
    """(level, id, name), above those of the columns."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Everything a mapping says. `name` is its file, for messages."""

    name: str
    table: str = ""
    """whole, additions, or "" for what the format says itself."""
    level: str = "box"
    revision_is_time: bool = False
    valid_is_sum: bool = False
    voters_are_valid: bool = False
    file: FileShape = FileShape()
    numbers: Numbers = Numbers()
    times: Times = Times()
    fixed: Fixed = Fixed()
    columns: Fields | None = None
    paths: Fields | None = None
    absent: frozenset[str] = frozenset()
    contests: abc.Mapping[str, ContestMarks] = field(default_factory=dict)
    choices: abc.Mapping[str, ChoiceMarks] = field(default_factory=dict)
    areas: abc.Mapping[str, str] = field(default_factory=dict)
    units: abc.Mapping[str, str] = field(default_factory=dict)
    states: abc.Mapping[str, str] = field(default_factory=dict)
    causes: abc.Mapping[str, str] = field(default_factory=dict)
    figures: abc.Mapping[str, str] = field(default_factory=dict)
    """Marks, as `plain` writes them, to ids (areas, units), states, causes, and names of FIGURES."""
    contest_ids: abc.Mapping[str, str] = field(default_factory=dict)
    choice_ids: abc.Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(contest or "", mark as `plain` writes it) → choice."""

    @property
    def whole(self) -> bool:
        """Whether a document is the whole table as it stands."""
        return self.table == "whole"

    def contest_of(self, text: str) -> str:
        """The contest a text of the feed means: by its marks, else the slug of the text."""
        return self.contest_ids.get(plain(text)) or slug(text)

    def contest_name(self, contest: str, text: str = "") -> str:
        """What to call it: as the mapping says, else as the feed does."""
        known = self.contests.get(contest)
        return (known.name if known else "") or text.strip() or contest

    def choice_of(self, contest: str, text: str) -> str:
        """The choice a text of the feed means: by the contest's marks, the mapping's, else its slug."""
        mark = plain(text)
        return self.choice_ids.get((contest, mark)) or self.choice_ids.get(("", mark)) or slug(text)

    def choice_marks(self, contest: str, choice: str) -> ChoiceMarks | None:
        """What the mapping says of a choice, if it names it."""
        known = self.contests.get(contest)
        return (known.choices.get(choice) if known else None) or self.choices.get(choice)

    def choice_name(self, contest: str, choice: str, text: str = "") -> str:
        """What to call it: as the mapping says, else as the feed does."""
        known = self.choice_marks(contest, choice)
        return (known.name if known else "") or text.strip() or choice

    def party_of(self, contest: str, choice: str, text: str = "") -> str:
        """The party the mapping gives a choice, else the feed's text."""
        known = self.choice_marks(contest, choice)
        return (known.party if known else "") or text.strip()

    def area_of(self, text: str) -> str:
        """The area a text of the feed means: by its marks, else the slug of the text."""
        return self.areas.get(plain(text)) or slug(text)

    def unit_of(self, text: str) -> str:
        """The box's own text, or the id its mark means; of a feed of areas, the area."""
        known = self.units.get(plain(text)) if self.units else None
        if known is not None:
            return known
        return text.strip() if self.level == "box" else self.area_of(text)

    def figure_of(self, text: str) -> str:
        """registered, voters, valid or invalid if this text where a choice stands means one; else ""."""
        return self.figures.get(plain(text), "")
