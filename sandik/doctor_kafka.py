"""What `sandik doctor` makes of Kafka: whether it lets us in, where it sends us, and how it keeps our topics.

Know before changing: pure. What can be put right without harm to a night in a topic, `--fix` does; of
everything else a check says what to type, and what it would cost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SKEW_MAX_S = 1.0
COPIES = 3


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `to_type` is empty when it is well; `outside`: not reached at all."""

    name: str
    ok: bool
    message: str
    to_type: str = ""
    outside: bool = False


@dataclass(frozen=True)
class Wanted:
    """What the settings ask for. `known` holds every setting there is, `env` those that are set.

    `fix` is the command that puts topics right; `topics` how many partitions each is to have.
    """

    kafka: str
    redis: str
    topics: Mapping[str, int]
    known: frozenset[str]
    env: Mapping[str, str]
    fix: str = "sandik doctor --fix"


@dataclass(frozen=True)
class TopicFacts:
    """How a topic is kept; `amiss`: settings that are not as they must be, as (is, must be)."""

    partitions: int
    replicas: int = 1
    in_step: int = 1
    amiss: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class KafkaFacts:
    """What the brokers say: their advertised addresses, those that accept nobody, how topics are kept.

    `refusing`: brokers that accept us and do not let us in, with why; `hidden`: topics kept from us by
    rights; `ahead_s`: the clock of the cluster's leader minus ours, None where it does not say.
    """

    brokers: tuple[str, ...]
    unreachable: tuple[str, ...]
    topics: Mapping[str, TopicFacts]
    refusing: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    ahead_s: float | None = None


def unreached(wanted: Wanted, why: str) -> tuple[Check, ...]:
    """Nothing answers, or it does not let us in: `why` says which."""
    message = f"{wanted.kafka} cannot be reached ({why})"
    to_type = "set SANDIK_KAFKA=HOST:PORT to a Kafka that runs, or start one: sandik up NIGHT --broker kafka"
    if why.startswith("Kafka at "):  # who was not let in was told the whole sentence, with its way out
        address, mark, rest = why.removesuffix(".").partition(wanted.kafka)
        said, _, to_type = rest.partition(": ")
        message = f"{address}{mark}{said}"
    return (Check("kafka", False, message, to_type or "sandik doctor", outside=True),)


def checked(wanted: Wanted, facts: KafkaFacts) -> tuple[Check, ...]:
    """Every check of a Kafka that answers."""
    brokers = ", ".join(facts.brokers)
    reached = Check("kafka", True, f"{wanted.kafka} answers; brokers: {brokers or 'none'}")
    return (reached, _addresses(wanted, facts), *_copies(wanted, facts), *_topics(wanted, facts))


def _addresses(wanted: Wanted, facts: KafkaFacts) -> Check:
    sends = f"{wanted.kafka} answers, but sends its clients to"
    if facts.refusing:
        message = f"{sends} brokers that do not let us in: {'; '.join(facts.refusing)}"
        to_type = "set advertised.listeners on those brokers to names that stand in their certificates"
        return Check("kafka addresses", False, message, to_type)
    if facts.unreachable:
        message = f"{sends} {', '.join(facts.unreachable)}, where nobody accepts from here"
        to_type = "set advertised.listeners on those brokers to an address this machine can reach"
        return Check("kafka addresses", False, message, to_type)
    return Check("kafka addresses", True, "every broker accepts connections where it says it is")


def _copies(wanted: Wanted, facts: KafkaFacts) -> Iterator[Check]:
    """How often records are kept; a cluster of one or two is a choice, and told as a warning."""
    count = len(facts.brokers)
    ours = {name: facts.topics[name] for name in sorted(wanted.topics) if name in facts.topics}
    few = {name: kept for name, kept in ours.items() if kept.replicas < min(COPIES, count)}
    for name, kept in few.items():
        message = f"{name} is kept {_times(kept.replicas)}, and there are {count} brokers"
        to_type = (
            f"kafka-reassign-partitions.sh with {min(COPIES, count)} replicas a partition; or, while "
            f"nothing is in it, {_anew(wanted, name)}"
        )
        yield Check("kafka copies", False, message, to_type)
    late = [name for name, kept in ours.items() if kept.in_step < kept.replicas]
    if late:
        message = f"not all copies are in step: {', '.join(late)}; a broker is away, or behind"
        yield Check("kafka copies", False, message, "wait, or start the broker; restart no other meanwhile")
    if few or late:
        return
    message = f"{count} brokers, enough to keep every record {_times(COPIES)}"
    if count < COPIES:
        which = "one broker, which keeps" if count == 1 else f"{count} brokers, which keep"
        message = f"{which} every record {_times(count)}"
        message += ": a night that matters has three, and goes on when one of them is lost"
    elif ours:
        message = f"{count} brokers; every topic is kept {_times(COPIES)}, in step"
    yield Check("kafka copies", True, message)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _anew(wanted: Wanted, name: str) -> str:
    """Deletes a topic and makes it again."""
    return f"kafka-topics.sh --bootstrap-server {wanted.kafka} --delete --topic {name} && {wanted.fix}"


def _topics(wanted: Wanted, facts: KafkaFacts) -> tuple[Check, ...]:
    """Every topic there as it should be; one line if all is well."""
    checks = [check for name in sorted(wanted.topics) for check in _topic(wanted, facts, name)]
    if checks:
        return tuple(checks)
    ours = len(set(wanted.topics) - facts.hidden)
    kept = f"; {len(facts.hidden)} more are kept from this user by rights" if facts.hidden else ""
    return (Check("topics", True, f"all {ours} are there, and keep everything{kept}"),)


def _topic(wanted: Wanted, facts: KafkaFacts, name: str) -> Iterator[Check]:
    has, partitions = facts.topics.get(name), wanted.topics[name]
    if has is None:
        if name not in facts.hidden:
            yield Check("topics", False, f"{name} does not exist", wanted.fix)
        return
    if has.partitions != partitions:
        # Partitions cannot be taken away, and adding some would send an area's later reports elsewhere.
        message = f"{name} has {has.partitions} partitions, and {partitions} are wanted"
        to_type = f"export SANDIK_PARTITIONS={has.partitions}"
        if partitions == 1:
            message = f"{name} has {has.partitions} partitions; with more than one it has no order"
            to_type = (
                "count in a session of its own (SANDIK_SESSION); or, while nothing is in it, "
                f"{_anew(wanted, name)}"
            )
        yield Check("topics", False, message, to_type)
    for setting, (now, must) in sorted(has.amiss.items()):
        yield Check("topics", False, f"{name}: {setting} is {now}, and must be {must}", wanted.fix)
