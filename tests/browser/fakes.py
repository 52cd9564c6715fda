"""Snapshots for the tests of the pages: the June night of 2019 as the design draws it, and odd contests.

Know before changing: district figures are those of the design's pictures (counted totals at 19:16 on 23 June,
of which the minute is simulated); everything else is derived from them here and stands for no real count.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from tests.browser.fake_parts import Snapshot, area, choice, snapshot, source

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
OTHERS_PER_10000 = 78
SIDES = {"europe": ("Europe", "Avrupa"), "asia": ("Asia", "Asya")}


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
    areas: dict[str, Snapshot] = {}
    for line in PLACES.splitlines():
        key, name, code, side, row, column, counted, total, left, right, early = line.split("|")
        boxes = boxes_of(int(counted), int(total), int(early))
        up, down = votes_of(int(left), int(right))
        scale = boxes / int(counted)
        rest = (up + down) * OTHERS_PER_10000 // 10000
        votes = {"imamoglu": round(up * scale), "yildirim": round(down * scale)}
        votes |= {"gokcinar": round(rest * scale * 0.7), "others": round(rest * scale * 0.3)}
        areas[key] = area(
            name,
            side,
            "district",
            boxes,
            int(total),
            votes,
            short=code,
            side=side,
            tile=[int(row), int(column)],
        )
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
    return night | {
        "outstanding": {"boxes": out, "registered": out * 339, "votes_max": 541662},
        "needs": {"choice": "yildirim", "share": 1.269, "word": "impossible", "because": ""},
        "call": {
            "state": "called",
            "choice": "imamoglu",
            "at": "2019-06-23T16:16:00.000Z",
            "because": {
                "en": "Rule “certain”, signed by two people. Not certified by the council.",
                "tr": "Kural “kesin”, iki imza. Kurulca onaylanmadı.",
            },
        },
        "headline": {
            "en": "İmamoğlu leads by 674,449 votes. The 1,559 boxes not yet counted hold at most 541,662, "
            "so the lead cannot change hands.",
            "tr": "İmamoğlu 674.449 oy önde. Açılmayan 1.559 sandıkta en çok 541.662 oy var: fark kapanamaz.",
        },
        "sources": [
            source("anka", "ANKA", 29627, 31186, "imamoglu", 674449, published=True),
            source("agency-a", "Agency A", 28990, 31186, "imamoglu", 641182, simulated=True),
            source(
                "party",
                "Party’s tallies",
                27412,
                31186,
                "imamoglu",
                640423,
                simulated=True,
                names={"tr": "Partinin sayımı"},
            ),
        ],
    }


def embargoed(night: Snapshot) -> Snapshot:
    """The same night while nothing may be said about votes: every figure about them is gone."""
    held = deepcopy(night)
    for key in (
        "registered",
        "voters",
        "valid",
        "invalid",
        "order",
        "leader",
        "margin_votes",
        "margin_points",
        "outstanding",
        "needs",
    ):
        held[key] = None
    for one in held["choices"]:
        one |= {"votes": None, "share": None}
    for facts in held["areas"].values():
        facts |= dict.fromkeys(
            ("registered", "voters", "valid", "invalid", "choices", "leader", "margin_votes", "needs")
        )
        facts["counted"] |= {"registered": None}
    for one in held["sources"]:
        one |= {"leader": None, "margin_votes": None}
    held["counted"] |= {"registered": None}
    held["tie"] = False
    return held


def june_closed() -> Snapshot:
    """23 June 2019 at 19:06: nine boxes in ten are in, nothing may be said."""
    night = _istanbul(
        lambda counted, total, early: counted * 28390 // 29627, lambda left, right: (left, right)
    )
    night["version"] = 101
    return embargoed(night) | {
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
    return night | {
        "night": "istanbul-2019-03-31",
        "night_name": "Istanbul metropolitan mayor",
        "night_names": {},
        "date": "2019-03-31",
        "call": {"state": "too early", "choice": None, "at": None, "because": ""},
        "headline": {
            "en": "Too early to say who is ahead. 28.4% of boxes are counted, and unevenly: half of "
            "Bağcılar, a tenth of Ümraniye.",
            "tr": "Kimin önde olduğunu söylemek için erken. Sandıkların %28,4’ü sayıldı, o da eşit değil.",
        },
    }


def march_close() -> Snapshot:
    """31 March 2019 at 23:20: a lead of a few thousand the other way, and counts that disagree."""
    night = _istanbul(
        lambda counted, total, early: total * 988 // 1000,
        lambda left, right: (left * 9145 // 10000, right * 10911 // 10000),
    )
    return night | {
        "night": "istanbul-2019-03-31",
        "date": "2019-03-31",
        "at": "2019-03-31T20:20:04.000Z",
        "call": {
            "state": "too close",
            "choice": None,
            "at": None,
            "because": "Four guards forbid a call. Rule “certain” not met.",
        },
        "headline": {
            "en": "The lead is small in a count that has stopped. Many votes are still out, and two other "
            "counts put İmamoğlu ahead.",
            "tr": "Duran bir sayımda fark az. Çok oy bekleniyor ve öteki iki sayımda İmamoğlu önde.",
        },
        "sources": [
            source(
                "agency-a",
                "Agency A",
                30812,
                31186,
                night["leader"],
                night["margin_votes"],
                published=True,
                simulated=True,
            ),
            source("council", "Council", 29655, 31186, "imamoglu", 39915),
            source("party", "Party’s tallies", 26914, 31186, "imamoglu", 161907, simulated=True),
        ],
    }


def final() -> Snapshot:
    """Every box is in."""
    night = _istanbul(lambda counted, total, early: total, lambda left, right: (left, right))
    return night | {
        "outstanding": {"boxes": 0, "registered": 0, "votes_max": 0},
        "needs": {
            "choice": "yildirim",
            "share": None,
            "word": "undefined",
            "because": "nothing is left to count.",
        },
        "call": {"state": "called", "choice": "imamoglu", "at": "2019-06-23T16:16:00.000Z", "because": ""},
        "headline": {
            "en": "All boxes are counted. İmamoğlu won the most votes.",
            "tr": "Bütün sandıklar sayıldı. En çok oyu İmamoğlu aldı.",
        },
    }


def nothing_yet() -> Snapshot:
    """Polls have closed and no box is in."""
    night = _istanbul(lambda counted, total, early: 0, lambda left, right: (0, 0))
    call = {"state": "not started", "choice": None, "at": None, "because": ""}
    return night | {
        "at": None,
        "order": None,
        "leader": None,
        "tie": False,
        "needs": None,
        "version": 0,
        "call": call,
    }


def _towns(votes: Mapping[str, tuple[int, int, Mapping[str, int]]]) -> dict[str, Snapshot]:
    towns = {
        key: area(key.title(), "land", "town", boxes, total, count)
        for key, (boxes, total, count) in votes.items()
    }
    return towns | {"land": area("Land", None, "country", 0, 0, {})}


def yes_no() -> Snapshot:
    """A referendum without tiles, one town with a tie and one with nothing counted."""
    choices = [
        choice("yes", "Yes", "#1B7F5C", short="Yes", names={"tr": "Evet"}, shorts={"tr": "Evet"}),
        choice("no", "No", "#7A3E9D", short="No", names={"tr": "Hayır"}, shorts={"tr": "Hayır"}),
    ]
    towns = _towns(
        {
            "ashby": (4, 5, {"yes": 812, "no": 640}),
            "birchwood": (3, 3, {"yes": 500, "no": 500}),
            "coldwater": (0, 4, {"yes": 0, "no": 0}),
            "dunmore": (8, 9, {"yes": 301, "no": 1290}),
        }
    )
    return snapshot(
        "bridge", "Shall the bridge be built?", choices, towns, kind="yes-no", levels=["country", "town"]
    )


def two_seats() -> Snapshot:
    """Five stand for two seats: the margin is at the line, between the second and the third."""
    names = ("Ada Kaya", "Bora Demir", "Ceren Ak", "Deniz Öz", "Efe Su")
    colours = ("#1F5FA8", "#C2571A", "#2E8B57", "#8B1A5A", "#FFE100")
    choices = [
        choice(name.split()[0].lower(), name, colour) for name, colour in zip(names, colours, strict=True)
    ]
    keys = [one["id"] for one in choices]
    towns = _towns(
        {
            "ashby": (4, 5, dict(zip(keys, (812, 640, 600, 120, 14), strict=True))),
            "birchwood": (3, 3, dict(zip(keys, (300, 520, 520, 80, 0), strict=True))),
            "coldwater": (1, 4, dict(zip(keys, (90, 20, 130, 44, 2), strict=True))),
            "dunmore": (8, 9, dict(zip(keys[:3], (700, 410, 333), strict=True))),
        }
    )
    return snapshot(
        "council", "Two seats on the council", choices, towns, seats=2, levels=["country", "town"]
    )


def tie() -> Snapshot:
    """Two candidates with exactly the same number of votes."""
    choices = [choice("a", "Ali A", "#0B6E99", main=True), choice("b", "Berk B", "#B3541E", main=True)]
    towns = _towns({"ashby": (5, 5, {"a": 700, "b": 650}), "birchwood": (3, 3, {"a": 250, "b": 300})})
    return snapshot("reeve", "Reeve", choices, towns, levels=["country", "town"])


def many() -> Snapshot:
    """Fourteen stand; the strip shows ten and the rest together."""
    choices = [
        choice(f"c{n:02}", f"List {n}", f"#{40 + n * 14:02X}55{220 - n * 12:02X}", short=f"L{n}")
        for n in range(14)
    ]
    towns = _towns(
        {
            f"town{n}": (9, 10, {f"c{k:02}": 40 + (k * 37 + n * 13) % 400 for k in range(14)})
            for n in range(12)
        }
    )
    return snapshot("lists", "Lists", choices, towns, levels=["country", "town"])


FAKES: dict[str, Callable[[], Snapshot]] = {
    made.__name__: made
    for made in (
        june,
        june_closed,
        march_early,
        march_close,
        final,
        nothing_yet,
        yes_no,
        two_seats,
        tie,
        many,
    )
}
