"""What a channel is given in these tests: settings, an environment with secrets, and a fixed hour.

Know before changing: nothing here opens a connection; channels against real servers are in
tests/live/test_deliver.py.
"""

from datetime import UTC, datetime

from streams.alerts.channel import Means
from streams.settings import Settings

NOW = datetime(2024, 10, 6, 18, 30, 15, tzinfo=UTC)
SECRETS = {
    "OLD": "whsec_b2xkIHNlY3JldA==", "NEW": "whsec_bmV3IHNlY3JldA", "ODD": "whsec_=", "BAD": "whsec_é",
    "MARKS": "whsec_!!!!",
}  # fmt: skip


def means(**environment: str) -> Means:
    """Means with these variables beside the secrets."""
    settings = Settings(smtp_from="night@paper.example", deliver_answers_within_s=2.0)
    return Means(settings, {**SECRETS, **environment}, lambda: NOW)
