"""What the doctor makes of Kafka: each thing that can be wrong with it, and what it costs to put right."""

from dataclasses import replace

import pytest

from sandik.doctor_kafka import KafkaFacts, TopicFacts, Wanted, checked, unreached

WANTED = Wanted(
    kafka="k1:9092",
    redis="redis://127.0.0.1:6379/0",
    topics={"live.practice.reports": 4, "live.practice.rulings": 1},
    known=frozenset(),
    env={},
    fix="sandik doctor --fix --night practice",
)
TOPICS = {name: TopicFacts(count, 3, 3) for name, count in WANTED.topics.items()}
KAFKA = KafkaFacts(brokers=("k1:9092", "k2:9092", "k3:9092"), unreachable=(), topics=TOPICS)
FORGETS = {"retention.ms": ("604800000", "-1")}
REPORTS, RULINGS = "live.practice.reports", "live.practice.rulings"


def wrong(facts: KafkaFacts) -> list[tuple[str, str, str]]:
    """Name, message and remedy of every check that is not well."""
    return [(one.name, one.message, one.to_type) for one in checked(WANTED, facts) if not one.ok]


def test_three_brokers_that_keep_everything_have_nothing_to_type() -> None:
    """And it is said how often they keep it."""
    checks = checked(WANTED, KAFKA)
    assert ["kafka", "kafka addresses", "kafka copies", "topics"] == [one.name for one in checks]
    assert [] == wrong(KAFKA)
    assert "3 brokers; every topic is kept 3 times, in step" in [one.message for one in checks]


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (1, "one broker, which keeps every record once: a night"),
        (2, "2 brokers, which keep every record twice"),
    ],
)
def test_fewer_than_three_brokers_are_a_warning(count: int, says: str) -> None:
    """They are a choice, for a rehearsal or a small night."""
    kept = {REPORTS: TopicFacts(4, count, count), RULINGS: TopicFacts(1, count, count)}
    few = replace(KAFKA, brokers=KAFKA.brokers[:count], topics=kept)
    assert [] == wrong(few)
    (copies,) = [one for one in checked(WANTED, few) if one.name == "kafka copies"]
    assert copies.message.startswith(says)


@pytest.mark.parametrize(
    ("facts", "name", "message", "to_type"),
    [
        (
            replace(KAFKA, unreachable=("k2:9092",)), "kafka addresses",
            "k1:9092 answers, but sends its clients to k2:9092, where nobody accepts from here",
            "set advertised.listeners on those brokers to an address this machine can reach",
        ),
        (
            replace(KAFKA, refusing=("k2:9092 shows a certificate of another name",)), "kafka addresses",
            "k1:9092 answers, but sends its clients to brokers that do not let us in: "
            "k2:9092 shows a certificate of another name",
            "set advertised.listeners on those brokers to names that stand in their certificates",
        ),
        (
            replace(KAFKA, topics={REPORTS: TOPICS[REPORTS]}), "topics",
            "live.practice.rulings does not exist", "sandik doctor --fix --night practice",
        ),
        (
            replace(KAFKA, topics={**TOPICS, REPORTS: TopicFacts(3, 3, 3)}), "topics",
            "live.practice.reports has 3 partitions, and 4 are wanted", "export SANDIK_PARTITIONS=3",
        ),
        (
            replace(KAFKA, topics={**TOPICS, RULINGS: TopicFacts(2, 3, 3)}), "topics",
            "live.practice.rulings has 2 partitions; with more than one it has no order",
            "count in a session of its own (SANDIK_SESSION); or, while nothing is in it, kafka-topics.sh "
            "--bootstrap-server k1:9092 --delete --topic live.practice.rulings "
            "&& sandik doctor --fix --night practice",
        ),
        (
            replace(KAFKA, topics={**TOPICS, RULINGS: TopicFacts(1, 3, 3, FORGETS)}), "topics",
            "live.practice.rulings: retention.ms is 604800000, and must be -1",
            "sandik doctor --fix --night practice",
        ),
        (
            replace(KAFKA, topics={**TOPICS, RULINGS: TopicFacts(1, 1, 1)}), "kafka copies",
            "live.practice.rulings is kept once, and there are 3 brokers",
            "kafka-reassign-partitions.sh with 3 replicas a partition; or, while nothing is in it, "
            "kafka-topics.sh --bootstrap-server k1:9092 --delete --topic live.practice.rulings "
            "&& sandik doctor --fix --night practice",
        ),
        (
            replace(KAFKA, topics={**TOPICS, RULINGS: TopicFacts(1, 3, 2)}), "kafka copies",
            "not all copies are in step: live.practice.rulings; a broker is away, or behind",
            "wait, or start the broker; restart no other meanwhile",
        ),
    ],
    ids=["nobody there", "another name", "missing", "partitions", "order", "forgets", "one copy", "behind"],
)  # fmt: skip
def test_what_is_wrong_with_kafka(facts: KafkaFacts, name: str, message: str, to_type: str) -> None:
    """One finding each."""
    assert [(name, message, to_type)] == wrong(facts)


def test_a_topic_kept_from_us_by_rights_is_not_missing() -> None:
    """The least rights of a process are no mistake; how many topics that are is said."""
    hidden = replace(KAFKA, topics={REPORTS: TOPICS[REPORTS]}, hidden=frozenset({RULINGS}))
    assert [] == wrong(hidden)
    message = "all 1 are there, and keep everything; 1 more are kept from this user by rights"
    assert message in [one.message for one in checked(WANTED, hidden)]


def test_who_is_not_let_in_hears_the_reason_and_the_setting() -> None:
    """The whole sentence, parted at its colon; and a Kafka that is away is another thing."""
    (shut,) = unreached(WANTED, "Kafka at k1:9092 does not let the user a in: see SANDIK_KAFKA_USER.")
    assert ("Kafka at k1:9092 does not let the user a in", "see SANDIK_KAFKA_USER") == (
        shut.message, shut.to_type,
    )  # fmt: skip
    (away,) = unreached(WANTED, "nothing answers")
    assert "k1:9092 cannot be reached (nothing answers)" == away.message
    assert away.to_type.startswith("set SANDIK_KAFKA=HOST:PORT")
    assert shut.outside
    assert away.outside


def test_one_broker_of_three_that_is_away_is_no_cluster_of_two() -> None:
    """The copies it held are not in step, which is said; and two that keep everything twice are well."""
    two = replace(KAFKA, brokers=KAFKA.brokers[:2], topics={**TOPICS, RULINGS: TopicFacts(1, 3, 2)})
    assert "not all copies are in step" in wrong(two)[0][1]
    assert [] == wrong(replace(KAFKA, brokers=KAFKA.brokers[:2], topics={
        REPORTS: TopicFacts(4, 2, 2), RULINGS: TopicFacts(1, 2, 2),
    }))  # fmt: skip
    assert (
        "is kept once, and there are 2 brokers" in wrong(replace(two, topics={RULINGS: TopicFacts(1)}))[0][1]
    )
