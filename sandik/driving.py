"""A token for whoever drives a demo: made when it starts, good while it runs, and gone with it.

    with driver(os.environ) as one:
        one.token       what to type on /replay
        one.file        for SANDIK_TOKENS of the gateway

Know before changing: a file of tokens that the user has is theirs and is left as it is: then nothing is made.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME = "demo"
VARIABLE = "SANDIK_TOKENS"


@dataclass(frozen=True)
class Driver:
    """Who drives; both are empty where the user has tokens of their own, or nobody is to drive."""

    token: str = ""
    file: str = ""


@contextmanager
def driver(environment: Mapping[str, str], *, wanted: bool = True) -> Iterator[Driver]:
    """A token with every scope, in a file that nobody else can read."""
    if not wanted or environment.get(VARIABLE):
        yield Driver()
        return
    from web import token_file, tokens

    with tempfile.TemporaryDirectory(prefix="sandik-demo-") as folder:
        path = Path(folder) / "tokens.jsonl"
        text, token = tokens.make(NAME, tokens.SCOPES, datetime.now(UTC))
        token_file.add(path, token)
        yield Driver(text, str(path))
