"""The board's headline: one sentence made from the standing and the embargo, in each language.

Know before changing: a sentence is a template with numbers and a reason, two lines at most on the page, and
the same text is spoken to screen readers. Nothing about totals is said before the embargo opens, and no lead
before the contest has passed the night's counted threshold.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from election.embargo import Embargo
from election.night import Choice, Contest, Night
from election.standing import Standing

LANGUAGES = ("en", "tr")


def headline(seen: Standing, contest: Contest, night: Night, ban: Embargo) -> dict[str, str]:
    """The sentence in every language."""
    return {language: _sentence(seen, contest, night, ban, language) for language in LANGUAGES}


def number(value: int, language: str) -> str:
    """A count with the language's thousands mark."""
    mark = "." if language == "tr" else ","
    return f"{value:,}".replace(",", mark)


def counted_pct(seen: Standing) -> int:
    """Tenths of a percent of boxes counted, rounded down: 29.96 % must never read 30, nor one box read 0."""
    if seen.boxes == 0 or seen.boxes_total == 0:
        return 0
    return max(1, seen.boxes * 1000 // seen.boxes_total)


def _percent(tenths: int, language: str) -> str:
    whole, rest = divmod(tenths, 10)
    return f"%{whole},{rest}" if language == "tr" else f"{whole}.{rest}%"


Phrases = dict[str, Callable[..., str]]


def _sentence(seen: Standing, contest: Contest, night: Night, ban: Embargo, language: str) -> str:
    phrases = _PHRASES[language]
    if not ban.is_open:
        hour = None
        if ban.opens_at is not None:
            hour = ban.opens_at.astimezone(ZoneInfo(night.time_zone)).strftime("%H:%M")
        return phrases["embargo"](hour, ban.lifted_at is not None, seen.received, seen.boxes_total)
    if seen.boxes == 0:
        return phrases["nothing"](seen.boxes_total)
    if not seen.counted_at_least(night.lead_from_counted_pct):
        return phrases["early"](counted_pct(seen), seen.boxes, seen.boxes_total)
    names = {choice.id: _short(choice, language) for choice in contest.choices}
    done = seen.boxes == seen.boxes_total
    if len(contest.choices) <= contest.seats:
        return phrases["uncontested"](counted_pct(seen))
    if seen.tie:
        last, first_out = (names[seen.order[contest.seats - 1]], names[seen.order[contest.seats]])
        return phrases["tie"](last, first_out, counted_pct(seen), done)
    if contest.seats > 1:
        return phrases["several"](
            [names[choice] for choice in seen.order[: contest.seats]], counted_pct(seen)
        )
    leader, out = names[seen.order[0]], seen.outstanding
    if contest.kind == "yes-no":
        return phrases["ballot"](leader, seen.margin_votes, counted_pct(seen))
    if done:
        return phrases["done"](leader, seen.margin_votes, seen.boxes_total)
    safe = seen.margin_votes > out.votes_max
    return phrases["lead"](leader, seen.margin_votes, out.boxes, out.votes_max, safe)


def _short(choice: Choice, language: str) -> str:
    """A short name of its own is a person's and stays; a plain name is said in the language."""
    return choice.names.get(language, choice.short) if choice.short == choice.name else choice.short


def _some(value: int, one: str, many: str) -> str:
    return f"{number(value, 'en')} {one if value == 1 else many}"


def _en_embargo(hour: str | None, lifted: bool, received: int, total: int) -> str:
    when = (
        ""
        if hour is None
        else (f" The ban ends at {hour};" if lifted else f" By law the ban ends at {hour};")
    )
    have = "has" if received == 1 else "have"
    boxes = f"{number(received, 'en')} of {_some(total, 'box', 'boxes')}"
    return f"No results yet.{when} {boxes} {have} been received."


def _tr_embargo(hour: str | None, lifted: bool, received: int, total: int) -> str:
    when = ""
    if hour is not None:
        when = f" Yayın yasağı {hour} itibarıyla kalkıyor;" if lifted else f" Yasağın yasal bitişi {hour};"
    return f"Henüz sonuç yok.{when} {number(total, 'tr')} sandığın {number(received, 'tr')} tanesi geldi."


def _en_lead(leader: str, margin: int, boxes: int, most: int, safe: bool) -> str:
    end = "" if safe else ", so this can still change"  # that it cannot is for a call to say
    hold = "box not yet counted holds" if boxes == 1 else "boxes not yet counted hold"
    return (
        f"{leader} leads by {_some(margin, 'vote', 'votes')}. The {number(boxes, 'en')} {hold} "
        f"at most {number(most, 'en')}{end}."
    )


def _tr_lead(leader: str, margin: int, boxes: int, most: int, safe: bool) -> str:
    end = "" if safe else ": fark hâlâ kapanabilir"
    return (
        f"{leader} {number(margin, 'tr')} oy önde. Açılmayan {number(boxes, 'tr')} sandıkta en çok "
        f"{number(most, 'tr')} oy var{end}."
    )


def _en_done(leader: str, margin: int, total: int) -> str:
    every = "the only box" if total == 1 else f"all {number(total, 'en')} boxes"
    return f"{leader} leads by {_some(margin, 'vote', 'votes')}, with {every} counted."


def _en_tie(last: str, first_out: str, tenths: int, done: bool) -> str:
    end = "with every box counted" if done else f"with {_percent(tenths, 'en')} of boxes counted"
    return f"{last} and {first_out} have the same number of votes, {end}."


def _tr_tie(last: str, first_out: str, tenths: int, done: bool) -> str:
    end = "bütün sandıklar sayıldı" if done else f"sandıkların {_percent(tenths, 'tr')} kadarı sayıldı"
    return f"{last} ve {first_out} eşit oyda; {end}."


_PHRASES: dict[str, Phrases] = {
    "en": {
        "embargo": _en_embargo,
        "nothing": lambda total: f"No box is counted yet, of {number(total, 'en')}.",
        "early": lambda tenths, boxes, total: (
            f"Too early to say who is ahead. {_percent(tenths, 'en')} of boxes are counted: "
            f"{number(boxes, 'en')} of {number(total, 'en')}."
        ),
        "tie": _en_tie,
        "several": lambda names, tenths: (
            f"{', '.join(names[:-1])} and {names[-1]} are ahead, with {_percent(tenths, 'en')} of boxes "
            "counted."
        ),
        "uncontested": lambda tenths: (
            f"There is no more than one choice a seat. {_percent(tenths, 'en')} of boxes are counted."
        ),
        "ballot": lambda leader, margin, tenths: (
            f"{leader} is ahead by {_some(margin, 'vote', 'votes')}, with {_percent(tenths, 'en')} of boxes "
            "counted."
        ),
        "done": _en_done,
        "lead": _en_lead,
    },
    "tr": {
        "embargo": _tr_embargo,
        "nothing": lambda total: f"{number(total, 'tr')} sandıktan henüz hiçbiri sayılmadı.",
        "early": lambda tenths, boxes, total: (
            f"Kimin önde olduğunu söylemek için erken. Sandıkların {_percent(tenths, 'tr')} kadarı sayıldı: "
            f"{number(total, 'tr')} sandığın {number(boxes, 'tr')} tanesi."
        ),
        "tie": _tr_tie,
        "several": lambda names, tenths: (
            f"{', '.join(names[:-1])} ve {names[-1]} önde; sandıkların {_percent(tenths, 'tr')} "
            "kadarı sayıldı."
        ),
        "uncontested": lambda tenths: (
            f"Seçilecek kişi sayısından çok aday yok. Sandıkların {_percent(tenths, 'tr')} kadarı sayıldı."
        ),
        "ballot": lambda leader, margin, tenths: (
            f"{leader} {number(margin, 'tr')} oy önde; sandıkların {_percent(tenths, 'tr')} kadarı sayıldı."
        ),
        "done": lambda leader, margin, total: (
            f"{leader} {number(margin, 'tr')} oy önde; {number(total, 'tr')} sandığın hepsi sayıldı."
        ),
        "lead": _tr_lead,
    },
}
