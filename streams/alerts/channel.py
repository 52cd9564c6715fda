"""What a channel is: a way alerts reach people; what it is given, and how it says that it did not work.

    channel.send(told, target, means)     returns when the receiver has acknowledged; else NotDeliveredError

Know before changing: a channel renders (pure) and sends (thin). It never retries, never logs, and never puts
a secret into an error: the note of one ends in the ledger and in the log.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from election.alerts import Told
from election.wire.delivered import Target
from streams.settings import Settings


class NotDeliveredError(Exception):
    """A try that failed; the message says why, in words without secrets.

    `retry_after_s` is how long the receiver asks to wait. `hopeless`: another try would end the same way.
    """

    def __init__(self, note: str, retry_after_s: float = 0.0, hopeless: bool = False) -> None:
        super().__init__(note)
        self.retry_after_s = retry_after_s
        self.hopeless = hopeless


@dataclass(frozen=True, slots=True)
class Means:
    """What a channel works with: the settings, the environment that holds secrets, the time, permissions."""

    settings: Settings
    environment: Mapping[str, str]
    now: Callable[[], datetime]
    plain_mail: frozenset[str] = frozenset()
    """Hosts of mail servers to which mail may go without TLS, where they offer none."""

    def secret(self, name: str) -> str:
        """The secret an environment variable holds. Raises NotDeliveredError where it holds none."""
        value = self.environment.get(name, "")
        if not value:
            raise NotDeliveredError(f"the environment has no {name}")
        return value


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel as the table holds it.

    `address` is the key of a subscription that says where: with `_env` at its end it names an environment
    variable, because whoever knows the address could post there. `check` gives what is wrong with an address
    (its value, not its variable), or nothing.
    """

    id: str
    address: str
    send: Callable[[Told, Target, Means], Awaitable[None]]
    check: Callable[[str, Target], str]
    secret_fault: Callable[[str], str] | None = None
    """A subscription names its signing secrets (`secret_env`): what is wrong with one, or nothing."""
    fetches: bool = False
    """The address is an URL that is subject to the rules for hosts."""

    @property
    def in_environment(self) -> bool:
        """The address itself is a secret."""
        return self.address.endswith("_env")


def address_of(target: Target, channel: Channel, means: Means) -> str:
    """The address as it is used. Raises NotDeliveredError where its variable is not set."""
    return means.secret(target.address) if channel.in_environment else target.address
