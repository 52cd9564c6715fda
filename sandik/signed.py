"""Which bundles of the log count where feeds sign: for commands that read the log and count nothing.

    counts(night)(record, logged)        False for a bundle that the workers refuse

Know before changing: judged is as the workers do, by the file that SANDIK_FEED_KEYS names in the environment.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from election.night import Night
from election.wire.records import Bundle, Record

if TYPE_CHECKING:
    from producers.record import Logged


def counts(night: Night) -> "Callable[[Record, Logged], bool]":
    """Whether a record is from whom it says. Raises UsageError for a file of keys that is not right."""
    from streams.settings import Settings
    from streams.signatures import signatures_at

    signatures = signatures_at(Settings.read(os.environ).feed_keys, night)

    def count(record: Record, logged: "Logged") -> bool:
        if signatures is None or not isinstance(record, Bundle):
            return True
        return signatures.fault(logged.value, logged.headers, record) is None

    return count
