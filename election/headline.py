"""The board's headline: one sentence made from the standing, the embargo and the call, in each language.

    headline(seen, contest, night, ban)                         {"en": "Kaya leads by 4,021 votes. …", …}
    headline(seen, contest, night, ban, Public("called", …))    {"en": "Kaya is called the winner: …", …}
    headline(seen, contest, night, ban, None, Beside(True))     {"en": "Kaya leads by 4,021 in a count …", …}

Know before changing: a sentence is a template of languages/ with numbers, two lines at most on the page, and
the same text is spoken to screen readers. Nothing about totals is said before the embargo opens, and no lead
before the contest has passed the night's counted threshold, unless a call is public. A call that was
withdrawn is said until something comes after it.
"""

from zoneinfo import ZoneInfo

from election.embargo import Embargo
from election.headline_call import SPOKEN, Told
from election.headline_call import Public as Public
from election.headline_call import public as public
from election.headline_sources import Beside
from election.headline_sources import sentence as sources_sentence
from election.headline_words import LANGUAGES as LANGUAGES
from election.headline_words import counted_pct as counted_pct
from election.headline_words import short
from election.night import Contest, Night
from election.standing import Standing
from languages.saying import say


def headline(
    seen: Standing, contest: Contest, night: Night, ban: Embargo, call: Public | None = None,
    beside: Beside | None = None,
) -> dict[str, str]:  # fmt: skip
    """The sentence in every language; without a call it says how the count stands.

    `beside` is what the other counts say, and whether this one has stopped.
    """
    return {language: _sentence(seen, contest, night, ban, call, language, beside) for language in LANGUAGES}


def _sentence(
    seen: Standing, contest: Contest, night: Night, ban: Embargo, call: Public | None, language: str,
    beside: Beside | None,
) -> str:  # fmt: skip
    if not ban.is_open:
        return _embargo(seen, night, ban, language)
    spoken = SPOKEN.get(call.state) if call is not None else None
    if call is not None and spoken is not None:
        return spoken(
            Told(seen, contest, night, call, language, _standing(seen, contest, night, None, language))
        )
    return _standing(seen, contest, night, call, language, beside)


def _embargo(seen: Standing, night: Night, ban: Embargo, language: str) -> str:
    """What may be said before the ban ends: how much was received, and when it ends if that is known."""
    when, hour = "unknown", None
    if ban.opens_at is not None:
        when = "law" if ban.lifted_at is None else "lifted"
        hour = ban.opens_at.astimezone(ZoneInfo(night.time_zone))
    return say(
        language, "headline.embargo", when=when, hour=hour, received=seen.received, total=seen.boxes_total
    )


def _standing(
    seen: Standing, contest: Contest, night: Night, call: Public | None, language: str,
    beside: Beside | None = None,
) -> str:  # fmt: skip
    """How the count stands, without anything that was told of it."""
    part, boxes, total = counted_pct(seen), seen.boxes, seen.boxes_total
    if boxes == 0:
        return say(language, "headline.nothing", total=total)
    if not seen.counted_at_least(night.lead_from_counted_pct):
        return say(language, "headline.early", part=part, boxes=boxes, total=total)
    names = {choice.id: short(choice, language) for choice in contest.choices}
    done = boxes == total
    if len(contest.choices) <= contest.seats:
        return say(language, "headline.uncontested", part=part)
    if seen.margin_votes == 0:  # also where there is no vote at all, which is no tie
        last, first = (names[seen.order[contest.seats - 1]], names[seen.order[contest.seats]])
        return say(language, "headline.tie", last=last, first=first, part=part, done=done)
    if contest.seats > 1:
        ahead = [names[choice] for choice in seen.order[: contest.seats]]
        return say(language, "headline.several", names=ahead, part=part)
    leader, margin, out = names[seen.order[0]], seen.margin_votes, seen.outstanding
    close = call is not None and call.state == "too close"
    if beside is not None and (beside.stopped or beside.others):
        return sources_sentence(seen, contest, beside, language, close=close)
    if close:
        points = (margin, seen.valid)
        return say(
            language, "headline.close", leader=leader, margin=margin, points=points, most=out.votes_max,
            done=done,
        )  # fmt: skip
    if contest.kind == "yes-no":
        return say(language, "headline.ballot", leader=leader, margin=margin, part=part)
    if done:
        return say(language, "headline.done", leader=leader, margin=margin, total=total)
    safe = margin > out.votes_max  # that it cannot change is for a call to say
    return say(
        language,
        "headline.lead",
        leader=leader,
        margin=margin,
        boxes=out.boxes,
        most=out.votes_max,
        safe=safe,
    )
