"""How the pages say a number, a time and a sentence, in each language there is a strings file for.

Know before changing: one file a language (languages/), in parts: what the board renews itself
(board), what only the server ever writes (printed), and one for each further page or late section, whose keys
begin with its name (desk.title). A page fetches the parts it renews and no other. static/words.js says the
same things in the browser, and tests/web/vectors/words.json holds both to the same answers; change the three
together. Sums and roundings are done in integers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from languages import SPOKEN, codes, direction, table

BOLD = "\x01"
"""Starts and ends bold text inside a sentence; taken out of every value, so that data cannot use it."""
NONE = "–"
UNPREFIXED = ("board", "printed")
"""The parts whose sentences are said without the name of the part."""
languages = codes
"""The languages there is a file for."""
VOWELS = {"a": "ı", "ı": "ı", "e": "i", "i": "i", "o": "u", "u": "u", "ö": "ü", "ü": "ü"}


@dataclass(frozen=True)
class Words:
    """One language: its table of sentences and its way of writing numbers."""

    text: Mapping[str, str]

    @property
    def lang(self) -> str:
        """The language code, as in the lang attribute."""
        return self.text["lang"]

    @property
    def dir(self) -> str | None:
        """The dir attribute of a page that runs from right to left; None for one that runs as pages do."""
        return "rtl" if direction(self.lang) == "rtl" else None

    def say(self, key: str, count: int | None = None, **values: object) -> str:
        """The sentence with its values put in; `one|many` is chosen by `count`, `*bold*` is marked."""
        sentence = self.text[key].replace("*", BOLD)
        if "|" in sentence:
            one, many = sentence.split("|", 1)
            sentence = one if count == 1 else many
        for name, value in values.items():
            clean = str(value) if name == "list" else str(value).replace(BOLD, "")
            sentence = sentence.replace("{" + name + "}", clean)
        return sentence

    def level(self, level: str, form: int) -> str:
        """The name of a level of areas: 0 one, 1 many, 2 `in each`, 3 `in so many`, 4 `in one`.

        In one is said as in so many, where a language has a form for that.
        """
        forms = self.text.get(f"level.{level}", self.text["level.other"].replace("{id}", level)).split("|")
        if form == 4:
            form = 3 if len(forms) > 3 else 0
        return forms[form] if form < len(forms) else forms[1]

    def name(self, thing: Mapping[str, object] | None, key: str = "name") -> str:
        """The name of a contest, party or area in this language, else the plain one."""
        if thing is None:
            return ""
        names = thing.get(key + "s")
        if isinstance(names, Mapping) and names.get(self.lang):
            return str(names[self.lang]).replace(BOLD, "")
        return str(thing.get(key) or "").replace(BOLD, "")

    def of(self, name: str) -> str:
        """The name with the ending of its owner: Kaya’s; Kaya’nın by vowel harmony."""
        if self.text["of"] != "harmony":
            return self.text["of"].replace("{name}", name)
        small = self.lower(name)
        vowel = next((VOWELS[letter] for letter in reversed(small) if letter in VOWELS), "i")
        return f"{name}’{'n' if small[-1:] in VOWELS else ''}{vowel}n"

    def lower(self, text: str) -> str:
        """Small letters by the language's own rule for I and İ."""
        if self.text["casing"] == "turkic":
            text = text.replace("I", "ı").replace("İ", "i")
        return text.lower()

    def capital(self, text: str) -> str:
        """The text with a capital first letter, by the language's own rule for i and ı."""
        first = text[:1].replace("i", "İ") if self.text["casing"] == "turkic" else text[:1]
        return first.upper() + text[1:]

    def number(self, value: int | None) -> str:
        """A whole number in groups of three."""
        return NONE if value is None else f"{value:,}".replace(",", self.text["group"])

    def decimal(self, scaled: int, digits: int) -> str:
        """`scaled` / 10^digits with exactly that many decimals."""
        if digits == 0:
            return self.number(scaled)
        whole, part = divmod(scaled, 10**digits)
        return f"{self.number(whole)}{self.text['decimal']}{part:0{digits}}"

    def percent(self, scaled: int, digits: int) -> str:
        """The same with the language's percent sign on its side of the number."""
        return self.text["percent"].replace("{n}", self.decimal(scaled, digits))

    def counted(self, part: int | None, whole: int | None, digits: int = 0) -> str:
        """A progress, rounded down; never a rounded 0 or 100."""
        if part is None or not whole:
            return NONE
        if part == whole:
            return self.percent(100, 0)
        scale = 10**digits
        scaled = part * 100 * scale // whole
        if part and not scaled:
            return "<" + self.percent(1, digits)
        if digits == 0 and part < whole and part * 100 > 99 * whole:
            return ">" + self.percent(99, 0)
        return self.percent(scaled, digits)

    def share_number(self, votes: int | None, valid: int | None, digits: int) -> str:
        """A share without its sign, rounded half up; never a rounded 0 or 100."""
        if votes is None or not valid:
            return NONE
        scale = 10**digits
        scaled = half_up(votes * 100 * scale, valid)
        if votes and not scaled:
            return "<" + self.decimal(1, digits)
        if votes < valid and scaled == 100 * scale:
            return ">" + self.decimal(100 * scale - 1, digits)
        return self.decimal(scaled, digits)

    def share(self, votes: int | None, valid: int | None, digits: int = 1) -> str:
        """A share of the valid votes with its percent sign."""
        said = self.share_number(votes, valid, digits)
        if said == NONE:
            return said
        mark = said[0] if said[0] in "<>" else ""
        return mark + self.text["percent"].replace("{n}", said[len(mark) :])

    def points(self, margin: int | None, valid: int | None, digits: int | None = None) -> str:
        """A lead in percentage points: one decimal, two under one point, never a rounded 0."""
        if margin is None or not valid:
            return NONE
        if digits is None:
            digits = 2 if margin * 100 < valid else 1
        if digits == 0 and margin * 100 < valid:
            return "<1" if margin else "0"
        scaled = half_up(margin * 100 * 10**digits, valid)
        return "<" + self.decimal(1, digits) if margin and not scaled else self.decimal(scaled, digits)

    def clock(self, at: str | None, zone: str, *, seconds: bool = True) -> str:
        """The time of day in the night's own time zone."""
        moment = local(at, zone)
        if moment is None:
            return NONE
        pattern = self.text["clock" if seconds else "clock_short"]
        return pattern.format(h=f"{moment:%H}", m=f"{moment:%M}", s=f"{moment:%S}")

    def moment(self, at: str | None, zone: str, night: str | None, *, seconds: bool = True) -> str:
        """The time of day on the night itself; with the day before it, and no seconds, on another one."""
        moment = local(at, zone)
        if moment is None or moment.date().isoformat() == night:
            return self.clock(at, zone, seconds=seconds)
        return f"{self.day(at, zone)} {self.clock(at, zone, seconds=False)}"

    def day(self, at: str | None, zone: str = "UTC") -> str:
        """The day of a moment, or a plain day such as 2019-06-23, in words and without its year."""
        moment = local(at, zone) if at and len(at) > len("2019-06-23") else None
        day = moment.date().isoformat() if moment else at
        if not day:
            return NONE
        _, month, number = day.split("-")
        return self.text["day"].format(d=int(number), month=self.text["months"].split("|")[int(month) - 1])

    def lasted(self, seconds: int) -> str:
        """A length of time, rounded down: seconds under two minutes, minutes under two hours, then both."""
        if seconds < 120:
            return self.text["dur_s"].format(n=seconds)
        minutes = seconds // 60
        if minutes < 120:
            return self.text["dur_m"].format(n=minutes)
        return self.text["dur_h"].format(h=minutes // 60, m=minutes % 60)

    def signed(self, value: float) -> str:
        """Percentage points with one decimal and their sign, + or −; never ▲ or ▼."""
        tenths = int(abs(value) * 10 + 0.5)
        sign = "" if tenths == 0 else "−" if value < 0 else "+"
        return sign + self.decimal(tenths, 1)

    def date(self, day: str | None) -> str:
        """A day such as 2019-06-23, in words."""
        if not day:
            return ""
        year, month, number = day.split("-")
        name = self.text["months"].split("|")[int(month) - 1]
        return self.text["date"].format(d=int(number), month=name, y=year)

    def sort_key(self, name: str) -> tuple[int, ...]:
        """Alphabetical order by the language's alphabet."""
        letters = self.text["alphabet"]
        small = self.lower(name)
        return tuple(letters.find(letter) if letter in letters else ord(letter) for letter in small)


def half_up(value: int, by: int) -> int:
    """value / by to the nearest whole number, halves up."""
    return (2 * value + by) // (2 * by)


def local(at: str | None, zone: str) -> datetime | None:
    """A moment of the wire in a time zone; UTC where the machine does not know the zone."""
    if not at:
        return None
    try:
        place: ZoneInfo | None = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        place = None  # a machine without time zone data still shows a page
    return datetime.fromisoformat(at).astimezone(place or UTC)


@cache
def static_text(name: str, folder: str = "static") -> str:
    """A file of web/static, or of another folder of this room, as text."""
    return files("web").joinpath(folder, name).read_text(encoding="utf-8")


@cache
def part_texts(lang: str) -> Mapping[str, Mapping[str, str]]:
    """The sentences of a language by part, under the keys that they are said by."""
    texts = {
        part: dict(said)
        if part in UNPREFIXED
        else {f"{part}.{key}": sentence for key, sentence in said.items()}
        for part, said in table(lang).items()
        if part not in SPOKEN
    }
    texts["board"]["lang"] = lang
    return texts


@cache
def words(lang: str) -> Words:
    """The words of a language; English for one that there is no file for."""
    known = lang if lang in languages() else "en"
    merged: dict[str, str] = {}
    for code in ("en", known):  # a sentence that a language's file lacks is said in English
        for said in part_texts(code).values():
            merged |= said
    return Words(merged)
