"""What the address of an embed or an overlay asks for: which contest, in which language, how it should look.

    options = read(asked)      UsageError where something is asked for that there is not

Know before changing: these addresses are written once into somebody's page or graphics machine and looked at
by nobody after that, so what is wrong in one is said at once, and nothing in it is passed over in silence.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import quote

from election.errors import UsageError
from election.night import ContestId
from election.wire.frames import Json
from web.archive import clock_mark
from web.asked import Asked
from web.words import languages

THEMES = ("auto", "light", "dark")
PALETTES = ("party", "safe")
DELAY_S_MAX = 600
NAMES = ("contest", "lang", "theme", "palette")
"""What can be asked for; of an overlay also its delay."""
ELSEWHERE = ("delay", "as_of", "area")
"""Names that mean something in other addresses of ours. Sites add words of their own (`v`, `utm_source`)."""
ALIKE = 0.7
"""From where on a name is one of ours misspelt; a share of letters in common, 0 to 1."""


class NoSuchError(UsageError):
    """What is asked for is not here, however it is asked."""


@dataclass(frozen=True, slots=True)
class Options:
    """How it is asked for, every value one of a few."""

    contest: ContestId
    lang: str
    theme: str
    palette: str
    tag: str
    """Names exactly what is shown of the contest now."""
    shown: Json

    @property
    def key(self) -> str:
        """What it is asked for as, without what is shown."""
        return f"{self.contest}/{self.lang}/{self.theme}/{self.palette}"

    @property
    def path(self) -> str:
        """The contest as it stands in a path."""
        return quote(self.contest, safe="")


def read(asked: Asked) -> Options:
    """The options of an address. Raises UsageError for what there is not."""
    return of(asked, ContestId(asked.one("contest") or next(iter(asked.groups))))


def of(asked: Asked, contest: ContestId) -> Options:
    """The options where the contest is said elsewhere than in the query."""
    group = asked.groups.get(contest)
    if group is None:
        raise NoSuchError(f"There is no such contest; there is {', '.join(asked.groups)}: ?contest=NAME.")
    _look_at_names(asked)
    lang = one_of(asked, "lang", (asked.lang, *languages()))
    theme, palette = one_of(asked, "theme", THEMES), one_of(asked, "palette", PALETTES)
    return Options(contest, lang, theme, palette, group.tag + clock_mark(group.shown), group.shown)


def _look_at_names(asked: Asked) -> None:
    names = (*NAMES, "delay") if asked.where == "overlay" else NAMES
    for name, said in asked.query.items():
        if name not in names:
            if name in ELSEWHERE or get_close_matches(name, names, 1, ALIKE):
                raise UsageError(f"There is no option {name[:40]!r}; there is {', '.join(names)}.")
            continue
        if len(said) > 1:
            raise UsageError(f"{name} is said twice.")


def one_of(asked: Asked, name: str, known: tuple[str, ...]) -> str:
    """A value of the query that is one of a few; the first one where nothing is said."""
    said = asked.one(name)
    if said is None:
        return known[0]
    if said not in known:
        raise UsageError(f"{name} is {said[:40]!r}; it is one of {', '.join(dict.fromkeys(known))}.")
    return said


def delay_s(asked: Asked) -> int:
    """By how many whole seconds what is shown stays behind. Raises UsageError for what is no such number."""
    said = asked.one("delay")
    if said is None:
        return 0
    if not (said.isascii() and said.isdigit() and len(said) < 5 and int(said) <= DELAY_S_MAX):
        raise UsageError(f"delay is {said[:40]!r}; it is a number of seconds from 0 to {DELAY_S_MAX}.")
    return int(said)
