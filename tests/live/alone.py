"""A script of the store by itself: keys and arguments in, its answer and all that the server holds out.

    alone = Alone(redis_server.url)
    alone.clear(0, "5/1")      → ["OK", "", "0"]
    alone.all()                → {"cleared": {"5/1"}}

Know before changing: keys are short words here, and a link is any 32 bytes: what they mean is no concern of
the scripts. Bytes that are no text are given as Latin-1.
"""

import shutil
import struct
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, cast

import pytest
from redis import Redis

from election.wire.keys import LEDGER
from sandik import embedded
from streams.scripts import Script
from tests.servers import Running

DIGEST, EPOCH = "d", "e1"
UNITS = 3000
"""Of every source."""


def packed(*numbers: float) -> bytes:
    """Doubles as the scripts hold them."""
    return struct.pack(f"<{len(numbers)}d", *numbers)


def held_rows(rows: dict[int, bytes], width: int) -> str:
    """A source's rows as the store holds them, as text: by place, zeros between."""
    return plain(b"".join(rows.get(place, b"").ljust(width, b"\0") for place in range(UNITS)))


def link(place: int) -> bytes:
    """A link for a record of the log, by its offset."""
    return bytes([place]) * 32


def mark(following: int) -> str:
    """How far a version goes in a partition, with the last link."""
    return f"{following} {link(following).hex()}"


def plain(value: Any) -> Any:
    """Text instead of bytes, all the way down."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    return type(value)(map(plain, value)) if isinstance(value, list | tuple | set) else value


def span(first: int, following: int, refusals: str = "", name: str = "reports/0") -> list[Any]:
    """What a step says of one partition: records `first` to `following`, their links, and the one before."""
    links = b"".join(link(place + 1) for place in range(first, following))
    return [name, first, following, refusals, link(first) if first else "", links]


def section(
    source: str = "council",
    heard: str = "",
    cleared: int = 0,
    units: dict[int, tuple[bytes, bytes]] | None = None,
    areas: dict[str, tuple[float, ...]] | None = None,
    believed: dict[str, tuple[float, ...]] | None = None,
    papers: dict[str, str] | None = None,
    gone: tuple[str, ...] = (),
    findings: dict[str, int] | None = None,
) -> list[Any]:
    """What a batch says of one source. `units`: by place, the token it was summed from and the new row; of
    `UNITS` in all. `areas`: what each gains or loses; `believed`: what it is thought to have, or nothing is.
    """
    units, areas, papers, findings = units or {}, areas or {}, papers or {}, findings or {}
    tokens, rows = [token for token, _ in units.values()], [row for _, row in units.values()]
    width = len(next(iter(areas.values()), ()))
    before = [(believed or {}).get(area, (-1.0,) * width) for area in areas]
    after = [
        tuple(map(sum, zip(row, moves, strict=True)))
        for row, moves in zip(before, areas.values(), strict=True)
    ]
    return [
        source, heard, cleared,
        len(units), b"".join(tokens), b"".join(rows), len(rows[0]) if rows else 0,
        struct.pack(f"<{len(units)}I", *units), UNITS,
        len(areas), *(b"".join(packed(*row) for row in part) for part in (before, after)), width, *areas,
        len(papers), *(part for item in papers.items() for part in item), len(gone), *gone,
        len(findings), *(part for item in findings.items() for part in item),
    ]  # fmt: skip


def server_of(folder: Path) -> Iterator[Running]:
    """A real redis-server that keeps nothing, for the tests of a file; each of them empties it."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    running = Running(embedded.store(server=program), folder / "redis.log", "redis")
    yield running.start()
    running.close()


class Alone:
    """A server, and one script after another on it."""

    def __init__(self, url: str) -> None:
        self.url, self.redis = url, cast("Any", Redis.from_url(url))
        self.emptied()

    def emptied(self) -> None:
        """Nothing is held, and the next batch is one of the usual night."""
        self.redis.flushall()
        self.changes_max, self.digest = 1000, DIGEST
        self.totals: list[str] = []

    def run(self, name: str, keys: list[str], args: list[Any]) -> Any:
        """The script's answer."""
        return plain(self.redis.eval(Script(name).text, len(keys), *keys, *args))

    def ledger(self, name: str, *args: Any) -> Any:
        """A script of the ledger; its keys are the words of LEDGER."""
        folder = resources.files("streams") / "lua"
        text = "".join((folder / f"{part}.lua").read_text() for part in ("life", "ledger", f"ledger_{name}"))
        return plain(self.redis.eval(text, len(LEDGER), *LEDGER, *args))

    def apply(
        self, spans: list[list[Any]], *sections: list[Any], epoch: str = EPOCH, digest: str = DIGEST
    ) -> Any:
        """A batch; keys of a source are `rows:council` and the like. `totals`: what it answers of areas."""
        keys = ["meta", "offsets", "changes", "sources", "findings", "chain"]
        keys += [f"links:{one[0]}" for one in spans]
        keys += [f"{kind}:{one[0]}" for one in sections for kind in ("rows", "areas", "papers", "cleared")]
        args = [
            digest,
            epoch,
            self.changes_max,
            len(spans),
            *(part for one in spans for part in one),
            len(sections),
        ]
        said = self.run("apply", keys, args + [part for one in sections for part in one])
        if said[0] != "OK":
            return said
        self.totals = said[3:]
        return said[:3]

    def rule(self, of: list[Any], *rulings: tuple[int, str, str, dict[str, str]], epoch: str = EPOCH) -> Any:
        """Rulings, each with offset, when it was heard, bytes and fields."""
        args = [self.digest, epoch, self.changes_max, *of, len(rulings)]
        for offset, heard, content, fields in rulings:
            args += [offset, heard, content, len(fields), *(part for item in fields.items() for part in item)]
        return self.run("rule", ["meta", "offsets", "changes", "rulings", "chain", f"links:{of[0]}"], args)

    def clear(self, first: int, *papers: str, key: str = "cleared") -> Any:
        """Papers that a person cleared, by the ruling at this offset."""
        return self.run("clear", ["meta", key, "offsets"], [self.digest, "rulings/0", first, *papers])

    def tell(self, of: list[Any], *facts: tuple[int, str, str, int, str], epoch: str = EPOCH) -> Any:
        """Facts, each with offset, id, the id before, seq and bytes."""
        keys = ["meta", "offsets", "changes", "told", "told_ids", "chain", f"links:{of[0]}"]
        return self.run(
            "tell",
            keys,
            [self.digest, epoch, self.changes_max, *of, len(facts), *(part for one in facts for part in one)],
        )

    def attend(
        self, worker: str, kept_s: int, *log: Any, epoch: str = EPOCH, digest: str = DIGEST, left: str = ""
    ) -> Any:
        """A sign of life; `left` are epochs that are over, with spaces between them."""
        keys = ["meta", "offsets", "changes", "workers", "pulse"]
        return self.run("attend", keys, [digest, epoch, self.changes_max, worker, kept_s, left, *log])

    def all(self) -> dict[str, Any]:
        """Everything the server holds, by key."""
        read = {b"hash": "hgetall", b"set": "smembers", b"string": "get", b"stream": "xrange"}
        held = {}
        for key in list(self.redis.scan_iter()):
            kind = self.redis.type(key)
            held[key] = (
                self.redis.lrange(key, 0, -1) if kind == b"list" else getattr(self.redis, read[kind])(key)
            )
        return dict(plain(held))

    def meta(self) -> dict[str, str]:
        """What meta says, without the name of this start of the server."""
        held = self.all()["meta"]
        return {name: value for name, value in held.items() if name != "run_id"}

    def entries(self) -> list[tuple[str, dict[str, str]]]:
        """The change stream: version and fields of each entry."""
        return [(name, fields) for name, fields in self.all().get("changes", [])]

    def restarted(self) -> None:
        """As if the server had been started again: what it holds names another start of it."""
        self.redis.hset("meta", "run_id", "another")
