"""Which faults a seed brings: groups of one or two at once, each over before the next begins.

    plan(7)                the groups of seed 7, the same each time
    plan(7, version=1)     what seed 7 brought before lines, disks, clocks and rolling restarts were thrown
    workers(7)             how many workers its night has
    str(group)             SIGKILL of worker-0 + freeze of store for 3.2 s

Know before changing: a seed's groups are its proof. So a kind, a target or a weight that is added makes a new
version with a table of its own, and the tables of before stay: docs/reliability.md says which version each
recorded seed was drawn by. What three brokers cannot survive by their nature (two of them away) is not
thrown; it is written down there.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

VERSION = 3
"""The version that is drawn by where none is named."""
GROUPS = {1: (4, 7), 2: (7, 11), 3: (7, 11)}
"""Least and most groups of a seed, by version."""
MANY = {1: (2, 2), 2: (2, 2), 3: (2, 4)}
"""Least and most workers of a seed, by version."""
TWO_AT_ONCE = 0.3
FREEZES_S = (1.0, 9.0)
RECEIVER_S = (2.0, 8.0)
LINE_S = (2.0, 9.0)
DISK_S = (1.0, 5.0)
CLOCK_S = (2.0, 8.0)
CUT_S = (2.0, 9.0)
CUT_LONG_S = (11.0, 15.0)
"""Longer than Kafka waits for a worker (10 s: `streams/consuming.py`), shorter than it may stand still."""

WORKERS, GATEWAYS, BROKERS = (
    ("worker-0", "worker-1", "worker-2", "worker-3"),
    ("gateway-0", "gateway-1"),
    ("kafka-1", "kafka-2", "kafka-3"),
)
LINES = ("line-0", "line-1")
"""What lies between readers and each gateway."""
ALONE = "rolling restart"
"""It takes everything down, one after the other, so nothing else may break at once."""
CUT_OFF, FROM_PEERS, CUT_LONG = "cut off", "cut off from peers", "cut off for long"
"""By the network: from everybody; a broker from other brokers and all controllers, and not from clients."""
CUTS = (CUT_OFF, FROM_PEERS, CUT_LONG)
Kinds: TypeAlias = Sequence[tuple[str, Sequence[str], int]]
KINDS: Kinds = (
    ("SIGKILL", (*WORKERS, *GATEWAYS, "producer", "deliver", "store", *BROKERS), 4),
    ("SIGTERM", (*WORKERS, *GATEWAYS, "producer", "deliver", "store", *BROKERS), 2),
    ("freeze", (*WORKERS, *GATEWAYS, "producer", "deliver", "store", *BROKERS), 3),
    ("flush", ("store",), 1),
    ("answers 500", ("receiver",), 1),
    ("answers late", ("receiver",), 1),
    ("redirects inward", ("receiver",), 1),
    ("answers a gigabyte", ("receiver",), 1),
    ("cut", ("clients",), 1),
    ("rubbish", ("clients",), 1),
)
"""Kind, what it may befall, and how often it is thrown beside the others; of workers those that there are."""
SEVERAL: Kinds = (
    *KINDS,
    ("SIGKILL", ("replica",), 1),
    ("stays away", ("store",), 3),
    ("failover", ("store",), 3),
)
"""The same for a store of several servers: `store` is a primary, and may be away until another takes over."""
ROOMS = (*WORKERS, *GATEWAYS, "deliver")
SECOND: Kinds = (
    ("hangs up", LINES, 1),
    ("resets", LINES, 1),
    ("half open", LINES, 2),
    ("stalls", LINES, 1),
    ("slow", LINES, 1),
    ("full disk", (*ROOMS, "store", *BROKERS), 4),
    ("clock ahead", (*ROOMS, "producer", "store", *BROKERS), 2),
    ("clock behind", (*ROOMS, "producer", "store", *BROKERS), 2),
    (ALONE, ("everything",), 2),
)
"""What the second version throws besides."""
THIRD: Kinds = (
    (CUT_OFF, ("store", *BROKERS), 4),
    (FROM_PEERS, BROKERS, 3),
    (CUT_LONG, WORKERS, 2),
)
"""What the third version throws besides those."""
LASTING = (
    {"freeze": FREEZES_S}
    | dict.fromkeys(("answers 500", "answers late", "redirects inward", "answers a gigabyte"), RECEIVER_S)
    | {"stays away": (2.0, 5.0)}
    | dict.fromkeys(("stalls", "slow"), LINE_S)
    | {"full disk": DISK_S}
    | dict.fromkeys(("clock ahead", "clock behind"), CLOCK_S)
    | dict.fromkeys((CUT_OFF, FROM_PEERS), CUT_S)
    | {CUT_LONG: CUT_LONG_S}
)
VERSIONS = (1, 2, VERSION)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that breaks."""

    kind: str
    target: str
    lasts_s: float = 0.0

    def __str__(self) -> str:
        """As it is printed."""
        lasting = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        return f"{self.kind} of {self.target}{lasting}"


@dataclass(frozen=True, slots=True)
class Group:
    """What breaks at once, and how long all goes well before it."""

    faults: tuple[Fault, ...]
    after_s: float

    def __str__(self) -> str:
        """As it is printed."""
        return " + ".join(map(str, self.faults))


def kinds_of(version: int, *, several: bool, many: int = len(WORKERS)) -> Kinds:
    """Everything that a seed with so many workers may bring. Raises KeyError for no such version."""
    more = {1: (), 2: SECOND, 3: (*SECOND, *THIRD)}[version]
    away = WORKERS[many:]
    return [
        (kind, [target for target in targets if target not in away], weight)
        for kind, targets, weight in (*(SEVERAL if several else KINDS), *more)
    ]


def workers(seed: int, version: int = VERSION) -> int:
    """How many workers the night of a seed has."""
    return _dice(seed, version)[1]


def plan(seed: int, *, several: bool = False, version: int = VERSION) -> list[Group]:
    """The groups of a seed; of a store of several servers, and by another version, the seed has others."""
    dice, many = _dice(seed, version)
    kinds = kinds_of(version, several=several, many=many)
    return [_group(dice, kinds) for _ in range(dice.randint(*GROUPS[version]))]


def _dice(seed: int, version: int) -> tuple[random.Random, int]:
    """What all else is drawn by, and the workers, which are drawn first where they are drawn at all."""
    dice, (least, most) = random.Random(seed), MANY[version]
    return dice, least if least == most else dice.randint(least, most)


def _group(dice: random.Random, kinds: Kinds) -> Group:
    first = _fault(dice, kinds)
    faults = [first]
    if dice.random() < TWO_AT_ONCE:
        second = _fault(dice, kinds)
        both = {first.target, second.target}
        alone = ALONE in (first.kind, second.kind)
        if len(both) == 2 and len(both & set(BROKERS)) < 2 and not alone:
            faults.append(second)
    return Group(tuple(faults), round(dice.uniform(0.0, 1.5), 2))


def _fault(dice: random.Random, kinds: Kinds) -> Fault:
    kind, targets, _ = dice.choices(kinds, [weight for _, _, weight in kinds])[0]
    lasts = LASTING.get(kind)
    return Fault(kind, dice.choice(targets), 0.0 if lasts is None else round(dice.uniform(*lasts), 2))
