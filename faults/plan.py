"""Which faults a seed brings: groups of one or two at once, each over before the next begins.

    plan(7)                the groups of seed 7, the same each time
    str(group)             SIGKILL of worker-0 + freeze of store for 3.2 s

Know before changing: a seed's groups are its proof, so a kind or a target that is added goes to the end of
its table; seeds of before then mean something else, and docs/reliability.md says which version ran them. What
three brokers cannot survive by their nature (two of them away) is not thrown; it is written down there.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

GROUPS = (4, 7)
"""Least and most groups of a seed."""
TWO_AT_ONCE = 0.3
FREEZES_S = (1.0, 9.0)
RECEIVER_S = (2.0, 8.0)

WORKERS, GATEWAYS, BROKERS = (
    ("worker-0", "worker-1"),
    ("gateway-0", "gateway-1"),
    ("kafka-1", "kafka-2", "kafka-3"),
)
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
"""Kind, what it may befall, and how often it is thrown beside the others."""
SEVERAL: Kinds = (
    *KINDS,
    ("SIGKILL", ("replica",), 1),
    ("stays away", ("store",), 3),
    ("failover", ("store",), 3),
)
"""The same for a store of several servers: `store` is a primary, and may be away until another takes over."""
LASTING = (
    {"freeze": FREEZES_S}
    | dict.fromkeys(("answers 500", "answers late", "redirects inward", "answers a gigabyte"), RECEIVER_S)
    | {"stays away": (2.0, 5.0)}
)


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


def plan(seed: int, *, several: bool = False) -> list[Group]:
    """The groups of a seed; of a store of several servers the seed has others."""
    dice = random.Random(seed)
    kinds = SEVERAL if several else KINDS
    return [_group(dice, kinds) for _ in range(dice.randint(*GROUPS))]


def _group(dice: random.Random, kinds: Kinds) -> Group:
    first = _fault(dice, kinds)
    faults = [first]
    if dice.random() < TWO_AT_ONCE:
        second = _fault(dice, kinds)
        both = {first.target, second.target}
        if len(both) == 2 and len(both & set(BROKERS)) < 2:
            faults.append(second)
    return Group(tuple(faults), round(dice.uniform(0.0, 1.5), 2))


def _fault(dice: random.Random, kinds: Kinds) -> Fault:
    kind, targets, _ = dice.choices(kinds, [weight for _, _, weight in kinds])[0]
    lasts = LASTING.get(kind)
    return Fault(kind, dice.choice(targets), 0.0 if lasts is None else round(dice.uniform(*lasts), 2))
