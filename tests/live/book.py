"""A ledger of deliveries by itself, one script after another.

    book.spread(1, "counted", "a")
    [given] = book.claim()

Know before changing: the server's clock is read, never waited for: what is due is made so by its score.
"""

import json
from typing import Any

from tests.live.alone import Alone

LONG_MS = 3_600_000


def row(fact: str, target: str, **more: Any) -> str:
    """A row as it is handed to the scripts."""
    start: dict[str, Any] = {"fact": fact, "seq": int(fact[1:]), "kind": "counted", "target": target}
    start |= {"state": "queued", "tries": 0, "tried": False, "n": 0, "at": 0}
    start |= {"note": "", "retracted": False, "token": ""}
    start |= {"channel": "webhook", "address": f"https://{target}.example/", "secrets": "", "language": "en"}
    start |= {"private": False, "http": False, "who": target}
    return json.dumps({**start, **more})


class Book:
    """A ledger, one script after another."""

    def __init__(self, alone: Alone) -> None:
        self.redis, self.ledger = alone.redis, alone.ledger

    def spread(self, seq: int, kind: str, *targets: str, **more: Any) -> Any:
        """A fact for these targets."""
        rows = [row(f"f{seq}", target, kind=kind, **more) for target in targets]
        return self.ledger("spread", seq, f"f{seq}", kind, *rows)

    def claim(self, urgent: int = 9, room: int = 9, token: str = "me", lease_ms: int = LONG_MS) -> list[Any]:
        """What is given out, everything that waits being due."""
        for queue in ("due", "urgent"):
            now = self.now()
            for place, (key, score) in enumerate(self.redis.zrange(queue, 0, -1, withscores=True)):
                if score <= now + 1000:
                    self.redis.zadd(queue, {key: now - 1000 + place})
        return [json.loads(one) for one in self.ledger("claim", token, lease_ms, urgent, room)[3:]]

    def now(self) -> int:
        """The server's clock in ms."""
        seconds, micros = self.redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    def rows(self, *names: str) -> dict[str, Any]:
        """Of each delivery these fields, or its state."""
        held = {key.decode(): json.loads(one) for key, one in self.redis.hgetall("deliveries").items()}
        return {
            key: tuple(one[name] for name in names) if names else one["state"] for key, one in held.items()
        }

    def queued(self, queue: str = "due") -> list[str]:
        """What stands in a queue, in its order."""
        return [key.decode() for key in self.redis.zrange(queue, 0, -1)]

    def calls(self) -> set[str]:
        """Calls that a retraction would go after."""
        return {key.decode() for key in self.redis.smembers("calls")}

    def outbox(self) -> list[str]:
        """What goes to the log: a row's key and state, or the seq of a fact."""
        found = []
        for _, fields in self.redis.xrange("outbox"):
            one = json.loads(fields[b"row"]) if b"row" in fields else None
            found.append(
                f"{one['fact']}/{one['target']} {one['state']}" if one else fields[b"spread"].decode()
            )
        return found
