"""What is due is taken along and written once, whoever writes it; what cannot be written waits, bounded."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from election.night import ContestId
from tests.patience import PATIENCE_S
from tests.web.house import house, until
from tests.web.logs import ListLog
from tests.web.made import records
from tests.web.tended import MAYOR, SCOPE, Claims, One, Shown
from web import showing
from web.showing import EVERY_S, LATE_MAX_S, OFFERS_MAX


async def test_one_every_five_seconds_and_one_at_each_alert() -> None:
    """The first at once; between two turns only what an alert is in; the newest at the next turn."""
    one = One()
    for version in (1, 2, 3):
        one.show(version)
    one.show(4, told=1)
    one.show(5)
    await one.settled()
    one.clock.now += EVERY_S
    one.claims.held.clear()
    one.look()
    one.clock.now += 10 * EVERY_S
    one.look()
    await one.settled()
    assert [1, 4, 5] == one.written
    assert ["turn", "told-1", "turn"] == one.claims.asked
    assert one.group.body == one.log.records[-1][0]
    await one.end()


async def test_what_is_written_are_the_bytes_that_were_shown() -> None:
    """With the moment it was shown, not the one at which it was written."""
    one = One()
    one.show(1, filler="ç")
    body, moment = one.group.body, one.wall()
    one.group.version = 2
    one.clock.now += 1
    await one.settled()
    assert [(body, moment)] == one.log.records
    await one.end()


async def test_what_nobody_has_counted_is_not_written() -> None:
    """An empty store is shown as a board without figures: there is nothing to ask about later."""
    one = One()
    one.show(0, at=None)
    await one.settled()
    assert [] == one.written
    await one.end()


async def test_the_hour_alone_makes_another_snapshot() -> None:
    """The embargo opens without a new version, and another content is shown."""
    one = One()
    one.show(1, ban="closed")
    await one.settled()
    one.clock.now += EVERY_S
    one.claims.held.clear()
    one.show(1, ban="open")
    await one.settled()
    assert [1, 1] == one.written
    await one.end()


async def test_two_gateways_share_one_turn() -> None:
    """Who comes second looks again when the turn is over, and writes what is then the newest."""
    log, claims = ListLog(SCOPE), Claims()
    one, other = One(log, claims), One(log, claims)
    one.show(1)
    await one.settled()
    other.show(2)
    await other.settled()
    assert [1] == one.written
    other.show(3)
    await other.settled()
    assert [1] == one.written
    claims.held.clear()
    other.clock.now += EVERY_S
    other.look()
    await other.settled()
    assert [1, 3] == one.written
    for gateway in (one, other):
        await gateway.end()


async def test_a_gateway_that_dies_with_a_claim_loses_time_and_no_alert() -> None:
    """The others keep the alert's snapshot until the claim has run out; then the first of them writes it."""
    claims = Claims({"told-1": 5.0})  # claimed by one that is dead
    one = One(claims=claims)
    one.show(1)
    one.show(2, told=1)
    one.show(3)
    await until(lambda: "told-1" in claims.asked)
    assert [1] == one.written
    claims.held.clear()
    one.clock.now += 5
    one.showing._news[False].set()
    await one.settled()
    assert [1, 2] == one.written
    await one.end()


async def test_an_alert_that_another_gateway_wrote_is_not_written_again() -> None:
    """Even in a snapshot of another version: the alert stands in the log."""
    log, claims = ListLog(SCOPE), Claims()
    one, other = One(log, claims), One(log, claims)
    for gateway in (one, other):
        gateway.show(1)
        await gateway.settled()
    one.show(2, told=1)
    await one.settled()
    other.show(3, told=1)
    other.clock.now += 5
    await other.settled()
    assert [1, 2] == one.written
    for gateway in (one, other):
        await gateway.end()


async def test_it_ends_also_where_the_store_loses_that_it_was_cancelled() -> None:
    """As the store's client does in the moment in which it sends: it is said again."""

    class Deaf(Claims):
        lost = False

        async def claim(self, contest: ContestId, what: str, for_s: float) -> float:
            """Loses one cancellation."""
            self.asked.append(what)
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
            self.lost = True
            return 0.0

    claims = Deaf()
    one = One(claims=claims)
    one.show(1)
    await until(lambda: bool(claims.asked))
    one.task.cancel()
    ended, _ = await asyncio.wait({one.task}, timeout=PATIENCE_S)
    assert ({one.task}, True) == (ended, claims.lost)


async def test_a_store_that_is_away_is_no_reason_not_to_write() -> None:
    """Rather twice than never: what stands in the log twice counts once."""
    one = One(claims=Claims(away=True))
    one.show(1)
    await one.settled()
    assert [1] == one.written
    await one.end()


async def test_what_cannot_be_written_waits_and_is_written_when_the_log_is_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, counted, and nothing that waits is lost."""
    monkeypatch.setattr(showing, "AGAIN_S", (0.005, 0.005))
    one = One()
    one.log.away = True
    for version in range(1, 4):
        one.show(version)
        await until(lambda: len(one.claims.held) == 1)
        one.clock.now += EVERY_S
        one.claims.held.clear()
    await until(lambda: one.showing.note.away)
    assert (3, 0) == (one.showing.note.waiting, one.showing.note.written)
    one.log.away = False
    await one.settled()
    assert [1, 2, 3] == one.written
    assert (False, 3) == (one.showing.note.away, one.showing.note.written)
    assert 1 == caplog.text.count("cannot be written now")
    await one.end()


async def test_what_waits_is_bounded_and_alerts_stay_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit the oldest that was not for an alert is given up, and counted; bytes count too."""
    monkeypatch.setattr(showing, "WAITING_MAX", 4)
    monkeypatch.setattr(showing, "AGAIN_S", (0.005, 0.005))
    one = One()
    one.log.away = True
    one.show(1)
    await until(lambda: one.showing.note.away)
    for version in range(2, 9):
        one.clock.now += EVERY_S
        one.claims.held.clear()
        one.show(version, told=version if version in (3, 4) else one.group.told)
        await until(lambda: len(one.claims.held) == 1)
    assert (4, 4) == (one.showing.note.waiting, one.showing.note.lost["full"])
    one.log.away = False
    await one.settled()
    assert [3, 4, 7, 8] == one.written
    monkeypatch.setattr(showing, "WAITING_BYTES_MAX", 3 * len(one.group.body))
    one.log.away = True
    for version in range(20, 26):
        one.clock.now += EVERY_S
        one.claims.held.clear()
        one.show(version)
    assert one.showing.note.waiting <= 3
    await one.end()


async def test_what_has_waited_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes nothing is put among what was shown before: then answers may be kept for ever."""
    monkeypatch.setattr(showing, "AGAIN_S", (0.005, 0.005))
    one = One()
    one.log.away = True
    one.show(1)
    await until(lambda: one.showing.note.away)
    one.clock.now += LATE_MAX_S + 1
    one.log.away = False
    await one.settled()
    assert ([], 1) == (one.written, one.showing.note.lost["late"])
    await one.end()


async def test_what_is_too_large_or_refused_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would stop everything after it."""
    monkeypatch.setattr(showing, "SHOWN_BYTES_MAX", 400)
    one = One()
    one.show(1, filler="x" * 400)
    one.clock.now += EVERY_S
    one.log.refuses = True
    one.show(2, filler="")
    await one.settled()
    one.log.refuses = False
    one.clock.now += EVERY_S
    one.claims.held.clear()
    one.show(3)
    await one.settled()
    assert [3] == one.written
    assert (1, 1) == (one.showing.note.lost["large"], one.showing.note.lost["refused"])
    await one.end()


async def test_after_a_restart_what_the_log_has_is_not_written_again() -> None:
    """The first is held back until it is known what is there."""
    log = ListLog(SCOPE)
    one = One(log)
    one.show(7, told=3)
    await one.settled()
    await one.end()
    again = ListLog(SCOPE, log.records)
    other = One(again)
    other.show(7, told=3)
    await other.settled()
    assert [7] == other.written
    await other.end()


async def test_of_an_epoch_that_was_taken_back_nothing_is_written() -> None:
    """A replay went back, and its log begins anew: a straggler would stand in the new one's future."""
    one = One()
    one.show(7)
    await one.settled()
    one.log.records.clear()
    one.log.index.clear()
    one.log._next = 0
    one.clock.now += EVERY_S
    one.claims.held.clear()
    one.show(8)
    await one.settled()
    assert [] == one.written
    one.clock.now += EVERY_S
    one.claims.held.clear()
    one.show(1, epoch="e2", told=0)
    one.show(2, told=1)
    await one.settled()
    assert [1, 2] == one.written
    await one.end()


async def test_the_last_is_written_when_the_gateway_stops(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever else shows the same writes it once; a log that is away is not waited for."""
    log, claims = ListLog(SCOPE), Claims()
    one, other = One(log, claims), One(log, claims)
    for gateway in (one, other):
        gateway.show(1)
        await gateway.settled()
        gateway.show(2)
    await one.showing.finish({MAYOR: one.group})
    await other.showing.finish({MAYOR: other.group})
    assert [1, 2] == one.written
    away = One()
    away.log.away = True
    away.show(1)
    await until(lambda: away.showing.note.away)
    await away.showing.finish({MAYOR: away.group})
    assert (0, 1) == (away.showing.note.waiting, away.showing.note.lost["stopped"])
    for gateway in (one, other, away):
        await gateway.end()


async def test_a_gateway_keeps_what_it_shows_and_answers_for_it() -> None:
    """In live, over HTTP: before anything, meanwhile, and its last snapshot when it is stopped."""
    log = ListLog(replace(SCOPE, mode="live"))
    began = datetime.now(UTC)
    async with house(log=log, mode="live") as at:
        for part in (records()[:40], records()[40:60]):
            at.count(part)
            await until(lambda: bool(log.records))
        first = json.loads(log.records[0][0])
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        status, headers, body = await at.get(f"GET /snapshot/mayor.json?as_of={now} HTTP/1.1\nHost: x")
        assert (200, first["version"]) == (status, json.loads(body)["version"])
        assert headers["Sandik-Snapshot"] == f"{first['epoch']}-{first['version']}"
        before = began.isoformat().replace("+00:00", "Z")
        assert 404 == (await at.get(f"GET /snapshot/mayor.json?as_of={before} HTTP/1.1\nHost: x"))[0]
        page = await at.get("GET /shown/mayor?lang=tr HTTP/1.1\nHost: x")
        assert (200, True) == (page[0], "ne değişti" in page[2].decode())
        assert b"sandik_shown_written_total" in at.gateway.metrics.exposition()
        await until(lambda: at.gateway.hub.groups[MAYOR].version > first["version"])
        last = at.gateway.hub.groups[MAYOR].body
    assert last in [value for value, _ in log.records]
    assert {"mayor", "assembly", "bridge"} >= {json.loads(value)["contest"] for value, _ in log.records}


async def test_of_many_contests_a_few_are_taken_in_each_tick() -> None:
    """A country of contests would hold up everybody; an alert never waits for its turn."""
    one = One()
    groups = {ContestId(f"c{number}"): Shown(1) for number in range(20)}
    one.showing.look(groups)
    assert OFFERS_MAX == one.showing.note.waiting
    first = groups[ContestId("c0")]
    first.version, first.told = 2, 1
    one.showing.look(groups)
    one.showing.look(groups)
    assert 21 == one.showing.note.waiting
    await one.end()


async def test_at_a_tick_at_which_nothing_is_due_nothing_is_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked four times a second for each contest, with everybody waiting."""
    one = One()
    one.show(1)
    await one.settled()
    one.group.version = 2
    encoded = list[int]()
    monkeypatch.setattr(Shown, "body", property(lambda shown: encoded.append(shown.version)))
    for _ in range(1000):
        one.look()
    assert [] == encoded
    await one.end()
