"""The board's headline: one sentence made from the standing, the embargo and the call, in each language.

    headline(seen, contest, night, ban)                         {"en": "Kaya leads by 4,021 votes. …", …}
    headline(seen, contest, night, ban, Public("called", …))    {"en": "Kaya is called the winner: …", …}
    headline(seen, contest, night, ban, None, Beside(True))     {"en": "Kaya leads by 4,021 in a count …", …}

Know before changing: a sentence is a template with numbers and a reason, two lines at most on the page, and
the same text is spoken to screen readers. Nothing about totals is said before the embargo opens, and no lead
before the contest has passed the night's counted threshold, unless a call is public. A call that was
withdrawn is said until something comes after it.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from election.embargo import Embargo
from election.headline_call import SPOKEN, Told
from election.headline_call import Public as Public
from election.headline_call import public as public
from election.headline_sources import Beside
from election.headline_sources import sentence as sources_sentence
from election.headline_words import LANGUAGES as LANGUAGES
from election.headline_words import clock, hundredths, percent, short, some
from election.headline_words import counted_pct as counted_pct
from election.headline_words import number as number
from election.night import Contest, Night
from election.standing import Standing


def headline(
    seen: Standing, contest: Contest, night: Night, ban: Embargo, call: Public | None = None,
    beside: Beside | None = None,
) -> dict[str, str]:  # fmt: skip
    """The sentence in every language; without a call it says how the count stands.

    `beside` is what the other counts say, and whether this one has stopped.
    """
    return {language: _sentence(seen, contest, night, ban, call, language, beside) for language in LANGUAGES}


Phrases = dict[str, Callable[..., str]]


def _sentence(
    seen: Standing, contest: Contest, night: Night, ban: Embargo, call: Public | None, language: str,
    beside: Beside | None,
) -> str:  # fmt: skip
    phrases = _PHRASES[language]
    if not ban.is_open:
        hour = None
        if ban.opens_at is not None:
            hour = clock(ban.opens_at.astimezone(ZoneInfo(night.time_zone)), language)
        return phrases["embargo"](hour, ban.lifted_at is not None, seen.received, seen.boxes_total)
    spoken = SPOKEN.get(call.state) if call is not None else None
    if call is not None and spoken is not None:
        return spoken(
            Told(seen, contest, night, call, language, _standing(seen, contest, night, None, language))
        )
    return _standing(seen, contest, night, call, language, beside)


def _standing(
    seen: Standing, contest: Contest, night: Night, call: Public | None, language: str,
    beside: Beside | None = None,
) -> str:  # fmt: skip
    """How the count stands, without anything that was told of it."""
    phrases = _PHRASES[language]
    if seen.boxes == 0:
        return phrases["nothing"](seen.boxes_total)
    if not seen.counted_at_least(night.lead_from_counted_pct):
        return phrases["early"](counted_pct(seen), seen.boxes, seen.boxes_total)
    names = {choice.id: short(choice, language) for choice in contest.choices}
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
    close = call is not None and call.state == "too close"
    if beside is not None and (beside.stopped or beside.others):
        return sources_sentence(seen, contest, beside, language, close=close)
    if close:
        points = hundredths(seen.margin_votes, seen.valid, language)
        return phrases["close"](leader, seen.margin_votes, points, out.votes_max, done)
    if contest.kind == "yes-no":
        return phrases["ballot"](leader, seen.margin_votes, counted_pct(seen))
    if done:
        return phrases["done"](leader, seen.margin_votes, seen.boxes_total)
    safe = seen.margin_votes > out.votes_max
    return phrases["lead"](leader, seen.margin_votes, out.boxes, out.votes_max, safe)


def _en_embargo(hour: str | None, lifted: bool, received: int, total: int) -> str:
    when = (
        ""
        if hour is None
        else (f" The ban ends at {hour};" if lifted else f" By law the ban ends at {hour};")
    )
    have = "has" if received == 1 else "have"
    boxes = f"{number(received, 'en')} of {some(total, 'box', 'boxes')}"
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
        f"{leader} leads by {some(margin, 'vote', 'votes')}. The {number(boxes, 'en')} {hold} "
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
    return f"{leader} leads by {some(margin, 'vote', 'votes')}, with {every} counted."


def _en_tie(last: str, first_out: str, tenths: int, done: bool) -> str:
    end = "with every box counted" if done else f"with {percent(tenths, 'en')} of boxes counted"
    return f"{last} and {first_out} have the same number of votes, {end}."


def _tr_tie(last: str, first_out: str, tenths: int, done: bool) -> str:
    end = "bütün sandıklar sayıldı" if done else f"sandıkların {percent(tenths, 'tr')} kadarı sayıldı"
    return f"{last} ve {first_out} eşit oyda; {end}."


def _en_close(leader: str, margin: int, points: str, most: int, done: bool) -> str:
    end = ", with every box counted" if done else f", and at most {number(most, 'en')} are still to come"
    return f"Too close to call. {leader} leads by {some(margin, 'vote', 'votes')}, {points} points{end}."


def _tr_close(leader: str, margin: int, points: str, most: int, done: bool) -> str:
    end = "bütün sandıklar sayıldı" if done else f"en çok {number(most, 'tr')} oy daha gelebilir"
    return f"İlan için fark çok az. {leader} {number(margin, 'tr')} oy, {points} puan önde; {end}."


_PHRASES: dict[str, Phrases] = {
    "en": {
        "close": _en_close,
        "embargo": _en_embargo,
        "nothing": lambda total: f"No box is counted yet, of {number(total, 'en')}.",
        "early": lambda tenths, boxes, total: (
            f"Too early to say who is ahead. {percent(tenths, 'en')} of boxes are counted: "
            f"{number(boxes, 'en')} of {number(total, 'en')}."
        ),
        "tie": _en_tie,
        "several": lambda names, tenths: (
            f"{', '.join(names[:-1])} and {names[-1]} are ahead, with {percent(tenths, 'en')} of boxes "
            "counted."
        ),
        "uncontested": lambda tenths: (
            f"There is no more than one choice a seat. {percent(tenths, 'en')} of boxes are counted."
        ),
        "ballot": lambda leader, margin, tenths: (
            f"{leader} is ahead by {some(margin, 'vote', 'votes')}, with {percent(tenths, 'en')} of boxes "
            "counted."
        ),
        "done": _en_done,
        "lead": _en_lead,
    },
    "tr": {
        "close": _tr_close,
        "embargo": _tr_embargo,
        "nothing": lambda total: f"{number(total, 'tr')} sandıktan henüz hiçbiri sayılmadı.",
        "early": lambda tenths, boxes, total: (
            f"Kimin önde olduğunu söylemek için erken. Sandıkların {percent(tenths, 'tr')} kadarı sayıldı: "
            f"{number(total, 'tr')} sandığın {number(boxes, 'tr')} tanesi."
        ),
        "tie": _tr_tie,
        "several": lambda names, tenths: (
            f"{', '.join(names[:-1])} ve {names[-1]} önde; sandıkların {percent(tenths, 'tr')} "
            "kadarı sayıldı."
        ),
        "uncontested": lambda tenths: (
            f"Seçilecek kişi sayısından çok aday yok. Sandıkların {percent(tenths, 'tr')} kadarı sayıldı."
        ),
        "ballot": lambda leader, margin, tenths: (
            f"{leader} {number(margin, 'tr')} oy önde; sandıkların {percent(tenths, 'tr')} kadarı sayıldı."
        ),
        "done": lambda leader, margin, total: (
            f"{leader} {number(margin, 'tr')} oy önde; {number(total, 'tr')} sandığın hepsi sayıldı."
        ),
        "lead": _tr_lead,
    },
}
