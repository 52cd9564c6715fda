"""A store of one server, of six and behind sentinels is one store, whoever is killed, started or asked to go.

Know before changing: what workers and gateways make of it is tests/live/test_store_*.py; here nobody counts.
The groups serve the file, so each test leaves its group whole.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.cluster import RedisCluster
from redis.exceptions import RedisError
from redis.sentinel import Sentinel

from election.errors import OutsideError
from faults import stores
from faults.processes import Process
from faults.stores import CLUSTER, NIGHT, PRIMARIES, REPLICAS, SENTINEL, SENTINELS, SINGLE, Members
from sandik.ports import wait_until
from tests.groups import PASSWORD, Group
from tests.patience import PATIENCE_S
from tests.servers import Running

pytestmark = pytest.mark.live
KEY = "replay.practice.mayor"


@pytest.fixture
def single(tmp_path: Path) -> Iterator[tuple[Members, Process]]:
    """A store of one server, at work."""
    try:
        members = Members(SINGLE, tmp_path)
    except OutsideError as error:
        pytest.skip(str(error))
    [server] = members.everybody
    process = Process(server.program.name, server.program.argv, {}, tmp_path, server.program.ready)
    process.start()
    process.until_ready()
    members.form()
    yield members, process
    process.kill()


def test_one_server_holds_every_key_has_no_replica_and_hands_over_to_nobody(
    single: tuple[Members, Process],
) -> None:
    """It keeps its file over a kill; while it is away nobody holds anything."""
    members, process = single
    [server] = members.servers
    with Redis.from_url(members.url) as client:
        client.set(KEY, "7")
        assert "yes" == client.config_get("appendonly")["appendonly"]
    assert (server, None) == (members.primary(KEY), members.replica(KEY))
    assert not members.fail_over(KEY)
    process.kill()
    assert (None, None) == (members.primary(KEY), members.replica(KEY))
    process.start()
    process.until_ready()
    with Redis.from_url(members.url) as client:
        assert b"7" == client.get(KEY)


def test_a_url_names_who_is_asked_first_and_hides_no_sign_of_a_password(tmp_path: Path) -> None:
    """Of a cluster the first primaries, of sentinels all three, and what they call the primary."""
    for kind, name, count in ((CLUSTER, "redis+cluster", PRIMARIES), (SENTINEL, "redis+sentinel", SENTINELS)):
        members = Members(kind, tmp_path / kind, "redis-server", PASSWORD)
        scheme, _, rest = members.url.partition("://")
        login, _, hosts = rest.partition("@")
        assert (name, ":p%40ss%3Aword%2F1") == (scheme, login)
        asked = members.servers[:PRIMARIES] if kind == CLUSTER else members.sentinels
        assert ",".join(one.address for one in asked) == hosts.partition("/")[0]
        assert count == len(asked)
    assert f"/{NIGHT}/0?sentinel_password=p%40ss%3Aword%2F1" in members.url
    open_to_all = Members(SENTINEL, tmp_path / "open", "redis-server")
    assert f"{open_to_all.sentinels[-1].address}/{NIGHT}/0" == open_to_all.url.rpartition(",")[2]


def cluster_of(group: Group) -> "RedisCluster":
    """A client that goes where the cluster sends it."""
    first = group.members.servers[0]
    return RedisCluster(host=first.host, port=first.port, password=PASSWORD)


def handed_over(group: Group) -> tuple[Running, Running]:
    """Who held the key before it was handed over, and who does now."""
    before, replica = group.primary(KEY), group.replica(KEY)
    assert group.members.fail_over(KEY)
    after = group.promoted(KEY, before)
    assert replica is after
    return before, after


def test_a_cluster_hands_a_key_over_to_the_replica_and_keeps_what_it_holds(redis_cluster: Group) -> None:
    """Who held it follows then, and the cluster is whole."""
    with cluster_of(redis_cluster) as client:
        client.set(KEY, "7")
        before, _ = handed_over(redis_cluster)
        redis_cluster.whole()
        assert before is redis_cluster.replica(KEY)
        assert b"7" == client.get(KEY)


def test_the_keys_of_a_cluster_lie_with_every_primary_and_each_has_one_replica(redis_cluster: Group) -> None:
    """Otherwise a contest would lie alone, and nobody would meet the borders between them."""
    keys = [f"key-{number}" for number in range(20)]
    held = {redis_cluster.primary(key): redis_cluster.replica(key) for key in keys}
    assert (PRIMARIES, REPLICAS) == (len(held), len(set(held.values())))
    assert not held.keys() & set(held.values())


def test_nobody_takes_over_from_a_primary_whose_replica_is_away(
    redis_cluster: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster is not whole then, which is an error with a name, and is when the replica comes back."""
    primary, replica = redis_cluster.primary(KEY), redis_cluster.replica(KEY)
    replica.kill()
    assert wait_until(lambda: redis_cluster.members.replica(KEY) is None, PATIENCE_S)
    assert not redis_cluster.members.fail_over(KEY)
    with monkeypatch.context() as short:
        short.setattr(stores, "FORMS_WITHIN_S", 0.1)
        with pytest.raises(OutsideError, match=r"Not within 0.1 s: every primary has a replica"):
            redis_cluster.whole()
    replica.start()
    redis_cluster.whole()
    assert (primary, replica) == (redis_cluster.primary(KEY), redis_cluster.replica(KEY))


def behind(group: Group) -> Sentinel:
    """Who asks the sentinels where the primary is."""
    kwargs = {"password": PASSWORD}
    return Sentinel(
        [(one.host, one.port) for one in group.members.sentinels], sentinel_kwargs=kwargs, **kwargs
    )


def test_sentinels_hand_over_to_the_replica_which_is_no_replica_again_when_it_starts_again(
    redis_sentinel: Group,
) -> None:
    """Or there would be two of them, each following the other, until the sentinels see it."""
    sentinels = behind(redis_sentinel)
    sentinels.master_for(NIGHT).set(KEY, "7")
    before, after = handed_over(redis_sentinel)
    after.kill()
    after.start()
    assert "master" == stores._role(after.server)
    redis_sentinel.whole()
    assert {before, after} == {redis_sentinel.primary(KEY), redis_sentinel.replica(KEY)}
    assert b"7" == sentinels.master_for(NIGHT).get(KEY)


def test_a_replica_whose_connection_is_cut_comes_back_unless_it_is_frozen(redis_sentinel: Group) -> None:
    """So what was written meanwhile is not with it: that is what a failover may lose."""
    primary, replica = redis_sentinel.primary(KEY), redis_sentinel.replica(KEY)
    redis_sentinel.deafen(primary, replica)
    try:
        behind(redis_sentinel).master_for(NIGHT).set(KEY, "8")
        assert wait_until(lambda: redis_sentinel.members.replica(KEY) is None, PATIENCE_S)
    finally:
        replica.resume()
    redis_sentinel.whole()

    def has_it() -> bool:
        with Redis(host=replica.server.host, port=replica.server.port, password=PASSWORD) as client:
            return client.get(KEY) == b"8"

    assert wait_until(has_it, PATIENCE_S)


def test_servers_that_are_not_there_are_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds a key; forming one of them is an error, which names what was waited for."""
    monkeypatch.setattr(stores, "FORMS_WITHIN_S", 0.0)
    for kind, error in ((SENTINEL, OutsideError), (CLUSTER, RedisError)):
        members = Members(kind, tmp_path / kind, "redis-server")
        assert (None, None) == (members.primary(KEY), members.replica(KEY))
        with pytest.raises(error):
            members.form()
