"""Snapshots for the tests of the pages: the June night of 2019 as the design draws it, and odd contests.

Know before changing: district figures are those of the design's pictures (counted totals at 19:16 on 23 June,
of which the minute is simulated); everything else is derived from them here and stands for no real count.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from tests.browser import fake_march
from tests.browser.fake_odd import many, tie, two_seats, yes_no
from tests.browser.fake_parts import Snapshot, area, choice, moved, snapshot, source
from tests.browser.fake_sources import june_sources
from tests.browser.fake_story import AFTER, GUARDS, JUNE, MARCH, alert, call, made
from tests.browser.fake_story import many_alerts as many_alerts

PLACES = """\
adalar|Adalar|ADA|asia|6|9|39|39|7378|2977|17
arnavutkoy|Arnavutköy|ARN|europe|1|2|507|524|51960|81138|36
atasehir|Ataşehir|ATA|asia|3|9|827|885|142001|95889|18
avcilar|Avcılar|AVC|europe|4|3|827|874|143715|87453|30
bagcilar|Bağcılar|BAĞ|europe|4|4|1435|1453|170426|227578|50
bahcelievler|Bahçelievler|BAH|europe|5|4|1191|1236|173057|158558|30
bakirkoy|Bakırköy|BAK|europe|5|5|423|501|95395|24115|13
basaksehir|Başakşehir|BAŞ|europe|2|3|743|779|98357|108998|24
bayrampasa|Bayrampaşa|BAY|europe|3|5|535|579|77673|74532|41
besiktas|Beşiktaş|BEŞ|europe|1|7|364|415|86853|16530|17
beykoz|Beykoz|BKZ|asia|1|9|519|550|71557|71922|26
beylikduzu|Beylikdüzü|BYL|europe|4|2|625|669|109446|67876|18
beyoglu|Beyoğlu|BYĞ|europe|2|6|493|502|68476|63357|18
buyukcekmece|Büyükçekmece|BÇK|europe|2|2|476|519|77245|54624|20
catalca|Çatalca|ÇAT|europe|1|1|174|181|27655|18570|27
cekmekoy|Çekmeköy|ÇKM|asia|1|10|484|509|70242|67611|32
esenler|Esenler|ESL|europe|3|4|894|900|95381|153065|18
esenyurt|Esenyurt|ESY|europe|3|2|1601|1631|245932|180985|29
eyupsultan|Eyüpsultan|EYP|europe|1|5|803|825|121631|103376|36
fatih|Fatih|FAT|europe|4|7|822|838|107019|107707|39
gaziosmanpasa|Gaziosmanpaşa|GOP|europe|2|5|964|1003|124938|142969|30
gungoren|Güngören|GÜN|europe|4|5|581|608|79008|82109|32
kadikoy|Kadıköy|KAD|asia|3|8|936|1096|224623|47452|16
kagithane|Kağıthane|KAĞ|europe|1|6|906|929|122788|128227|34
kartal|Kartal|KAR|asia|4|10|946|1016|159399|110666|25
kucukcekmece|Küçükçekmece|KÇK|europe|3|3|1478|1581|245951|166164|20
maltepe|Maltepe|MAL|asia|4|9|1044|1089|188115|108360|16
pendik|Pendik|PEN|asia|4|11|1324|1436|169752|199035|31
sancaktepe|Sancaktepe|SAN|asia|2|11|771|812|112987|104867|46
sariyer|Sarıyer|SAR|europe|0|7|677|753|114196|72626|20
sile|Şile|ŞLE|asia|1|11|112|115|12049|12090|42
silivri|Silivri|SLV|europe|2|1|393|411|62804|38144|26
sisli|Şişli|ŞİŞ|europe|2|7|553|605|111305|40090|27
sultanbeyli|Sultanbeyli|SBY|asia|3|10|608|619|55988|112102|43
sultangazi|Sultangazi|SGZ|europe|2|4|963|1016|112905|161779|43
tuzla|Tuzla|TUZ|asia|5|11|500|523|75129|65134|25
umraniye|Ümraniye|ÜMR|asia|2|10|1375|1420|185816|204135|10
uskudar|Üsküdar|ÜSK|asia|2|9|1169|1190|179945|149417|29
zeytinburnu|Zeytinburnu|ZEY|europe|4|6|545|555|77680|70101|26
"""
LARGEST = 1581
"""Boxes of Küçükçekmece, which no other district has as many of."""
OTHERS_PER_10000 = 78
SIDES = {"europe": ("Europe", "Avrupa"), "asia": ("Asia", "Asya")}


MARCH_FACTS = {
    "night": "istanbul-2019-03-31",
    "night_name": "Istanbul metropolitan mayor",
    "night_names": {},
    "date": "2019-03-31",
}
NONE_OUT = {"boxes": 0, "registered": 0, "votes_max": 0}
NONE_NEEDED = {
    "choice": "yildirim", "share": None, "word": "undefined", "because": "nothing is left to count.",
}  # fmt: skip
CANDIDATES = [
    choice("imamoglu", "Ekrem İmamoğlu", "#A50F2B", party="chp", alliance="nation", symbol="up", main=True),
    choice(
        "yildirim", "Binali Yıldırım", "#F5A524", party="akp", alliance="people", symbol="down", main=True
    ),
    choice("gokcinar", "Necdet Gökçınar", "#7B8494", party="sp"),
    choice("others", "Others on the ballot", "#7B8494", names={"tr": "Pusuladaki diğerleri"}, short="Others"),
]


def _istanbul(
    boxes_of: Callable[[int, int, int], int], votes_of: Callable[[int, int], tuple[int, int]], **more: Any
) -> Snapshot:
    figures: dict[str, fake_march.Standing] = {}
    for line in PLACES.splitlines():
        key, _, _, _, _, _, counted, total, left, right, early = line.split("|")
        boxes = boxes_of(int(counted), int(total), int(early))
        up, down = votes_of(int(left), int(right))
        scale = boxes / int(counted)
        rest = (up + down) * OTHERS_PER_10000 // 10000
        votes = {"imamoglu": round(up * scale), "yildirim": round(down * scale)}
        votes |= {"gokcinar": round(rest * scale * 0.7), "others": round(rest * scale * 0.3)}
        figures[key] = (boxes, votes)
    return _with(figures, **more)


def _with(figures: Mapping[str, fake_march.Standing], **more: Any) -> Snapshot:
    """Istanbul with these boxes and votes in its districts."""
    areas: dict[str, Snapshot] = {}
    for line in PLACES.splitlines():
        key, name, code, side, row, column, _, total, *_ = line.split("|")
        tile = [int(row), int(column)]
        areas[key] = area(
            name, side, "district", figures[key][0], int(total), figures[key][1],
            short=code, side=side, tile=tile,
        )  # fmt: skip
    for side, (name, tr) in SIDES.items():
        under = [facts for facts in areas.values() if facts["parent"] == side]
        boxes, total = (sum(facts["counted"][key] for facts in under) for key in ("boxes", "boxes_total"))
        votes = {one["id"]: sum(facts["choices"][one["id"]] for facts in under) for one in CANDIDATES}
        areas[side] = area(name, "istanbul", "side", boxes, total, votes, names={"tr": tr})
    facts = {
        "night": "istanbul-2019-06-23",
        "night_name": "Istanbul metropolitan mayor, rerun of 23 June 2019",
        "night_names": {"tr": "İstanbul Büyükşehir Belediye Başkanlığı, 23 Haziran 2019 yenilenen seçim"},
        "titles": {"tr": "İstanbul Büyükşehir Belediye Başkanlığı"},
        "date": "2019-06-23",
        "simulated_what": "Box totals are official; the order and minute of arrival are simulated (seed 7).",
        "simulated_whats": {"tr": "Sandık toplamları resmî; geliş sırası ve dakikası benzetim (tohum 7)."},
        "speed": 60,
        "levels": ["city", "side", "district"],
    }
    return snapshot("mayor", "Istanbul metropolitan mayor", CANDIDATES, areas, **(facts | more))


def june() -> Snapshot:
    """23 June 2019 at 19:16: ban lifted, 95 % counted, the lead larger than everything still out."""
    night = _istanbul(lambda counted, total, early: counted, lambda left, right: (left, right))
    out = night["outstanding"]["boxes"]
    moved(night)
    return night | {
        "outstanding": {"boxes": out, "registered": out * 339, "votes_max": 541662},
        "needs": {"choice": "yildirim", "share": 1.269, "word": "impossible", "because": ""},
        "call": made(),
        "alerts": JUNE,
        "lineage": {"parent": "istanbul-2019-03-31", "state": "unofficial", "rerun_on": None},
        "swing": {
            "points": 9.04,
            "boxes": 29627,
            "boxes_total": 31186,
            "naive_points": 7.96,
            "first": "imamoglu",
            "second": "yildirim",
        },
        "headline": {
            "en": "İmamoğlu is called the winner: 674,449 votes ahead, and the 1,559 boxes not yet counted "
            "hold at most 541,662.",
            "tr": "Kazanan ilan edildi: İmamoğlu, 674.449 oy önde; açılmayan 1.559 sandıkta en çok 541.662 "
            "oy var.",
        },
        "sources": june_sources(),
    }


def embargoed(night: Snapshot) -> Snapshot:
    """The same night while nothing may be said about votes: every figure about them is gone."""
    held = deepcopy(night)
    for key in (
        "registered", "voters", "valid", "invalid", "order", "leader", "margin_votes", "margin_points",
        "outstanding", "needs",
    ):  # fmt: skip
        held[key] = None
    for one in held["choices"]:
        one |= {"votes": None, "share": None}
    for facts in held["areas"].values():
        facts |= dict.fromkeys(
            (
                "registered",
                "voters",
                "valid",
                "invalid",
                "choices",
                "leader",
                "margin_votes",
                "needs",
                "swing",
            )
        )
        facts["counted"] |= {"registered": None}
    for one in held["sources"]:
        one |= {"leader": None, "margin_votes": None, "valid": None, "choices": None}
    held["counted"] |= {"registered": None}
    held |= {"tie": False, "swing": None, "alerts": []}
    held["call"] = call("not started", because="The publication ban is in force.")
    return held


def june_closed() -> Snapshot:
    """23 June 2019 at 19:06: nine boxes in ten are in, nothing may be said."""
    night = _istanbul(
        lambda counted, total, early: counted * 28390 // 29627, lambda left, right: (left, right)
    )
    night["version"] = 101
    return embargoed(night) | {
        "lineage": {"parent": "istanbul-2019-03-31", "state": "unofficial", "rerun_on": None},
        "at": "2019-06-23T16:06:10.000Z",
        "embargo": {
            "state": "bulletins",
            "opens_at": "2019-06-23T16:15:00.000Z",
            "law_opens_at": "2019-06-23T18:00:00.000Z",
        },
        "headline": {
            "en": "No results yet. The council lifts the publication ban at 19:15; nine boxes in ten "
            "have already been received.",
            "tr": "Henüz sonuç yok. Kurul yayın yasağını 19.15’te kaldırıyor; on sandıktan dokuzu ulaştı.",
        },
    }


def march_early() -> Snapshot:
    """31 March 2019 at 28 %: too early for any colour, although some districts are past 30 %."""
    night = _istanbul(
        lambda counted, total, early: total * early // 100 + 1,
        lambda left, right: (left * 80 // 100, right * 106 // 100),
    )
    return (
        night
        | MARCH_FACTS
        | {
            "at": "2019-03-31T16:51:08.000Z",
            "call": call("too early", because="8,700 of 31186 boxes are counted, under 30%."),
            "headline": {
                "en": "Too early to say who is ahead. 27.9% of boxes are counted, and unevenly: half of "
                "Bağcılar, a tenth of Ümraniye.",
                "tr": "Kimin önde olduğunu söylemek için erken. Sandıkların %27,9’u sayıldı; eşit de değil.",
            },
        }
    )


def _march_counts(night: Snapshot) -> list[Snapshot]:
    """The agency that has stopped, the council, and a party’s own count."""
    return [
        source(
            "agency-a", "Agency A", 30812, 31186, night["leader"], night["margin_votes"], published=True,
            simulated=True, last_at="2019-03-31T20:20:04.000Z", silent_s=660, stalled=True, pace=31.4,
            names={"tr": "Ajans A"},
        )
        | {"valid": night["valid"], "choices": {one["id"]: one["votes"] for one in night["choices"]}},
        source(
            "council", "Council", 29655, 31186, "imamoglu", 39915, last_at="2019-03-31T20:31:00.000Z",
            silent_s=4, pace=22.0, names={"tr": "Kurul"},
        )
        | {"valid": 8130000, "choices": {"imamoglu": 3977955, "yildirim": 3938040}},
        source(
            "party", "Party’s tallies, by hand (simulated)", 26914, 31186, "imamoglu", 161907, simulated=True,
            last_at="2019-03-31T20:30:30.000Z", silent_s=34, pace=9.0,
            names={"tr": "Partinin sayımı, elle (benzetim)"},
        )
        | {"valid": 7387420, "choices": {"imamoglu": 3678934, "yildirim": 3517027}},
    ]  # fmt: skip


def march_close() -> Snapshot:
    """31 March 2019 at 23:20: a lead of a few thousand the other way, and counts that disagree."""
    night = _with(fake_march.at_2320()) | MARCH_FACTS
    out = night["outstanding"]["boxes"]
    return night | {
        "at": "2019-03-31T20:20:04.000Z",
        "outstanding": {"boxes": out, "registered": out * 339, "votes_max": 130351},
        "needs": {"choice": "imamoglu", "share": 0.506, "word": "possible", "because": ""},
        "call": call(
            "too close",
            because="The margin of 4021 votes is within 0.5% of the valid votes.",
            guards=GUARDS,
            guards_asked=9,
        ),
        "alerts": MARCH,
        "headline": {
            "en": "Yıldırım leads by 4,021 in a count that has stopped. Up to 130,351 votes are still out, "
            "and two other counts put İmamoğlu ahead.",
            "tr": "Duran bir sayımda Yıldırım 4.021 oy önde. En çok 130.351 oy bekleniyor; öteki iki sayımda "
            "İmamoğlu önde.",
        },
        "sources": _march_counts(night),
    }


def final() -> Snapshot:
    """Every box is in."""
    night = _istanbul(lambda counted, total, early: total, lambda left, right: (left, right))
    return night | {
        "outstanding": NONE_OUT,
        "needs": NONE_NEEDED,
        "call": made(counted_at_call=1.0),
        "headline": {
            "en": "All boxes are counted. İmamoğlu won the most votes.",
            "tr": "Bütün sandıklar sayıldı. En çok oyu İmamoğlu aldı.",
        },
    }


def nothing_yet() -> Snapshot:
    """Polls have closed and no box is in."""
    night = _istanbul(lambda counted, total, early: 0, lambda left, right: (0, 0))
    return night | {
        "at": None,
        "order": None,
        "leader": None,
        "tie": False,
        "needs": None,
        "version": 0,
        "call": call("not started", because="No box is counted yet."),
    }


def withdrawn() -> Snapshot:
    """The June call after a district was withdrawn: what was called stays visible, with the reason."""
    because = {
        "en": "Küçükçekmece was withdrawn: the lead of 594,662 no longer exceeds the 1,053,839 to come.",
        "tr": "Küçükçekmece geri çekildi: 594.662 oyluk fark, gelebilecek 1.053.839 oyu artık aşmıyor.",
    }
    told = alert(
        7, "call-retracted", "2019-06-23T18:07:12.000Z", "the call of İmamoğlu is withdrawn",
        "İmamoğlu ilanı geri alındı", because["en"], because["tr"],
    )  # fmt: skip
    night = _istanbul(
        lambda counted, total, early: 0 if total == LARGEST else counted, lambda left, right: (left, right)
    )
    return night | {
        "lineage": june()["lineage"],
        "call": made(
            state="retracted", at="2019-06-23T18:07:12.000Z", because=because["en"], becauses=because
        ),
        "alerts": [told, *JUNE],
        "at": "2019-06-23T18:07:30.000Z",
        "headline": {
            "en": "The call for İmamoğlu was withdrawn at 21:07. İmamoğlu leads by 594,662 votes.",
            "tr": "İmamoğlu için yapılan ilan geri alındı (21.07). İmamoğlu 594.662 oy önde.",
        },
    }


def certified() -> Snapshot:
    """31 March 2019 as it stood on 17 April, all boxes counted."""
    because = {"en": "Mandate given on 17 April.", "tr": "Mazbata 17 Nisan’da verildi."}
    at = "2019-04-17T11:00:00.000Z"
    chosen = {"choice": "imamoglu", "elected": ["imamoglu"], "at": at}
    return (
        _with(fake_march.ended())
        | MARCH_FACTS
        | {
            "at": at,
            "outstanding": NONE_OUT,
            "needs": NONE_NEEDED,
            "call": call("certified", because=because["en"], becauses=because, **chosen),
            "alerts": [*AFTER[2:], *MARCH],
            "lineage": {"parent": None, "state": "certified", "rerun_on": None},
            "headline": {
                "en": "Certified on 17 April: İmamoğlu won by 13,729 votes.",
                "tr": "Kesinleşti (17 Nisan): İmamoğlu 13.729 oy farkla kazandı.",
            },
        }
    )


def annulled() -> Snapshot:
    """The same as it stood on 7 May: kept, marked, no longer a result."""
    because = AFTER[1]["becauses"]
    at = "2019-05-06T17:00:00.000Z"
    return certified() | {
        "call": call("annulled", because=because["en"], becauses=because, at=at),
        "alerts": [*AFTER, *MARCH],
        "at": "2019-05-06T17:05:00.000Z",
        "lineage": {"parent": None, "state": "annulled", "rerun_on": "2019-06-23"},
        "headline": {
            "en": "Annulled on 6 May; rerun on 23 June. This count ended with İmamoğlu 13,729 votes ahead.",
            "tr": "6 Mayıs: seçim iptal edildi, yenisi 23 Haziran. Bu sayım bittiğinde İmamoğlu 13.729 oy "
            "öndeydi.",
        },
    }


FAKES: dict[str, Callable[[], Snapshot]] = {
    made.__name__: made
    for made in (
        june,
        june_closed,
        march_early,
        march_close,
        final,
        nothing_yet,
        withdrawn,
        certified,
        annulled,
        yes_no,
        two_seats,
        tie,
        many,
    )
}
