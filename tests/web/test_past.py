"""What was shown is answered afterwards: byte for byte, under its time and its address, listed, compared."""

import asyncio
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
import pytest

from election.night import NightId
from election.wire.topics import Scope
from tests.patience import PATIENCE_S
from tests.web.asking import MAYOR, answers, get
from tests.web.logs import ListLog
from tests.web.made import Worker, hub, night, parts, records
from web import between_page, past, workshop
from web.answers import Answers
from web.archive import Archive, name_of
from web.past import AS_OF, CHANGES, INDEX, Past, question

SCOPE = Scope("replay", NightId("practice"))
WALL = datetime(2030, 1, 1, tzinfo=UTC)


class Evening:
    """The practice night as a gateway showed it: each version in the log, and its answers."""

    def __init__(self, mode: str = "replay", steps: int = 12) -> None:
        self.hub, self.worker = hub(night()), Worker(night(), mode=mode)
        self.log = ListLog(replace(SCOPE, mode=mode))
        self.bodies: dict[str, bytes] = {}
        self.archive = Archive()
        for number, batch in enumerate(parts(records(), -(-len(records()) // steps))):
            for contest, _ in self.worker.count(batch):
                self.hub.hold(contest, self.worker.state(contest))
            self.hub.turn(0.0)
            self.keep(WALL + timedelta(seconds=5 * number), mode)
        self.log.catch_up()
        self.wall = WALL + timedelta(minutes=1)
        self.past = Past(self.log, night(), mode, between_page.page, lambda: self.wall)
        self.answers = answers(self.hub, past=self.past)

    def keep(self, shown_at: datetime, mode: str) -> None:
        """What is shown of the mayor, into the log; in live as if it were live."""
        group = self.hub.groups[MAYOR]
        name = name_of(group.tag)
        if name in self.bodies or group.shown["at"] is None:
            return
        body = group.body if mode == "replay" else orjson.dumps(group.shown | {"mode": mode})
        self.bodies[name] = body
        self.archive.keep(MAYOR, group.tag, group.shown)
        self.log.records.append((body, shown_at))

    @property
    def index(self) -> list[dict[str, Any]]:
        """All of it."""
        return list(json.loads(get(self.answers, "/snapshot/mayor/index.json").body)["snapshots"])


@cache
def evening_of_many() -> Evening:
    """One for all tests that only look."""
    return Evening()


def test_as_of_gives_the_bytes_that_were_published() -> None:
    """At its hour and until the next; with what it is in the headers."""
    evening = Evening()
    index = evening.index
    assert len(index) > 5
    for entry, following in zip(index, [*index[1:], None], strict=True):
        if following is not None and following["since"] == entry["since"]:
            continue
        answer = get(evening.answers, f"/snapshot/mayor.json?as_of={entry['since']}")
        name = entry["href"].rpartition("/")[2].removesuffix(".json")
        assert (HTTPStatus.OK, evening.bodies[name]) == (answer.status, answer.body)
        assert (name, entry["at"], entry["hash"]) == (
            answer.headers["Sandik-Snapshot"], answer.headers["Sandik-At"], answer.headers["Sandik-Hash"],
        )  # fmt: skip
        since = datetime.fromisoformat(entry["since"])
        assert since.replace(microsecond=0) == parsedate_to_datetime(answer.headers["Memento-Datetime"])
        if following is not None:
            before = datetime.fromisoformat(following["since"]) - timedelta(milliseconds=1)
            same = get(evening.answers, f"/snapshot/mayor.json?as_of={before.isoformat()}")
            assert answer.body == same.body


def test_an_hour_of_the_night_is_enough() -> None:
    """In the night's own time zone; a plus that was not escaped does no harm."""
    evening = Evening()
    zone = timedelta(hours=3)
    entry = evening.index[-1]
    at = datetime.fromisoformat(entry["since"]) + zone + timedelta(seconds=1)
    by_hour = get(evening.answers, f"/snapshot/mayor.json?as_of={at:%H:%M:%S}")
    whole = get(evening.answers, f"/snapshot/mayor.json?as_of={at.replace(tzinfo=None).isoformat()}+03:00")
    assert HTTPStatus.OK == by_hour.status
    assert by_hour.body == whole.body == next(reversed(evening.bodies.values()))


def test_before_the_first_there_was_nothing() -> None:
    """A sentence says since when there is something; no cache keeps it."""
    answer = get(evening_of_many().answers, "/snapshot/mayor.json?as_of=2001-01-01T00:00:00Z")
    assert (HTTPStatus.NOT_FOUND, "no-store") == (answer.status, answer.headers["Cache-Control"])
    assert b"had been shown by 2001-01-01T00:00:00.000Z: the first was shown at 2024-10-06T" in answer.body


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("/snapshot/mayor.json?as_of=", "as_of: give a time"),
        ("/snapshot/mayor.json?as_of=noon", "as_of: 'noon' is neither"),
        ("/snapshot/mayor.json?as_of=2024-10-06T19:00:00", "has no zone"),
        ("/snapshot/mayor.json?as_of=25:00", "no hour"),
        ("/snapshot/mayor.json?as_of=19:00&as_of=20:00", "given 2 times"),
        ("/snapshot/mayor/index.json?from=x", "from: 'x'"),
        ("/snapshot/mayor/index.json?after=e1-0", "after: there is no 'e1-0'"),
        ("/shown/mayor?from=20:00&to=19:00", "from: it is later than to"),
        ("/shown/mayor?to=never", "to: 'never'"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(target: str, says: str) -> None:
    """With the field, and what would be right."""
    answer = get(evening_of_many().answers, target)
    assert HTTPStatus.BAD_REQUEST == answer.status
    assert says in answer.body.decode()


@pytest.mark.parametrize(
    "target",
    ["/snapshot/king.json?as_of=19:00", "/snapshot/king/index.json", "/shown/king", "/shown/", "/shown",
     "/shown/mayor/x", "/snapshot/mayor/x/index.json"],
)  # fmt: skip
def test_what_is_not_there_is_not_there(target: str) -> None:
    """Other addresses are as they were."""
    assert HTTPStatus.NOT_FOUND == get(evening_of_many().answers, target).status


def test_only_get() -> None:
    """As everywhere."""
    for target in ("/snapshot/mayor.json?as_of=19:00", "/shown/mayor", "/snapshot/mayor/index.json"):
        assert HTTPStatus.METHOD_NOT_ALLOWED == get(evening_of_many().answers, target, "POST").status
        head = get(evening_of_many().answers, target.replace("19:00", "23:00"), "HEAD")
        assert (HTTPStatus.OK, b"") == (head.status, head.body)
        assert int(head.headers["Content-Length"]) > 100


def test_packed_and_known() -> None:
    """Packed for who takes it, 304 for who has it."""
    made = Evening().answers
    target = "/snapshot/mayor.json?as_of=23:00"
    plain = get(made, target)
    packed = get(made, target, accept_encoding="gzip")
    assert plain.body == gzip.decompress(packed.body)
    assert HTTPStatus.NOT_MODIFIED == get(made, target, if_none_match=plain.headers["ETag"]).status


def test_an_answer_is_kept_for_ever_only_where_it_cannot_change() -> None:
    """In live after a while, when nothing can be put before it; in a replay, which may go back, never."""
    live, replay = Evening("live"), Evening()
    early, late = WALL + timedelta(seconds=6), WALL + timedelta(days=1)
    for evening, now, expected in (
        (live, WALL + timedelta(minutes=5), past.SHORT),
        (live, WALL + timedelta(minutes=12), past.FOR_EVER),
        (replay, WALL + timedelta(days=9), past.SHORT),
    ):
        evening.wall = now
        asked = early if evening is live else late
        answer = get(
            evening.answers, f"/snapshot/mayor.json?as_of={asked.isoformat().replace('+00:00', 'Z')}"
        )
        assert (HTTPStatus.OK, expected) == (answer.status, answer.headers["Cache-Control"])


def test_in_live_the_time_is_when_it_was_published() -> None:
    """Not the hour of the paper that came last."""
    evening = Evening("live")
    second = evening.log.records[1]
    just_before = second[1] - timedelta(milliseconds=1)
    for at, body in ((just_before, evening.log.records[0][0]), (second[1], second[0])):
        asked = at.isoformat().replace("+00:00", "Z")
        assert body == get(evening.answers, f"/snapshot/mayor.json?as_of={asked}").body


def test_a_version_is_had_from_the_log_when_memory_has_forgotten_it() -> None:
    """The same content as memory gave, so that the address names one content for ever."""
    evening = Evening()
    for entry in evening.index:
        name = entry["href"].rpartition("/")[2].removesuffix(".json")
        answer = get(evening.answers, entry["href"])
        assert (HTTPStatus.OK, past.FOR_EVER) == (answer.status, answer.headers["Cache-Control"])
        assert orjson.dumps(evening.archive.find(MAYOR, name)) == answer.body
        assert f'"{name}"' == answer.headers["ETag"]
    gone = get(evening.answers, "/snapshot/mayor/e9-1.json")
    assert HTTPStatus.NOT_FOUND == gone.status
    assert b"the newest is" in gone.body


def test_the_index_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Oldest first; `next` leads on until there is no more; times cut it."""
    evening = Evening()
    whole = evening.index
    assert len(evening.bodies) == len(whole)
    monkeypatch.setattr(past, "INDEX_MAX", 2)
    found: list[Any] = []
    target: str | None = "/snapshot/mayor/index.json"
    while target:
        part = json.loads(get(evening.answers, target).body)
        assert (len(whole), whole[0]["since"], whole[-1]["since"]) == (
            part["count"], part["first"], part["last"],
        )  # fmt: skip
        found += part["snapshots"]
        target = part["next"]
    assert whole == found
    since, until = whole[2]["since"], whole[3]["since"]
    cut = json.loads(get(evening.answers, f"/snapshot/mayor/index.json?from={since}&to={until}").body)
    assert [one for one in whole if since <= one["since"] <= until][:2] == cut["snapshots"]


def test_while_the_log_is_read_or_away_that_is_said() -> None:
    """503, and asked again: what cannot be known now may be known soon."""
    evening = Evening()
    evening.log.index.ready = False
    for target in (
        "/snapshot/mayor.json?as_of=23:00",
        "/snapshot/mayor/index.json",
        "/snapshot/mayor/e1-1.json",
    ):
        answer = get(evening.answers, target)
        assert (HTTPStatus.SERVICE_UNAVAILABLE, "2") == (answer.status, answer.headers["Retry-After"])
    evening.log.index.ready, evening.log.away = True, True
    assert HTTPStatus.SERVICE_UNAVAILABLE == get(evening.answers, "/snapshot/mayor.json?as_of=23:00").status


def test_what_is_no_longer_in_the_log_is_not_made_up() -> None:
    """Deleted, or another record where it stood."""
    evening = Evening()
    evening.log.records[-1] = (b"{}", WALL)
    answer = get(evening.answers, "/snapshot/mayor.json?as_of=23:59")
    assert HTTPStatus.NOT_FOUND == answer.status
    assert b"no longer in the log" in answer.body


def test_a_log_that_begins_anew_while_a_page_is_made_of_it_has_it_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A replay that goes back takes its log back: the page is not there, and nothing has failed."""
    evening = Evening()
    read = evening.log.read

    async def taken_back(offset: int) -> bytes | None:
        value = await read(offset)
        evening.log.index.clear()
        return value

    monkeypatch.setattr(evening.log, "read", taken_back)
    answer = get(evening.answers, "/shown/mayor")
    assert HTTPStatus.NOT_FOUND == answer.status
    assert b"no longer in the log" in answer.body


def test_a_crowd_is_one_reader() -> None:
    """However many ask for it, a snapshot is read once."""
    evening = Evening()

    async def crowd() -> list[Any]:
        asked = {"as_of": ["23:00"]}
        return await asyncio.gather(*(evening.past.as_of(MAYOR, asked) for _ in range(50)))

    assert 1 == len({told.body.etag for told in asyncio.run(crowd())})
    assert 1 == evening.log.reads


def test_readers_who_compare_different_times_do_not_wait_for_one_another() -> None:
    """However many there are, each has its page; and whoever asks afterwards is answered too."""
    evening = Evening()
    since = [entry["since"] for entry in evening.index]

    async def readers() -> list[Any]:
        asked = [{"from": [first], "to": [since[-1]]} for first in since[:-1]]
        async with asyncio.timeout(PATIENCE_S):
            pages = await asyncio.gather(*(evening.past.changes(MAYOR, one, "en") for one in asked))
            return [*pages, await evening.past.as_of(MAYOR, {"as_of": [since[0]]})]

    assert len(since) == len(asyncio.run(readers()))


def test_who_asks_for_too_much_at_once_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of waiting behind everybody else until the connection is cut."""
    made = Evening().answers
    monkeypatch.setattr(workshop, "MAKINGS_MAX", 0)
    for target in ("/snapshot/mayor.json?as_of=23:00", "/?as_of=23:00", "/shown/mayor?from=20:00"):
        answer = get(made, target)
        assert (HTTPStatus.SERVICE_UNAVAILABLE, "2") == (answer.status, answer.headers["Retry-After"])


def test_without_a_log_that_is_said() -> None:
    """Nobody is given today's numbers for yesterday's."""
    made: Answers = answers(Evening().hub)
    for target in ("/snapshot/mayor.json?as_of=23:00", "/shown/mayor", "/snapshot/mayor/index.json"):
        answer = get(made, target)
        assert HTTPStatus.NOT_FOUND == answer.status
        assert b"SANDIK_SHOWN" in answer.body


def test_the_page_says_what_changed() -> None:
    """In both languages, with the browser's language where none is asked for; its form asks us alone."""
    evening = Evening()
    for query, headers, says in (
        ("?lang=en", {}, "What changed between"),
        ("?lang=tr", {}, "arasında ne değişti"),
        ("", {"accept_language": "tr"}, "arasında ne değişti"),
    ):
        answer = get(evening.answers, f"/shown/mayor{query}", **headers)
        assert (HTTPStatus.OK, "text/html; charset=utf-8") == (answer.status, answer.headers["Content-Type"])
        assert says in answer.body.decode()
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_alerts_between_two_times_are_all_there() -> None:
    """A snapshot holds the newest twenty; the ones before stand in those that were shown before it."""
    log = ListLog(SCOPE)
    body = json.loads(next(iter(Evening().bodies.values())))
    for number in range(70):
        told = [
            {"id": f"a{seq}", "seq": seq, "kind": "counted", "at": body["at"], "title": f"x: alert {seq}."}
            for seq in range(number, max(0, number - 20), -1)
        ]
        made = body | {"version": 100 + number, "alerts": told}
        log.records.append((orjson.dumps(made), WALL))
    log.catch_up()
    asked = Past(log, night(), "replay", between_page.page)
    line = log.index.line(MAYOR)
    for first, last in ((0, 69), (10, 69), (60, 69), (30, 30)):
        found = asyncio.run(asked._told(MAYOR, line[first], line[last]))
        assert [f"a{seq}" for seq in range(last, first, -1)] == [alert["id"] for alert in found]


def test_questions_are_told_apart() -> None:
    """By address alone."""
    asked = {"as_of": ["19:00"]}
    assert [(AS_OF, "mayor"), (INDEX, "mayor"), (CHANGES, "mayor"), ("", "mayor.json"), ("", "mayor")] == [
        question("snapshot", "mayor.json", asked), question("snapshot", "mayor/index.json", {}),
        question("shown", "mayor", {}), question("snapshot", "mayor.json", {}),
        question("snapshot", "mayor/e1-1.json", asked),
    ]  # fmt: skip
