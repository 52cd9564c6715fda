"""How the headlines write numbers, shares, names and days, in each language.

    number(4742082, "tr")           4.742.082
    percent(950, "en")              95.0%
    day(date(2019, 5, 6), "tr")     6 Mayıs
    clock(time(19, 15), "tr")       19.15

Know before changing: a progress is rounded down and never to nothing, so that 29.96 % does not read 30.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

from election.night import Choice
from election.standing import Standing

LANGUAGES = ("en", "tr")
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    "tr": (
        "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım",
        "Aralık",
    ),
}  # fmt: skip


def number(value: int, language: str) -> str:
    """A count with the language's thousands mark."""
    mark = "." if language == "tr" else ","
    return f"{value:,}".replace(",", mark)


def counted_pct(seen: Standing) -> int:
    """Tenths of a percent of boxes counted, rounded down: 29.96 % must never read 30, nor one box read 0."""
    if seen.boxes == 0 or seen.boxes_total == 0:
        return 0
    return max(1, seen.boxes * 1000 // seen.boxes_total)


def percent(tenths: int, language: str) -> str:
    """Tenths of a percent as a percentage with one decimal."""
    whole, rest = divmod(tenths, 10)
    return f"%{whole},{rest}" if language == "tr" else f"{whole}.{rest}%"


def short(choice: Choice, language: str) -> str:
    """A short name of its own is a person's and stays; a plain name is said in the language."""
    return choice.names.get(language, choice.short) if choice.short == choice.name else choice.short


def hundredths(part: int, whole: int, language: str) -> str:
    """A share in percentage points with two decimals, rounded half up; never a rounded nothing."""
    scaled = (2 * part * 10000 + whole) // (2 * whole) if whole else 0
    less = "<" if part and whole and not scaled else ""
    text = f"{less}{max(scaled, 1 if less else 0) / 100:.2f}"
    return text.replace(".", ",") if language == "tr" else text


def some(value: int, one: str, many: str) -> str:
    """So many of something in English: 1 vote, 2 votes."""
    return f"{number(value, 'en')} {one if value == 1 else many}"


def clock(local: time | datetime, language: str) -> str:
    """An hour of the day, with the language's mark between its parts: 19:15, in Turkish 19.15."""
    return local.strftime("%H.%M" if language == "tr" else "%H:%M")


def day(of: date, language: str) -> str:
    """A day in words, without its year."""
    return f"{of.day} {MONTHS[language][of.month - 1]}"
