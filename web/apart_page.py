"""The page and the JSON of the boxes of which two counts say different things.

    /apart/mayor?lang=tr      in words and tables; the board takes its list from here
    /apart/mayor.json         the same facts for programs (docs/reference/snapshot.md)

Know before changing: ▲ and ▼ belong to the two candidates, so an effect is told as + votes for one of them.
No count is called the right one. Under the ban there is no figure here, not even how many boxes differ.
"""

from collections.abc import Awaitable, Mapping

import orjson

from election.night import ContestId
from election.wire.frames import Json
from web.archive import clock_mark
from web.asked import Asked
from web.counts import source_name, tags
from web.face import Face, Snapshot, face_of, short
from web.html import Html, h, join
from web.inside import Inside, page, table
from web.kept import Kept
from web.lost import no_contest
from web.replies import BY_LANGUAGE, TABLE, TYPES, Answer, nothing, waited
from web.words import Words, words

JSON = ".json"
Named = tuple[str | Html, ...]


def answer(asked: Asked) -> Answer | Awaitable[Answer]:
    """The page, or the JSON, of a contest."""
    contest, made = ContestId(asked.rest.removesuffix(JSON)), asked.apart
    if made is None:
        return nothing()
    if contest not in asked.groups:
        return no_contest(asked, contest, "/apart/{}.json" if asked.rest.endswith(JSON) else "/apart/{}")
    if asked.rest.endswith(JSON):
        return waited(lambda: made.get(contest), asked.request, TYPES["json"], TABLE)

    async def printed() -> Kept:
        facts = await made.get(contest)
        group, w = asked.groups[contest], words(asked.lang)
        etag = f"{facts.etag}:{group.tag}{clock_mark(group.shown)}:{w.lang}:{asked.edition}"
        return asked.keep.get(
            f"/apart/{contest}/{w.lang}", etag,
            lambda: page(apart(orjson.loads(facts.plain), group.shown, w), asked, group.shown, w),
        )  # fmt: skip

    return waited(printed, asked.request, TYPES["html"], "no-cache", BY_LANGUAGE)


def apart(facts: Json, s: Snapshot, w: Words) -> Inside:
    """The page: each pair of counts with its sums and its boxes."""
    face = face_of(s)
    sources = {str(one["id"]): one for one in s.get("sources") or []}
    blocks: list[Html | None] = []
    if facts["embargo"]["state"] != "open":
        blocks.append(h("p", w.say("apart.closed")))
    elif not facts["pairs"]:
        blocks.append(h("p", w.say("apart.alone")))
    for at, pair in enumerate(facts["pairs"]):
        named = _called(sources, facts["source"], w), _called(sources, pair["source"], w)
        blocks += _pair(pair, named, facts, s, face, w, at)
    for one in facts["areas_only"]:
        if blocks and one in sources:
            blocks.append(h("p", *_called(sources, one, w), " ", w.say("apart.areas"), class_="quiet"))
    body = h("div", *blocks, class_="apart-of", data_of=f"{facts['epoch']}:{facts['version']}")
    return Inside(w.say("apart"), w.say("apart.sub"), (body,), ("apart.css",))


def _called(sources: Mapping[str, Snapshot], source: str, w: Words) -> Named:
    """A count by its name, tagged where it is simulated."""
    one = sources.get(source, {"name": source})
    return (h("b", source_name(one, w)[0]), *tags({**one, "published": False}, w))


def _pair(
    pair: Json, named: tuple[Named, Named], facts: Json, s: Snapshot, face: Face, w: Words, at: int
) -> list[Html | None]:
    """Two counts: how many boxes both hold, on how many they differ, what that does, and the largest."""
    title = h("p", *named[0], " · ", *named[1], class_="of")
    missing = next((who for who, held in zip(named, pair["held"], strict=True) if not held), None)
    if missing is not None:
        return [title, h("p", *missing, " ", w.say("apart.none"))]
    total = w.number(s["counted"]["boxes_total"])
    both, differ = w.number(pair["both"]), w.number(pair["differ"])
    said: list[str | Html] = [w.say("apart.both", pair["differ"], both=both, n=differ, total=total)]
    if pair["differ"]:
        said += [" ", w.say("apart.effect"), " ", *named[1], ": "]
        said.append(h("b", _effect(pair["effect_votes"], facts, face, w)))
    sums = h("p", *said)
    return [title, sums, _largest(pair, facts, s, face, w, at) if pair["boxes"] else None]


def _largest(pair: Json, facts: Json, s: Snapshot, face: Face, w: Words, at: int) -> Html:
    """The boxes with the largest effect, with the figures of both counts."""
    choices = [str(facts["first"]), str(facts["second"])]
    sources = {str(one["id"]): one for one in s.get("sources") or []}
    a, b = (source_name(sources[one], w)[0] for one in (facts["source"], pair["source"]))
    heads = [w.say("apart.box"), *(_choice(choice, face, w) for choice in choices), w.say("apart.does")]
    rows: list[list[str | Html]] = []
    for one in pair["boxes"]:
        row: list[str | Html] = [_box(one, s, w)]
        row += [
            f"{_votes(one['ours'][choice], w)} → {_votes(one['theirs'][choice], w)}" for choice in choices
        ]
        rows.append([*row, _effect(one["effect_votes"], facts, face, w)])
    return table(w.say("apart.most", len(rows), n=len(rows), a=a, b=b), f"apart-{at}", heads, rows)


def _votes(count: int | None, w: Words) -> str:
    return w.say("apart.absent") if count is None else w.number(count)


def _choice(choice: str, face: Face, w: Words) -> str:
    place = face.place(choice)
    return f"{face.mark(place)} {short(w, face.choices[place or 0])}".strip()


def _effect(votes: int, facts: Json, face: Face, w: Words) -> str:
    """Votes that one of the two gains on the other."""
    if not votes:
        return w.number(0)
    return f"{_choice(str(facts['first' if votes > 0 else 'second']), face, w)} +{w.number(abs(votes))}"


def _box(one: Json, s: Snapshot, w: Words) -> Html:
    """Where a box stands, and its name as it is in every other list of boxes."""
    area = (s.get("areas") or {}).get(one["area"])
    named = w.name(area) if area else str(one["area"])
    return join(named, " ", h("span", one["name"] or one["box"], class_="quiet"))
