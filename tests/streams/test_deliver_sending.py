"""Whether a try that failed is followed by the right one, or by none, and how many are made at once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.wire.delivered import Target, delivery
from streams import deliver_sending
from streams.alerts.channel import Channel, Means, NotDeliveredError
from streams.deliver_sending import JITTER, Rooms, Sender, after
from streams.ledger import Claimed
from streams.settings import Settings

WAITS_S = Settings().waits_s
ALERT = delivery("aa", 1, "lead-change", Target("webhook", "https://newsroom.example/"))
RETRACTION = replace(ALERT, kind="call-retracted")


def test_the_waits_are_those_the_docs_promise() -> None:
    """Nine tries in about twenty-four minutes."""
    assert (0, 2, 5, 15, 30, 60, 120, 300, 900) == WAITS_S
    assert 24 == round(sum(WAITS_S) / 60)


@given(st.integers(1, len(WAITS_S) - 1), st.floats(0, 1))
def test_the_next_try_comes_after_its_wait_and_a_little_chance(tries: int, chance: float) -> None:
    """Never sooner, never more than a quarter later."""
    outcome = after(replace(ALERT, tries=tries), NotDeliveredError("no"), WAITS_S, chance)
    assert ("retrying", "no") == (outcome.word, outcome.note)
    assert WAITS_S[tries] <= outcome.delay_s <= WAITS_S[tries] * (1 + JITTER)


def test_after_the_last_try_it_is_dead() -> None:
    """A retraction too; it can be seen and sent again."""
    for one in (ALERT, RETRACTION):
        outcome = after(replace(one, tries=len(WAITS_S)), NotDeliveredError("no"), WAITS_S, 0)
        assert ("dead", "no") == (outcome.word, outcome.note)


@pytest.mark.parametrize(("asked_s", "waited_s"), [(1.0, 2.0), (40.0, 40.0)])
def test_a_receiver_that_asks_for_a_longer_wait_gets_it(asked_s: float, waited_s: float) -> None:
    """A shorter one changes nothing."""
    error = NotDeliveredError("busy", retry_after_s=asked_s)
    assert waited_s == after(replace(ALERT, tries=1), error, WAITS_S, 0).delay_s


def test_what_is_hopeless_is_not_tried_again_unless_it_is_a_retraction() -> None:
    """Somebody was told a call there: every try that is left is used."""
    error = NotDeliveredError("gone", hopeless=True)
    assert "dead" == after(replace(ALERT, tries=1), error, WAITS_S, 0).word
    assert "retrying" == after(replace(RETRACTION, tries=1), error, WAITS_S, 0).word


def test_retractions_have_a_room_of_their_own() -> None:
    """However many others are under way."""
    rooms = Rooms(2)
    for _ in range(2):
        rooms.count(ALERT, +1)
    assert (2, 0) == rooms.left()
    rooms.count(RETRACTION, +1)
    rooms.count(ALERT, -1)
    assert (1, 1) == rooms.left()


class Due:
    """What stands in for ledger, keeper and facts: each contest has one delivery, and gives it out once."""

    def __init__(self, contests: int, kind: str) -> None:
        self.night = SimpleNamespace(contests={f"c{number}": None for number in range(contests)})
        self._kind, self._left, self._open = kind, set(self.night.contests), contests
        self.settled = asyncio.Event()
        self.became: list[Any] = []

    async def claim(self, contest: str, token: str, lease_s: float, urgent: int, room: int) -> Claimed:
        """As many as there is room for, as the script does; the others have asked for theirs meanwhile."""
        await asyncio.sleep(0)
        if max(urgent, room) < 1 or contest not in self._left:
            return Claimed((), None, "")
        self._left.remove(contest)
        one = delivery("aa", 1, self._kind, Target("webhook", f"https://{contest}.example/"))
        return Claimed((replace(one, token=token),), None, "")

    async def settle(self, *what: Any) -> bool:
        """The last of them ends the evening."""
        self.became.append(what[2:])
        self._open -= 1
        if not self._open:
            self.settled.set()
        return False

    async def get(self, *what: Any) -> Any:
        """The fact."""
        return SimpleNamespace(id="aa")

    def look(self, contest: Any) -> None:
        """Nothing is kept here."""


@pytest.mark.parametrize(
    ("name", "word", "note"),
    [
        ("kind", "swing-forecast", "this version tells nothing of the kind swing-forecast"),
        ("channel", "pigeon", "this version has no channel pigeon"),
    ],
)
async def test_a_delivery_of_what_nobody_knows_is_given_up_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, word: str, note: str
) -> None:
    """Another version wrote it into the log: it is kept as dead, for one that knows it, and ends nothing."""

    class Mixed(Due):
        """The first contest's is one of those."""

        async def claim(self, contest: str, *how: Any) -> Claimed:
            """With the kind and the channel of this contest."""
            found = await super().claim(contest, *how)
            odd: dict[str, Any] = {name: word} if contest == "c0" else {}
            return replace(found, deliveries=tuple(replace(one, **odd) for one in found.deliveries))

        async def settle(self, *what: Any) -> bool:
            """Is news, so that it is said."""
            await super().settle(*what)
            return True

    async def send(*what: Any) -> None:
        assert what[0].id == "aa"

    due = Mixed(2, ALERT.kind)
    channel = Channel("webhook", "url", send, lambda address, target: "")
    monkeypatch.setattr(deliver_sending, "CHANNELS", {"webhook": channel})
    means = Means(Settings(), {}, lambda: datetime.now(UTC))
    async with asyncio.TaskGroup() as tasks:
        stand_in = cast("Any", due)
        sender = Sender(stand_in, stand_in, stand_in, means, tasks)
        asking = [tasks.create_task(sender.send_due(contest)) for contest in stand_in.night.contests]
        await due.settled.wait()
        for one in asking:
            one.cancel()
    assert {("dead", 0.0, note), ("acknowledged", 0.0, "")} == set(due.became)
    assert f"given up after 0 tries: {note}" in caplog.text


@pytest.mark.parametrize("kind", [ALERT.kind, RETRACTION.kind])
@pytest.mark.parametrize("most", [1, 2])
async def test_no_more_are_under_way_at_once_than_the_setting_says(
    monkeypatch: pytest.MonkeyPatch, most: int, kind: str
) -> None:
    """Also where several contests have something due in the same moment and claim side by side."""
    due, under_way, seen = Due(5, kind), 0, 0

    async def send(*what: Any) -> None:
        nonlocal under_way, seen
        under_way += 1
        seen = max(seen, under_way)
        for _ in range(10):
            await asyncio.sleep(0)
        under_way -= 1

    channel = Channel("webhook", "url", send, lambda address, target: "")
    monkeypatch.setattr(deliver_sending, "CHANNELS", {"webhook": channel})
    means = Means(Settings(deliver_at_once=most), {}, lambda: datetime.now(UTC))
    async with asyncio.TaskGroup() as tasks:
        stand_in = cast("Any", due)
        sender = Sender(stand_in, stand_in, stand_in, means, tasks)
        asking = [tasks.create_task(sender.send_due(contest)) for contest in stand_in.night.contests]
        await due.settled.wait()
        for one in asking:
            one.cancel()
    assert most == seen
