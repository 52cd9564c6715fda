"""What was told, for made-up snapshots: alerts as the wire has them, and calls in each of their states.

Know before changing: titles begin with the mode and the contest, as those of real facts do; the minutes are
simulated, like everything else of these nights.
"""

from typing import Any

Json = dict[str, Any]
NAMES = ("Istanbul metropolitan mayor", "İstanbul Büyükşehir Belediye Başkanlığı")


def alert(seq: int, kind: str, at: str, en: str, tr: str, because_en: str, because_tr: str) -> Json:
    """One alert of the Istanbul nights, replayed."""
    titles = {"en": f"REPLAY · SIMULATED · {NAMES[0]}: {en}", "tr": f"TEKRAR · BENZETİM · {NAMES[1]}: {tr}"}
    return {
        "id": f"{seq:016x}", "seq": seq, "kind": kind, "at": at, "title": titles["en"], "titles": titles,
        "because": because_en, "becauses": {"en": because_en, "tr": because_tr},
    }  # fmt: skip


def call(state: str = "open", **more: Any) -> Json:
    """What is public of a call; without more, nothing was ever called."""
    because = more.pop("because", "")
    return {
        "state": state, "choice": None, "elected": [], "rule": None, "id": None, "at": None,
        "called_at": None, "counted_at_call": None, "because": because, "becauses": more.pop("becauses", {}),
    } | more  # fmt: skip


def made(**more: Any) -> Json:
    """The call of the June night."""
    facts: Json = {
        "choice": "imamoglu", "elected": ["imamoglu"], "rule": "certain", "id": "0000000000000005",
        "at": "2019-06-23T16:16:00.000Z", "called_at": "2019-06-23T16:16:00.000Z", "counted_at_call": 0.95,
        "because": "İmamoğlu leads by 674,449 votes, more than the 541,662 that can still come at most.",
        "becauses": {
            "en": "İmamoğlu leads by 674,449 votes, more than the 541,662 that can still come at most.",
            "tr": "İmamoğlu 674.449 oy önde; en çok 541.662 oy daha gelebilir, fark kapanamaz.",
        },
    }  # fmt: skip
    return call(**({"state": "called"} | facts | more))


GUARDS: list[Json] = [
    {"id": guard, "brief": en, "briefs": {"en": en, "tr": tr}}
    for guard, en, tr in (
        ("recount-band", "Lead inside the recount band: 0.05%, limit 0.5%",
         "Fark yeniden sayım aralığında: %0,05, sınır %0,5"),
        ("stalled-source", "The published count has stopped: 11 min, limit 5 min",
         "Yayımlanan sayım durdu: 11 dk, sınır 5 dk"),
        ("sources-disagree", "The counts disagree on the leader: 1 against 2",
         "Sayımlar önde olanda ayrışıyor: 1 sayıma karşı 2"),
        ("rule", "No rule names a winner: lead 4,021, still possible 130,351",
         "Hiçbir kural kazanan demiyor: fark 4.021, gelebilecek 130.351"),
    )
]  # fmt: skip
"""What stands against a call at 23:20."""


def many_alerts(count: int) -> list[Json]:
    """So many alerts, each with figures of its own."""
    known = [*JUNE, *MARCH, *AFTER]
    return [
        known[seq % len(known)]
        | {
            "id": f"{seq * 2654435761 % 2**64:016x}",
            "at": f"2019-06-23T{16 + seq // 60:02}:{seq % 60:02}:{seq * 7 % 60:02}.000Z",
            "because": f"{seq * 7919:,} votes; {seq * 104729 % 31186:,} of 31,186 boxes are counted.",
            "becauses": {},
        }
        for seq in range(count, 0, -1)
    ]


JUNE = [
    alert(
        6, "correction", "2019-06-23T16:16:31.000Z", "a correction moved the margin by 1,204 votes",
        "bir düzeltme farkı 1.204 oy değiştirdi", "Bağcılar, 4 boxes: typing error.",
        "Bağcılar, 4 sandık: yazım yanlışı.",
    ),
    alert(
        5, "call-made", "2019-06-23T16:16:00.000Z", "İmamoğlu is called the winner",
        "İmamoğlu kazandı olarak ilan edildi",
        "İmamoğlu leads by 674,449 votes, more than the 541,662 that can still come at most.",
        "İmamoğlu 674.449 oy önde; en çok 541.662 oy daha gelebilir, fark kapanamaz.",
    ),
    alert(
        4, "call-proposed", "2019-06-23T16:15:20.000Z", "a call of İmamoğlu is proposed",
        "İmamoğlu için ilan önerildi", "Rule certain passes.", "Kesin kuralı sağlandı.",
    ),
    alert(
        3, "concession", "2019-06-23T16:15:40.000Z", "Yıldırım concedes", "Yıldırım yenilgiyi kabul etti",
        "Said by the candidate. It is recorded and is no ground for a call.",
        "Adayın sözü. Kaydedilir; ilan için dayanak değildir.",
    ),
    alert(
        2, "counted", "2019-06-23T16:15:00.000Z", "90% of boxes are counted",
        "sandıkların %90 kadarı sayıldı",
        "29,439 of 31,186 boxes are counted.", "31.186 sandığın 29.439 tanesi sayıldı.",
    ),
    alert(
        1, "embargo-lifted", "2019-06-23T16:15:00.000Z", "the ban on publishing has ended",
        "yayın yasağı kalktı", "Lifted by the council; by law it would end at 21:00.",
        "Kurul kaldırdı; yasal bitişi 21.00 idi.",
    ),
]  # fmt: skip
MARCH = [
    alert(
        13, "sources-disagree", "2019-03-31T20:26:10.000Z", "the sources disagree on who is ahead",
        "kaynaklar kimin önde olduğunda ayrışıyor",
        "Agency A: Yıldırım by 4,021; Council: İmamoğlu by 39,915; Party’s tallies: İmamoğlu by 161,907.",
        "Ajans A: Yıldırım 4.021 oy önde; Kurul: İmamoğlu 39.915 oy önde; parti: İmamoğlu 161.907 oy önde.",
    ),
    alert(
        12, "source-stalled", "2019-03-31T20:25:04.000Z", "Agency A has gone silent", "Ajans A sustu",
        "Last heard at 23:20 with 30,812 boxes, silent for 5 min, over its limit of 5 min.",
        "Son haber 23.20, 30.812 sandık; 5 dk sessiz, sınırı 5 dk.",
    ),
    alert(
        11, "band-entered", "2019-03-31T19:19:30.000Z", "the margin is inside the recount band",
        "fark yeniden sayım aralığına girdi", "The margin of 41,800 votes is within 0.5% of 8,390,112.",
        "41.800 oyluk fark, 8.390.112 geçerli oyun %0,5 aralığında.",
    ),
]  # fmt: skip
AFTER = [
    alert(
        24, "rerun-set", "2019-05-06T17:05:00.000Z", "the day of the rerun is set",
        "yenileme günü belirlendi",
        "The council: 23 June 2019.", "Kurul: 23 Haziran 2019.",
    ),
    alert(
        23, "annulled", "2019-05-06T17:00:00.000Z", "the election is annulled", "seçim iptal edildi",
        "Council, 7 votes to 4: ballot-box officials who were not civil servants.",
        "Kurul, 4’e karşı 7 oyla: kamu görevlisi olmayan sandık başkanları.",
    ),
    alert(
        22, "certified", "2019-04-17T11:00:00.000Z", "the result is certified", "sonuç kesinleşti",
        "Mandate given to İmamoğlu; 13,729 votes ahead.", "Mazbata İmamoğlu’na verildi; fark 13.729.",
    ),
]  # fmt: skip
