"""Kafka with TLS, passwords and rights: a night with the least rights, and everybody else told why not."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from election.errors import OutsideError
from election.night import ContestId
from election.wire.records import Ruling
from election.wire.topics import WHATS, Scope
from producers.access import see_why
from producers.cluster import create_topics, look
from producers.errors import NoKafkaError, NotLetInError, RefusedByKafkaError
from producers.publish import Publisher
from producers.record import follow_log, read_log
from producers.settings import Settings
from sandik import cli, kafka
from sandik.delivered import DeliveredTopic
from sandik.showing import KafkaLog
from streams import asking
from streams.settings import Settings as Counting
from tests.live.crew import Crew
from tests.live.secured import HOST, Secured
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.streams import made

PAGE = Path(__file__).parents[2] / "docs" / "secure.md"
MAYOR = ContestId("mayor")
ALERTS = """mode = "replay"
[[subscription]]
who = "Desk"
channel = "email"
to = "night@paper.example"
"""
Looks = Callable[[Mapping[str, str]], Awaitable[object]]


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One for all tests of this file; each has a session of its own."""
    try:
        made_kafka = Secured(tmp_path_factory.mktemp("secured"))
    except (kafka.NoJavaError, kafka.NoJarsError) as error:
        pytest.skip(str(error))
    made_kafka.running.start()
    yield made_kafka
    made_kafka.running.close()


@pytest.fixture(autouse=True)
async def hung_up() -> AsyncIterator[None]:
    """A test ends when its connections have: the client hangs up without waiting, and TLS takes a while."""
    yield
    transports = vars(asyncio.get_running_loop())["_transports"]
    async with asyncio.timeout(PATIENCE_S):
        while any(one._sock is not None for one in list(transports.values())):  # noqa: ASYNC110 # nobody says it
            await asyncio.sleep(0.001)


def commands(scope: Scope) -> list[str]:
    """The commands of docs/secure.md, for this night."""
    lines = PAGE.read_text().splitlines()
    return [line.replace("$N", scope.name) for line in lines if line.startswith("$K --add")]


def settings(secured: Secured, scope: Scope, user: str, **more: str) -> Settings:
    """Of this user's process."""
    where = {"SANDIK_MODE": scope.mode, "SANDIK_SESSION": scope.session, "SANDIK_OUTSIDE_WITHIN_S": "8"}
    return Settings.read({**secured.environment(user), **where, **more})


async def at_work(secured: Secured, redis: Running, folder: Path, user: str = "worker") -> Crew:
    """A crew whose worker and judge are users of Kafka, with the topics and the rights of the page."""
    hands = Crew(secured.running, redis, folder)
    hands.environment |= secured.environment(user)
    hands.producing = settings(secured, hands.scope, "verify")
    assert 20 < await secured.allow(commands(hands.scope))
    made_topics = await create_topics(settings(secured, hands.scope, "admin"), hands.night.id)
    assert 7 == len(made_topics)
    return hands


@pytest.mark.kafka
async def test_a_night_passes_where_everybody_has_the_least_rights(
    secured: Secured, redis_server: Running, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """To the vote, by the commands of the page; and no password stands in any log."""
    caplog.set_level(logging.INFO)
    hands = await at_work(secured, redis_server, tmp_path)
    try:
        hands.start()
        records = made.recording()
        for user in ("producer", "desk"):
            of = settings(secured, hands.scope, user)
            assert () == await create_topics(of, hands.night.id)
            async with Publisher(of, hands.night.id) as out:
                for record in records:
                    if isinstance(record, Ruling) == (user == "desk"):
                        await out.publish(record)
            hands.ends |= {f"{topic}/{place}": end for (topic, place), end in out.ends.items()}
        await hands.until_applied()
        assert [] == list((await hands.verified()).differences)
        await _delivers_and_shows(secured, hands)
    finally:
        hands.close()
        await hands.store.close()
    assert [] == hands.codes
    said = hands.said() + caplog.text
    assert said
    for password in secured.passwords.values():
        assert password not in said
    assert "admin" in (shown := repr(settings(secured, hands.scope, "admin")))
    assert secured.passwords["admin"] not in shown


async def _delivers_and_shows(secured: Secured, hands: Crew) -> None:
    """What `sandik deliver` and a gateway write and read."""
    async with DeliveredTopic(settings(secured, hands.scope, "deliver"), hands.night.id) as topic:
        await topic.append([(b"mayor", b"sent")])
        assert [b"sent"] == [value async for value in topic.read()]
        first, *_ = [value async for value in topic.told()]
        assert b'"t":"told"' in first
    log = KafkaLog(hands.night, settings(secured, hands.scope, "gateway"))
    try:
        await log.write(MAYOR, b"{}", datetime(2024, 3, 31, 18, tzinfo=UTC))
        assert b"{}" == await log.read(0)
    finally:
        await log.close()


BAD: Mapping[str, tuple[Callable[[Secured], dict[str, str]], str]] = {
    "a wrong password": (
        lambda kafka: {"SANDIK_KAFKA_PASSWORD": "wrong"},
        "does not let the user admin in: see SANDIK_KAFKA_USER and SANDIK_KAFKA_PASSWORD",
    ),
    "a mechanism it does not have": (
        lambda kafka: {"SANDIK_KAFKA_MECHANISM": "SCRAM-SHA-256"},
        "does not offer SCRAM-SHA-256: set SANDIK_KAFKA_MECHANISM",
    ),
    "an authority we do not trust": (
        lambda kafka: {"SANDIK_KAFKA_CA": str(kafka.stranger)}, "set SANDIK_KAFKA_CA to the file",
    ),
    "another name": (
        lambda kafka: {"SANDIK_KAFKA": f"127.0.0.1:{kafka.port}"},
        "shows a certificate of another name",
    ),
    "a port without passwords": (
        lambda kafka: {"SANDIK_KAFKA": f"127.0.0.1:{kafka.inside}", "SANDIK_KAFKA_SECURITY": "sasl",
                       "SANDIK_KAFKA_CA": ""},
        "asks for no password there",
    ),
    "no certificate of ours": (
        lambda kafka: {"SANDIK_KAFKA": f"{HOST}:{kafka.certificates}", "SANDIK_KAFKA_SECURITY": "tls",
                       "SANDIK_KAFKA_USER": "", "SANDIK_KAFKA_PASSWORD": ""},
        "set with SANDIK_KAFKA_CERT and SANDIK_KAFKA_KEY",
    ),
}  # fmt: skip


async def _producing(environment: Mapping[str, str]) -> object:
    return await look(Settings.read(environment))


async def _counting(environment: Mapping[str, str]) -> object:
    return await asking.topics_there(Counting.read(environment))


@pytest.mark.kafka
@pytest.mark.parametrize("looks", [_producing, _counting], ids=["producers", "streams"])
@pytest.mark.parametrize("bad", BAD)
async def test_who_is_not_let_in_is_told_at_once_which_setting_it_is(
    secured: Secured, bad: str, looks: Looks
) -> None:
    """Nothing is tried for an hour that would fail for ever."""
    change, says = BAD[bad]
    environment = {**secured.environment("admin"), "SANDIK_OUTSIDE_WITHIN_S": "3600", **change(secured)}
    with pytest.raises(OutsideError) as told:
        async with asyncio.timeout(PATIENCE_S):
            await looks(environment)
    assert says in str(told.value)
    assert "wrong" not in str(told.value)


@pytest.mark.kafka
async def test_a_door_that_is_shut_without_a_word_is_guessed_at(secured: Secured) -> None:
    """A broker that wants TLS hangs up, and so does one that ends: it is tried again, and then said."""
    plain = Settings(kafka=f"{HOST}:{secured.port}")
    assert "" == await see_why(plain, last=False)
    assert "it may want TLS or a password, and SANDIK_KAFKA_SECURITY is plaintext" in await see_why(
        plain, last=True
    )
    with pytest.raises(NoKafkaError, match="it may want TLS or a password"):
        await look(plain, within_s=0)


@pytest.mark.kafka
async def test_a_certificate_is_a_name_too(secured: Secured) -> None:
    """By SANDIK_KAFKA_SECURITY=tls, where the brokers ask for one; its file may hold the key as well."""
    environment = {
        "SANDIK_KAFKA": f"{HOST}:{secured.certificates}", "SANDIK_KAFKA_SECURITY": "tls",
        "SANDIK_KAFKA_CA": str(secured.authority),
        "SANDIK_KAFKA_CERT": str(secured.certificate("admin")),
    }  # fmt: skip
    assert (f"{HOST}:{secured.certificates}",) == (await look(Settings.read(environment))).brokers


@pytest.mark.kafka
async def test_what_is_not_ours_is_neither_written_nor_read_nor_taken_for_empty(
    secured: Secured, redis_server: Running, tmp_path: Path
) -> None:
    """Each is told the topic and the user; where topics have to be made, that somebody else does it."""
    hands = await at_work(secured, redis_server, tmp_path)
    night, scope = hands.night, hands.scope
    bundle = next(one for one in made.recording() if not isinstance(one, Ruling))
    ruling = next(one for one in made.recording() if isinstance(one, Ruling))
    with pytest.raises(RefusedByKafkaError, match=f"producer read or write {scope.topic('rulings')}"):
        async with Publisher(settings(secured, scope, "producer"), night.id) as out:
            await out.publish(ruling)
    with pytest.raises(RefusedByKafkaError, match=f"desk read or write {scope.topic('reports')}"):
        async with Publisher(settings(secured, scope, "desk"), night.id) as out:
            await out.publish(bundle)
    with pytest.raises(NotLetInError, match="does not let the user stranger write any topic"):
        await Publisher(settings(secured, scope, "stranger"), night.id).__aenter__()
    reports, refused, other = scope.topic("reports"), scope.topic("refused"), f"{scope.session}x"
    with pytest.raises(NotLetInError, match=f"the user gateway read {reports}"):
        _ = [one async for one in read_log(settings(secured, scope, "gateway"), [reports])]
    with pytest.raises(NotLetInError, match=f"the user worker read {refused}"):
        await anext(follow_log(settings(secured, scope, "worker"), refused, whole=True))
    of_other = settings(secured, scope, "admin", SANDIK_SESSION=other)
    told = of_other.scope(night.id).topic("told")
    await secured.allow([f"$K --add --allow-principal User:admin --operation Describe --topic {told}"])
    with pytest.raises(NotLetInError, match="the user admin make the topic, which is not there yet"):
        await create_topics(of_other, night.id, whats=("told",))
    await hands.store.close()


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("user", "says"),
    [
        ("producer", "does not let the user producer read or write"),
        ("verify", "does not let the user verify read or write"),
        ("desk", "does not let the user desk read or write"),
    ],
)
async def test_a_worker_without_its_rights_ends_and_says_which(
    secured: Secured, redis_server: Running, tmp_path: Path, user: str, says: str
) -> None:
    """Exit code 3, at once: it neither waits for topics that it will never see nor begins again for ever."""
    hands = await at_work(secured, redis_server, tmp_path, user)
    try:
        hands.start()
        assert 3 == await hands.ended()
        assert says in hands.said()
        assert "Traceback" not in hands.said()
    finally:
        hands.close()
        await hands.store.close()


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("rights", "says"),
    [
        (
            "--operation Read --topic {reports} --topic {rulings} --topic {told}",
            "in the group sandik-{scope}",
        ),
        (
            "--operation Read --topic {reports} --topic {told} --group sandik-{scope}",
            "read or write {rulings}",
        ),
    ],
    ids=["no group", "no rulings"],
)
async def test_a_worker_that_may_see_and_not_read_ends_and_names_what(
    secured: Secured, redis_server: Running, tmp_path: Path, rights: str, says: str
) -> None:
    """The library would try again for ever, and say nothing."""
    hands = await at_work(secured, redis_server, tmp_path, "stranger")
    words = {what: hands.scope.topic(what) for what in WHATS} | {"scope": hands.scope.name}
    every = " ".join(f"--topic {words[what]}" for what in WHATS)
    who = "$K --add --allow-principal User:stranger"
    await secured.allow([f"{who} --operation Describe {every}", f"{who} {rights.format(**words)}"])
    try:
        hands.start()
        assert 3 == await hands.ended()
        assert says.format(**words) in hands.said()
    finally:
        hands.close()
        await hands.store.close()


@pytest.mark.kafka
@pytest.mark.parametrize(
    "words",
    [
        ("record", "practice", "--out", "OUT"),
        ("produce", "FEED", "--source", "council"),
        ("replay", "practice", "--speed", "max"),
        ("deliver", "--night", "practice", "--alerts", "ALERTS"),
        ("shown", "practice", "--contest", "mayor"),
        ("doctor", "--night", "practice", "--fix"),
        ("doctor", "--night", "practice"),
        ("worker", "--night", "practice"),
    ],
    ids=" ".join,
)
def test_every_command_that_opens_kafka_ends_with_3_and_says_which_setting(
    secured: Secured, redis_server: Running, tmp_path: Path, words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """At once, and without the password."""
    alerts, feed = tmp_path / "alerts.toml", tmp_path / "feed.jsonl"
    alerts.write_text(ALERTS)
    feed.write_bytes(gzip.decompress((made.NIGHTS / "practice" / "recording.jsonl.gz").read_bytes()))
    places = {"OUT": str(tmp_path / "out.jsonl"), "FEED": str(feed), "ALERTS": str(alerts)}
    wrong = secured.environment("admin", SANDIK_KAFKA_PASSWORD="yanlis-sifre")
    monkeypatch.setenv("SANDIK_SMTP_FROM", "sandik@paper.example")
    for name, value in {**wrong, "SANDIK_REDIS": redis_server.url, "SANDIK_NIGHT": "practice"}.items():
        monkeypatch.setenv(name, value)
    assert 3 == cli.main([places.get(word, word) for word in words])
    said = "".join(capsys.readouterr())
    assert "does not let the user admin in" in said
    assert "SANDIK_KAFKA_PASSWORD" in said
    assert "yanlis-sifre" not in said
