"""What a gateway sends to the desk, for the tests of its page: a call, boxes in doubt, a dead letter.

Know before changing: figures are those of the design's pictures; minutes, boxes and channels are invented.
"""

from typing import Any

from tests.browser import fakes

Json = dict[str, Any]
PROPOSAL, CALL = "0c3373b8881a985d", "6832efa301763c13"
FIRST, SECOND = "E. Kaya", "A. Demir"
GUARDS = """\
embargo|clear|Publishing is allowed (opened 19:15).|Yayın serbest (açılış 19.15).
polls-open|clear|Polls closed at 17:00.|Sandıklar 17.00 itibarıyla kapandı.
mode|does not apply|This is a replay, and every title says so.|Canlı yayın değil, her başlıkta da yazıyor.
recount-band|clear|The margin of 674,449 is outside the band.|674.449 oyluk fark aralığın dışında.
decisive-quarantine|does not apply|The rule has the 12 boxes in it.|12 sandık kuralın sınırı içinde.
stalled-source|clear|It was last heard 0 minutes ago.|Yayımlanan kaynak 0 dakika önce duyuldu.
skewed-order|does not apply|The rule does not rest on the order.|Kural sandıkların sırasına dayanmıyor.
too-little-heard|does not apply|The rule bounds what was not heard.|Kural, duyulmayanların tümünü sınırlar.
sources-disagree|clear|3 of 3 counts have İmamoğlu ahead.|3 sayımın 3’ünde İmamoğlu önde.
"""
BECAUSE = {
    "en": "İmamoğlu leads by 674,449 votes, more than the 541,662 that can still come at most.",
    "tr": "İmamoğlu 674.449 oyla önde; gelebilecek oy en çok 541.662.",
}


def both(en: str, tr: str, name: str = "because") -> Json:
    """A sentence in both languages."""
    return {name: en, f"{name}s": {"en": en, "tr": tr}}


def at(clock: str) -> str:
    """A time of the night in Istanbul, as it goes over the wire."""
    hour, rest = clock.split(":", 1)
    return f"2019-06-23T{int(hour) - 3:02}:{rest}.000Z"


def answered() -> list[Json]:
    """Nine answers, none of which forbids."""
    answers = [line.split("|") for line in GUARDS.splitlines()]
    return [{"id": id, "word": word, **both(en, tr)} for id, word, en, tr in answers]


def proposal(
    *approvals: Json, cushion: int = 132_787, id: str = PROPOSAL, guards: list[Json] | None = None
) -> Json:
    """A call that waits for two people."""
    return {
        "id": id, "rule": "certain", "elected": ["imamoglu"], "version": 283, "at": at("19:15:04"),
        **both(BECAUSE["en"], BECAUSE["tr"]), "cushion_votes": 132_787, "people": 2,
        "approvals": list(approvals), "guards": answered(),
        "dossier_sha256": "9c41aa03de77c2f18b6f0d8e4c6b1f0c2a9d3e4f58790ff03906b53475fde07b",
        "now": {"passes": True, "cushion_votes": cushion, "guards": guards or answered()},
    }  # fmt: skip


def signature(
    by: str, text: str = "Lead is larger than everything out. Box counts read back by phone."
) -> Json:
    """One person's word."""
    return {"by": by, "at": at("19:16:12"), "because": text}


def paper(revision: int, first: int, second: int) -> Json:
    """A statement of a box."""
    return {
        "revision": revision, "heard_at": at(f"19:14:{39 + revision}"), "registered": 362, "voters": 355,
        "valid": first + second + 2, "invalid": 3, "choices": {"imamoglu": first, "yildirim": second},
    }  # fmt: skip


def held(number: int, area: str, box: str, code: str, en: str, tr: str, papers: list[Json]) -> Json:
    """A box that is held back."""
    return {
        "source": "council", "box": f"{area.lower()}-{box}", "label": box, "revision": papers[-1]["revision"],
        "area": area.lower(), "area_name": area, "code": code, **both(en, tr), "clears": len(papers) == 1,
        "voters": 355 - number, "since": at("19:14:40"), "votes_max": 355 - number, "papers": papers,
    }  # fmt: skip


def quarantine() -> Json:
    """Twelve boxes, of which seven are sent."""
    two, zero, void = (
        ("Q311", "Two different statements, both revision 2", "İki ayrı tutanak, ikisi de 2. sürüm"),
        ("Q307", "Yıldırım has 0 of 268 where he stands", "Yıldırım, aday olduğu yerde 268 oyda 0 almış"),
        ("Q304", "Invalid 27% of papers; limit 20%", "Geçersiz pusula %27; sınır %20"),
    )
    one = [paper(1, 180, 170)]
    both_papers = [paper(2, 180, 170), paper(2, 170, 180)]
    rows = [
        held(0, "Esenyurt", "1893", *two, both_papers), held(1, "Bağcılar", "2207", *void, one),
        held(2, "Pendik", "1377", *two, both_papers), held(3, "Fatih", "1120", *zero, one),
        held(4, "Tuzla", "1044", *zero, one), held(5, "Silivri", "1003", *void, one),
        held(6, "Küçükçekmece", "1580", *zero, one),
    ]  # fmt: skip
    return {"boxes": 12, "votes_max": 4224, "decisive": False, "rows": rows, "more": 5}


def told(id: str, kind: str, clock: str, en: str, tr: str, by: str | None = None) -> Json:
    """A line of the story of calls."""
    return {"id": id, "kind": kind, "at": at(clock), **both(en, tr), "by": by}


def ruling(id: str, kind: str, clock: str, actor: str, en: str, tr: str) -> Json:
    """What an authority decided."""
    return {"id": id, "kind": kind, "at": at(clock), "actor": actor, **both(en, tr, "title")}


def contest(**more: Any) -> Json:
    """The mayor's contest at 19:16:31."""
    night = fakes.june()
    facts: Json = {
        "contest": "mayor", "title": night["title"], "titles": night.get("titles"), "version": 285,
        "at": at("19:16:31"), "boxes": {"counted": 29_627, "total": 31_186, "quarantined": 12, "out": 1547},
        "valid": 8_304_577, "leader": "imamoglu", "margin_votes": 674_449, "votes_max": 541_662,
        "embargo": {"state": "open", "opens_at": at("19:15:00"), "lifted_at": at("19:15:00")},
        "choices": [
            {key: one.get(key) for key in ("id", "name", "names", "votes")} for one in night["choices"]
        ],
        "call": {"state": "open", **both("No call yet.", "Henüz ilan yok.")}, "proposal": proposal(),
        "calls": [told("c1", "call-proposed", "19:15:04", BECAUSE["en"], BECAUSE["tr"])],
        "rulings": [
            ruling("r3", "concession", "19:16:20", "E. Kaya", "Concession: Yıldırım", "Yıldırım kutladı"),
            ruling("r2", "embargo-lifted", "19:15:00", "council", "Ban lifted", "Yasak kalktı"),
        ],
        "quarantine": quarantine(),
    }  # fmt: skip
    return facts | more


def called() -> Json:
    """The contest after two signatures."""
    call = {
        "state": "called", "id": CALL, "rule": "certain", "elected": ["imamoglu"], "at": at("19:17:02"),
        **both(BECAUSE["en"], BECAUSE["tr"]), "cushion_votes": 132_787, "cushion_votes_now": 140_002,
        "approvals": [signature(FIRST), signature(SECOND)],
    }  # fmt: skip
    return contest(proposal=None, call=call)


def retracted() -> Json:
    """The contest after its call was taken back."""
    why = both("Withdrawn: the figures of one district are in doubt.", "Geri alındı: rakamlar kuşkulu.")
    return contest(proposal=None, call={"state": "retracted", **why})


def alert(id: str, kind: str, grade: str, clock: str, titles: Json, becauses: Json) -> Json:
    """Something that was told."""
    return {"id": id, "contest": "mayor", "kind": kind, "grade": grade, "at": at(clock), **titles, **becauses}


def alerts() -> list[Json]:
    """Newest first."""
    seen = {"acknowledged": {"by": FIRST, "at": at("19:16:09")}}
    proposed = both("Call proposed for İmamoğlu by rule certain", "İmamoğlu için ilan önerildi", "title")
    congratulates = both("Yıldırım congratulates İmamoğlu.", "Yıldırım İmamoğlu’nu kutladı.")
    counted = both("95% counted", "%95 sayıldı", "title")
    return [
        alert("a5", "call-proposed", "critical", "19:15:04", proposed, both("Sign it.", "İmzalayın.")),
        alert("a4", "concession", "major", "19:16:20", both("Concession", "Kutlama", "title"), congratulates),
        alert("a3", "counted", "minor", "19:16:05", counted, both("Lead ▲ 674,449.", "Fark ▲ 674.449."))
        | seen,
    ]


def gave_up() -> Json:
    """The alert of a dead letter."""
    told = both(
        "“wire-partner” (webhook) was not told: REPLAY · Istanbul metropolitan mayor: 95% counted",
        "“wire-partner” (webhook) haberdar edilemedi: TEKRAR · %95 sayıldı",
        "title",
    )
    because = both("Given up after 8 tries: HTTP 500.", "8 denemeden sonra bırakıldı: HTTP 500.")
    return alert("d1", "delivery-dead", "critical", "19:16:31", told, because) | {"delivery": "d1"}


def source(id: str, name: str, boxes: int, silent_s: int | None, pace: list[int], **more: Any) -> Json:
    """How one count of the night comes in."""
    return {
        "id": id, "contest": "mayor", "name": name, "published": False, "simulated": True, "boxes": boxes,
        "boxes_total": 31_186, "silent_s": silent_s, "limit_s": 300, "stalled": False, "pace": pace,
    } | more  # fmt: skip


def sources() -> list[Json]:
    """Three counts of the night."""
    pace = [3, 4, 0, 2, 5, 9, 3, 4, 4, 6, 2, 1, 8, 4, 0, 3, 4, 4, 5, 6, 2, 3, 3, 1, 0, 7, 5, 4, 3, 2]
    return [
        source("council", "Council", 29_627, 2, pace, published=True, simulated=False, names={"tr": "Kurul"}),
        source("party", "Party’s tallies", 27_412, 9, pace[::-1], names={"tr": "Partinin sayımı"}),
        source("agency", "Agency A", 0, None, [], level="district", names={"tr": "Ajans A"}),
    ]


def deliveries() -> list[Json]:
    """Four channels, one of which gave up."""
    rows = """\
d1|wire-partner|webhook|dead|8|HTTP 500
d2|radio-desk|webhook|sent|1|38 ms
d3|newsroom|chat|sent|1|112 ms
d4|editors|e-mail|sent|2|1.4 s"""
    event = both("95% counted", "%95 sayıldı", "title")
    made = []
    for row in rows.splitlines():
        id, to, channel, state, tries, last = row.split("|")
        facts: Json = {"id": id, "to": to, "channel": channel, "state": state, "last": last}
        made.append(facts | {"tries": int(tries), "tries_max": 8} | event)
    return made


def desk(*contests: Json, **more: Any) -> Json:
    """All that the desk is sent at one moment."""
    facts: Json = {
        "night": "istanbul-2019-06-23", "date": "2019-06-23", "time_zone": "Europe/Istanbul",
        "mode": "replay", "session": None, "simulated": True, "speed": 60, "at": at("19:16:31"),
        "channels": {"all": 5, "live": 0}, "contests": list(contests) or [contest()], "sources": sources(),
        "alerts": alerts(), "deliveries": deliveries(),
    }  # fmt: skip
    return facts | more
