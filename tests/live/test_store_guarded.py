"""A cluster and sentinels with TLS, users and rights: a night by the page's least rights, and a failover.

Know before changing: users and rights are read out of docs/secure.md (tests/live/guarded.py); each test has a
group of its own, for the users' rights name the night's keys.
"""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from election.errors import OutsideError
from election.wire.keys import Keys
from election.wire.topics import Scope
from faults.stores import CLUSTER, SENTINEL
from sandik import probes
from streams.settings import Settings
from streams.store import Store
from tests.groups import Group
from tests.live.crew import Crew
from tests.live.guarded import PASSWORD, GuardedMembers
from tests.live.test_store_rights import MAYOR, delivered, shown
from tests.servers import Running
from tests.streams import made


class Guarded(Group):
    """The group, by users."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.scope = Scope("replay", made.night().id, f"t{uuid.uuid4().hex[:10]}")
        self.guarded = GuardedMembers(kind, folder, self.scope)
        super().__init__(self.guarded, folder)

    def url_of(self, user: str, password: str = PASSWORD) -> str:
        """What SANDIK_REDIS is for this user."""
        return self.guarded.url_of(user, password)


@pytest.fixture(params=[CLUSTER, SENTINEL])
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guarded]:
    """One for a test, with the page's users."""
    try:
        group = Guarded(request.param, tmp_path)
    except OutsideError as error:
        pytest.skip(str(error))
    try:
        group.start()
        yield group
    finally:
        group.close()


@pytest.fixture
async def hands(tansu: Running, guarded: Guarded, tmp_path: Path) -> AsyncIterator[Crew]:
    """A worker by its user, and a judge by the user of `sandik verify`."""
    found = Crew(tansu, guarded, tmp_path, session=guarded.scope.session)
    await found.store.close()
    found.environment["SANDIK_REDIS"] = guarded.url_of("worker")
    found.store = Store(found.night, found.scope, Settings(redis=guarded.url_of("verify")))
    try:
        await found.create_topics()
        yield found
    finally:
        found.close()
        await found.store.close()


async def test_a_night_passes_by_the_least_rights_and_another_server_takes_over(
    guarded: Guarded, hands: Crew
) -> None:
    """Counted, shown, delivered and looked at over TLS; when a primary dies, its replica knows our users."""
    key = Keys(guarded.scope, MAYOR).meta
    records = made.recording()
    hands.start()
    await hands.send(records[: len(records) // 2])
    await hands.until_applied()
    primary = guarded.primary(key)
    primary.kill()  # one that is only asked to hand over takes writes for some seconds, beside the new one
    guarded.promoted(key, primary)
    await hands.send(records[len(records) // 2 :])
    await hands.until_applied()
    assert [] == list((await hands.verified()).differences)
    await shown(guarded.url_of("gateway"), hands)
    await delivered(guarded.url_of("deliver"), hands)
    assert "noeviction" == (await probes.redis_facts(guarded.url_of("doctor"))).maxmemory_policy
    assert [] == hands.codes
    for secret in (PASSWORD, quote(PASSWORD, safe="")):
        assert secret not in hands.said()


async def test_a_worker_that_is_not_let_in_ends_at_once_and_names_the_setting(
    guarded: Guarded, hands: Crew
) -> None:
    """Exit code 3, in one sentence, however patient it is; and nobody gets in without TLS."""
    hands.start(SANDIK_REDIS=guarded.url_of("worker", "yanlis"), SANDIK_OUTSIDE_WITHIN_S="3600")
    assert 3 == await hands.ended()
    said = hands.said()
    assert "does not let us in (" in said
    assert "see user and password in SANDIK_REDIS, and docs/secure.md" in said
    assert "yanlis" not in said
    assert "Traceback" not in said
    plain = guarded.url_of("worker").replace("rediss+", "redis+").partition("?ssl_ca_certs")[0]
    store = Store(hands.night, hands.scope, Settings(redis=plain.partition("&ssl")[0], outside_within_s=0.1))
    with pytest.raises(OutsideError):
        await store.positions(["x/0"])
    await store.close()
